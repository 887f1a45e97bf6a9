/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * A child forked while other threads are busy in tutti has a runtime of its own, and no hang. Not
 * under the sanitizers, whose allocators hang then, nor under Valgrind, which calls what those
 * threads had lost, nor under qemu-user, which ends.
 */
#include <tutti/thread.h>

#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/wait.h>

enum { BUSY = 6 };

static tutti_lock lock;
static tutti_queue *queue;
static tutti_semaphore semaphore;
static bool stop;

static void *nothing(void *arg)
{
	return arg;
}

static void *add_one(void *arg)
{
	static tutti_lock own;

	CHECK_EQ(tutti_yield(), 0);
	TUTTI_HOLD(&own);
	++*(int *)arg;
	return NULL;
}

static void *be_busy(void *arg)
{
	for (int i = 0; !tu_load_acq(&stop); i++) {
		int item = i;

		TUTTI_WITH(&lock)
		{
			free(malloc(100));
		}
		tutti_queue_put_until(queue, &item, 0);
		tutti_queue_get_until(queue, &item, tutti_after(TUTTI_MILLISECONDS(0.01)));
		tutti_semaphore_release(&semaphore, 1);
		tutti_semaphore_acquire(&semaphore);
		if (i % 16 == 0)
			finish(start_nth(MIXED, i / 16, nothing, arg));
	}
	return arg;
}

static void start_busy(tutti_future **f)
{
	stop = false;
	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), &(tutti_queue_options){ .maxsize = 10 }),
		0);
	CHECK_EQ(tutti_semaphore_init(&semaphore, 0, 0), 0);
	start_all(APART, f, BUSY, be_busy, NULL);
}

static void end_busy(tutti_future **f)
{
	tu_store_rel(&stop, true);
	join_all(f, BUSY);
	tutti_queue_free(queue);
}

/* rows: F14 */
static void children_of_a_busy_program_are_free(void)
{
	tutti_future *f[BUSY];

	start_busy(f);
	for (int i = 0; i < suite_rounds(100); i++) {
		pid_t pid = child_fork();

		if (pid == 0) {
			child_uses_everything();
			_exit(0);
		}
		child_wait(pid);
	}
	end_busy(f);
}

static void *sleep_long(void *arg)
{
	CHECK_EQ(tutti_event_wait(arg), 0);
	return NULL;
}

/* The others are not there in the child: their futures say so, and the parent's go on. */
static void futures_of_the_others_have_crashed(enum mix mix)
{
	static tutti_event go_on;
	tutti_event_clear(&go_on);
	tutti_future *f = start_as(mix, sleep_long, &go_on);
	settle();
	pid_t pid = child_fork();

	if (pid == 0) {
		CHECK_EQ(tutti_future_error(f), TUTTI_ECRASHED);
		CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_ECRASHED);
		CHECK(!tutti_thread_is_alive(f));
		child_uses_everything();
		_exit(0);
	}
	child_wait(pid);
	CHECK(!tutti_future_done(f));
	tutti_event_set(&go_on);
	finish(f);
}

static void other_threads_crash_there(void)
{
	futures_of_the_others_have_crashed(THREADS);
	futures_of_the_others_have_crashed(APART);
}

/* Locks that nobody held are free in the child; the forking thread's own are still its own. */
/* rows: F14 */
static void locks_come_along(void)
{
	tutti_rlock mine = TUTTI_RLOCK_INIT;
	tutti_lock unheld = TUTTI_LOCK_INIT;

	tutti_lock_acquire(&mine);
	pid_t pid = child_fork();
	if (pid == 0) {
		CHECK_EQ(tutti_lock_acquire_until(&unheld, 0), 0);
		CHECK_EQ(tutti_lock_acquire_until(&mine, 0), 0);
		CHECK_EQ(tutti_lock_release(&mine), 0);
		CHECK_EQ(tutti_lock_release(&mine), 0);
		CHECK(!tutti_lock_locked(&mine));
		_exit(0);
	}
	child_wait(pid);
	CHECK_EQ(tutti_lock_release(&mine), 0);
}

static void *hold_for_long(void *arg)
{
	tutti_lock_acquire(&lock);
	tutti_event_set(arg);
	CHECK_EQ(tutti_sleep(TUTTI_FOREVER), TUTTI_ECANCELED);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	return NULL;
}

/* A lock whose holder the child does not have stops it, with a sentence, instead of hanging it. */
static void a_lost_holder_is_named(enum mix mix)
{
	static tutti_event held;
	char said[200] = "";
	int status, to_us[2];

	tutti_event_clear(&held);
	tutti_future *f = start_as(mix, hold_for_long, &held);
	CHECK_EQ(tutti_event_wait(&held), 0);
	CHECK_EQ(pipe(to_us), 0);
	pid_t pid = child_fork();
	if (pid == 0) {
		dup2(to_us[1], STDERR_FILENO);
		if (tutti_lock_acquire_until(&lock, tutti_after(1000)) != TUTTI_ETIMEDOUT)
			_exit(1);
		tutti_lock_acquire(&lock);
		_exit(2);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(read(to_us[0], said, sizeof(said) - 1) > 0);
	CHECK(strstr(said, "whose holder it does not have"));
	close(to_us[0]);
	close(to_us[1]);
	tutti_future_cancel(f);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
}

/* A child that ends by exit waits for its own threads, not for those it never had. */
static void a_child_may_exit(void)
{
	tutti_future *f[BUSY];

	start_busy(f);
	for (int i = 0; i < 10; i++) {
		pid_t pid = child_fork();

		if (pid == 0) {
			int count = 0;
			tutti_future_unref(tutti_thread_start(add_one, &count, NULL));
			exit(0);
		}
		child_wait(pid);
	}
	end_busy(f);
}

static void *fork_from_here(void *arg)
{
	pid_t pid = child_fork();

	if (pid == 0) {
		int count = 0;
		tutti_future *f[4];

		CHECK(tutti_thread_current());
		start_all(MIXED, f, 4, add_one, &count);
		join_all(f, 4);
		_exit(count == 4 ? 0 : 1);
	}
	child_wait(pid);
	return arg;
}

static void any_may_fork(enum mix mix)
{
	for (int i = 0; i < 5; i++)
		finish(start_as(mix, fork_from_here, NULL));
}

/* rows: F14 F15 */
static void children_may_have_children(void)
{
	pid_t pid = child_fork();

	if (pid == 0) {
		fork_from_here(NULL);
		child_uses_everything();
		_exit(0);
	}
	child_wait(pid);
}

int main(void)
{
	suite_begin();
	RUN(children_of_a_busy_program_are_free);
	RUN(other_threads_crash_there);
	RUN(locks_come_along);
	RUN_MIXES(a_lost_holder_is_named);
	RUN(a_child_may_exit);
	RUN_MIXES(any_may_fork);
	RUN(children_may_have_children);
	return suite_end();
}
