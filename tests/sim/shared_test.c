/* SPDX-License-Identifier: MIT */
/* shared_test.c - objects for several processes, simulated: alone, and beside a real process. */
#include "support/processes.h"

#include <tutti/sim.h>
#include <tutti/tutti.h>

static tutti_lock one, other;
static tutti_event ready;
static int balance;

static void make_all(void)
{
	balance = 0;
	tutti_lock_init(&one, TUTTI_SHARED);
	tutti_lock_init(&other, TUTTI_SHARED);
	tutti_event_init(&ready, TUTTI_SHARED);
}

static void *deposit(void *arg)
{
	int had;

	tutti_lock_acquire(&one);
	had = TUTTI_LOAD(&balance);
	TUTTI_STORE(&balance, had + 1);
	tutti_lock_release(&one);
	return arg;
}

static void two_deposits(void *arg)
{
	tutti_thread *threads[2];

	make_all();
	for (int i = 0; i < 2; i++)
		threads[i] = tutti_thread_start(deposit, arg, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, 2) == 0);
	TUTTI_SIM_REQUIRE(balance == 2);
}

static void excludes_in_all_schedules(void)
{
	CHECK_EQ(tutti_sim_check(two_deposits,
			 &(tutti_sim_options){ .strategy = "exhaustive:3", .runs = 20000 }),
		0);
}

/* -- select ------------------------------------------------------------------------------------ */

static tutti_semaphore permits;
static tutti_queue *queue;

static void *give_all(void *arg)
{
	int item = 1;

	tutti_queue_put(queue, &item);
	tutti_semaphore_release(&permits, 1);
	return arg;
}

static void *take_one(void *arg)
{
	int item = 0;
	tutti_case cases[] = { tutti_case_acquire(&permits), tutti_case_get(queue, &item) };
	int i = tutti_select(cases, 2, TUTTI_FOREVER);

	TUTTI_SIM_REQUIRE(i >= 0 && cases[i].code == 0 && item == i);
	return arg;
}

/* Two select, and each gets one of the two. */
static void two_selects(void *arg)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED };
	tutti_thread *threads[3];

	tutti_semaphore_init(&permits, 0, TUTTI_SHARED);
	TUTTI_SIM_REQUIRE(tutti_queue_create(&queue, sizeof(int), &o) == 0);
	for (int i = 0; i < 2; i++)
		threads[i] = tutti_thread_start(take_one, arg, NULL);
	threads[2] = tutti_thread_start(give_all, arg, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, 3) == 0);
	TUTTI_SIM_REQUIRE(tutti_queue_empty(queue) && tutti_semaphore_value(&permits) == 0);
	tutti_queue_free(queue);
}

static void selects_in_many_schedules(void)
{
	CHECK_EQ(tutti_sim_check(two_selects,
			 &(tutti_sim_options){ .strategy = "exhaustive:2", .runs = 4000 }),
		0);
	CHECK_EQ(tutti_sim_check(two_selects, &(tutti_sim_options){ .runs = 500 }), 0);
}

static void select_for_an_hour(void *arg)
{
	tutti_time hour = tutti_after(TUTTI_SECONDS(3600));
	tutti_case c;

	make_all();
	c = tutti_case_event(&ready);
	TUTTI_SIM_REQUIRE(tutti_select(&c, 1, hour) == TUTTI_ETIMEDOUT);
	TUTTI_SIM_REQUIRE(tutti_now() >= hour && !arg);
}

static void deadlines_of_a_select_are_virtual(void)
{
	CHECK_EQ(tutti_sim_check(select_for_an_hour, &(tutti_sim_options){ .runs = 3 }), 0);
}

/* -- deadlocks --------------------------------------------------------------------------------- */

static void *cross(void *arg)
{
	tutti_lock_acquire(&other);
	tutti_yield();
	tutti_lock_acquire(&one);
	tutti_lock_release(&one);
	tutti_lock_release(&other);
	return arg;
}

static void crossing(void *arg)
{
	tutti_thread *thread;

	make_all();
	thread = tutti_thread_start(cross, arg, NULL);
	tutti_lock_acquire(&one);
	tutti_yield();
	tutti_lock_acquire(&other);
	tutti_lock_release(&other);
	tutti_lock_release(&one);
	TUTTI_SIM_REQUIRE(tutti_join_all(&thread, 1) == 0);
}

/* There is no other process that could let them go. */
static void finds_a_deadlock(void)
{
	tutti_sim_result result = { 0 };
	tutti_sim_options o = { .flags = TUTTI_SIM_QUIET, .result = &result };

	CHECK(tutti_sim_check(crossing, &o) != 0);
	CHECK_EQ(result.trouble, TUTTI_SIM_DEADLOCK);
	tutti_sim_result_clear(&result);
}

/* -- beside a real process --------------------------------------------------------------------- */

static struct shared {
	tutti_semaphore here, there;
} * shared;

static void answer(void *arg)
{
	for (int i = 0; i < 100; i++) {
		CHECK_EQ(tutti_semaphore_acquire(&shared->there), 0);
		CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
	}
	(void)arg;
}

static void *ask(void *arg)
{
	for (int i = 0; i < 50; i++) {
		TUTTI_SIM_REQUIRE(tutti_semaphore_release(&shared->there, 1) == 0);
		TUTTI_SIM_REQUIRE(tutti_semaphore_acquire(&shared->here) == 0);
	}
	return arg;
}

static void ask_from_two_threads(void *arg)
{
	tutti_thread *threads[2];

	for (int i = 0; i < 2; i++)
		threads[i] = tutti_thread_start(ask, arg, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, 2) == 0);
}

/* Nobody here can run: the other process is waited for, as the world is. */
static void waits_for_another_process(void)
{
	pid_t pid;

	shared = share(sizeof *shared);
	CHECK_EQ(tutti_semaphore_init(&shared->here, 0, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_semaphore_init(&shared->there, 0, TUTTI_SHARED), 0);
	pid = process_start(answer, NULL);
	CHECK_EQ(tutti_sim_check(ask_from_two_threads, &(tutti_sim_options){ .strategy = "fifo" }),
		0);
	process_join(pid);
	unshare(shared, sizeof *shared);
}

int main(void)
{
	processes_begin();
	RUN(excludes_in_all_schedules);
	RUN(deadlines_of_a_select_are_virtual);
	RUN(finds_a_deadlock);
	RUN(waits_for_another_process);
	RUN(selects_in_many_schedules); /* from a shared queue on there may be others */
	return suite_end();
}
