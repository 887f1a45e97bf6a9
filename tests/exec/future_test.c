/* SPDX-License-Identifier: MIT */
/* rows: F109 F110 F111 */
/* ctest: VIRTUAL ON */
#include <tutti/future.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { WAITERS = 6 };

static tutti_future *promise;

/* rows: F83 F110 */
static void pending_says_so(void)
{
	tutti_future *f = tutti_future_create(sizeof(int));
	int out = 7;

	CHECK(f);
	CHECK(!tutti_future_done(f));
	CHECK(!tutti_future_running(f));
	CHECK_EQ(tutti_future_error(f), TUTTI_EPENDING);
	CHECK_STR(tutti_future_text(f), "");
	CHECK_EQ(tutti_future_result_until(f, &out, sizeof out, 0), TUTTI_ETIMEDOUT);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_future_result_until(f, &out, sizeof out, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(out, 7);
	tutti_future_unref(f);
}

/* rows: F110 */
static void a_result_is_given_any_number_of_times(void)
{
	tutti_future *f = tutti_future_create(sizeof(int));
	int in = 42, out = 0;
	char wrong[8];

	CHECK_EQ(tutti_future_set_result(f, &in), 0);
	in = 0;
	CHECK(tutti_future_done(f));
	CHECK(!tutti_future_running(f));
	CHECK_EQ(tutti_future_error(f), 0);
	CHECK_STR(tutti_future_text(f), "");
	for (int i = 0; i < 3; i++) {
		out = 0;
		CHECK_EQ(tutti_future_result(f, &out, sizeof out), 0);
		CHECK_EQ(out, 42);
		out = 0;
		CHECK_EQ(tutti_future_result_until(f, &out, sizeof out, 0), 0);
		CHECK_EQ(out, 42);
	}
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	CHECK_EQ(tutti_future_result(f, wrong, sizeof wrong), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_result_until(f, wrong, 1, 0), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_set_result(f, &in), TUTTI_EDONE);
	CHECK_EQ(tutti_future_set_error(f, -EIO, NULL), TUTTI_EDONE);
	CHECK_EQ(tutti_future_cancel(f), TUTTI_EDONE);
	tutti_future_unref(f);
}

static void results_of_any_size(void)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 15, 16, 17, 64, 100, 5000 };
	static unsigned char in[5000], out[5000];

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		tutti_future *f = tutti_future_create(sizes[i]);

		for (size_t k = 0; k < sizes[i]; k++)
			in[k] = (unsigned char)(k * 13 + i);
		CHECK_EQ(tutti_future_set_result(f, sizes[i] ? in : NULL), 0);
		CHECK_EQ(tutti_future_result(f, sizes[i] ? out : NULL, sizes[i]), 0);
		CHECK(memcmp(in, out, sizes[i]) == 0);
		tutti_future_unref(f);
	}
}

/* rows: F83 F110 */
static void an_error_has_code_and_words(void)
{
	tutti_future *f = tutti_future_create(sizeof(int));
	char text[32] = "the disk is on fire";
	int out = 7;

	CHECK_EQ(tutti_future_set_error(f, 0, NULL), -EINVAL);
	CHECK_EQ(tutti_future_set_error(f, 5, NULL), -EINVAL);
	CHECK(!tutti_future_done(f));
	CHECK_EQ(tutti_future_set_error(f, -EIO, text), 0);
	memset(text, 'x', sizeof text - 1);
	CHECK_EQ(tutti_future_error(f), -EIO);
	CHECK_STR(tutti_future_text(f), "the disk is on fire");
	CHECK_EQ(tutti_future_result(f, &out, sizeof out), -EIO);
	CHECK_EQ(tutti_future_result(f, NULL, 0), -EIO);
	CHECK_EQ(out, 7);
	CHECK_EQ(tutti_future_set_error(f, -EIO, "again"), TUTTI_EDONE);
	tutti_future_unref(f);
	f = tutti_future_create(0);
	CHECK_EQ(tutti_future_set_error(f, TUTTI_EUSER - 3, NULL), 0);
	CHECK_EQ(tutti_future_error(f), TUTTI_EUSER - 3);
	CHECK_STR(tutti_future_text(f), tutti_strerror(TUTTI_EUSER - 3));
	tutti_future_unref(f);
}

/* From a wait, ECANCELED and ETIMEDOUT are about who waits: so the job's are others. */
static void a_jobs_own_cancel_and_timeout_are_told_apart(void)
{
	tutti_future *f = tutti_future_create(0);

	CHECK_EQ(tutti_future_cancel(f), 0);
	CHECK(tutti_future_done(f));
	CHECK_EQ(tutti_future_error(f), TUTTI_ECANCELED);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_future_cancel(f), TUTTI_EDONE);
	CHECK_EQ(tutti_future_set_result(f, NULL), TUTTI_EDONE);
	CHECK_EQ(tutti_future_set_error(f, -EIO, NULL), TUTTI_EDONE);
	tutti_future_unref(f);
	f = tutti_future_create(0);
	CHECK_EQ(tutti_future_set_error(f, TUTTI_ETIMEDOUT, NULL), 0);
	CHECK_EQ(tutti_future_error(f), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_future_result_until(f, NULL, 0, 0), TUTTI_EJOBTIMEDOUT);
	tutti_future_unref(f);
}

