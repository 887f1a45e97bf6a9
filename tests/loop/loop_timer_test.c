/* SPDX-License-Identifier: MIT */
/* rows: F93 */
/* ctest: VIRTUAL ON */
/* Functions that a loop calls at a deadline: set, cancelled and waited for on its thread or not. */
#include <tutti/loop.h>

#include "support/suite.h"

#include <errno.h>

enum { SOON = 1000000, MANY = 300 };

static int order[MANY], n_called;

static void note(void *arg)
{
	order[n_called++ % MANY] = (int)(intptr_t)arg;
}

static void by_deadline_and_then_by_call(void)
{
	tutti_time base = tutti_after(SOON);
	tutti_future *f[4] = {
		tutti_loop_call_at(NULL, base + SOON, note, (void *)2),
		tutti_loop_call_at(NULL, base, note, (void *)0),
		tutti_loop_call_at(NULL, base + SOON, note, (void *)3),
		tutti_loop_call_at(tutti_loop_current(), base, note, (void *)1),
	};

	n_called = 0;
	CHECK_EQ(tutti_join_all(f, 4), 0);
	CHECK_EQ(n_called, 4);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(order[i], i);
	CHECK(tutti_now() >= base + SOON);
}

static void the_past_is_now(void)
{
	tutti_future *f = tutti_loop_call_at(NULL, INT64_MIN, note, NULL);

	n_called = 0;
	CHECK(!tutti_future_done(f));
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	CHECK_EQ(n_called, 1);
	tutti_future_unref(f);
}

static void sleep_a_moment(void *arg)
{
	CHECK_EQ(tutti_sleep(SOON), 0);
	*(bool *)arg = true;
}

static void it_may_wait(void)
{
	bool woke = false;
	tutti_future *f = tutti_loop_call_at(NULL, 0, sleep_a_moment, &woke);

	CHECK_EQ(tutti_join_all(&f, 1), 0);
	CHECK(woke);
}

static void cancelled_it_is_not_called(void)
{
	tutti_future *f = tutti_loop_call_at(NULL, tutti_after(SOON), note, NULL);

	n_called = 0;
	CHECK_EQ(tutti_future_cancel(f), 0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_sleep(2 * SOON), 0);
	CHECK_EQ(n_called, 0);
	tutti_future_unref(f);
}

struct there {
	tutti_loop *loop;
	tutti_event made, leave;
	tutti_future *own; /* a timer that its thread left behind */
};

static void *run_loop(void *arg)
{
	struct there *there = arg;

	there->loop = tutti_loop_current();
	there->own = tutti_loop_call_at(NULL, TUTTI_FOREVER, note, NULL);
	tutti_event_set(&there->made);
	CHECK_EQ(tutti_event_wait(&there->leave), 0);
	return NULL;
}

static tutti_future *begin_there(struct there *there)
{
	tutti_future *t = tutti_thread_start(run_loop, there, NULL);

	CHECK_EQ(tutti_event_wait(&there->made), 0);
	return t;
}

static void end_there(struct there *there, tutti_future *thread)
{
	tutti_event_set(&there->leave);
	CHECK_EQ(tutti_future_result(thread, NULL, 0), 0);
	tutti_future_unref(thread);
	CHECK_EQ(tutti_future_result(there->own, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(there->own);
}

static void count_one(void *arg)
{
	++*(int *)arg;
}

/* Set and cancelled from another thread, at any moment: each is called or cancelled, once. */
static void another_thread_may_set_and_cancel(void)
{
	struct there there = { NULL };
	tutti_future *thread = begin_there(&there);
	int called = 0, cancelled = 0;

	for (int i = 0; i < suite_rounds(MANY); i++) {
		tutti_time when = i % 3 == 0 ? 0 : tutti_after(i % 3 * 2000);
		tutti_future *f = tutti_loop_call_at(there.loop, when, count_one, &called);
		int rc = 0;

		if (i % 2)
			rc = tutti_future_cancel(f);
		cancelled += i % 2 && rc == 0;
		rc = tutti_future_result(f, NULL, 0);
		CHECK(rc == 0 || rc == TUTTI_EJOBCANCELED);
		tutti_future_unref(f);
	}
	CHECK_EQ(called + cancelled, suite_rounds(MANY));
	end_there(&there, thread);
}

static void those_left_behind_end_with_the_thread(void)
{
	struct there there = { NULL };
	tutti_future *thread = begin_there(&there);
	tutti_future *f = tutti_loop_call_at(there.loop, TUTTI_FOREVER, note, NULL);

	n_called = 0;
	CHECK_EQ(tutti_future_result_until(f, NULL, 0, tutti_after(SOON)), TUTTI_ETIMEDOUT);
	end_there(&there, thread);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(n_called, 0);
}

int main(void)
{
	suite_begin();
	RUN(by_deadline_and_then_by_call);
	RUN(the_past_is_now);
	RUN(it_may_wait);
	RUN(cancelled_it_is_not_called);
	RUN(another_thread_may_set_and_cancel);
	RUN(those_left_behind_end_with_the_thread);
	return suite_end();
}
