/* SPDX-License-Identifier: MIT */
#include <tutti/task.h>

#include "support/suite.h"

#include <errno.h>
#include <sys/syscall.h>

enum { CALLS = 50 };

static int pipe_ends[2];
static bool ticking;
static int ticks, calls, answer;
static tutti_event begun, go_on;

static void *where_it_runs(void *arg)
{
	*(long *)arg = syscall(SYS_gettid);
	return arg;
}

static void *call_it(void *arg)
{
	long here = syscall(SYS_gettid), there = 0;
	void *result = NULL;

	CHECK_EQ(tutti_call_blocking(where_it_runs, &there, &result), 0);
	CHECK(result == &there);
	CHECK(there != 0 && there != here);
	CHECK_EQ(syscall(SYS_gettid), here);
	CHECK_EQ(tutti_call_blocking(where_it_runs, &there, NULL), 0);
	return arg;
}

static void runs_on_another_thread(enum mix mix)
{
	call_it(NULL);
	finish(start_as(mix, call_it, NULL));
}

static void *tick(void *arg)
{
	while (ticking) {
		ticks++;
		CHECK_EQ(tutti_yield(), 0);
	}
	return arg;
}

/* Blocks in the kernel, as tutti does not know it. */
static void *read_pipe(void *arg)
{
	char c = 0;

	tutti_event_set(&begun);
	CHECK_EQ(read(pipe_ends[0], &c, 1), 1);
	(void)arg;
	return give(c);
}

static void *call_read(void *arg)
{
	void *result = NULL;

	CHECK_EQ(tutti_call_blocking(read_pipe, arg, &result), 0);
	return result;
}

/* rows: F101 T28 T30 */
static void the_other_tasks_go_on(void)
{
	CHECK_EQ(pipe(pipe_ends), 0);
	tutti_event_clear(&begun);
	ticking = true;
	ticks = 0;
	tutti_future *ticker = tutti_task_start(tick, NULL, NULL);
	tutti_future *f = tutti_task_start(call_read, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	int before = ticks;
	settle();
	CHECK(ticks > before);
	CHECK(!tutti_future_done(f));
	CHECK_EQ(write(pipe_ends[1], "z", 1), 1);
	CHECK_EQ(finish(f), 'z');
	ticking = false;
	finish(ticker);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

static void *fail(void *arg)
{
	tutti_fail(TUTTI_EUSER - 2, "cannot");
	return arg;
}

static void a_failure_is_handed_on(void)
{
	void *result = &result;

	CHECK_EQ(tutti_call_blocking(fail, NULL, &result), TUTTI_EUSER - 2);
	CHECK(result == &result);
	/* It was the call's failure, not the caller's. */
	tutti_thread *t = tutti_thread_start(call_it, NULL, NULL);
	CHECK_EQ(tutti_future_result(t, NULL, 0), 0);
	tutti_future_unref(t);
}

static void *count_call(void *arg)
{
	tu_add_acqrel(&calls, 1);
	return arg;
}

static void *call_when_cancelled(void *arg)
{
	CHECK_EQ(tutti_future_cancel(tutti_task_current()), 1);
	answer = tutti_call_blocking(count_call, NULL, NULL);
	return arg;
}

static void cancelled_before_it_never_runs(void)
{
	calls = 0;
	tutti_future *f = tutti_task_start(call_when_cancelled, NULL, NULL);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	CHECK_EQ(calls, 0);
}

static void *wait_to_go_on(void *arg)
{
	tutti_event_set(&begun);
	CHECK_EQ(tutti_event_wait(&go_on), 0); /* the caller's cancel is not this one's */
	*(int *)arg = 5;
	return NULL;
}

static void *call_and_look(void *arg)
{
	int local = 0;

	answer = tutti_call_blocking(wait_to_go_on, &local, NULL);
	CHECK_EQ(local, 5);
	CHECK_EQ(tutti_yield(), TUTTI_ECANCELED);
	return arg;
}

/* It uses its argument, which may lie on the caller's stack: so it is waited for. */
static void cancelled_meanwhile_it_is_waited_for(enum mix mix)
{
	tutti_event_clear(&begun);
	tutti_event_clear(&go_on);
	tutti_future *f = start_as(mix == APART ? THREADS : mix, call_and_look, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(f), 1);
	settle();
	CHECK(!tutti_future_done(f));
	tutti_event_set(&go_on);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(answer, 0);
}

static void *use_tutti(void *arg)
{
	tutti_future *f[2] = { tutti_task_start(count_call, NULL, NULL),
		tutti_thread_start(count_call, NULL, NULL) };

	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.1)), 0);
	join_all(f, 2);
	CHECK_EQ(tutti_call_blocking(count_call, NULL, NULL), 0);
	return arg;
}

static void *call_use_tutti(void *arg)
{
	CHECK_EQ(tutti_call_blocking(use_tutti, NULL, NULL), 0);
	return arg;
}

static void many_at_once_that_use_tutti(enum mix mix)
{
	tutti_future *f[CALLS];

	calls = 0;
	start_all(mix, f, CALLS, call_use_tutti, NULL);
	join_all(f, CALLS);
	CHECK_EQ(calls, 3 * CALLS);
}

/* Helpers are tutti's own: nobody counts them, though who runs on one can ask about it. */
static void *count_threads(void *arg)
{
	tutti_thread *me = tutti_thread_current();

	(void)arg;
	CHECK(me && me != tutti_thread_main());
	CHECK(tutti_thread_name(NULL));
	CHECK(tutti_thread_is_alive(NULL));
	CHECK(tutti_thread_ident(NULL) != 0);
	CHECK_EQ(tutti_thread_native_id(NULL), syscall(SYS_gettid));
	CHECK(!tutti_task_current());
	CHECK_EQ(tutti_thread_join(me, NULL), -EDEADLK);
	return give((intptr_t)tutti_thread_active_count());
}

static void helpers_are_not_counted(void)
{
	void *result = NULL;

	CHECK_EQ(tutti_call_blocking(count_threads, NULL, &result), 0);
	CHECK_EQ((intptr_t)result, 1);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

int main(void)
{
	suite_begin();
	RUN_MIXES(runs_on_another_thread);
	RUN(the_other_tasks_go_on);
	RUN(a_failure_is_handed_on);
	RUN(cancelled_before_it_never_runs);
	RUN_MIXES(cancelled_meanwhile_it_is_waited_for);
	RUN_MIXES(many_at_once_that_use_tutti);
	RUN(helpers_are_not_counted);
	return suite_end();
}
