/* SPDX-License-Identifier: MIT */
/* rows: F97 F98 T31 */
/* ctest: VIRTUAL ON */
#include "support/suite.h"

#include <errno.h>
#include <tutti/task.h>

/* Sanitizers make the frames large. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { DEEP = 200 };
#else
enum { DEEP = 1000 };
#endif

static int ran;

static void *run_once(void *arg)
{
	ran++;
	return arg;
}

/* rows: F97 T31 */
static void runs_nothing_until_it_is_awaited(void)
{
	tutti_coroutine *c = tutti_coroutine_create(run_once, &ran);
	void *result = NULL;

	ran = 0;
	settle();
	CHECK_EQ(ran, 0);
	CHECK_EQ(tutti_coroutine_await(c, &result), 0);
	CHECK_EQ(ran, 1);
	CHECK(result == &ran);
	CHECK_STR(tutti_coroutine_text(c), "");
	tutti_coroutine_free(c);
	tutti_coroutine_free(NULL);
}

/* rows: F97 */
static void runs_only_once(void)
{
	tutti_coroutine *c = tutti_coroutine_create(run_once, NULL);
	tutti_task *t;

	ran = 0;
	CHECK_EQ(tutti_coroutine_await(c, NULL), 0);
	CHECK_EQ(tutti_coroutine_await(c, NULL), -EALREADY);
	t = tutti_coroutine_task(c, NULL);
	CHECK_EQ(tutti_future_error(t), -EALREADY);
	tutti_future_unref(t);
	tutti_coroutine_free(c);
	c = tutti_coroutine_create(run_once, NULL);
	t = tutti_coroutine_task(c, NULL);
	CHECK_EQ(tutti_coroutine_await(c, NULL), -EALREADY);
	tutti_coroutine_free(c); /* the task needs it no more */
	finish(t);
	CHECK_EQ(ran, 2);
}

static void *look_at_oneself(void *arg)
{
	CHECK_STR(tutti_task_name(NULL), arg);
	CHECK_EQ(tutti_sleep(1), 0);
	return arg;
}

/* rows: F97 F108 */
static void may_become_a_task(void)
{
	tutti_coroutine *c = tutti_coroutine_create(look_at_oneself, "Bob");

	finish(tutti_coroutine_task(c, &(tutti_task_options){ .name = "Bob" }));
	tutti_coroutine_free(c);
}

/* rows: F99 T29 */
static void what_is_nothing_cannot_be_awaited(void)
{
	tutti_task *t = tutti_coroutine_task(NULL, NULL);

	CHECK_EQ(tutti_coroutine_await(NULL, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_error(t), TUTTI_ETYPE);
	tutti_future_unref(t);
}

/* A thousand calls deep, the innermost waits; the value comes up through all of them. */
static void *await_deeper(void *depth)
{
	intptr_t n = (intptr_t)depth;
	tutti_coroutine *c;
	void *below = NULL;

	if (n == 0) {
		CHECK_EQ(tutti_yield(), 0);
		return NULL;
	}
	c = tutti_coroutine_create(await_deeper, give(n - 1));
	CHECK_EQ(tutti_coroutine_await(c, &below), 0);
	tutti_coroutine_free(c);
	return give((intptr_t)below + 1);
}

/* rows: F98 */
static void nests_deeply(enum mix mix)
{
	CHECK_EQ(finish(start_as(mix, await_deeper, give(DEEP))), DEEP);
}

static void *fail_deep_down(void *depth)
{
	intptr_t n = (intptr_t)depth;
	tutti_coroutine *c;
	int rc;

	if (n == 0) {
		tutti_fail(-EIO, "at the %s", "bottom");
		return NULL;
	}
	c = tutti_coroutine_create(fail_deep_down, give(n - 1));
	rc = tutti_coroutine_await(c, NULL);
	CHECK_EQ(rc, -EIO);
	tutti_fail(rc, "%s", tutti_coroutine_text(c));
	tutti_coroutine_free(c);
	return NULL;
}

/* rows: F98 */
static void errors_come_up_through_all_levels(enum mix mix)
{
	tutti_future *f = start_as(mix, fail_deep_down, give(DEEP));

	CHECK_EQ(tutti_future_result(f, NULL, 0), -EIO);
	CHECK_STR(tutti_future_text(f), "at the bottom");
	tutti_future_unref(f);
}

/* A failure that was awaited and dealt with is not the awaiter's. */
static void *fail(void *arg)
{
	tutti_fail(-EPIPE, NULL);
	return arg;
}

static void *deal_with_it(void *arg)
{
	tutti_coroutine *c = tutti_coroutine_create(fail, NULL);
	void *result = arg;

	CHECK_EQ(tutti_coroutine_await(c, &result), -EPIPE);
	CHECK(result == arg);
	CHECK_STR(tutti_coroutine_text(c), tutti_strerror(-EPIPE));
	tutti_coroutine_free(c);
	return arg;
}

static void a_failure_ends_with_its_await(enum mix mix)
{
	finish(start_as(mix, deal_with_it, NULL));
}

static void *sleep_for_ever(void *arg)
{
	ran++;
	CHECK_EQ(tutti_sleep(TUTTI_SECONDS(1000)), TUTTI_ECANCELED);
	return arg;
}

static void *await_sleeper(void *rc)
{
	tutti_coroutine *c = tutti_coroutine_create(sleep_for_ever, NULL);

	*(int *)rc = tutti_coroutine_await(c, NULL);
	tutti_coroutine_free(c);
	return NULL;
}

static void a_cancel_passes_through(void)
{
	int rc = 0;
	tutti_task *t = tutti_task_start(await_sleeper, &rc, NULL);

	ran = 0;
	settle();
	CHECK_EQ(ran, 1);
	CHECK_EQ(tutti_future_cancel(t), 1);
	CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(rc, TUTTI_ECANCELED);
	tutti_future_unref(t);
}

static int reports;

static void note_report(int code, const char *text, void *arg)
{
	(void)arg;
	CHECK_EQ(code, 0);
	CHECK(strstr(text, "never awaited"));
	reports++;
}

/* rows: F97 T31 */
static void one_that_never_ran_is_reported(void)
{
	reports = 0;
	tutti_set_reporter(note_report, NULL);
	tutti_coroutine_free(tutti_coroutine_create(run_once, NULL));
	tutti_set_reporter(tutti_report_stderr, NULL);
	CHECK_EQ(reports, 1);
}

int main(void)
{
	suite_begin();
	RUN(runs_nothing_until_it_is_awaited);
	RUN(runs_only_once);
	RUN(may_become_a_task);
	RUN(what_is_nothing_cannot_be_awaited);
	RUN_MIXES(nests_deeply);
	RUN_MIXES(errors_come_up_through_all_levels);
	RUN_MIXES(a_failure_ends_with_its_await);
	RUN(a_cancel_passes_through);
	RUN(one_that_never_ran_is_reported);
	return suite_end();
}
