/* SPDX-License-Identifier: MIT */
/* rows: F75 */
/* ctest: VIRTUAL ON */
#include <tutti/event.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { WAITERS = 10 };

static tutti_event event;
static int released;

static void begins_clear(void)
{
	tutti_event zeroed, made;

	memset(&zeroed, 0, sizeof zeroed);
	memset(&made, 0xff, sizeof made);
	CHECK_EQ(tutti_event_init(&made, 0), 0);
	CHECK(!tutti_event_is_set(&zeroed));
	CHECK(!tutti_event_is_set(&made));
	CHECK_EQ(tutti_event_init(&made, TUTTI_RECURSIVE), -EINVAL);
}

static void stays_set_until_cleared(void)
{
	for (int i = 0; i < 2; i++) {
		tutti_event_set(&event);
		tutti_event_set(&event);
		CHECK(tutti_event_is_set(&event));
		CHECK_EQ(tutti_event_wait(&event), 0);
		CHECK_EQ(tutti_event_wait_until(&event, 0), 0);
		CHECK(tutti_event_is_set(&event));
		tutti_event_clear(&event);
		tutti_event_clear(&event);
		CHECK(!tutti_event_is_set(&event));
		CHECK_EQ(tutti_event_wait_until(&event, 0), TUTTI_ETIMEDOUT);
	}
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(5));
	CHECK_EQ(tutti_event_wait_until(&event, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
}

static void *wait_for_it(void *arg)
{
	CHECK_EQ(tutti_event_wait(&event), 0);
	tu_add_acqrel(&released, 1);
	return arg;
}

static void one_set_lets_all_go(enum mix mix)
{
	tutti_future *f[WAITERS];

	released = 0;
	tutti_event_clear(&event);
	start_all(mix, f, WAITERS, wait_for_it, NULL);
	settle();
	CHECK_EQ(tu_load_acq(&released), 0);
	tutti_event_set(&event);
	join_all(f, WAITERS);
	CHECK_EQ(released, WAITERS);
	finish(start_as(mix, wait_for_it, NULL)); /* and those to come */
	tutti_event_clear(&event);
}

/* These wait for certain when the set comes, so that the clear behind it must not stop them. */
static void who_was_reached_goes_on(void)
{
	tutti_future *f[WAITERS];

	released = 0;
	start_all(TASKS, f, WAITERS, wait_for_it, NULL);
	settle();
	tutti_event_set(&event);
	tutti_event_clear(&event);
	tutti_future *late = tutti_task_start(wait_for_it, NULL, NULL);
	join_all(f, WAITERS);
	settle();
	CHECK_EQ(released, WAITERS);
	CHECK(!tutti_future_done(late));
	tutti_event_set(&event);
	finish(late);
	tutti_event_clear(&event);
}

static void begin_clear(void)
{
	tutti_event_clear(&event);
}

static int wait_until(tutti_time deadline)
{
	return tutti_event_wait_until(&event, deadline);
}

static int wait_only(tutti_time deadline)
{
	(void)deadline;
	return tutti_event_wait(&event);
}

static void set(void)
{
	tutti_event_set(&event);
}

/* rows: F75 */
static void any_order_of_set_cancel_deadline(void)
{
	static const struct orders with = { .begin = begin_clear,
		.wait = wait_until,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };
	static const struct orders without = { .begin = begin_clear,
		.wait = wait_only,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	orders_run(&with);
	orders_run(&without);
}

/* Ping and pong: the number is ordered by the events alone. */
static tutti_event ping, pong;
static long ball;

static void *play_back(void *arg)
{
	long n = *(long *)arg;

	for (long i = 0; i < n; i++) {
		CHECK_EQ(tutti_event_wait(&ping), 0);
		tutti_event_clear(&ping);
		CHECK_EQ(ball, 2 * i + 1);
		ball++;
		tutti_event_set(&pong);
	}
	return NULL;
}

static void *play(void *arg)
{
	long n = *(long *)arg;

	for (long i = 0; i < n; i++) {
		CHECK_EQ(ball, 2 * i);
		ball++;
		tutti_event_set(&ping);
		CHECK_EQ(tutti_event_wait(&pong), 0);
		tutti_event_clear(&pong);
	}
	return NULL;
}

static void set_happens_before_the_wait(enum mix mix)
{
	long n = suite_rounds(1000);

	ball = 0;
	tutti_future *f[2] = { start_nth(mix, 0, play, &n), start_nth(mix, 1, play_back, &n) };
	join_all(f, 2);
	CHECK_EQ(ball, 2 * n);
}

int main(void)
{
	suite_begin();
	RUN(begins_clear);
	RUN(stays_set_until_cleared);
	RUN_MIXES(one_set_lets_all_go);
	RUN(who_was_reached_goes_on);
	RUN(any_order_of_set_cancel_deadline);
	RUN_MIXES(set_happens_before_the_wait);
	return suite_end();
}