static void *take_result(void *arg)
{
	int out = 0;

	CHECK_EQ(tutti_future_result(promise, &out, sizeof out), 0);
	return arg == NULL ? give(out) : arg;
}

/* rows: F109 */
static void many_may_wait_for_one(enum mix mix)
{
	tutti_future *f[WAITERS];
	int in = 11;

	promise = tutti_future_create(sizeof(int));
	start_all(mix, f, WAITERS, take_result, NULL);
	settle();
	for (int i = 0; i < WAITERS; i++)
		CHECK(!tutti_future_done(f[i]));
	CHECK_EQ(tutti_future_set_result(promise, &in), 0);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(finish(f[i]), 11);
	tutti_future_unref(promise);
}

static void *keep_promise(void *arg)
{
	int in = 11;

	CHECK_EQ(tutti_future_set_result(arg, &in), 0);
	return NULL;
}

static void any_may_keep_it(enum mix mix)
{
	promise = tutti_future_create(sizeof(int));
	tutti_future *f = start_as(mix, keep_promise, promise);
	CHECK_EQ((intptr_t)take_result(NULL), 11);
	finish(f);
	tutti_future_unref(promise);
}

/* Of many who try to end it, one does. */
static int ended;

static void *try_to_end(void *arg)
{
	int way = *(int *)arg, value = way, rc;

	if (way % 3 == 0)
		rc = tutti_future_set_result(promise, &value);
	else if (way % 3 == 1)
		rc = tutti_future_set_error(promise, -EIO, "one of many");
	else
		rc = tutti_future_cancel(promise);
	CHECK(rc == 0 || rc == TUTTI_EDONE);
	if (rc == 0)
		tu_add_acqrel(&ended, 1);
	return NULL;
}

/* rows: F109 */
static void it_ends_once(enum mix mix)
{
	static int ways[WAITERS] = { 0, 1, 2, 3, 4, 5 };
	tutti_future *f[WAITERS];

	for (int round = 0; round < suite_rounds(20); round++) {
		promise = tutti_future_create(sizeof(int));
		ended = 0;
		for (int i = 0; i < WAITERS; i++)
			f[i] = start_nth(mix, i, try_to_end, &ways[(i + round) % WAITERS]);
		join_all(f, WAITERS);
		CHECK_EQ(ended, 1);
		CHECK(tutti_future_done(promise));
		tutti_future_error(promise);
		tutti_future_unref(promise);
	}
}

static char calls[16];
static int n_calls;

static void note(tutti_future *f, void *arg)
{
	CHECK(tutti_future_done(f));
	CHECK(f == promise);
	calls[n_calls++] = *(const char *)arg;
	calls[n_calls] = '\0';
}

/* rows: F8 F83 F111 */
static void callbacks_are_called_once_in_order(void)
{
	promise = tutti_future_create(0);
	n_calls = 0;
	CHECK_EQ(tutti_future_add_done_callback(promise, note, "a"), 0);
	CHECK_EQ(tutti_future_add_done_callback(promise, note, "b"), 0);
	CHECK_EQ(tutti_future_add_done_callback(promise, note, "a"), 0);
	CHECK_EQ(n_calls, 0);
	CHECK_EQ(tutti_future_set_error(promise, -EIO, NULL), 0);
	CHECK_STR(calls, "aba");
	CHECK_EQ(tutti_future_add_done_callback(promise, note, "c"), 0);
	CHECK_STR(calls, "abac"); /* done already: at once */
	CHECK_EQ(tutti_future_error(promise), -EIO);
	tutti_future_unref(promise);
	promise = tutti_future_create(0);
	CHECK_EQ(tutti_future_add_done_callback(promise, note, "d"), 0);
	CHECK_EQ(tutti_future_cancel(promise), 0);
	CHECK_STR(calls, "abacd");
	tutti_future_unref(promise);
}

static tutti_thread *called_in;

static void note_thread(tutti_future *f, void *arg)
{
	(void)f;
	tu_store_rel(&called_in, tutti_thread_current());
	tu_store_rel((bool *)arg, true);
}

static void *add_and_wait(void *arg)
{
	bool called = false;

	CHECK_EQ(tutti_future_add_done_callback(promise, note_thread, &called), 0);
	tu_store_rel((bool *)arg, true);
	EVENTUALLY(tu_load_acq(&called));
	CHECK(called_in == tutti_thread_current());
	return NULL;
}

