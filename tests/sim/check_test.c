/* SPDX-License-Identifier: MIT */
/* check_test.c - checks find what is wrong, pass what is right, and say the same thing twice. */
#include "support/suite.h"
#include "support/test.h"

#include <string.h>
#include <tutti/lock.h>
#include <tutti/queue.h>
#include <tutti/race.h>
#include <tutti/sim.h>
#include <tutti/task.h>
#include <tutti/thread.h>
#include <unistd.h>

/* -- programs ---------------------------------------------------------------------------------- */

static void run_both(tutti_fn one, tutti_fn other)
{
	tutti_thread *a = tutti_thread_start(one, NULL, &(tutti_thread_options){ .name = "a" });
	tutti_thread *b = tutti_thread_start(other, NULL, &(tutti_thread_options){ .name = "b" });

	tutti_thread_join(a, NULL);
	tutti_thread_join(b, NULL);
	tutti_future_unref(a);
	tutti_future_unref(b);
}

static int balance;
static tutti_lock first, second;

static void *deposit(void *arg)
{
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 1);
	return arg;
}

static void deposits(void *arg)
{
	(void)arg;
	balance = 0;
	run_both(deposit, deposit);
	TUTTI_SIM_REQUIRE(balance == 2);
}

static void *deposit_locked(void *arg)
{
	tutti_lock_acquire(&first);
	deposit(arg);
	tutti_lock_release(&first);
	return arg;
}

static void deposits_locked(void *arg)
{
	(void)arg;
	balance = 0;
	tutti_lock_init(&first, 0);
	run_both(deposit_locked, deposit_locked);
	TUTTI_SIM_REQUIRE(balance == 2);
}

static void *first_second(void *arg)
{
	tutti_lock_acquire(&first);
	tutti_lock_acquire(&second);
	tutti_lock_release(&second);
	tutti_lock_release(&first);
	return arg;
}

static void *second_first(void *arg)
{
	tutti_lock_acquire(&second);
	tutti_lock_acquire(&first);
	tutti_lock_release(&first);
	tutti_lock_release(&second);
	return arg;
}

static void two_orders(void *arg)
{
	(void)arg;
	tutti_lock_init(&first, 0);
	tutti_lock_init(&second, 0);
	run_both(first_second, second_first);
}

static void one_order(void *arg)
{
	(void)arg;
	tutti_lock_init(&first, 0);
	tutti_lock_init(&second, 0);
	run_both(first_second, first_second);
}

/* -- tests ------------------------------------------------------------------------------------- */

static tutti_sim_result result;

static int run(void (*test)(void *), const char *strategy)
{
	return tutti_sim_check(test, &(tutti_sim_options){ .name = "t",
					     .strategy = strategy,
					     .save = "",
					     .flags = TUTTI_SIM_QUIET,
					     .result = &result });
}

static const char *const strategies[] = { "auto", "random", "pct:2", "pct:3", "exhaustive:2" };

static void finds_a_lost_update(void)
{
	for (size_t i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
		CHECK(run(deposits, strategies[i]) == 1);
		CHECK(result.trouble == TUTTI_SIM_FAILED);
		CHECK(strstr(result.text, "balance == 2"));
		tutti_sim_result_clear(&result);
	}
}

static void passes_what_is_locked(void)
{
	CHECK(run(deposits_locked, "exhaustive:2") == 0);
	CHECK(result.complete && result.runs > 1);
	printf("%s\n", result.shown);
	tutti_sim_result_clear(&result);
	CHECK(run(one_order, "exhaustive:2") == 0);
	printf("%s\n", result.shown);
	tutti_sim_result_clear(&result);
	CHECK(run(deposits_locked, NULL) == 0);
	printf("%s\n", result.shown);
	tutti_sim_result_clear(&result);
}

static void names_the_circle(void)
{
	for (size_t i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
		CHECK(run(two_orders, strategies[i]) == 1);
		CHECK(result.trouble == TUTTI_SIM_DEADLOCK);
		CHECK(strstr(result.text, "the circle: thread 'a' waits for lock"));
		tutti_sim_result_clear(&result);
	}
}

static void *reads(void *arg)
{
	char byte;

	return read(((int *)arg)[0], &byte, 1) == 1 ? arg : NULL;
}

static void blocks_outside(void *arg)
{
	tutti_thread *t = tutti_thread_start(reads, arg, &(tutti_thread_options){ .name = "r" });

	tutti_thread_join(t, NULL);
	tutti_future_unref(t);
}

static void names_a_call_from_outside(void)
{
	int ends[2];

	CHECK(pipe(ends) == 0);
	CHECK(tutti_sim_check(blocks_outside, &(tutti_sim_options){ .save = "",
						      .flags = TUTTI_SIM_QUIET,
						      .arg = ends,
						      .result = &result }) == 1);
	CHECK(result.trouble == TUTTI_SIM_OUTSIDE);
	printf("%s", result.text);
	CHECK(strstr(result.text, "read"));
	CHECK(strstr(result.text, "thread 'r' runs"));
	tutti_sim_result_clear(&result);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	suite_begin();
	RUN(finds_a_lost_update);
	RUN(passes_what_is_locked);
	RUN(names_the_circle);
	RUN(names_a_call_from_outside);
	return suite_end();
}
