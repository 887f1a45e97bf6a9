/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/*
 * Generators, coroutine objects and loops run by hand, with a fork in between: they go on in the
 * parent as if nothing had been, and in the child as far as they are the calling thread's.
 */
#include <tutti/loop.h>

#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <poll.h>
#include <tutti/generator.h>
#include <tutti/report.h>

static pid_t child;

/* In both processes, once all has been seen: the child ends. */
static void both_are_well(void)
{
	if (child == 0) {
		child_uses_everything();
		exit(0);
	}
	child_wait(child);
}

/* -- generators ------------------------------------------------------------------------------- */

static int cleaned;

static void *count_up(tutti_generator *self, void *arg)
{
	long n = (intptr_t)arg;

	for (long i = 0; i < n; i++)
		if (tutti_generator_yield(self, &i, NULL) < 0)
			break;
	cleaned++;
	return give(n);
}

static void next_is(tutti_generator *g, long expected)
{
	void *item = NULL;

	CHECK_EQ(tutti_generator_next(g, &item), 0);
	CHECK_EQ(*(long *)item, expected);
}

static void goes_on_to(tutti_generator *g, long from, long end)
{
	void *result = NULL;

	for (long i = from; i < end; i++)
		next_is(g, i);
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	CHECK_EQ(tutti_generator_result(g, &result), 0);
	CHECK(result == give(end));
	tutti_generator_free(g);
}

static void a_generator_goes_on_in_both(void)
{
	tutti_generator *begun = tutti_generator_create(count_up, give(5)),
			*fresh = tutti_generator_create(count_up, give(3)),
			*dropped = tutti_generator_create(count_up, give(9));

	next_is(begun, 0);
	next_is(begun, 1);
	next_is(dropped, 0);
	cleaned = 0;
	child = child_fork();
	goes_on_to(begun, 2, 5);
	goes_on_to(fresh, 0, 3);
	tutti_generator_free(dropped); /* is told, and cleans up */
	CHECK_EQ(cleaned, 3);
	both_are_well();
}

static void *fork_between(tutti_generator *self, void *arg)
{
	long items[] = { 7, 8 };

	CHECK_EQ(tutti_generator_yield(self, &items[0], NULL), 0);
	child = child_fork();
	CHECK_EQ(tutti_generator_yield(self, &items[1], NULL), 0);
	return arg;
}

static void *delegate(tutti_generator *self, void *arg)
{
	tutti_generator *sub = tutti_generator_create(fork_between, arg);
	void *result = NULL;

	CHECK_EQ(tutti_generator_delegate(self, sub, &result), 0);
	tutti_generator_free(sub);
	return result;
}

static void a_generator_may_fork(void)
{
	tutti_generator *g = tutti_generator_create(delegate, give(4));

	next_is(g, 7);
	next_is(g, 8);
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	tutti_generator_free(g);
	both_are_well();
}

static void *resume_and_fork(void *arg)
{
	next_is(arg, 0);
	child = child_fork();
	next_is(arg, 1);
	return arg;
}

/* The task is its own; the generator is the thread's, and the next to resume it is main. */
static void a_task_that_resumes_one_may_fork(void)
{
	tutti_generator *g = tutti_generator_create(count_up, give(4));

	finish(tutti_task_start(resume_and_fork, g, NULL));
	goes_on_to(g, 2, 4);
	both_are_well();
}

static void *wait_for(tutti_generator *self, void *arg)
{
	return give(tutti_generator_yield(self, arg, NULL));
}

/* One of the parent's tasks runs it: that is lost, and the generator can still be told. */
static void what_a_lost_task_runs_is_freed(void)
{
	tutti_future *promise = tutti_future_create(0);
	tutti_generator *g = tutti_generator_create(wait_for, promise);
	tutti_task *t = tutti_task_start(tutti_generator_run, g, NULL);

	settle();
	child = child_fork();
	if (child == 0)
		CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_ECRASHED);
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	if (child > 0)
		CHECK_EQ(tutti_future_result(t, NULL, 0), 0);
	tutti_future_unref(t);
	tutti_generator_free(g);
	tutti_future_unref(promise);
	both_are_well();
}

/* -- coroutine objects ------------------------------------------------------------------------- */

