/* SPDX-License-Identifier: MIT */
/* rows: T41 */
/* The first, second, third ... allocation fails: errors come back as such and nothing is lost. */
#include "support/leaks.h"
#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/tutti.h>

static tutti_local name = TUTTI_LOCAL_INIT(NULL);
static int called;

static void *work(void *arg)
{
	int rc = tutti_local_set(&name, arg);

	CHECK(rc == 0 || rc == -ENOMEM);
	tutti_yield();
	tutti_fail(-EIO, "%s", "as asked");
	return arg;
}

static void note(tutti_future *f, void *arg)
{
	(void)f, (void)arg;
	called++;
}

static void use_queue(unsigned flags, size_t maxsize)
{
	const tutti_queue_options o = { .maxsize = maxsize, .flags = flags };
	tutti_queue *q = NULL;
	long item = 7;
	int rc = tutti_queue_create(&q, sizeof(item), &o);

	CHECK(rc == 0 ? q != NULL : rc == -ENOMEM && !q);
	if (rc < 0)
		return;
	rc = tutti_queue_put(q, &item);
	CHECK(rc == 0 || rc == -ENOMEM);
	CHECK_EQ(tutti_queue_get_until(q, &item, 0), rc == 0 ? 0 : TUTTI_EEMPTY);
	CHECK_EQ(tutti_queue_shutdown(q, true), 0);
	tutti_queue_free(q);
}

static void use_task(void)
{
	const tutti_task_options o = { .name = "worker" };
	tutti_future *f = tutti_task_start(work, &called, &o);
	int rc, expected = 0;

	CHECK(f != NULL);
	called = 0;
	if (tutti_future_add_done_callback(f, note, NULL) == 0)
		expected = 1;
	rc = tutti_join_all(&f, 1);
	CHECK(rc == -EIO || rc == -ENOMEM);
	CHECK_EQ(called, expected);
}

static void use_promise(void)
{
	char result[64] = "kept";
	tutti_future *f = tutti_future_create(sizeof(result));

	if (!f)
		return;
	CHECK_EQ(tutti_future_set_result(f, result), 0);
	CHECK_EQ(tutti_future_result(f, result, sizeof(result)), 0);
	tutti_future_unref(f);
}

/* Either it went well, or there was no memory for it. */
static bool went_well(int rc)
{
	CHECK(rc == 0 || rc == -ENOMEM);
	return rc == 0;
}

/* -- threads and timers ----------------------------------------------------------------------- */

static void use_thread(const tutti_thread_options *options)
{
	tutti_future *f = tutti_thread_start(work, &called, options);
	int rc;

	CHECK(f != NULL);
	rc = tutti_thread_join(f, NULL);
	CHECK(rc == -EIO || rc == -ENOMEM);
	CHECK_EQ(tutti_future_error(f), rc);
	if (rc == -EIO && *tutti_future_text(f) == 'a')
		CHECK_STR(tutti_future_text(f), "as asked");
	tutti_future_unref(f);
}

static void use_threads(void)
{
	use_thread(NULL);
	use_thread(&(tutti_thread_options){ .name = "reader", .stack_bytes = 256 << 10 });
	use_thread(&(tutti_thread_options){ .name = "helper", .daemon = 1 });
}

static void *call(void *arg)
{
	tu_add_acqrel((int *)arg, 1);
	return arg;
}

static void use_timers(void)
{
	int calls = 0;
	tutti_timer *t = tutti_timer_start(0, call, &calls), *never;
	void *result = NULL;

	if (went_well(tutti_future_result(t, &result, sizeof(result))))
		CHECK(result == &calls);
	never = tutti_timer_start(TUTTI_SECONDS(3600), call, &calls);
	if (tutti_future_cancel(never) != 0)
		CHECK_EQ(tutti_future_error(never), -ENOMEM);
	CHECK_EQ(calls, tutti_future_error(t) == 0);
	tutti_future_unref(t);
	tutti_future_unref(never);
}

static void count_call(void *arg)
{
	call(arg);
}

static void use_loop_timers(void)
{
	int calls = 0, expected = 0;
	tutti_timer *t[3];

	for (int i = 0; i < 3; i++)
		t[i] = tutti_loop_call_at(NULL, i < 2 ? i : TUTTI_FOREVER, count_call, &calls);
	for (int i = 0; i < 2; i++)
		expected += went_well(tutti_future_result(t[i], NULL, 0));
	CHECK_EQ(calls, expected);
	if (tutti_future_cancel(t[2]) != 0)
		CHECK_EQ(tutti_future_error(t[2]), -ENOMEM);
	for (int i = 0; i < 3; i++)
		tutti_future_unref(t[i]);
}

/* What could not be called never is, and what could be is called once. */
static void use_loop(void)
{
	int calls = 0, expected = 0, rc = tutti_loop_call_soon(NULL, count_call, &calls);
	tutti_future *timer = tutti_loop_call_at(NULL, 0, count_call, &calls);

	CHECK(rc == 0 || rc == -ENOMEM);
	expected = rc == 0;
	rc = tutti_future_result(timer, NULL, 0);
	CHECK(rc == 0 || rc == -ENOMEM);
	expected += rc == 0;
	tutti_future_unref(timer);
	tutti_yield();
	tutti_yield();
	CHECK_EQ(calls, expected);
}

