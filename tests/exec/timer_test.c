/* SPDX-License-Identifier: MIT */
/* rows: F66 */
/* ctest: VIRTUAL ON */
#include <tutti/timer.h>

#include "support/suite.h"

#include <tutti/thread.h>

enum { MANY = 50 };

static int fired;
static tutti_time fired_at[MANY];

static void *fire(void *arg)
{
	CHECK(tutti_thread_current() != tutti_thread_main());
	CHECK(!tutti_task_current());
	if (arg)
		*(tutti_time *)arg = tutti_now();
	tu_add_acqrel(&fired, 1);
	return arg;
}

static void fires_not_before_its_time(void)
{
	tutti_time at = 0, before = tutti_now();
	tutti_timer *t;
	void *result = NULL;

	fired = 0;
	t = tutti_timer_start(TUTTI_MILLISECONDS(5), fire, &at);
	CHECK_EQ(tutti_thread_join(t, &result), 0);
	CHECK(result == &at);
	CHECK(at >= before + TUTTI_MILLISECONDS(5));
	CHECK_EQ(fired, 1);
	tutti_future_unref(t);
}

/* rows: F62 F66 */
static void is_a_thread_from_its_start(void)
{
	tutti_timer *t = tutti_timer_start(TUTTI_SECONDS(1000), fire, NULL), *list[4];

	CHECK_EQ(tutti_thread_active_count(), 2);
	CHECK(tutti_thread_is_alive(t));
	CHECK(tutti_thread_name(t));
	CHECK(tutti_thread_ident(t) != 0);
	CHECK(!tutti_thread_daemon(t));
	CHECK(!tutti_future_done(t));
	CHECK_EQ(tutti_thread_join_until(t, NULL, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_thread_enumerate(list, 4), 2);
	CHECK(list[0] == t || list[1] == t);
	tutti_future_unref(list[0]);
	tutti_future_unref(list[1]);
	CHECK_EQ(tutti_future_cancel(t), 0);
	CHECK_EQ(tutti_thread_join(t, NULL), TUTTI_EJOBCANCELED);
	CHECK(!tutti_thread_is_alive(t));
	CHECK_EQ(tutti_thread_active_count(), 1);
	tutti_future_unref(t);
}

static void no_delay_is_at_once(void)
{
	fired = 0;
	finish(tutti_timer_start(0, fire, NULL));
	finish(tutti_timer_start(-TUTTI_SECONDS(1), fire, NULL));
	finish(tutti_timer_start(INT64_MIN, fire, NULL));
	CHECK_EQ(fired, 3);
}

/* rows: F66 */
static void a_cancelled_one_never_fires(void)
{
	tutti_timer *t[MANY];

	fired = 0;
	for (int i = 0; i < MANY; i++)
		t[i] = tutti_timer_start(i % 2 ? TUTTI_FOREVER : TUTTI_SECONDS(500), fire, NULL);
	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(tutti_future_cancel(t[i]), 0);
		CHECK_EQ(tutti_future_cancel(t[i]), TUTTI_EDONE);
		CHECK_EQ(tutti_future_error(t[i]), TUTTI_ECANCELED);
		CHECK_EQ(tutti_future_result(t[i], NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(t[i]);
	}
	EVENTUALLY(tutti_thread_active_count() == 1);
	CHECK_EQ(fired, 0);
}

/* Cancel and expiry at about the same time: it has run, or it never will. */
static void cancel_or_fire(void)
{
	int never = 0, n = suite_rounds(40);

	fired = 0;
	for (int i = 0; i < n; i++) {
		tutti_timer *t = tutti_timer_start(TUTTI_MILLISECONDS(0.05) * (i % 4), fire, NULL);

		for (int spin = 0; spin < i % 7; spin++)
			tutti_yield();
		int rc = tutti_future_cancel(t);
		CHECK(rc == 0 || rc == 1 || rc == TUTTI_EDONE);
		never += rc == 0;
		int end = tutti_future_result(t, NULL, 0);
		CHECK(rc == 0 ? end == TUTTI_EJOBCANCELED : end == 0 || end == TUTTI_EJOBCANCELED);
		tutti_future_unref(t);
	}
	CHECK_EQ(fired + never, n);
}

static tutti_event begun;
static int answer;

static void *sleep_until_told(void *arg)
{
	tutti_event_set(&begun);
	answer = tutti_sleep(TUTTI_FOREVER);
	return arg;
}

static void a_fired_one_is_asked_to_stop(void)
{
	tutti_event_clear(&begun);
	tutti_timer *t = tutti_timer_start(0, sleep_until_told, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(t), 1);
	tutti_future_result(t, NULL, 0);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	tutti_future_unref(t);
}

static void many_fire_each_in_its_time(void)
{
	tutti_timer *t[MANY];
	tutti_time before[MANY];

	for (int i = 0; i < MANY; i++) {
		before[i] = tutti_now();
		t[i] = tutti_timer_start(TUTTI_MILLISECONDS(1) * (i % 10), fire, &fired_at[i]);
	}
	join_all(t, MANY);
	for (int i = 0; i < MANY; i++)
		CHECK(fired_at[i] >= before[i] + TUTTI_MILLISECONDS(1) * (i % 10));
}

static void *start_one(void *arg)
{
	tutti_timer *t = tutti_timer_start(TUTTI_MILLISECONDS(1), fire, NULL);

	*(int *)arg = tutti_thread_daemon(t);
	finish(t);
	return NULL;
}

static void of_a_daemon_is_a_daemon(void)
{
	int daemon = -1;

	finish(tutti_thread_start(start_one, &daemon, &(tutti_thread_options){ .daemon = 1 }));
	CHECK_EQ(daemon, 1);
	finish(tutti_thread_start(start_one, &daemon, NULL));
	CHECK_EQ(daemon, 0);
	finish(tutti_task_start(start_one, &daemon, NULL)); /* and it may be waited for by a task */
	CHECK_EQ(daemon, 0);
}

int main(void)
{
	suite_begin();
	RUN(fires_not_before_its_time);
	RUN(is_a_thread_from_its_start);
	RUN(no_delay_is_at_once);
	RUN(a_cancelled_one_never_fires);
	RUN(cancel_or_fire);
	RUN(a_fired_one_is_asked_to_stop);
	RUN(many_fire_each_in_its_time);
	RUN(of_a_daemon_is_a_daemon);
	return suite_end();
}
