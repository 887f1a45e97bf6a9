/* SPDX-License-Identifier: MIT */
/* tour_schedules.c - see tour.h: two mistakes, each looked for under all schedules. */
#include <stdio.h>
#include <string.h>

#include <tutti/sim.h>

#include "tour.h"

static int balance;
static tutti_lock guard, red, blue;
static bool guarded;

static void start_two(tutti_fn a, tutti_fn b)
{
	tutti_thread *threads[] = {
		tutti_thread_start(a, NULL, &(tutti_thread_options){ .name = "one" }),
		tutti_thread_start(b, NULL, &(tutti_thread_options){ .name = "two" }),
	};

	tutti_join_all(threads, 2);
}

/* -- balance = balance + 100, by two ----------------------------------------------------------- */

static void *deposit(void *arg)
{
	if (guarded)
		tutti_lock_acquire(&guard);
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 100);
	if (guarded)
		tutti_lock_release(&guard);
	return arg;
}

static void deposits(void *arg)
{
	(void)arg;
	balance = 0;
	tutti_lock_init(&guard, 0);
	start_two(deposit, deposit);
	if (balance != 200)
		tutti_sim_fail("200 were paid in, %d are there", balance);
}

/* -- two locks, taken in both orders ----------------------------------------------------------- */

static void *red_then_blue(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_lock_acquire(&blue);
	tutti_lock_release(&blue);
	tutti_lock_release(&red);
	return arg;
}

static void *blue_then_red(void *arg)
{
	tutti_lock_acquire(&blue);
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	tutti_lock_release(&blue);
	return arg;
}

static void both_orders(void *arg)
{
	(void)arg;
	tutti_lock_init(&red, 0);
	tutti_lock_init(&blue, 0);
	start_two(red_then_blue, blue_then_red);
}

/* -- the search -------------------------------------------------------------------------------- */

static int search(void (*test)(void *arg), const char *name, tutti_sim_result *result)
{
	tutti_sim_options options = {
		.name = name, .save = "", .flags = TUTTI_SIM_QUIET, .result = result
	};

	return tutti_sim_check(test, &options);
}

static int find(const struct tour *t, void (*test)(void *arg), const char *name)
{
	tutti_sim_result result = { 0 };
	int rc = search(test, name, &result);

	if (rc < 0)
		return tour_failed("simulation", rc);
	tour_lines(t, rc == 1 && result.text ? result.text : "Nothing was found.");
	tutti_sim_result_clear(&result);
	return STATUS_FINE;
}

static int prove(const struct tour *t)
{
	tutti_sim_result result = { 0 };
	tutti_time began = tutti_now();
	int rc;

	guarded = true;
	rc = search(deposits, "with a lock", &result);
	guarded = false;
	if (rc < 0)
		return tour_failed("simulation", rc);
	tour_text(t, "With a lock around it nothing fails, in %s: %llu runs, %.0f ms.",
		result.shown ? result.shown : "no schedule tried", (unsigned long long)result.runs,
		(double)(tutti_now() - began) / 1e6);
	tutti_sim_result_clear(&result);
	return STATUS_FINE;
}

int tour_schedules(const struct tour *t)
{
	int status;

	tour_text(t, "Two threads pay 100 each into one account, without a lock. Run as usual that "
		     "goes well nearly always. tutti_sim_check runs it under one schedule after "
		     "the other, in virtual time, until one fails, and makes that one simple:");
	status = find(t, deposits, "two deposits");
	if (status == STATUS_FINE)
		status = prove(t);
	if (status != STATUS_FINE)
		return status;
	tour_text(t, "And two threads that take two locks, in both orders:");
	status = find(t, both_orders, "two locks");
	if (status == STATUS_FINE)
		tour_text(t, "Whole programs are searched by `tutti check ./program`; any program "
			     "runs in virtual time with TUTTI_SIM=1.");
	return status;
}
