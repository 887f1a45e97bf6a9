/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
#include <tutti/task.h>

#include "support/suite.h"

#include <errno.h>
#include <sys/syscall.h>

enum { TASKS_N = 5 };

static char story[64];
static size_t told;
static bool stop;

static void *alternate(void *arg)
{
	for (int i = 0; i < 4; i++) {
		story[told++] = *(char *)arg;
		CHECK_EQ(tutti_yield(), 0);
	}
	return NULL;
}

static void tasks_take_turns(void)
{
	tutti_future *f[3] = { tutti_task_start(alternate, "a", NULL),
		tutti_task_start(alternate, "b", NULL), tutti_task_start(alternate, "c", NULL) };

	told = 0;
	memset(story, 0, sizeof story);
	join_all(f, 3);
	CHECK_STR(story, "abcabcabcabc");
}

static void *sleep_nothing(void *arg)
{
	for (int i = 0; i < 4; i++) {
		story[told++] = *(char *)arg;
		CHECK_EQ(i % 2 ? tutti_sleep(0) : tutti_sleep(-5), 0);
	}
	return NULL;
}

/* No time to sleep is a yield, and a deadline long past too. */
static void sleeping_not_at_all_yields(void)
{
	tutti_future *f[2] = { tutti_task_start(sleep_nothing, "x", NULL),
		tutti_task_start(alternate, "y", NULL) };

	told = 0;
	memset(story, 0, sizeof story);
	join_all(f, 2);
	CHECK_STR(story, "xyxyxyxy");
	CHECK_EQ(tutti_sleep_until(0), 0);
	CHECK_EQ(tutti_sleep_until(INT64_MIN), 0);
}

static int turns;

static void *count_turns(void *arg)
{
	while (!stop) {
		turns++;
		CHECK_EQ(tutti_yield(), 0);
	}
	return arg;
}

/* A thread that yields lets each of its tasks run, and comes back though they are never done. */
static void a_thread_lets_its_tasks_run(void)
{
	tutti_future *f[TASKS_N];

	stop = false;
	turns = 0;
	start_all(TASKS, f, TASKS_N, count_turns, NULL);
	for (int i = 1; i <= 10; i++) {
		CHECK_EQ(tutti_yield(), 0);
		CHECK(turns >= i * TASKS_N);
	}
	stop = true;
	join_all(f, TASKS_N);
}

static void nobody_else_there_is_fine(void)
{
	for (int i = 0; i < 1000; i++)
		CHECK_EQ(tutti_yield(), 0);
}

static void *set_flag(void *arg)
{
	tu_store_rel((bool *)arg, true);
	return NULL;
}

/* Tasks that yield without end do not keep the loop from seeing what comes from outside. */
static void *yield_until(void *arg)
{
	while (!tu_load_acq((bool *)arg))
		CHECK_EQ(tutti_yield(), 0);
	return NULL;
}

static void *sleep_then_set(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	return set_flag(arg);
}

static void busy_tasks_do_not_lock_others_out(void)
{
	tutti_task_options here = { .loop = tutti_loop_current() };
	bool flags[3] = { false };

	for (int i = 0; i < 3; i++) {
		tutti_future *f[3] = { tutti_task_start(yield_until, &flags[i], NULL), NULL, NULL };

		if (i == 0) /* a timer of this loop */
			f[1] = tutti_task_start(sleep_then_set, &flags[i], NULL);
		else if (i == 1) /* a thread */
			f[1] = tutti_thread_start(sleep_then_set, &flags[i], NULL);
		else /* a task sent in by a task of another loop */
			f[1] = start_apart(sleep_then_set, &flags[i]);
		f[2] = tutti_task_start(yield_until, &flags[i], &here);
		join_all(f, 3);
	}
}

/*
 * A compiler keeps the address of a thread-local over a call, so a task must find it valid after
 * every park. Asked for through a call that hides it, it is still the same.
 */
static _Thread_local int local;

__attribute__((noinline)) static int *address_of_local(void)
{
	int *address = &local;

	__asm__ volatile("" : "+r"(address));
	return address;
}

static void *check_address(void *arg)
{
	int *before = address_of_local();
	long thread = syscall(SYS_gettid);

	for (int i = 0; i < suite_rounds(25000); i++) {
		CHECK_EQ(tutti_yield(), 0);
		CHECK(address_of_local() == before);
		CHECK(&local == before);
		if (i % 500 == 0) {
			CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.01)), 0);
			CHECK_EQ(syscall(SYS_gettid), thread);
		}
	}
	return arg;
}

static void *check_in_tasks(void *arg)
{
	tutti_future *f[2];

	start_all(TASKS, f, 2, check_address, NULL);
	join_all(f, 2);
	return arg;
}

static void tasks_stay_on_their_thread(void)
{
	tutti_future *f[2];

	start_all(THREADS, f, 2, check_in_tasks, NULL);
	join_all(f, 2);
}

int main(void)
{
	suite_begin();
	RUN(tasks_take_turns);
	RUN(sleeping_not_at_all_yields);
	RUN(a_thread_lets_its_tasks_run);
	RUN(nobody_else_there_is_fine);
	RUN(busy_tasks_do_not_lock_others_out);
	RUN(tasks_stay_on_their_thread);
	return suite_end();
}
