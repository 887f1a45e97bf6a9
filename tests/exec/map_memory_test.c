/* SPDX-License-Identifier: MIT */
/* rows: +flat */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/*
 * Streams of any length in the memory of a short one. What is resident is the system's count, so
 * this is not for builds whose allocator keeps what is freed.
 */
#include <sys/resource.h>
#include <tutti/tutti.h>

#include "support/suite.h"

enum { SHORT = 100000, SLACK_KIB = 2048 };

static tutti_executor *pool;
static bool unordered;

static uint64_t next_of(uint64_t n)
{
	return n + 1;
}
TUTTI_JOB(next_of, uint64_t, uint64_t);

struct stream {
	uint64_t n, pulled, pushed, sum;
};

static int pull(void *arg, void *item)
{
	struct stream *s = arg;

	if (s->pulled == s->n)
		return 0;
	*(uint64_t *)item = s->pulled++;
	return 1;
}

static int push(void *arg, size_t index, int error, const void *result)
{
	struct stream *s = arg;
	uint64_t got = *(const uint64_t *)result;

	CHECK(error == 0 && got == index + 1);
	CHECK(unordered || index == s->pushed);
	s->pushed++;
	s->sum += got;
	return 0;
}

static void stream(uint64_t n)
{
	tutti_map_options options = { .unordered = unordered };
	struct stream s = { .n = n };

	CHECK_EQ(tutti_map_stream(pool, &next_of_job, pull, push, &s, &options), 0);
	CHECK_EQ(s.pushed, n);
	CHECK_EQ(s.sum, n * (n + 1) / 2);
}

static long most_resident_kib(void)
{
	struct rusage usage;

	CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* The most that was ever resident does not grow by as much as two bytes an item. */
static void in_flat_memory(const char *where, bool any_order)
{
	long before, after;
	uint64_t n = suite_rounds(1) > 1 ? 10000000 : 1000000;

	unordered = any_order;
	CHECK_EQ(tutti_executor_open(&pool, where, NULL), 0);
	stream(SHORT);
	stream(SHORT);
	before = most_resident_kib();
	stream(n);
	after = most_resident_kib();
	printf("%s%s: %ld KiB, then %ld KiB\n", where, any_order ? ", any order" : "", before,
		after);
	CHECK(after - before < SLACK_KIB);
	tutti_executor_free(pool);
}

static void by_threads(void)
{
	in_flat_memory("threads", false);
}

static void by_threads_in_any_order(void)
{
	in_flat_memory("threads", true);
}

static void by_tasks(void)
{
	in_flat_memory("tasks", false);
}

static void by_tasks_in_any_order(void)
{
	in_flat_memory("tasks", true);
}

int main(void)
{
	suite_begin();
	RUN(by_threads);
	RUN(by_threads_in_any_order);
	RUN(by_tasks);
	RUN(by_tasks_in_any_order);
	return suite_end();
}
