/* SPDX-License-Identifier: MIT */
/* Threads are in progress at the same time; the tasks of a loop are so only where they wait. */
#include "support/suite.h"

enum { ROUNDS = 100, LONG = 10000 };

static int ball; /* whose turn it is; atomic */

/* Waits for its turn without a call of tutti: so it never comes unless the other runs meanwhile. */
static void *play(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < ROUNDS; i++) {
		/* one number, and nothing besides it */
		while (tu_load_rlx(&ball) != me)
			sched_yield();
		tu_store_rlx(&ball, !me); /* likewise */
	}
	return arg;
}

/* rows: F4 F6 F13 */
static void threads_run_at_the_same_time(void)
{
	tutti_future *two[2];

	tu_store_rlx(&ball, 0); /* nobody plays */
	for (int i = 0; i < 2; i++)
		two[i] = tutti_thread_start(play, give(i), NULL);
	for (int i = 0; i < 2; i++)
		finish(two[i]);
	CHECK_EQ(tu_load_rlx(&ball), 0); /* joined */
}

static bool inside;
static int ended;

static void *be_alone(void *arg)
{
	CHECK(!inside);
	inside = true;
	for (int i = 0; i < LONG; i++)
		sched_yield();
	inside = false;
	ended++;
	return arg;
}

/* rows: F5 F6 F102 F104 */
static void tasks_never_do(void)
{
	tutti_future *two[2];

	inside = false;
	ended = 0;
	for (int i = 0; i < 2; i++)
		two[i] = tutti_task_start(be_alone, NULL, NULL);
	for (int i = 0; i < 2; i++)
		finish(two[i]);
	CHECK_EQ(ended, 2);
}

int main(void)
{
	suite_begin();
	RUN(threads_run_at_the_same_time);
	RUN(tasks_never_do);
	return suite_end();
}
