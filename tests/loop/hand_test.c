/* SPDX-License-Identifier: MIT */
/* rows: F93 F95 F96 */
/* ctest: VIRTUAL ON */
#include <tutti/loop.h>

#include "support/suite.h"

#include <errno.h>
#include <signal.h>

enum { MANY = 1000 };

static int called, order[MANY];

static void note(void *arg)
{
	CHECK(called < MANY);
	order[called++] = (int)(intptr_t)arg;
}

static void stop(void *arg)
{
	CHECK_EQ(tutti_loop_stop(arg), 0);
}

/* rows: F93 */
static void callbacks_come_in_order(void)
{
	called = 0;
	for (int i = 0; i < MANY - 1; i++)
		CHECK_EQ(tutti_loop_call_soon(NULL, note, give(i)), 0);
	CHECK_EQ(tutti_loop_call_soon(tutti_loop_current(), stop, NULL), 0);
	CHECK_EQ(called, 0);
	CHECK_EQ(tutti_loop_run_forever(NULL), 0);
	CHECK_EQ(called, MANY - 1);
	for (int i = 0; i < called; i++)
		CHECK_EQ(order[i], i);
}

/* rows: F93 */
static void timers_come_by_deadline_then_by_order(void)
{
	tutti_time now = tutti_now();

	called = 0;
	for (int i = 0; i < MANY - 1; i++) {
		/* 0, 3, 6 ... first, then 1, 4, 7 ..., then 2, 5, 8 ... */
		tutti_time deadline = now + TUTTI_MILLISECONDS(1 + i % 3);

		tutti_future_unref(tutti_loop_call_at(NULL, deadline, note, give(i)));
	}
	tutti_future_unref(tutti_loop_call_at(NULL, now + TUTTI_MILLISECONDS(4), stop, NULL));
	CHECK_EQ(tutti_loop_run_forever(NULL), 0);
	CHECK_EQ(called, MANY - 1);
	for (int i = 1; i < called; i++)
		CHECK(order[i - 1] % 3 < order[i] % 3 ||
			(order[i - 1] % 3 == order[i] % 3 && order[i - 1] < order[i]));
}

static void *sleep_a_little(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	called++;
	return arg;
}

static void *fail(void *arg)
{
	tutti_fail(-EIO, "no");
	return arg;
}

/* The rest of what there is to do waits for the next time. */
/* rows: F95 */
static void runs_until_one_is_complete(void)
{
	tutti_future *a, *b;
	tutti_event go = { 0 };

	called = 0;
	a = tutti_task_start(sleep_a_little, NULL, NULL);
	CHECK_EQ(tutti_loop_run_until_complete(NULL, a), 0);
	CHECK_EQ(called, 1);
	CHECK_EQ(tutti_loop_run_until_complete(NULL, a), 0); /* and again */
	tutti_future_unref(a);

	a = tutti_task_start(fail, NULL, NULL);
	b = tutti_task_start(sleep_a_little, NULL, NULL);
	CHECK_EQ(tutti_loop_run_until_complete(NULL, a), -EIO);
	CHECK(!tutti_future_done(b));
	CHECK_EQ(tutti_loop_run_until_complete(NULL, b), 0);
	CHECK_EQ(called, 2);
	tutti_future_unref(a);
	tutti_future_unref(b);
	tutti_event_set(&go);
}

static void note_done(tutti_future *f, void *arg)
{
	CHECK(tutti_future_done(f));
	order[called++] = (int)(intptr_t)arg;
}

static void *add_callbacks(void *arg)
{
	for (int i = 0; i < 5; i++)
		CHECK_EQ(tutti_future_add_done_callback(arg, note_done, give(i)), 0);
	return NULL;
}

/* Those that a task added are called by the loop, the others where the future is completed. */
/* rows: F95 F111 */
static void callbacks_of_the_future_come_before_the_return(void)
{
	tutti_future *f = tutti_task_start(sleep_a_little, NULL, NULL);

	called = 0;
	finish(tutti_task_start(add_callbacks, f, NULL));
	CHECK_EQ(tutti_future_add_done_callback(f, note_done, give(5)), 0);
	CHECK_EQ(tutti_loop_run_until_complete(NULL, f), 0);
	CHECK_EQ(called, 7);
	tutti_future_unref(f);
}

