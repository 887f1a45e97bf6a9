/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-valgrind */
/*
 * A callback for which no stack is to be had runs on the stack of who waits there. If it waits in
 * turn, what it stands on is called all the same. Not under Valgrind, whose malloc takes no hooks
 * as small as these.
 */
#include "base/atomic.h"
#include "support/suite.h"

#include <errno.h>

enum { TASKS_MOST = 1000, LEAST_ALLOC = 136 /* a task's block, aligned */ };

static __thread bool refusing; /* what keeps the books of stacks is small */

static void *get(size_t size, void *arg)
{
	(void)arg;
	return refusing && size < LEAST_ALLOC ? NULL : malloc(size);
}

static void *change(void *p, size_t size, void *arg)
{
	(void)arg;
	return realloc(p, size);
}

static void put(void *p, void *arg)
{
	(void)arg;
	free(p);
}

static tutti_lock lock;
static tutti_event locked, waits, outer;
static bool in_callback; /* atomic */
static bool called;
static uint64_t stayed;

/* It contends for the lock, so it waits, on the stack of a wait. */
static void take_lock(tutti_future *f, void *arg)
{
	(void)f, (void)arg;
	tu_store_rel(&in_callback, true); /* release: nothing; the other only goes on */
	tutti_lock_acquire(&lock);
	called = true;
	CHECK_EQ(tutti_lock_release(&lock), 0);
}

static void *add_callback(void *promise)
{
	CHECK_EQ(tutti_future_add_done_callback(promise, take_lock, NULL), 0);
	return NULL;
}

/* Calls the waiter in the middle of the callback's own wait, and only then lets that one go. */
static void *play(void *promise)
{
	tutti_lock_acquire(&lock);
	tutti_event_set(&locked);
	CHECK_EQ(tutti_event_wait(&waits), 0);
	settle();
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	while (!tu_load_acq(&in_callback)) /* as above */
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	settle();
	tutti_event_set(&outer);
	settle();
	CHECK_EQ(tutti_lock_release(&lock), 0);
	return NULL;
}

static void *stay(void *arg)
{
	stayed++;
	CHECK_EQ(tutti_event_wait(arg), 0);
	return NULL;
}

/* Start tasks that keep their stacks until there is none for the last one; returns how many. */
static size_t use_up_stacks(tutti_task **tasks, tutti_event *let_go)
{
	size_t n = 0;
	int rc;

	refusing = true;
	do {
		CHECK(n < TASKS_MOST);
		tasks[n++] = tutti_task_start(stay, let_go, NULL);
		do {
			rc = tutti_future_result_until(
				tasks[n - 1], NULL, 0, tutti_after(TUTTI_MILLISECONDS(1)));
		} while (rc == TUTTI_ETIMEDOUT && stayed < n);
	} while (rc == TUTTI_ETIMEDOUT);
	CHECK_EQ(rc, -ENOMEM);
	tutti_future_unref(tasks[--n]);
	CHECK_EQ(n, stayed);
	return n;
}

static void a_wait_beneath_a_callback_ends(void)
{
	static tutti_task *tasks[TASKS_MOST];
	static tutti_event let_go;
	tutti_future *promise = tutti_future_create(0);
	tutti_thread *other;
	size_t n;

	finish(tutti_task_start(add_callback, promise, NULL));
	other = tutti_thread_start(play, promise, NULL);
	CHECK_EQ(tutti_event_wait(&locked), 0);
	n = use_up_stacks(tasks, &let_go);
	tutti_event_set(&waits);
	CHECK_EQ(tutti_event_wait_until(&outer, tutti_after(TUTTI_SECONDS(1000))), 0);
	refusing = false;
	CHECK(called);
	finish(other);
	tutti_event_set(&let_go);
	join_all(tasks, n);
	tutti_future_unref(promise);
}

/* Who only yields is in the queue, and what cannot begin ends there too. */
static void a_yield_gives_up_what_cannot_begin(void)
{
	static tutti_task *tasks[TASKS_MOST];
	static tutti_event let_go;
	tutti_task *t;
	size_t n;

	stayed = 0;
	n = use_up_stacks(tasks, &let_go);
	t = tutti_task_start(stay, &let_go, NULL);
	for (int i = 0; i < 5 && !tutti_future_done(t); i++)
		CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_future_error(t), -ENOMEM);
	refusing = false;
	tutti_future_unref(t);
	tutti_event_set(&let_go);
	join_all(tasks, n);
}

int main(void)
{
	const tutti_allocator hooks = { get, change, put, NULL };

	CHECK_EQ(tutti_set_allocator(&hooks), 0);
	suite_begin();
	RUN(a_wait_beneath_a_callback_ends);
	RUN(a_yield_gives_up_what_cannot_begin);
	return suite_end();
}
