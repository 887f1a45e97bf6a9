/* SPDX-License-Identifier: MIT */
/* rows: F96 */
/* ctest: VIRTUAL ON */
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

/* -- a loop ends before they are due ---------------------------------------------------------- */

static tutti_timer *late[3];

static void never(void *arg)
{
	(void)arg;
	CHECK(!"called");
}

static void are_cancelled(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CHECK_EQ(tutti_future_result(late[i], NULL, 0), TUTTI_EJOBCANCELED);
		CHECK_EQ(tutti_future_error(late[i]), TUTTI_ECANCELED);
		tutti_future_unref(late[i]);
	}
}

static void *set_late_ones(void *arg)
{
	late[0] = tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(3600)), never, NULL);
	late[1] = tutti_loop_call_at(NULL, TUTTI_FOREVER, never, NULL);
	return arg;
}

static void a_threads_end_cancels_them(void)
{
	finish(tutti_thread_start(set_late_ones, NULL, NULL));
	are_cancelled(2);
}

static tutti_loop *other;
static tutti_event is_there;

static void *hold_the_loop(void *arg)
{
	other = tutti_loop_current();
	set_late_ones(NULL);
	tutti_event_set(&is_there);
	/* Without a look at the inbox in between, it arrives when the thread is at its end. */
	while (!tu_load_acq(&stop))
		CHECK_EQ(tutti_thread_sleep(TUTTI_MILLISECONDS(0.1)), 0);
	return arg;
}

static void one_on_its_way_too(void)
{
	tutti_future *f;

	stop = false;
	tutti_event_clear(&is_there);
	f = tutti_thread_start(hold_the_loop, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&is_there), 0);
	late[2] = tutti_loop_call_at(other, tutti_after(TUTTI_SECONDS(3600)), never, NULL);
	tu_store_rel(&stop, true);
	finish(f);
	are_cancelled(3);
}

static void a_runs_end_cancels_them(void)
{
	CHECK_EQ(tutti_run(set_late_ones, NULL, NULL), 0);
	are_cancelled(2);
	late[0] = tutti_loop_call_at(NULL, tutti_after(1), fire_in_order, NULL);
	fired = 0;
	CHECK_EQ(finish(late[0]), 0); /* and the next are set as before */
	CHECK_EQ(fired, 1);
}

/* A task that ends in peace, as under a shield, still has its time. */
static void *sleep_shielded(void *arg)
{
	tutti_scope shield;
	tutti_time begun = tutti_now();

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(5)), 0);
	tutti_shield_end(&shield, 0);
	CHECK(tutti_now() - begun >= TUTTI_MILLISECONDS(5));
	fired++;
	return arg;
}

static void *leave_a_sleeper(void *arg)
{
	set_late_ones(NULL);
	tutti_future_unref(tutti_task_start(sleep_shielded, NULL, NULL));
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void sleepers_under_a_shield_are_not_hurried(void)
{
	fired = 0;
	finish(tutti_thread_start(leave_a_sleeper, NULL, NULL));
	CHECK_EQ(fired, 1);
	are_cancelled(2);
}

int main(void)
{
	suite_begin();
	RUN(overdue_ones_fire_in_order_and_by_and_by);
	RUN(equal_ones_in_the_order_of_calls);
	RUN(endless_ones_leave_turns);
	RUN(a_threads_end_cancels_them);
	RUN(one_on_its_way_too);
	RUN(a_runs_end_cancels_them);
	RUN(sleepers_under_a_shield_are_not_hurried);
	return suite_end();
}