static void *return_arg(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void *fork_and_return(void *arg)
{
	child = child_fork();
	return arg;
}

static void coroutine_objects_come_along(void)
{
	tutti_coroutine *here = tutti_coroutine_create(return_arg, give(3)),
			*task = tutti_coroutine_create(return_arg, give(4)),
			*forks = tutti_coroutine_create(fork_and_return, give(5));
	void *result = NULL;

	CHECK_EQ(tutti_coroutine_await(forks, &result), 0);
	CHECK(result == give(5));
	CHECK_EQ(tutti_coroutine_await(forks, &result), -EALREADY);
	CHECK_EQ(tutti_coroutine_await(here, &result), 0);
	CHECK(result == give(3));
	CHECK_EQ(finish(tutti_coroutine_task(task, NULL)), 4);
	tutti_coroutine_free(here);
	tutti_coroutine_free(task);
	tutti_coroutine_free(forks);
	both_are_well();
}

/* -- loops ------------------------------------------------------------------------------------- */

static int calls;

static void count_call(void *arg)
{
	(void)arg;
	calls++;
}

static void stop(void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_loop_stop(NULL), 0);
}

static void fork_in_a_callback(void *arg)
{
	child = child_fork();
	CHECK_EQ(tutti_loop_call_soon(arg, stop, NULL), 0);
}

/* What the parent had called soon besides is not called in the child. */
static void a_loop_is_run_on_in_both(void)
{
	tutti_loop *l = tutti_loop_current();

	calls = 0;
	CHECK_EQ(tutti_loop_call_soon(l, fork_in_a_callback, l), 0);
	CHECK_EQ(tutti_loop_call_soon(l, count_call, NULL), 0);
	CHECK_EQ(tutti_loop_run_forever(l), 0);
	CHECK_EQ(calls, child == 0 ? 0 : 1);
	CHECK_EQ(tutti_loop_call_soon(l, count_call, NULL), 0);
	CHECK_EQ(tutti_loop_call_soon(l, stop, NULL), 0);
	CHECK_EQ(tutti_loop_run_forever(l), 0);
	CHECK_EQ(calls, child == 0 ? 1 : 2);
	tutti_task *t = tutti_task_start(return_arg, give(6), NULL);
	CHECK_EQ(tutti_loop_run_until_complete(l, t), 0);
	CHECK_EQ(finish(t), 6);
	both_are_well();
}

static void *forking_task(void *arg)
{
	child = child_fork();
	return arg;
}

static void it_is_run_until_a_task_has_forked(void)
{
	tutti_task *t = tutti_task_start(forking_task, give(2), NULL);

	CHECK_EQ(tutti_loop_run_until_complete(NULL, t), 0);
	CHECK_EQ(finish(t), 2);
	both_are_well();
}

static bool is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void run_what_is_ready(int fd)
{
	for (int i = 0; is_readable(fd); i++) {
		CHECK(i < 100);
		CHECK(tutti_loop_run_ready(NULL) >= 0);
	}
}

/* In a loop of the program's: what the child does there is not seen here, nor the other way. */
static void *poll_in_both(void *arg)
{
	int fd = tutti_loop_fd(NULL);

	CHECK(fd >= 0);
	run_what_is_ready(fd);
	calls = 0;
	child = child_fork();
	if (child == 0) {
		fd = tutti_loop_fd(NULL);
		CHECK(fd >= 0);
		CHECK_EQ(tutti_loop_call_soon_threadsafe(NULL, count_call, NULL), 0);
		CHECK(is_readable(fd));
		_exit(0); /* with the descriptor still saying so */
	}
	child_wait(child);
	CHECK(!is_readable(fd));
	child = child_fork();
	CHECK_EQ(tutti_loop_call_soon_threadsafe(NULL, count_call, NULL), 0);
	fd = tutti_loop_fd(NULL);
	CHECK(is_readable(fd));
	run_what_is_ready(fd);
	CHECK_EQ(calls, 1);
	both_are_well();
	return arg;
}

/* The descriptors are the thread's until it ends. */
static void each_has_its_own_descriptor(void)
{
	finish(tutti_thread_start(poll_in_both, NULL, NULL));
}

int main(void)
{
	suite_begin();
	RUN(a_generator_goes_on_in_both);
	RUN(a_generator_may_fork);
	RUN(a_task_that_resumes_one_may_fork);
	RUN(what_a_lost_task_runs_is_freed);
	RUN(coroutine_objects_come_along);
	RUN(a_loop_is_run_on_in_both);
	RUN(it_is_run_until_a_task_has_forked);
	RUN(each_has_its_own_descriptor);
	return suite_end();
}