static void a_stop_ends_it_early(void)
{
	tutti_future *f = tutti_future_create(0);

	called = 0;
	CHECK_EQ(tutti_loop_call_soon(NULL, stop, NULL), 0);
	CHECK_EQ(tutti_loop_call_soon(NULL, note, NULL), 0); /* ready when it was stopped: runs */
	CHECK_EQ(tutti_loop_run_until_complete(NULL, f), TUTTI_EPENDING);
	CHECK_EQ(called, 1);

	/* Stopped before: once what is ready. */
	CHECK_EQ(tutti_loop_call_soon(NULL, note, NULL), 0);
	CHECK_EQ(tutti_loop_stop(NULL), 0);
	CHECK_EQ(tutti_loop_run_forever(NULL), 0);
	CHECK_EQ(called, 2);
	tutti_future_unref(f);
}

static void *misuse(void *loop)
{
	tutti_future *f = tutti_future_create(0);
	int rc = tutti_task_current() ? -EBUSY : -EPERM;

	CHECK_EQ(tutti_loop_run_until_complete(loop, f), rc);
	CHECK_EQ(tutti_loop_run_forever(loop), rc);
	CHECK_EQ(tutti_loop_run_ready(loop), rc);
	CHECK_EQ(tutti_loop_close(loop), rc);
	if (rc == -EPERM) {
		CHECK_EQ(tutti_loop_call_soon(loop, note, NULL), -EPERM);
		CHECK_EQ(tutti_loop_fd(loop), -EPERM);
	}
	tutti_future_unref(f);
	return NULL;
}

static void misuse_is_told(void)
{
	finish(tutti_task_start(misuse, tutti_loop_current(), NULL));
	finish(tutti_thread_start(misuse, tutti_loop_current(), NULL));
	CHECK_EQ(tutti_loop_run_until_complete(NULL, tutti_thread_main()), -EDEADLK);
	CHECK_EQ(tutti_loop_run_until_complete(NULL, NULL), -EINVAL); /* it would never end */
}

static void *call_from_elsewhere(void *loop)
{
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_loop_call_soon_threadsafe(loop, note, give(i)), 0);
	CHECK_EQ(tutti_loop_call_soon_threadsafe(loop, stop, NULL), 0);
	return NULL;
}

static void *stop_from_elsewhere(void *loop)
{
	return give(tutti_loop_stop(loop));
}

/* rows: F93 F102 */
static void other_threads_may_call_and_stop(void)
{
	for (int round = 0; round < suite_rounds(20); round++) {
		tutti_thread *t =
			tutti_thread_start(call_from_elsewhere, tutti_loop_current(), NULL);

		called = 0;
		CHECK_EQ(tutti_loop_run_forever(NULL), 0);
		CHECK_EQ(called, 100);
		finish(t);
		t = tutti_thread_start(stop_from_elsewhere, tutti_loop_current(), NULL);
		CHECK_EQ(tutti_loop_run_forever(NULL), 0);
		finish(t);
	}
}

static tutti_loop *own_loop;

static void on_signal(int number)
{
	(void)number;
	tutti_loop_stop(own_loop);
}

static void raise_it(void *arg)
{
	(void)arg;
	CHECK_EQ(raise(SIGUSR1), 0);
}

static void a_signal_handler_may_stop(void)
{
	void (*before)(int) = signal(SIGUSR1, on_signal);

	own_loop = tutti_loop_current();
	CHECK_EQ(tutti_loop_call_soon(NULL, raise_it, NULL), 0);
	CHECK_EQ(tutti_loop_run_forever(NULL), 0);
	signal(SIGUSR1, before);
}

static void *run_for_ever(void *arg)
{
	(void)arg;
	return give(tutti_loop_run_forever(NULL));
}

static void a_cancel_ends_it(void)
{
	tutti_thread *t = tutti_thread_start(run_for_ever, NULL, NULL);
	tutti_scope limit;

	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	CHECK_EQ(tutti_future_cancel(t), 1);
	CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(t);

	tutti_timeout_begin(&limit, tutti_after(TUTTI_MILLISECONDS(2)));
	CHECK_EQ(tutti_timeout_end(&limit, tutti_loop_run_forever(NULL)), TUTTI_ETIMEDOUT);
}

/* -- closing ---------------------------------------------------------------------------------- */

static char reports[8][128];
static int reported;

static void note_report(int code, const char *text, void *arg)
{
	(void)arg;
	CHECK_EQ(code, TUTTI_ECANCELED);
	CHECK(reported < 8);
	snprintf(reports[reported++], sizeof reports[0], "%s", text);
}

static bool is_reported(const char *text)
{
	for (int i = 0; i < reported; i++)
		if (strcmp(reports[i], text) == 0)
			return true;
	return false;
}

static void *wait_for_ever(void *arg)
{
	tutti_event never = { 0 };

	CHECK_EQ(tutti_event_wait(&never), TUTTI_ECANCELED);
	called++;
	CHECK_EQ(tutti_loop_call_soon(NULL, note, NULL), TUTTI_ESHUTDOWN);
	return arg;
}

