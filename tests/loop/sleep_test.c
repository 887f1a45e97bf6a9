/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
#include <tutti/time.h>

#include "support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

enum { SLEEPERS = 50, TIMERS = 1000 };

static void the_clock_never_runs_backwards(void)
{
	tutti_time last = tutti_now();

	CHECK(last >= 0);
	for (int i = 0; i < 100000; i++) {
		tutti_time now = tutti_now();

		CHECK(now >= last);
		last = now;
	}
}

/* rows: F65 D12 */
static void additions_saturate(void)
{
	CHECK_EQ(tutti_after(TUTTI_FOREVER), TUTTI_FOREVER);
	CHECK_EQ(tutti_after(INT64_MAX - 1), TUTTI_FOREVER);
	CHECK(tutti_after(INT64_MIN) < 0);
	CHECK(tutti_after(-1) < tutti_now());
	CHECK(tutti_after(TUTTI_SECONDS(10)) > tutti_now());
	CHECK_EQ(TUTTI_SECONDS(0.5), 500000000);
	CHECK_EQ(TUTTI_MILLISECONDS(20), 20000000);
}

static void *sleep_a_bit(void *arg)
{
	tutti_time duration = *(tutti_time *)arg, before = tutti_now();

	CHECK_EQ(tutti_sleep(duration), 0);
	CHECK(tutti_now() >= before + duration);
	before = tutti_now();
	CHECK_EQ(tutti_sleep_until(before + duration), 0);
	CHECK(tutti_now() >= before + duration);
	return NULL;
}

/* rows: F100 F153 */
static void never_too_short(enum mix mix)
{
	static tutti_time durations[SLEEPERS];
	tutti_future *f[SLEEPERS];

	for (int i = 0; i < SLEEPERS; i++) {
		durations[i] = (tutti_time)(i * 7919 % 3000) * 1000;
		f[i] = start_nth(mix, i, sleep_a_bit, &durations[i]);
	}
	join_all(f, SLEEPERS);
	sleep_a_bit(&durations[1]);
}

/* Together they take as long as the longest, not as their sum. */
static void *sleep_20_ms(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(20)), 0);
	return arg;
}

static void tasks_sleep_at_the_same_time(void)
{
	static tutti_future *f[TIMERS];
	tutti_time before = tutti_now();

	start_all(TASKS, f, TIMERS, sleep_20_ms, NULL);
	join_all(f, TIMERS);
	CHECK(tutti_now() - before < TUTTI_MILLISECONDS(20) * TIMERS);
}

static int order[TIMERS], woken;
static tutti_time instants[TIMERS];

static void *sleep_until_mine(void *arg)
{
	tutti_time *mine = arg;

	CHECK_EQ(tutti_sleep_until(*mine), 0);
	CHECK(tutti_now() >= *mine);
	order[woken++] = (int)(mine - instants);
	return NULL;
}

/* Returns false if some deadline came before all were asleep: that shows nothing. */
static bool sleep_in_order(tutti_time notice)
{
	static tutti_future *f[TIMERS];
	tutti_time base = tutti_after(notice);

	woken = 0;
	for (int i = 0; i < TIMERS; i++) {
		instants[i] = base + (i * 541 % 20) * 1000;
		f[i] = tutti_task_start(sleep_until_mine, &instants[i], NULL);
	}
	settle();
	bool in_time = tutti_now() < base;
	join_all(f, TIMERS);
	return in_time;
}

/* By deadline, and those of the same deadline in the order in which they came. */
/* rows: F100 */
static void wake_by_deadline_then_by_start(void)
{
	tutti_time notice = TUTTI_MILLISECONDS(20);

	while (!sleep_in_order(notice))
		notice *= 2;
	for (int i = 1; i < TIMERS; i++) {
		tutti_time a = instants[order[i - 1]], b = instants[order[i]];

		CHECK(a <= b);
		CHECK(a < b || order[i - 1] < order[i]);
	}
}

static bool ticking;
static int ticks;

static void *tick(void *arg)
{
	while (ticking) {
		ticks++;
		CHECK_EQ(tutti_yield(), 0);
	}
	return arg;
}

