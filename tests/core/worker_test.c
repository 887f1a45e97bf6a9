/* SPDX-License-Identifier: MIT */
/* worker_test.c - the registry of workers, and ids that are never used twice. */
#include "core/worker.h"

#include "support/suite.h"

#include <pthread.h>
#include <stdint.h>

enum { THREADS_AT_ONCE = 8, IDS = 3000, TASKS_EACH = 2500 };

static void count_one(struct tu_worker *w, void *arg)
{
	CHECK(w->in_use);
	CHECK(w->number != 0);
	++*(int *)arg;
}

static int count_workers(void)
{
	int n = 0;

	tu_worker_each(count_one, &n);
	return n;
}

static void *who_am_i(void *arg)
{
	*(struct tu_worker **)arg = tu_worker_self();
	return NULL;
}

/* A bare thread, as its join waits for all that its end does. */
static struct tu_worker *worker_of_a_thread(void)
{
	struct tu_worker *w = NULL;
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, who_am_i, &w), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	return w;
}

static void a_threads_worker_is_used_again(void)
{
	struct tu_worker *first = worker_of_a_thread(), *second;

	CHECK(first && first != tu_worker_self());
	CHECK(!first->in_use);
	CHECK_EQ(first->number, 0);
	second = worker_of_a_thread();
	CHECK(second == first);
	CHECK(!tu_worker_has_tasks(second));
}

static tutti_semaphore here;
static tutti_event leave;

static void *be_here(void *arg)
{
	*(struct tu_worker **)arg = tu_worker_self();
	CHECK_EQ(tutti_semaphore_release(&here, 1), 0);
	CHECK_EQ(tutti_event_wait(&leave), 0);
	return NULL;
}

static void each_thread_has_its_own(void)
{
	struct tu_worker *w[THREADS_AT_ONCE];
	tutti_future *f[THREADS_AT_ONCE];
	int before = count_workers();

	CHECK_EQ(tutti_semaphore_init(&here, 0, 0), 0);
	for (int i = 0; i < THREADS_AT_ONCE; i++)
		f[i] = tutti_thread_start(be_here, &w[i], NULL);
	for (int i = 0; i < THREADS_AT_ONCE; i++)
		CHECK_EQ(tutti_semaphore_acquire(&here), 0);
	CHECK_EQ(count_workers(), before + THREADS_AT_ONCE);
	for (int i = 0; i < THREADS_AT_ONCE; i++)
		for (int j = 0; j < i; j++) {
			CHECK(w[i] != w[j]);
			CHECK(w[i]->number != w[j]->number);
		}
	tutti_event_set(&leave);
	join_all(f, THREADS_AT_ONCE);
}

/* -- ids -------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void check_distinct(uint64_t *ids, size_t n)
{
	qsort(ids, n, sizeof(*ids), by_value);
	CHECK(ids[0] != 0);
	for (size_t i = 1; i < n; i++)
		CHECK(ids[i] != ids[i - 1]);
}

static uint64_t drawn[THREADS_AT_ONCE][IDS];

static void *draw(void *arg)
{
	struct tu_worker *w = tu_worker_self();
	uint64_t *ids = arg;

	for (int i = 0; i < IDS; i++) {
		ids[i] = tu_worker_new_id(w);
		CHECK(tu_ids_of_one_thread(ids[i], ids[0]));
		CHECK(tu_ids_of_one_thread(ids[i], w->native.id));
	}
	return NULL;
}

/* Threads at once and one after another, each through several blocks. */
static void ids_are_never_used_twice(void)
{
	tutti_future *f[THREADS_AT_ONCE];

	for (int i = 0; i < THREADS_AT_ONCE; i++)
		f[i] = tutti_thread_start(draw, drawn[i], NULL);
	join_all(f, THREADS_AT_ONCE);
	check_distinct(drawn[0], (size_t)THREADS_AT_ONCE * IDS);
}

static void *note_id(void *arg)
{
	*(uint64_t *)arg = tu_self()->id;
	return NULL;
}

/* Through several blocks of them. */
static void tasks_have_ids_of_their_own(void)
{
	static uint64_t ids[TASKS_EACH];
	struct tu_worker *w = tu_worker_self();

	for (int i = 0; i < TASKS_EACH; i++) {
		finish(tutti_task_start(note_id, &ids[i], NULL));
		CHECK(tu_ids_of_one_thread(ids[i], w->native.id));
	}
	check_distinct(ids, TASKS_EACH);
}

int main(void)
{
	suite_begin();
	RUN(a_threads_worker_is_used_again);
	RUN(each_thread_has_its_own);
	RUN(ids_are_never_used_twice);
	RUN(tasks_have_ids_of_their_own);
	return suite_end();
}