static void check_closed(void)
{
	tutti_future *f = tutti_task_start(wait_for_ever, NULL, NULL);
	tutti_group g = { 0 };

	CHECK_EQ(tutti_future_error(f), TUTTI_ESHUTDOWN);
	tutti_future_unref(f);
	f = tutti_loop_call_at(NULL, 0, note, NULL);
	CHECK_EQ(tutti_future_error(f), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_loop_run_until_complete(NULL, f), TUTTI_ESHUTDOWN);
	tutti_future_unref(f);
	CHECK_EQ(tutti_loop_run_forever(NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_loop_run_ready(NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_loop_fd(NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_loop_stop(NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_loop_call_soon(NULL, note, NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_group_start(&g, wait_for_ever, NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(tutti_loop_close(NULL), 0); /* closing it twice does nothing */
	CHECK_EQ(tutti_sleep(1), 0);         /* and waiting is as ever */
}

static void *close_own_loop(void *arg)
{
	static const char *const names[] = { "ann", "bob", "cleo" };
	tutti_future *f[3], *timer;

	called = reported = 0;
	for (int i = 0; i < 3; i++) {
		tutti_task_options o = { .name = names[i] };

		f[i] = tutti_task_start(wait_for_ever, NULL, &o);
		if (i == 1)
			settle(); /* so cleo will not have begun */
	}
	timer = tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(1000)), note, NULL);
	CHECK_EQ(tutti_loop_close(NULL), 0);
	CHECK_EQ(called, 2);
	CHECK_EQ(reported, 4);
	CHECK(is_reported("task 'ann' had not ended when its loop was closed"));
	CHECK(is_reported("task 'bob' had not ended when its loop was closed"));
	CHECK(is_reported("task 'cleo' had not ended when its loop was closed"));
	CHECK(is_reported("timer 'loop timer' had not ended when its loop was closed"));
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_future_error(f[i]), TUTTI_ECANCELED);
		tutti_future_unref(f[i]);
	}
	CHECK_EQ(tutti_future_error(timer), TUTTI_ECANCELED);
	tutti_future_unref(timer);
	check_closed();
	return arg;
}

/* rows: F96 T49 */
static void closing_names_what_it_ends(void)
{
	tutti_set_reporter(note_report, NULL);
	finish(tutti_thread_start(close_own_loop, NULL, NULL));
	tutti_set_reporter(tutti_report_stderr, NULL);
}

/* A timer of a thread that ends does not leave its waiters waiting. */
static void *leave_a_timer(void *arg)
{
	*(tutti_future **)arg =
		tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(1000)), note, NULL);
	return NULL;
}

static void timers_end_with_their_thread(void)
{
	tutti_future *timer = NULL;

	finish(tutti_thread_start(leave_a_timer, &timer, NULL));
	CHECK_EQ(tutti_future_error(timer), TUTTI_ECANCELED);
	tutti_future_unref(timer);
}

static void fail_in_a_callback(void *arg)
{
	(void)arg;
	tutti_fail(TUTTI_EUSER, "as asked");
}

static void note_failure(int code, const char *text, void *arg)
{
	(void)arg;
	CHECK_EQ(code, TUTTI_EUSER);
	CHECK_STR(
		text, "callback 'loop callback' failed and nobody looked: as asked (TUTTI_EUSER)");
	reported++;
}

/* rows: F111 */
static void a_failing_callback_is_reported_and_others_run(void)
{
	reported = called = 0;
	tutti_set_reporter(note_failure, NULL);
	CHECK_EQ(tutti_loop_call_soon(NULL, fail_in_a_callback, NULL), 0);
	CHECK_EQ(tutti_loop_call_soon(NULL, note, NULL), 0);
	CHECK_EQ(tutti_loop_call_soon(NULL, stop, NULL), 0);
	CHECK_EQ(tutti_loop_run_forever(NULL), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
	CHECK_EQ(reported, 1);
	CHECK_EQ(called, 1);
}

int main(void)
{
	suite_begin();
	RUN(callbacks_come_in_order);
	RUN(timers_come_by_deadline_then_by_order);
	RUN(runs_until_one_is_complete);
	RUN(callbacks_of_the_future_come_before_the_return);
	RUN(a_stop_ends_it_early);
	RUN(misuse_is_told);
	RUN(other_threads_may_call_and_stop);
	RUN(a_signal_handler_may_stop);
	RUN(a_cancel_ends_it);
	RUN(closing_names_what_it_ends);
	RUN(timers_end_with_their_thread);
	RUN(a_failing_callback_is_reported_and_others_run);
	return suite_end();
}
