/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * A fork while others are in the middle of a completion: two futures are about to say that they are
 * done, and who was given the first of them waits for that. Labels as in fork_test.c.
 */
#include "support/child.h"
#include "support/suite.h"

#include "exec/watch.h"

enum { N = 2 };

/* -- futures that stop on their way to being done --------------------------------------------- */

static int held;
static bool released;

/* It was added first, so those of the completion were drawn and are not told. */
static void hold_up(struct tu_watcher *w, uint32_t flags, struct tu_news *news)
{
	(void)flags, (void)news;
	tu_add_acqrel(&held, 1);
	while (!tu_load_acq(&released))
		usleep(500);
	tu_watcher_let_go(w);
}

static struct tu_watch watch = { .told = hold_up };

static const void *bucket_of(const void *key)
{
	struct tu_bucket *b = tu_lot_lock(key);

	tu_lot_unlock(b);
	return b;
}

/* Each in a bucket of its own, as that is held meanwhile. */
static void make(tutti_future *f[N], tutti_completion **c)
{
	const void *b[N + 1];

	do {
		for (int i = 0; i < N; i++) {
			f[i] = tutti_future_create(0);
			b[i] = bucket_of(f[i]);
		}
		*c = tutti_completion_create(NULL, 0);
		b[N] = bucket_of(*c);
	} while (b[0] == b[1] || b[1] == b[2] || b[0] == b[2]);
}

static void *complete(void *f)
{
	CHECK_EQ(tutti_future_set_result(f, NULL), 0);
	return NULL;
}

static void *take(void *c)
{
	size_t index = N;

	CHECK_EQ(tutti_completion_next(c, &index), 0);
	return give((intptr_t)index);
}

/* From the first that is given, each once. */
static size_t have_all(tutti_completion *c)
{
	size_t first, index;

	CHECK_EQ(tutti_completion_next(c, &first), 0);
	for (size_t i = first + 1; i < N; i++) {
		CHECK_EQ(tutti_completion_next(c, &index), 0);
		CHECK_EQ(index, i);
	}
	CHECK_EQ(tutti_completion_next(c, &index), TUTTI_EDONE);
	CHECK_EQ(tutti_completion_next(c, &index), TUTTI_EDONE);
	tutti_completion_free(c);
	return first;
}

static void in_the_middle(void)
{
	static struct tu_watcher holding[N];
	tutti_future *f[N], *threads[N + 1];
	tutti_completion *c;
	pid_t pid;

	make(f, &c);
	for (int i = 0; i < N; i++) {
		holding[i].watch = &watch;
		CHECK(tu_watcher_add(&holding[i], f[i]));
		CHECK_EQ(tutti_completion_add(c, f[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		threads[i] = tutti_thread_start(complete, f[i], NULL);
		EVENTUALLY(tu_load_acq(&held) == i + 1);
	}
	threads[N] = tutti_thread_start(take, c, NULL);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(20)), 0); /* the time to take it */
	pid = child_fork();
	if (pid == 0) {
		have_all(c); /* the second, unless the taker is very late */
		_exit(0);
	}
	child_wait(pid);
	tu_store_rel(&released, true);
	join_all(threads, N);
	CHECK_EQ(finish(threads[N]), 0);
	CHECK_EQ(have_all(c), 1);
	for (int i = 0; i < N; i++)
		tutti_future_unref(f[i]);
}

int main(void)
{
	suite_begin();
	RUN(in_the_middle);
	return suite_end();
}
