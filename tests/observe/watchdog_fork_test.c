/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/* watchdog_fork_test.c - a forked child has no watchdog until it starts its own. */
#include <signal.h>
#include <stdatomic.h>

#include <tutti/tutti.h>

#include "support/child.h"
#include "support/suite.h"

/* -- stalls that last until they are told ------------------------------------------------------ */

static atomic_int told, ended;

static void on_stall(const tutti_stall *stall, void *arg)
{
	CHECK(arg == &told);
	atomic_store(stall->over ? &ended : &told, (int)stall->number);
}

/* Sleeping, but looking up now and then. */
static void *stall(void *arg)
{
	int before = atomic_load(&told);

	while (atomic_load(&told) == before)
		usleep(500);
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void stall_once(void)
{
	tutti_future *f[2];

	f[0] = tutti_task_start(stall, NULL, NULL);
	f[1] = tutti_task_start(nothing, NULL, NULL);
	CHECK_EQ(tutti_join_all(f, 2), 0);
}

static tutti_watchdog_options options(void (*fn)(const tutti_stall *stall, void *arg))
{
	return (tutti_watchdog_options){
		.stall = TUTTI_MILLISECONDS(20), .quiet = true, .fn = fn, .arg = &told
	};
}

static bool is_default(int signal)
{
	struct sigaction now;

	CHECK_EQ(sigaction(signal, NULL, &now), 0);
	return now.sa_handler == SIG_DFL;
}

/* -- forks ------------------------------------------------------------------------------------- */

static void a_child_has_none(void)
{
	tutti_watchdog_options o = options(on_stall);
	pid_t pid;

	CHECK_EQ(tutti_watchdog_start(&o), 0);
	pid = child_fork();
	if (pid == 0) {
		CHECK(is_default(SIGURG));
		CHECK_EQ(tutti_watchdog_stop(), 0);
		CHECK_EQ(tutti_watchdog_start(&o), 0);
		stall_once();
		CHECK_EQ(tutti_watchdog_stop(), 0);
		_exit(told == 1 && ended == 1 ? 0 : 1);
	}
	child_wait(pid);
	CHECK_EQ(told, 0);
	stall_once();
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK_EQ(told, 1);
	CHECK_EQ(ended, 1);
}

static pid_t forked;

static void fork_in_fn(const tutti_stall *stall, void *arg)
{
	if (!stall->over && !forked) {
		forked = child_fork();
		if (forked == 0)
			return; /* the thread ends then, and with it the child */
	}
	on_stall(stall, arg);
}

static void fn_may_fork(void)
{
	tutti_watchdog_options o = options(fork_in_fn);

	CHECK_EQ(tutti_watchdog_start(&o), 0);
	stall_once();
	CHECK_EQ(tutti_watchdog_stop(), 0);
	child_wait(forked);
}

static atomic_bool stopping;

/* fn is busy with a stall of another thread until the main one is about to wait for it. */
static void hold_up_stop(const tutti_stall *stall, void *arg)
{
	on_stall(stall, arg);
	while (!atomic_load(&stopping))
		usleep(500);
}

static void *stall_apart(void *arg)
{
	stall_once();
	return arg;
}

static void *fork_meanwhile(void *arg)
{
	forked = child_fork();
	atomic_store(&stopping, true);
	return arg;
}

/* The child's main thread waits for a watchdog that it does not have. */
static void who_stops_it_may_fork(void)
{
	tutti_watchdog_options o = options(hold_up_stop);
	tutti_thread *t;

	atomic_store(&told, 0);
	atomic_store(&ended, 0);
	CHECK_EQ(tutti_watchdog_start(&o), 0);
	t = tutti_thread_start(stall_apart, NULL, NULL);
	EVENTUALLY(atomic_load(&told));
	tutti_future_unref(tutti_task_start(fork_meanwhile, NULL, NULL));
	CHECK_EQ(tutti_watchdog_stop(), 0);
	if (forked == 0) {
		CHECK_EQ(tutti_watchdog_start(NULL), 0);
		CHECK_EQ(tutti_watchdog_stop(), 0);
		_exit(0);
	}
	child_wait(forked);
	CHECK_EQ(finish(t), 0);
}

int main(void)
{
	suite_begin();
	RUN(a_child_has_none);
	RUN(fn_may_fork);
	RUN(who_stops_it_may_fork);
	return suite_end();
}
