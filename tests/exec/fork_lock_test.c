/* SPDX-License-Identifier: MIT */
/*
 * fork_lock_test.c - a lock that was on its way to somebody when the process forked: the child does
 * not have that one, and is told so, or takes the lock in turn; nobody waits in vain.
 *
 * Not under the sanitizers and their like, as fork_test.c.
 * ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu
 */
#include "support/child.h"
#include "support/suite.h"

#include <signal.h>

static tutti_lock lock;
static int held_up[2]; /* a pipe: the thread of the one who waits reads there */
static bool waits;     /* atomic */

static void *want(void *arg)
{
	tutti_lock_acquire(&lock);
	tutti_lock_release(&lock);
	return arg;
}

/* The task waits for the lock, and cannot run when it is let go: its thread is somewhere else. */
static void *hold_up(void *arg)
{
	tutti_task *wants = tutti_task_start(want, NULL, NULL);
	char byte;

	settle();
	tu_store_rel(&waits, true);
	CHECK_EQ(read(held_up[0], &byte, 1), 1);
	finish(wants);
	return arg;
}

static void it_stops(int signal)
{
	(void)signal;
	_exit(0);
}

static void use_it_in_turn(void)
{
	for (int i = 0; i < 3; i++) {
		tutti_task *wants;

		tutti_lock_acquire(&lock);
		wants = tutti_task_start(want, NULL, NULL);
		settle();
		tutti_lock_release(&lock);
		finish(wants);
	}
}

/* The lock was given to the other, who has waited long, or the other was let go to compete. */
static void on_its_way(int waited_us)
{
	tutti_thread *other;
	pid_t pid;

	CHECK_EQ(pipe(held_up), 0);
	tu_store_rel(&waits, false);
	tutti_lock_acquire(&lock);
	other = tutti_thread_start(hold_up, NULL, NULL);
	EVENTUALLY(tu_load_acq(&waits));
	usleep((useconds_t)waited_us);
	tutti_lock_release(&lock);
	pid = child_fork();
	if (pid == 0) {
		signal(SIGABRT, it_stops);
		if (tutti_lock_locked(&lock)) {
			tutti_lock_acquire(&lock); /* it says so and stops */
			_exit(1);
		}
		use_it_in_turn();
		_exit(0);
	}
	child_wait(pid);
	CHECK_EQ(write(held_up[1], "x", 1), 1);
	CHECK_EQ(tutti_join_all(&other, 1), 0);
	CHECK_EQ(close(held_up[0]) + close(held_up[1]), 0);
}

static void given(void)
{
	on_its_way(5000);
}

static void let_go_to_compete(void)
{
	for (int i = 0; i < suite_rounds(10); i++)
		on_its_way(0);
}

/* -- what a thread's own stack waits for, while another lets it go and a task forks ------------ */

static tutti_event event;
static bool go; /* atomic */

static void *set_it(void *arg)
{
	while (!tu_load_acq(&go))
		sched_yield();
	tutti_event_set(&event);
	return arg;
}

static pid_t forked;

static void *fork_meanwhile(void *arg)
{
	tu_store_rel(&go, true);
	forked = child_fork();
	if (forked == 0)
		tutti_event_set(&event);
	return arg;
}

/* The other has set it wholly when the child begins, or not at all: then this does. */
static void a_wait_that_is_just_ended(void)
{
	for (int i = 0; i < suite_rounds(100); i++) {
		tutti_thread *other;
		tutti_task *forks;

		tutti_event_clear(&event);
		tu_store_rel(&go, false);
		other = tutti_thread_start(set_it, NULL, NULL);
		forks = tutti_task_start(fork_meanwhile, NULL, NULL);
		CHECK_EQ(tutti_event_wait(&event), 0);
		finish(forks);
		if (forked == 0)
			_exit(0);
		child_wait(forked);
		finish(other);
	}
}

int main(void)
{
	suite_begin();
	RUN(given);
	RUN(let_go_to_compete);
	RUN(a_wait_that_is_just_ended);
	return suite_end();
}
