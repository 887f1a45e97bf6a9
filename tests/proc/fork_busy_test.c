/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * Threads that are busy with what processes share, and with a pool of them, fork, ten thousand
 * times in `make torture`: no child and no thread hangs, what is shared stays whole, and nothing is
 * left. no-tsan, no-asan, no-valgrind: as in exec/fork_test.c.
 */
#include <tutti/tutti.h>

#include "core/family.h"
#include "proc/server.h"
#include "support/child.h"
#include "support/leaks.h"
#include "support/suite.h"

#include <errno.h>

enum { THREADS_BUSY = 8 };

static tutti_executor *pool;
static tutti_queue *queue;
static tutti_array *array; /* how many have come, under its lock */
static uint32_t forks_left, queued;

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static void count_one(void)
{
	TUTTI_WITH(tutti_array_lock(array))
	++*(int *)tutti_array_at(array, sizeof(int), 0);
}

static void put_one(int n)
{
	CHECK_EQ(tutti_queue_put(queue, &n), 0);
}

/* It has the queue and the lock as others have; of the pool it is told that it is not its own. */
static void live_and_end(int n)
{
	tutti_future *f;

	CHECK_EQ(tu_family_join(tu_family_fd()), 0);
	count_one();
	put_one(n);
	f = square_submit(pool, n);
	CHECK_EQ(square_result(f, NULL), -ECHILD);
	tutti_future_unref(f);
	_exit(0);
}

static void have_a_child(int n)
{
	pid_t pid = child_fork();

	if (pid == 0)
		live_and_end(n);
	child_wait(pid);
	tu_family_died(pid);
}

static void use_all(int n)
{
	tutti_future *f = square_submit(pool, 12);
	int squared;

	count_one();
	put_one(n);
	CHECK_EQ(square_result(f, &squared), 0);
	CHECK_EQ(squared, 144);
	tutti_future_unref(f);
	CHECK_EQ(tutti_queue_get(queue, &n), 0);
}

static void *be_busy(void *arg)
{
	int rounds = 0;
	uint32_t left = tu_load_rlx(&forks_left);

	/* Relaxed: only that so many are forked in all counts. */
	while (left > 0) {
		if (!tu_cas_weak_acqrel(&forks_left, &left, left - 1))
			continue;
		use_all((int)left);
		have_a_child((int)left);
		rounds++;
		left = suite_has_time() ? tu_load_rlx(&forks_left) : 0; /* as above */
	}
	tu_add_acqrel(&queued, (uint32_t)rounds);
	return arg;
}

static void they_fork_and_none_hangs(void)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED };
	tutti_future *f[THREADS_BUSY];
	int n;

	CHECK_EQ(tutti_executor_open(&pool, "processes:2", NULL), 0);
	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), &o), 0);
	CHECK_EQ(tutti_array_create(&array, sizeof(int), 1, NULL), 0);
	tu_store_rlx(&forks_left, (uint32_t)suite_rounds(100)); /* before there are threads */
	start_all(THREADS, f, THREADS_BUSY, be_busy, NULL);
	join_all(f, THREADS_BUSY);
	printf("  %u children\n", queued);
	CHECK_EQ(*(int *)tutti_array_at(array, sizeof(int), 0), 2 * (int)queued);
	for (uint32_t i = 0; i < queued; i++)
		CHECK_EQ(tutti_queue_get_until(queue, &n, 0), 0);
	CHECK_EQ(tutti_queue_get_until(queue, &n, 0), TUTTI_EEMPTY);
	tutti_queue_free(queue);
	tutti_array_free(array);
	tutti_executor_free(pool);
	tu_server_end();
}

static void begin_the_first(void)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "processes:1", NULL), 0);
	tutti_executor_free(e);
	tu_server_end();
}

int main(void)
{
	begin_the_first(); /* its thread, and what the family has, stay */
	suite_begin();
	RUN(they_fork_and_none_hangs);
	return suite_end();
}
