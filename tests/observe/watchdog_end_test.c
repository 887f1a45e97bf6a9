/* SPDX-License-Identifier: MIT */
/*
 * A stall while what has ended is freed, in the program's own allocator: the name that is told is
 * not that of what is gone.
 */
#define _GNU_SOURCE /* memmem */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>

#include <tutti/tutti.h>

#include "support/suite.h"

/* -- an allocator that stalls ------------------------------------------------------------------ */

static _Atomic(const char *) doomed; /* how the name begins, wherever it lies in what is freed */
static atomic_bool told, freed;

static void *nothing(void *arg)
{
	return arg;
}

/* Somebody waits for this thread, and sees it spoil the name. */
static void spoil(char *name)
{
	atomic_store(&doomed, NULL);
	memset(name, '#', strlen(name));
	tutti_future_unref(tutti_task_start(nothing, NULL, NULL));
	while (!atomic_load(&told))
		usleep(500);
	atomic_store(&freed, true);
}

static void *plain_alloc(size_t size, void *arg)
{
	(void)arg;
	return malloc(size);
}

static void *plain_resize(void *p, size_t size, void *arg)
{
	(void)arg;
	return realloc(p, size);
}

static void stalling_free(void *p, void *arg)
{
	const char *begin = atomic_load(&doomed);
	char *name = NULL;

	(void)arg;
	if (p && begin)
		name = memmem(p, malloc_usable_size(p), begin, strlen(begin));
	if (name)
		spoil(name);
	free(p);
}

__attribute__((constructor)) static void install(void)
{
	static const tutti_allocator stalling = { plain_alloc, plain_resize, stalling_free, NULL };

	CHECK_EQ(tutti_set_allocator(&stalling), 0);
}

/* -- the watchdog ------------------------------------------------------------------------------ */

static void on_stall(const tutti_stall *stall, void *arg)
{
	(void)arg;
	CHECK(!strchr(stall->what, '#'));
	CHECK(!strchr(stall->thread, '#'));
	CHECK(stall->thread[0]);
	atomic_store(&told, true);
}

static void watch(void (*end)(void))
{
	const tutti_watchdog_options o = {
		.stall = TUTTI_MILLISECONDS(20), .quiet = true, .fn = on_stall
	};

	atomic_store(&told, false);
	atomic_store(&freed, false);
	CHECK_EQ(tutti_watchdog_start(&o), 0);
	end();
	EVENTUALLY(atomic_load(&freed));
	CHECK_EQ(tutti_watchdog_stop(), 0);
	settle();
}

/* -- what ends: its own reference is the last one ---------------------------------------------- */

static void *ends(void *begin)
{
	atomic_store(&doomed, (const char *)begin);
	return NULL;
}

static void task_ends(void)
{
	tutti_future_unref(
		tutti_task_start(ends, "a task's", &(tutti_task_options){ .name = "a task's" }));
}

static void thread_ends(void)
{
	tutti_future_unref(tutti_thread_start(
		ends, "a thread's", &(tutti_thread_options){ .name = "a thread's" }));
}

static void *foreign(void *arg)
{
	CHECK(strncmp(tutti_thread_name(NULL), "Dummy-", 6) == 0);
	return ends(arg);
}

static void foreign_thread_ends(void)
{
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, foreign, "Dummy-"), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
}

static void a_task(void)
{
	watch(task_ends);
}

static void a_thread(void)
{
	watch(thread_ends);
}

static void a_foreign_thread(void)
{
	watch(foreign_thread_ends);
}

int main(void)
{
	suite_begin();
	RUN(a_task);
	RUN(a_thread);
	RUN(a_foreign_thread);
	return suite_end();
}
