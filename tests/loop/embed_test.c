/* SPDX-License-Identifier: MIT */
/* rows: F93 */
/* ctest: POLLERS ON LABELS no-qemu */
/* A loop that lives inside a poll() of the test's own. */
#include <tutti/loop.h>

#include "support/suite.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static int called;

static bool readable_within(int ms)
{
	struct pollfd p = { .fd = tutti_loop_fd(NULL), .events = POLLIN };

	CHECK(p.fd >= 0);
	CHECK(tutti_loop_run_ready(NULL) >= 0); /* asking for the descriptor was a call of ours */
	return poll(&p, 1, ms) == 1;
}

/* As a foreign loop does it: only poll() and run_ready, with the descriptor known. */
static int own_fd;

static int poll_once(int ms)
{
	struct pollfd p = { .fd = own_fd, .events = POLLIN };
	int rc = poll(&p, 1, ms);

	CHECK(rc >= 0 || errno == EINTR);
	return rc > 0 ? tutti_loop_run_ready(NULL) : 0;
}

/* Poll until it is so; the suite's watchdog ends what never is. */
#define POLL_UNTIL(cond)                 \
	do {                             \
		while (!(cond))          \
			poll_once(1000); \
	} while (0)

static bool is_quiet(void)
{
	struct pollfd p = { .fd = own_fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

static void begin(void)
{
	called = 0;
	own_fd = tutti_loop_fd(NULL);
	CHECK(own_fd >= 0);
	while (poll_once(0) > 0)
		;
	CHECK(is_quiet());
}

static void count(void *arg)
{
	(void)arg;
	called++;
}

static void is_quiet_with_nothing_to_do(void)
{
	CHECK(!readable_within(0));
	begin();
	CHECK_EQ(tutti_loop_run_ready(NULL), 0);
	CHECK(is_quiet());
	CHECK_EQ(tutti_loop_fd(NULL), own_fd);
	CHECK(!is_quiet()); /* any call of ours: there may be something to do */
	CHECK_EQ(poll_once(0), 0);
	CHECK(is_quiet());
}

static void *sleep_twice(void *arg)
{
	called++;
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	called++;
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	called++;
	return arg;
}

static void tasks_and_timers_make_it_readable(void)
{
	begin();
	tutti_future *f = tutti_task_start(sleep_twice, NULL, NULL);
	tutti_future *t = tutti_loop_call_at(NULL, tutti_after(TUTTI_MILLISECONDS(1)), count, NULL);

	CHECK(!is_quiet());
	CHECK_EQ(called, 0);
	CHECK(poll_once(0) >= 1);
	CHECK(called >= 1);
	POLL_UNTIL(called == 4);
	CHECK(tutti_future_done(f));
	CHECK(tutti_future_done(t));
	tutti_future_unref(f);
	tutti_future_unref(t);
	begin();
}

static void *call_in(void *loop)
{
	CHECK_EQ(tutti_loop_call_soon_threadsafe(loop, count, NULL), 0);
	return NULL;
}

static void other_threads_make_it_readable(void)
{
	tutti_loop *l = tutti_loop_current();

	for (int i = 0; i < suite_rounds(50); i++) {
		begin();
		tutti_thread *t = tutti_thread_start(call_in, l, NULL);

		while (poll_once(0) > 0) /* now it is lent, unless the thread was quick */
			;
		POLL_UNTIL(called == 1);
		finish(t);
	}
}

static tutti_event set;

static void *wait_for_it(void *arg)
{
	CHECK_EQ(tutti_event_wait(&set), 0);
	called++;
	return arg;
}

static void *set_it(void *arg)
{
	(void)arg;
	tutti_event_set(&set);
	return NULL;
}

static void what_a_task_waits_for_makes_it_readable(void)
{
	begin();
	tutti_event_clear(&set);
	tutti_future *f = tutti_task_start(wait_for_it, NULL, NULL);

	CHECK(poll_once(0) >= 1);
	CHECK(is_quiet());
	tutti_future *t = tutti_thread_start(set_it, NULL, NULL);

	POLL_UNTIL(called == 1);
	finish(f);
	finish(t);
}

static tutti_loop *own_loop;

static void on_signal(int number)
{
	(void)number;
	tutti_loop_wake(own_loop);
}

static void a_signal_handler_makes_it_readable(void)
{
	void (*before)(int) = signal(SIGUSR1, on_signal);
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	CHECK_EQ(pthread_sigmask(SIG_UNBLOCK, &usr1, NULL), 0); /* threads of ours block all */
	own_loop = tutti_loop_current();
	begin();
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK(!is_quiet());
	CHECK_EQ(poll_once(0), 0);
	CHECK(is_quiet());

	/* Not lent: it is readable in any case, and still is after whatever comes. */
	CHECK_EQ(tutti_loop_call_soon(NULL, count, NULL), 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(poll_once(0), 1);
	CHECK(is_quiet());
	signal(SIGUSR1, before);
}

static void *yield_for_ever(void *arg)
{
	while (tutti_yield() == 0)
		++*(long *)arg;
	return NULL;
}

/* A task that never stops does not keep the foreign loop from its own work. */
static void endless_work_is_done_in_rounds(void)
{
	long turns = 0;

	begin();
	tutti_future *f = tutti_task_start(yield_for_ever, &turns, NULL);

	for (int i = 0; i < 10; i++) {
		long had = turns;

		CHECK(poll_once(0) > 0);
		CHECK(turns > had);
	}
	CHECK(!is_quiet());
	CHECK_EQ(tutti_future_cancel(f), 1);
	POLL_UNTIL(tutti_future_done(f));
	tutti_future_unref(f);
}

static tutti_local mark;
static tutti_thread *own_thread;

/* The thread is itself also between two calls, and may wait in between. */
static void any_call_may_come_in_between(void)
{
	static tutti_lock lock;

	begin();
	CHECK_EQ(tutti_local_set(&mark, &called), 0);
	CHECK_EQ(poll_once(0), 0);
	CHECK(tutti_local_get(&mark) == &called);
	CHECK(is_quiet()); /* that was no call that could have made anything ready */
	CHECK(tutti_thread_current() == own_thread);
	CHECK_EQ(poll_once(0), 0);
	tutti_future *f = tutti_task_start(sleep_twice, NULL, NULL);
	CHECK_EQ(finish(f), 0); /* runs the loop from here */
	CHECK_EQ(called, 3);
	CHECK_EQ(poll_once(0), 0);
	TUTTI_WITH(&lock)
	{
		called = 7;
	}
	CHECK_EQ(poll_once(0), 0);
	CHECK(is_quiet());
	CHECK_EQ(tutti_local_set(&mark, NULL), 0);
}

/* Nothing to do costs no time: the thread sleeps in poll(). */
static void idles_without_work(void)
{
	struct timespec before, after;
	int polled;

	begin();
	tutti_future *t =
		tutti_loop_call_at(NULL, tutti_after(TUTTI_MILLISECONDS(200)), count, NULL);

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	for (polled = 0; called == 0; polled++)
		poll_once(1000);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	CHECK(polled < 30); /* the wheel's levels may call early */
	CHECK((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec <
		100000000);
	tutti_future_unref(t);
}

/* The child of a fork has a loop of its own: the descriptors were the parent's. */
__attribute__((unused)) static void a_forked_child_has_its_own(void)
{
	int status = -1;
	pid_t pid;

	begin();
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		begin();
		CHECK_EQ(tutti_loop_call_soon(NULL, count, NULL), 0);
		CHECK_EQ(poll_once(0), 1);
		_exit(called == 1 ? 0 : 1);
	}
	CHECK(is_quiet());
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK(is_quiet());
	CHECK_EQ(tutti_loop_call_soon(NULL, count, NULL), 0);
	CHECK_EQ(poll_once(0), 1);
	CHECK_EQ(called, 1);
}

static void *close_and_go_on(void *arg)
{
	int fd = tutti_loop_fd(NULL);

	CHECK(fd >= 0);
	CHECK_EQ(tutti_loop_run_ready(NULL), 0);
	CHECK_EQ(tutti_loop_close(NULL), 0);
	CHECK_EQ(tutti_loop_run_ready(NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_sleep(1), 0);
	return arg;
}

/* Descriptors and tasks go with the thread, lent or not: the suite counts both. */
static void *wait_told(void *arg)
{
	int rc = tutti_event_wait(&set);

	CHECK(rc == 0 || rc == TUTTI_ECANCELED);
	return arg;
}

static void *leave_lent(void *arg)
{
	tutti_future_unref(tutti_task_start(wait_told, NULL, NULL));
	CHECK(tutti_loop_fd(NULL) >= 0);
	CHECK_EQ(tutti_loop_run_ready(NULL), 1);
	return arg;
}

static void ends_with_its_thread(void)
{
	tutti_event_clear(&set);
	finish(tutti_thread_start(leave_lent, NULL, NULL));
	finish(tutti_thread_start(close_and_go_on, NULL, NULL));
}

/* The main thread's own goes with the process; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	own_thread = tutti_thread_current();
	RUN(is_quiet_with_nothing_to_do);
	RUN(tasks_and_timers_make_it_readable);
	RUN(other_threads_make_it_readable);
	RUN(what_a_task_waits_for_makes_it_readable);
	RUN(a_signal_handler_makes_it_readable);
	RUN(endless_work_is_done_in_rounds);
	RUN(any_call_may_come_in_between);
	RUN(idles_without_work);
#ifndef __SANITIZE_THREAD__ /* in a forked child it takes a switch of stacks for a race */
	RUN(a_forked_child_has_its_own);
#endif
	RUN(ends_with_its_thread);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
