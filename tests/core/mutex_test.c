/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * mutex_test.c - the runtime's own locks are shared by threads of a simulation and those outside:
 * each finds the other.
 */
#include "core/mutex.h"

#include "os/os.h"
#include "support/suite.h"

#include <pthread.h>

static uint32_t mutex;
static uint32_t step; /* atomic */

static void reach(uint32_t n)
{
	tu_store_rel(&step, n);
}

/* By no call of ours, which in a simulation would be one of its own, and by none that could be
   taken for one that waits outside: it computes. */
static void until(uint32_t *word, uint32_t n)
{
	while (tu_load_acq(word) != n)
		tu_os_pause();
}

static void simulate(void (*fn)(void *arg))
{
	CHECK_EQ(tutti_sim_check(fn, &(tutti_sim_options){ .strategy = "fifo", .save = "" }), 0);
}

static void *want(void *arg)
{
	until(&step, 1);
	tu_mutex_lock(&mutex);
	tu_mutex_unlock(&mutex);
	return arg;
}

static void hold(void *arg)
{
	(void)arg;
	tu_mutex_lock(&mutex);
	reach(1);
	until(&mutex, 2); /* the other is about to sleep, or sleeps */
	for (int i = 0; i < 100000; i++)
		tu_os_pause();
	tu_mutex_unlock(&mutex);
}

static void one_inside_wakes_one_outside(void)
{
	for (int i = 0; i < suite_rounds(5); i++) {
		pthread_t outside;

		reach(0);
		CHECK_EQ(pthread_create(&outside, NULL, want, NULL), 0);
		simulate(hold);
		CHECK_EQ(pthread_join(outside, NULL), 0);
	}
}

static void *hold_outside(void *arg)
{
	hold(NULL);
	return arg;
}

static void want_inside(void *arg)
{
	want(arg);
}

static void one_outside_wakes_one_inside(void)
{
	for (int i = 0; i < suite_rounds(5); i++) {
		pthread_t outside;

		reach(0);
		CHECK_EQ(pthread_create(&outside, NULL, hold_outside, NULL), 0);
		simulate(want_inside);
		CHECK_EQ(pthread_join(outside, NULL), 0);
	}
}

int main(void)
{
	suite_begin();
	RUN(one_inside_wakes_one_outside);
	RUN(one_outside_wakes_one_inside);
	return suite_end();
}
