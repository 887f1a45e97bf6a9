/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
#include <tutti/once.h>

#include "support/suite.h"

#include <errno.h>

enum { CONTEXTS = 6 };

static tutti_once once;
static int runs, failures, result;

static int count(void *arg)
{
	runs++;
	result += *(int *)arg;
	return 0;
}

static void runs_once(void)
{
	tutti_once o;
	int n = 5;

	memset(&o, 0, sizeof o);
	runs = result = 0;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_once_run(&o, count, &n), 0);
	CHECK_EQ(runs, 1);
	CHECK_EQ(result, 5);
}

static int fail_twice(void *arg)
{
	runs++;
	tutti_yield();
	if (failures < *(int *)arg) {
		failures++;
		return -ENOENT;
	}
	return 0;
}

static void a_failure_leaves_it_to_the_next(void)
{
	tutti_once o;
	int n = 2;

	memset(&o, 0, sizeof o);
	runs = failures = 0;
	CHECK_EQ(tutti_once_run(&o, fail_twice, &n), -ENOENT);
	CHECK_EQ(tutti_once_run(&o, fail_twice, &n), -ENOENT);
	CHECK_EQ(tutti_once_run(&o, fail_twice, &n), 0);
	CHECK_EQ(tutti_once_run(&o, fail_twice, &n), 0);
	CHECK_EQ(runs, 3);
}

static int slowly(void *arg)
{
	CHECK_EQ(runs++, 0);
	for (int i = 0; i < 20; i++)
		CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	*(int *)arg = 7;
	return 0;
}

static void *use_it(void *arg)
{
	CHECK_EQ(tutti_once_run(&once, slowly, arg), 0);
	CHECK_EQ(*(int *)arg, 7); /* whoever ran it, it is done */
	return NULL;
}

static void the_others_wait_until_it_is_done(enum mix mix)
{
	tutti_future *f[CONTEXTS];
	int value = 0;

	memset(&once, 0, sizeof once);
	runs = 0;
	start_all(mix, f, CONTEXTS, use_it, &value);
	join_all(f, CONTEXTS);
	CHECK_EQ(runs, 1);
}

static void *try_it(void *arg)
{
	return give(tutti_once_run(&once, fail_twice, arg));
}

/* The errors go to those who ran it; the others run it again or wait for one who does. */
static void failures_go_to_those_who_ran_it(enum mix mix)
{
	tutti_future *f[CONTEXTS];
	int n = 2, failed = 0;

	memset(&once, 0, sizeof once);
	runs = failures = 0;
	start_all(mix, f, CONTEXTS, try_it, &n);
	for (int i = 0; i < CONTEXTS; i++) {
		intptr_t rc = finish(f[i]);

		CHECK(rc == 0 || rc == -ENOENT);
		failed += rc != 0;
	}
	CHECK_EQ(failed, 2);
	CHECK_EQ(runs, 3);
}

static tutti_event go_on;

static int wait_for_event(void *arg)
{
	tu_add_acqrel(&runs, 1);
	CHECK_EQ(tutti_event_wait(&go_on), 0);
	return arg == NULL ? 0 : -EINVAL;
}

static int answer;

static void *run_and_answer(void *arg)
{
	answer = tutti_once_run(&once, wait_for_event, NULL);
	return arg;
}

static void *run_well(void *arg)
{
	CHECK_EQ(tutti_once_run(&once, wait_for_event, NULL), 0);
	return arg;
}

static void *cancel_oneself_first(void *arg)
{
	tutti_future_cancel(tutti_task_current());
	answer = tutti_once_run(&once, wait_for_event, NULL);
	return arg;
}

static void end_cancelled(tutti_future *f)
{
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(answer, TUTTI_ECANCELED);
}

static void who_is_cancelled_does_not_run_it(void)
{
	memset(&once, 0, sizeof once);
	tutti_event_clear(&go_on);
	runs = 0;
	end_cancelled(tutti_task_start(cancel_oneself_first, NULL, NULL));
	CHECK_EQ(runs, 0);
}

static void who_waits_can_be_cancelled(enum mix mix)
{
	memset(&once, 0, sizeof once);
	tutti_event_clear(&go_on);
	runs = 0;
	tutti_future *runner = start_as(mix, run_well, NULL);
	EVENTUALLY(tu_load_acq(&runs) == 1);
	tutti_future *f = tutti_task_start(run_and_answer, NULL, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	end_cancelled(f);
	CHECK(!tutti_future_done(runner));
	tutti_event_set(&go_on);
	finish(runner);
	CHECK_EQ(runs, 1);
	CHECK_EQ(tutti_once_run(&once, wait_for_event, NULL), 0);
}

int main(void)
{
	suite_begin();
	RUN(runs_once);
	RUN(a_failure_leaves_it_to_the_next);
	RUN_MIXES(the_others_wait_until_it_is_done);
	RUN_MIXES(failures_go_to_those_who_ran_it);
	RUN(who_is_cancelled_does_not_run_it);
	RUN_MIXES(who_waits_can_be_cancelled);
	return suite_end();
}
