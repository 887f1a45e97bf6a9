/* SPDX-License-Identifier: MIT */
/* Timers of a loop: in the order of their deadlines, and never between everybody and their turn. */
#include <tutti/loop.h>

#include "support/suite.h"

enum {
	FLOOD = 10000,
	STEP = 7919,      /* coprime to FLOOD: every number once, far from in order */
	BETWEEN_MAX = 200 /* callbacks between two turns of a task that yields */
};

static int fired, turns, most;
static bool stop;

static void *yield_and_look(void *arg)
{
	for (int before = fired; !stop; before = fired) {
		CHECK_EQ(tutti_yield(), 0);
		turns++;
		if (fired - before > most)
			most = fired - before;
	}
	return arg;
}

/* arg is its place in the order. */
static void fire_in_order(void *arg)
{
	CHECK_EQ(fired, (intptr_t)arg);
	fired++;
}

static void flood(tutti_timer **timers, bool (*set)(tutti_timer **timers, int i))
{
	tutti_future *yielder;

	fired = turns = most = 0;
	stop = false;
	yielder = tutti_task_start(yield_and_look, NULL, NULL);
	CHECK_EQ(tutti_yield(), 0); /* it has begun and is in the middle of its turns */
	for (int i = 0; i < FLOOD; i++)
		CHECK(set(timers, i));
	CHECK_EQ(fired, 0);
	join_all(timers, FLOOD);
	stop = true;
	finish(yielder);
	CHECK_EQ(fired, FLOOD);
	printf("%d turns, at most %d callbacks between two\n", turns, most);
	CHECK(most <= BETWEEN_MAX);
	CHECK(turns >= FLOOD / BETWEEN_MAX);
}

static bool set_scrambled(tutti_timer **timers, int i)
{
	intptr_t place = (intptr_t)i * STEP % FLOOD;

	timers[i] = tutti_loop_call_at(NULL, place - FLOOD / 2, fire_in_order, (void *)place);
	return timers[i];
}

static bool set_equal(tutti_timer **timers, int i)
{
	timers[i] = tutti_loop_call_at(NULL, 1, fire_in_order, (void *)(intptr_t)i);
	return timers[i];
}

static tutti_timer *timers[FLOOD];

static void overdue_ones_fire_in_order_and_by_and_by(void)
{
	flood(timers, set_scrambled);
}

static void equal_ones_in_the_order_of_calls(void)
{
	flood(timers, set_equal);
}

/* One that sets the next, overdue at once: that too leaves everybody their turns. */
static void set_the_next(void *arg)
{
	fired++;
	if (!stop)
		tutti_future_unref(tutti_loop_call_at(NULL, 0, set_the_next, arg));
}

static void endless_ones_leave_turns(void)
{
	tutti_future *yielder;

	fired = turns = most = 0;
	stop = false;
	for (int i = 0; i < 1000; i++)
		tutti_future_unref(tutti_loop_call_at(NULL, 0, set_the_next, NULL));
	yielder = tutti_task_start(yield_and_look, NULL, NULL);
	EVENTUALLY(turns >= 1000);
	stop = true;
	finish(yielder);
	CHECK(fired >= 1000);
	CHECK(most <= BETWEEN_MAX);
	fired = 0;
	settle();
	while (fired > 0) { /* those under way find stop */
		fired = 0;
		settle();
	}
}

int main(void)
{
	suite_begin();
	RUN(overdue_ones_fire_in_order_and_by_and_by);
	RUN(equal_ones_in_the_order_of_calls);
	RUN(endless_ones_leave_turns);
	return suite_end();
}