/* What a task adds is called in the task's loop, wherever the promise is kept. */
static void callbacks_of_a_task_run_in_its_loop(enum mix mix)
{
	bool added = false;

	promise = tutti_future_create(sizeof(int));
	tutti_future *task = tutti_task_start(add_and_wait, &added, NULL);
	EVENTUALLY(tu_load_acq(&added));
	tutti_future *f = start_as(mix, keep_promise, promise);
	finish(task);
	finish(f);
	tutti_future_unref(promise);
}

static void begin_promise(void)
{
	tutti_future_unref(promise);
	promise = tutti_future_create(0);
}

static int wait_until(tutti_time deadline)
{
	return tutti_future_result_until(promise, NULL, 0, deadline);
}

static int wait_only(tutti_time deadline)
{
	(void)deadline;
	return tutti_future_result(promise, NULL, 0);
}

static void keep_it(void)
{
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

static void any_order_of_result_cancel_deadline(void)
{
	static const struct orders with = { .begin = begin_promise,
		.wait = wait_until,
		.grant = keep_it,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };
	static const struct orders without = { .begin = begin_promise,
		.wait = wait_only,
		.grant = keep_it,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	promise = NULL;
	orders_run(&with);
	orders_run(&without);
	tutti_future_unref(promise);
}

static void *return_arg(void *arg)
{
	return arg;
}

static void *fail(void *arg)
{
	tutti_fail(*(int *)arg, "number %d", *(int *)arg);
	return arg;
}

static void join_all_gives_the_first_error(enum mix mix)
{
	int codes[2] = { TUTTI_EUSER - 1, TUTTI_EUSER - 2 };
	tutti_future *f[6] = { start_nth(mix, 0, return_arg, NULL), NULL,
		start_nth(mix, 1, fail, &codes[0]), start_nth(mix, 2, fail, &codes[1]),
		tutti_future_create(0), start_nth(mix, 3, return_arg, NULL) };

	CHECK_EQ(tutti_future_set_result(f[4], NULL), 0);
	CHECK_EQ(tutti_join_all(f, 6), TUTTI_EUSER - 1);
	for (int i = 0; i < 6; i++)
		CHECK(!f[i]);
	CHECK_EQ(tutti_join_all(f, 6), 0);
	CHECK_EQ(tutti_join_all(NULL, 0), 0);
}

static tutti_future *joined[2];
static int answer;

static void *join_both(void *arg)
{
	answer = tutti_join_all(joined, 2);
	return arg;
}

/* Cancelled while it waits: the references are still there to be joined again. */
static void a_cancelled_join_all_did_nothing(void)
{
	joined[0] = tutti_future_create(0);
	joined[1] = tutti_future_create(0);
	CHECK_EQ(tutti_future_set_result(joined[0], NULL), 0);
	tutti_future *f = tutti_task_start(join_both, NULL, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	CHECK(joined[0] && joined[1]);
	CHECK_EQ(tutti_future_set_result(joined[1], NULL), 0);
	join_all(joined, 2);
}

static void *join_oneself(void *arg)
{
	tutti_future *self = tutti_task_current(), *set[2];

	if (!self)
		self = tutti_thread_current();
	CHECK_EQ(tutti_future_result(self, NULL, 0), -EDEADLK);
	CHECK_EQ(tutti_future_result_until(self, NULL, 0, 0), -EDEADLK);
	set[0] = tutti_future_create(0);
	set[1] = self;
	CHECK_EQ(tutti_join_all(set, 2), -EDEADLK);
	CHECK(set[0] && set[1] == self);
	tutti_future_unref(set[0]);
	return arg;
}

static void nobody_waits_for_oneself(enum mix mix)
{
	finish(start_as(mix, join_oneself, NULL));
}

static void *end_oneself(void *arg)
{
	void *value = NULL;

	CHECK_EQ(tutti_future_set_result(arg, &value), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_set_error(arg, -EIO, NULL), TUTTI_ETYPE);
	return NULL;
}

static void what_runs_ends_by_itself(void)
{
	tutti_future *f = tutti_task_start(return_arg, NULL, NULL);

	end_oneself(f);
	finish(f);
	end_oneself(tutti_thread_current());
}

int main(void)
{
	suite_begin();
	RUN(pending_says_so);
	RUN(a_result_is_given_any_number_of_times);
	RUN(results_of_any_size);
	RUN(an_error_has_code_and_words);
	RUN(a_jobs_own_cancel_and_timeout_are_told_apart);
	RUN_MIXES(many_may_wait_for_one);
	RUN_MIXES(any_may_keep_it);
	RUN_MIXES(it_ends_once);
	RUN(callbacks_are_called_once_in_order);
	RUN_MIXES(callbacks_of_a_task_run_in_its_loop);
	RUN(any_order_of_result_cancel_deadline);
	RUN_MIXES(join_all_gives_the_first_error);
	RUN(a_cancelled_join_all_did_nothing);
	RUN_MIXES(nobody_waits_for_oneself);
	RUN(what_runs_ends_by_itself);
	return suite_end();
}