/* tutti_sleep gives way, tutti_thread_sleep holds the whole loop. */
static void only_the_thread_sleep_holds_the_others(void)
{
	ticking = true;
	ticks = 0;
	tutti_future *f = tutti_task_start(tick, NULL, NULL);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	CHECK(ticks > 0);
	int before = ticks;
	tutti_time start = tutti_now();
	CHECK_EQ(tutti_thread_sleep(TUTTI_MILLISECONDS(2)), 0);
	CHECK(tutti_now() >= start + TUTTI_MILLISECONDS(2));
	CHECK_EQ(ticks, before);
	CHECK_EQ(tutti_thread_sleep(0), 0);
	CHECK_EQ(tutti_thread_sleep(-1), 0);
	CHECK_EQ(ticks, before);
	ticking = false;
	finish(f);
}

/* Two that hold their thread take twice as long; two that do not, no longer than one must. */
static void *hold_10_ms(void *arg)
{
	CHECK_EQ(tutti_thread_sleep(TUTTI_MILLISECONDS(10)), 0);
	return arg;
}

/* rows: F101 T28 */
static void blocking_sleeps_add_up(void)
{
	tutti_future *f[3];
	tutti_time before = tutti_now();

	start_all(TASKS, f, 3, hold_10_ms, NULL);
	join_all(f, 3);
	CHECK(tutti_now() >= before + TUTTI_MILLISECONDS(30));
}

static int storms;

static void count_signal(int signal)
{
	(void)signal;
	tu_add_acqrel(&storms, 1);
}

static void *sleep_through_it(void *arg)
{
	tutti_time before = tutti_now();

	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(10)), 0);
	CHECK(tutti_now() >= before + TUTTI_MILLISECONDS(10));
	before = tutti_now();
	CHECK_EQ(tutti_thread_sleep(TUTTI_MILLISECONDS(10)), 0);
	CHECK(tutti_now() >= before + TUTTI_MILLISECONDS(10));
	return arg;
}

/* Signals do not shorten a sleep, whichever thread they come to. */
/* rows: F153 */
static void signals_do_not_wake(enum mix mix)
{
	struct sigaction storm = { .sa_handler = count_signal }, before;

	sigaction(SIGUSR1, &storm, &before);
	tutti_future *f = start_as(mix, sleep_through_it, NULL);
	storms = 0;
	for (int i = 0; !tutti_future_done(f) || i < 10; i++) {
		int there = tutti_thread_native_id(f);

		if (there > 0)
			syscall(SYS_tgkill, getpid(), there, SIGUSR1);
		pthread_kill(pthread_self(), SIGUSR1);
		tutti_sleep(TUTTI_MILLISECONDS(0.2));
	}
	finish(f);
	CHECK(storms > 0);
	sigaction(SIGUSR1, &before, NULL);
}

/* A loop whose tasks all sleep uses no CPU. */
static tutti_time cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return TUTTI_SECONDS(1) * now.tv_sec + now.tv_nsec;
}

static void *sleep_for(void *ms)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS((intptr_t)ms)), 0);
	return NULL;
}

/* rows: F93 */
static void idle_loops_do_not_spin(enum mix mix)
{
	tutti_future *f[4];
	tutti_time before;

	start_all(mix, f, 4, sleep_for, give(1)); /* stacks are made, which sanitizers make dear */
	join_all(f, 4);
	before = cpu_time();
	start_all(mix, f, 4, sleep_for, give(300));
	join_all(f, 4);
	CHECK(cpu_time() - before < TUTTI_MILLISECONDS(270)); /* a spinning one takes them all */
}

int main(void)
{
	suite_begin();
	RUN(the_clock_never_runs_backwards);
	RUN(additions_saturate);
	RUN_MIXES(never_too_short);
	RUN(tasks_sleep_at_the_same_time);
	RUN(wake_by_deadline_then_by_start);
	RUN(only_the_thread_sleep_holds_the_others);
	RUN(blocking_sleeps_add_up);
	RUN_MIXES(signals_do_not_wake);
	RUN_MIXES(idle_loops_do_not_spin);
	return suite_end();
}
