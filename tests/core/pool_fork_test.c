/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * A child forked while other threads are inside the depot takes and gives blocks as before. Not
 * under the sanitizers and their like, as exec/fork_test.c.
 */
#include "core/pool.h"

#include "core/worker.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/wait.h>

enum { BUSY = 3, TAKEN = 4 * TU_POOL_MAGAZINE };

static bool stop;

/* More than a thread keeps, so that each round visits the depot. */
static void take_and_give(enum tu_pool_size size)
{
	struct tu_pool *pools = tu_worker_self()->pools;
	size_t *blocks[TAKEN];

	for (size_t i = 0; i < TAKEN; i++) {
		blocks[i] = tu_pool_take(pools, size);
		CHECK(blocks[i]);
		*blocks[i] = i;
	}
	for (size_t i = 0; i < TAKEN; i++) {
		CHECK_EQ(*blocks[i], i);
		tu_pool_give(pools, size, blocks[i]);
	}
}

static void *be_busy(void *arg)
{
	while (!tu_load_acq(&stop))
		take_and_give(TU_POOL_64);
	return arg;
}

static void child(void)
{
	alarm(suite_limit() / 2);
	for (int i = 0; i < 10; i++) {
		take_and_give(TU_POOL_64);
		take_and_give(TU_POOL_128);
		tu_pool_trim();
	}
	finish(tutti_thread_start(be_busy, NULL, NULL));
	_exit(0);
}

static void children_take_and_give(void)
{
	tutti_future *f[BUSY];

	start_all(THREADS, f, BUSY, be_busy, NULL);
	for (int i = 0; i < suite_rounds(100); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			stop = true;
			child();
		}
		CHECK(pid > 0);
		while (waitpid(pid, &status, 0) < 0)
			CHECK_EQ(errno, EINTR);
		CHECK_EQ(status, 0);
		take_and_give(TU_POOL_64);
	}
	tu_store_rel(&stop, true);
	join_all(f, BUSY);
}

int main(void)
{
	suite_begin();
	RUN(children_take_and_give);
	return suite_end();
}
