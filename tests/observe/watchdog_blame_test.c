/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * watchdog_blame_test.c - nobody is told of for another's stall: not who waits beside one that
 * gives no answer, and not who has taken the place of one that is gone.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include <tutti/tutti.h>

#include "support/suite.h"

static int native_id(void)
{
	return (int)syscall(SYS_gettid);
}

static void *nothing(void *arg)
{
	return arg;
}

/* While somebody waits for this thread; then they have their turn. */
static void hold_until(bool (*enough)(void))
{
	tutti_future *waits = tutti_task_start(nothing, NULL, NULL);

	while (!enough())
		usleep(500);
	CHECK_EQ(finish(waits), 0);
}

static void start(tutti_time limit, void (*fn)(const tutti_stall *stall, void *arg))
{
	const tutti_watchdog_options o = { .stall = limit, .quiet = true, .fn = fn };

	CHECK_EQ(tutti_watchdog_start(&o), 0);
}

/* -- beside one that gives no answer ----------------------------------------------------------- */

static const tutti_time limit = TUTTI_MILLISECONDS(400);
static atomic_int deaf, neighbour; /* native ids */
static atomic_bool deaf_told, neighbour_told;
static tutti_time held; /* for how long the neighbour did */

static void on_stall(const tutti_stall *stall, void *arg)
{
	(void)arg;
	if (stall->thread_native_id == atomic_load(&deaf))
		atomic_store(&deaf_told, true);
	if (stall->thread_native_id == atomic_load(&neighbour))
		atomic_store(&neighbour_told, true);
}

static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	CHECK_EQ(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
}

static bool deaf_is_told(void)
{
	return atomic_load(&deaf_told);
}

/* The signal by which it is asked lies there. */
static bool deaf_is_asked(void)
{
	char path[64], line[128];
	unsigned long long pending = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/task/%d/status", atomic_load(&deaf));
	f = fopen(path, "r");
	CHECK(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "SigPnd:", 7) == 0)
			pending = strtoull(line + 7, NULL, 16);
	fclose(f);
	return pending >> (SIGURG - 1) & 1;
}

static void *be_deaf(void *arg)
{
	block_signals();
	atomic_store(&deaf, native_id());
	hold_until(deaf_is_told);
	return arg;
}

/* Not for the limit, but for some looks; and no longer when the other one has been asked. */
static void *be_beside(void *arg)
{
	tutti_time begun = tutti_now();

	block_signals();
	atomic_store(&neighbour, native_id());
	hold_until(deaf_is_asked);
	held = tutti_now() - begun;
	EVENTUALLY(atomic_load(&deaf_told));
	return arg;
}

static void beside_the_deaf(void)
{
	pthread_t t[2];

	start(limit, on_stall);
	CHECK_EQ(tutti_sleep(limit / 8 * 5), 0); /* between two looks */
	CHECK_EQ(pthread_create(&t[0], NULL, be_deaf, NULL), 0);
	EVENTUALLY(atomic_load(&deaf));
	CHECK_EQ(tutti_sleep(limit / 2), 0);
	CHECK_EQ(pthread_create(&t[1], NULL, be_beside, NULL), 0);
	CHECK_EQ(pthread_join(t[0], NULL), 0);
	CHECK_EQ(pthread_join(t[1], NULL), 0);
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK(!atomic_load(&neighbour_told) || held >= limit);
}

/* -- after one that is gone -------------------------------------------------------------------- */

static pthread_t first, second;
static atomic_int first_id, second_id, over_id;
static atomic_bool first_told;

static bool first_is_told(void)
{
	return atomic_load(&first_told);
}

static void *be_first(void *arg)
{
	atomic_store(&first_id, native_id());
	hold_until(first_is_told);
	return arg;
}

static void *be_second(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	atomic_store(&second_id, native_id());
	while (!atomic_load(&over_id))
		usleep(500);
	return arg;
}

/* Before the watchdog looks again. */
static void replace_first(const tutti_stall *stall, void *arg)
{
	(void)arg;
	if (stall->over) {
		atomic_store(&over_id, stall->thread_native_id);
	} else if (!atomic_exchange(&first_told, true)) {
		CHECK_EQ(pthread_join(first, NULL), 0);
		CHECK_EQ(pthread_create(&second, NULL, be_second, NULL), 0);
		while (!atomic_load(&second_id))
			usleep(500);
	}
}

static void after_one_that_is_gone(void)
{
	start(TUTTI_MILLISECONDS(20), replace_first);
	CHECK_EQ(pthread_create(&first, NULL, be_first, NULL), 0);
	EVENTUALLY(atomic_load(&over_id));
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK_EQ(pthread_join(second, NULL), 0);
	CHECK_EQ(over_id, first_id);
}

int main(void)
{
	suite_begin();
	RUN(beside_the_deaf);
	RUN(after_one_that_is_gone);
	return suite_end();
}
