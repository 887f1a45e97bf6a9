/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * Children of a program with busy threads, ten thousand in `make torture`: all end well and leave
 * nothing behind. Labels as in fork_test.c.
 */
#include "support/child.h"
#include "support/leaks.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/wait.h>

enum { BUSY = 3, SLACK_KIB = 2048 };

static bool stop;
static tutti_executor *pool;

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static void *nothing(void *arg)
{
	return arg;
}

/* Threads and tasks come and go, jobs are under way, memory is taken and given back. */
static void *be_busy(void *arg)
{
	int squared = 0;

	for (int i = 0; !tu_load_acq(&stop); i++) {
		tutti_future *f = square_submit(pool, 12);

		finish(start_nth(MIXED, i, nothing, arg));
		CHECK_EQ(square_result(f, &squared), 0);
		CHECK_EQ(squared, 144);
		tutti_future_unref(f);
	}
	return arg;
}

static void live_and_end(int number)
{
	static tutti_lock own;
	int squared = 0;

	TUTTI_WITH(&own)
	CHECK_EQ(finish(start_nth(MIXED, number, nothing, give(number))), number);
	CHECK_EQ(square_map(pool, &number, &squared, 1), 0);
	CHECK_EQ(squared, number * number);
	_exit(0);
}

static void have_children(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = child_fork();

		if (pid == 0)
			live_and_end(i);
		child_wait(pid);
	}
}

static long resident_kib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	CHECK(f && fscanf(f, "%*d %ld", &pages) == 1);
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void they_leave_nothing_behind(void)
{
	tutti_future *f[BUSY];
	long before, after;
	int descriptors, n = suite_rounds(100);

	CHECK_EQ(tutti_executor_open(&pool, "threads:2", NULL), 0);
	start_all(THREADS, f, BUSY, be_busy, NULL);
	have_children(n / 10);
	before = resident_kib();
	descriptors = leaks_descriptors();
	have_children(n);
	after = resident_kib();
	printf("%ld KiB, and %ld KiB after %d children more\n", before, after, n);
	CHECK(after - before < SLACK_KIB);
	CHECK_EQ(leaks_descriptors(), descriptors);
	CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
	CHECK_EQ(errno, ECHILD);
	tu_store_rel(&stop, true);
	join_all(f, BUSY);
	tutti_executor_free(pool);
}

int main(void)
{
	suite_begin();
	RUN(they_leave_nothing_behind);
	return suite_end();
}
