/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-valgrind LABELS no-qemu LABELS no-tsan */
/* Other programs in a simulated run: the clock stands still for them, but not for ever. */
#include "support/programs.h"

#include <time.h>

static int64_t real_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void check_once(void (*test)(void *arg))
{
	CHECK_EQ(tutti_sim_check(test, &(tutti_sim_options){ .strategy = "fifo", .save = "" }), 0);
}

static void *sleep_on(void *arg)
{
	for (int i = 0; i < 3; i++) {
		tutti_sleep(TUTTI_MILLISECONDS(10));
		++*(int *)arg;
	}
	return NULL;
}

static void in_a_run_with_sleepers(void *arg)
{
	int woken[2] = { 0 };
	tutti_future *f[] = { tutti_task_start(sleep_on, &woken[0], NULL),
		tutti_thread_start(sleep_on, &woken[1], NULL) };
	tutti_time start = tutti_now();
	int64_t real = real_now();

	(void)arg;
	check_script("sleep 0.1; echo x", "x\n", 0);
	TUTTI_SIM_REQUIRE(tutti_now() == start);
	TUTTI_SIM_REQUIRE(woken[0] == 0 && woken[1] == 0);
	TUTTI_SIM_REQUIRE(real_now() - real >= 100000000);
	tutti_join_all(f, 2);
	TUTTI_SIM_REQUIRE(tutti_now() == start + TUTTI_MILLISECONDS(30));
	TUTTI_SIM_REQUIRE(woken[0] == 3 && woken[1] == 3);
}

static void the_clock_stands_still(void)
{
	check_once(in_a_run_with_sleepers);
}

static void in_a_run_with_a_deadline(void *arg)
{
	tutti_subprocess_options o = { .deadline = tutti_after(TUTTI_MILLISECONDS(60)) };
	int woken = 0;
	tutti_future *f = tutti_task_start(sleep_on, &woken, NULL);
	tutti_subprocess_result r;
	int64_t real = real_now();
	int rc = tutti_subprocess_run(&r, SHELL("exec sleep 1000"), &o);

	(void)arg;
	TUTTI_SIM_REQUIRE(rc == TUTTI_EJOBTIMEDOUT && r.exitcode == -SIGTERM);
	TUTTI_SIM_REQUIRE(tutti_now() == o.deadline);
	TUTTI_SIM_REQUIRE(real_now() - real >= 60000000);
	TUTTI_SIM_REQUIRE(woken == 3);
	tutti_subprocess_result_free(&r);
	tutti_join_all(&f, 1);
}

static void a_deadline_comes_in_real_time(void)
{
	check_once(in_a_run_with_a_deadline);
}

static void in_a_run_without_programs(void *arg)
{
	tutti_lock lock = TUTTI_LOCK_INIT;

	(void)arg;
	tutti_lock_acquire(&lock);
	tutti_lock_acquire(&lock);
}

static void in_a_run_that_hangs_afterwards(void *arg)
{
	check_script("exit 1", "", 1);
	in_a_run_without_programs(arg);
}

/* Nobody waits for the world any more. */
static void a_deadlock_is_still_seen(void)
{
	tutti_sim_result found;
	tutti_sim_options o = {
		.strategy = "fifo", .save = "", .flags = TUTTI_SIM_QUIET, .result = &found
	};

	CHECK_EQ(tutti_sim_check(in_a_run_that_hangs_afterwards, &o), 1);
	CHECK(found.trouble == TUTTI_SIM_DEADLOCK || found.trouble == TUTTI_SIM_CIRCLE);
	tutti_sim_result_clear(&found);
}

int main(void)
{
	suite_begin();
	RUN(the_clock_stands_still);
	RUN(a_deadline_comes_in_real_time);
	RUN(a_deadlock_is_still_seen);
	return suite_end();
}