static void use_coroutine(void)
{
	tutti_coroutine *c = tutti_coroutine_create(work, &called);
	tutti_task *t;
	int rc;

	if (!c)
		return;
	t = tutti_coroutine_task(c, NULL);
	tutti_coroutine_free(c);
	rc = tutti_future_result(t, NULL, 0);
	CHECK(rc == -EIO || rc == -ENOMEM);
	tutti_future_unref(t);
}

static void use_blocking_calls(void)
{
	void *result = NULL;
	int rc;

	called = 0;
	if (went_well(tutti_call_blocking(call, &called, &result)))
		CHECK(result == &called && called == 1);
	else
		CHECK(!result && called == 0);
	rc = tutti_call_blocking(work, &called, &result);
	CHECK(rc == -EIO || rc == -ENOMEM);
}

/* -- executors -------------------------------------------------------------------------------- */

static int twice(int n)
{
	return 2 * n;
}
TUTTI_JOB(twice, int, int);

static tutti_bytes mark(tutti_bytes text)
{
	tutti_bytes out = { NULL, 0, NULL };
	int rc = tutti_bytes_printf(&out, "<%.*s>", (int)text.size, (const char *)text.data);

	if (rc < 0)
		tutti_fail(rc, "no %s", "memory");
	return out;
}
TUTTI_JOB(mark, tutti_bytes, tutti_bytes);

enum { JOBS = 6 };

static void submit_some(tutti_executor *e)
{
	tutti_future *f[JOBS], *marked = mark_submit(e, tutti_bytes_text("a"));
	tutti_bytes text;

	for (int i = 0; i < JOBS; i++)
		f[i] = twice_submit(e, i);
	for (int i = 0, n = 0; i < JOBS; i++) {
		if (went_well(twice_result(f[i], &n)))
			CHECK_EQ(n, 2 * i);
		tutti_future_unref(f[i]);
	}
	if (went_well(mark_result(marked, &text))) {
		CHECK_STR((const char *)text.data, "<a>");
		tutti_bytes_free(&text);
	}
	tutti_future_unref(marked);
}

static void map_some(tutti_executor *e)
{
	int in[JOBS] = { 1, 2, 3, 4, 5, 6 }, out[JOBS] = { 0 };

	if (went_well(twice_map(e, in, out, JOBS)))
		CHECK_EQ(out[0] + out[JOBS - 1], 2 * (in[0] + in[JOBS - 1]));
	for (int i = 0; i < JOBS; i++)
		CHECK(out[i] == 0 || out[i] == 2 * in[i]);
}

static void use_executor(const char *where, const tutti_executor_options *options)
{
	tutti_executor *e = NULL;

	if (!went_well(tutti_executor_open(&e, where, options))) {
		CHECK(!e);
		return;
	}
	submit_some(e);
	map_some(e);
	tutti_executor_free(e);
}

static void use_executor_of_threads(void)
{
	use_executor("threads:2", NULL);
	use_executor("threads", &(tutti_executor_options){ .max_workers = 1, .name = "crew" });
}

static void use_executor_of_tasks(void)
{
	use_executor("tasks:2", NULL);
	use_executor("tasks", &(tutti_executor_options){ .pending_max = 2 });
}

static void use_executor_inline(void)
{
	use_executor("inline", NULL);
}

/* -- each in turn ----------------------------------------------------------------------------- */

static int threads_at_rest;

/* Threads that have been joined, and idle helpers, are gone with the last of their memory. */
static size_t live_at_rest(void)
{
	EVENTUALLY(leaks_threads() == threads_at_rest);
	return test_alloc_live();
}

static void use_queues(void)
{
	use_queue(0, 0);
	use_queue(0, 4);
	use_queue(TUTTI_LIFO, 0);
}

static void fail_each(void (*use)(void), unsigned least)
{
	uint64_t n = 0;
	size_t live;

	use(); /* what is kept for ever is there now */
	live = live_at_rest();
	do {
		test_alloc_fail_at(++n);
		use();
		EVENTUALLY(tutti_thread_active_count() == 1);
		EVENTUALLY(test_alloc_live() <= live);
	} while (test_alloc_fail_at(0) == 0);
	printf("%llu allocations failed in turn\n", (unsigned long long)n - 1);
	CHECK(n > least);
}

#define RUN_EACH(use, least)           \
	do {                           \
		suite_next(#use, -1);  \
		fail_each(use, least); \
	} while (0)

int main(void)
{
	suite_begin();
	threads_at_rest = leaks_threads();
	RUN_EACH(use_queues, 4);
	RUN_EACH(use_promise, 2);
	RUN_EACH(use_task, 4);
	RUN_EACH(use_threads, 8);
	RUN_EACH(use_timers, 2);
	RUN_EACH(use_loop_timers, 3);
	RUN_EACH(use_loop, 1);
	RUN_EACH(use_coroutine, 2);
	RUN_EACH(use_blocking_calls, 2);
	RUN_EACH(use_executor_of_threads, 20);
	RUN_EACH(use_executor_of_tasks, 16);
	RUN_EACH(use_executor_inline, 8);
	return suite_end();
}
