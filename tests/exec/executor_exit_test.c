/* SPDX-License-Identifier: MIT */
/* rows: F82 T27 */
/* ctest: LABELS no-qemu */
/* executor_exit_test.c - the program ends while an executor is open: by return, and by exit. */
#include <errno.h>
#include <stdlib.h>
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/test.h"

static int slow(int n)
{
	tutti_sleep(TUTTI_MILLISECONDS(n % 4));
	printf("job %d\n", n);
	return n;
}
TUTTI_JOB(slow, int, int);

static void leave(void)
{
	printf("leaving\n");
	exit(3);
}
TUTTI_JOB(leave, void, void);

static void *late(void *arg)
{
	tutti_sleep(TUTTI_MILLISECONDS(5));
	printf("late\n");
	return arg;
}

static void start_late(void)
{
	tutti_future_unref(tutti_thread_start(late, NULL, NULL));
}
TUTTI_JOB(start_late, void, void);

static tutti_executor *open_one(const char *where)
{
	static tutti_executor *all[4], **e = all; /* open at the program's end, not lost */

	CHECK_EQ(tutti_executor_open(e, where, NULL), 0);
	return *e++;
}

static int pending(const char *where)
{
	tutti_executor *e = open_one(where);

	for (int i = 0; i < 20; i++)
		tutti_future_unref(slow_submit(e, i));
	return 0; /* the twenty are run all the same */
}

static int pending_threads(void)
{
	return pending("threads:2");
}

static int pending_tasks(void)
{
	return pending("tasks:3");
}

static int pending_both(void)
{
	pending("threads:1");
	return pending("tasks:1");
}

/* Threads that have nothing to do keep nobody waiting. */
static int idle_threads(void)
{
	tutti_executor *e = open_one("threads:4");
	tutti_future *f[4];

	for (int i = 0; i < 4; i++)
		f[i] = slow_submit(e, i);
	return tutti_join_all(f, 4);
}

static int in_a_job(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_future *f = leave_submit(e);

	CHECK_EQ(leave_result(f), 0); /* never: exit does not return */
	return 0;
}

static int in_a_thread(void)
{
	return in_a_job("threads:2");
}

static int in_a_task(void)
{
	return in_a_job("tasks");
}

static int in_the_caller(void)
{
	return in_a_job("inline");
}

/* What a job starts is no daemon, as the job's thread is none. */
static int a_jobs_thread(void)
{
	tutti_executor *e = open_one("threads");
	tutti_future *f = start_late_submit(e);

	return tutti_join_all(&f, 1);
}

static const struct again_part parts[] = { { "pending threads", pending_threads },
	{ "pending tasks", pending_tasks }, { "pending both", pending_both },
	{ "idle threads", idle_threads }, { "in a thread", in_a_thread },
	{ "in a task", in_a_task }, { "in the caller", in_the_caller },
	{ "a job's thread", a_jobs_thread }, { NULL, NULL } };

static void expect(const char *part, int status, size_t lines, const char *line, size_t times)
{
	struct again a = again(part);

	again_check_exit(&a, part, status);
	CHECK_EQ(again_lines(&a), lines);
	CHECK_EQ(again_count(&a, line), times);
	CHECK_STR(a.err, "");
	again_free(&a);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	expect("pending threads", 0, 20, "job 19", 1);
	expect("pending tasks", 0, 20, "job 19", 1);
	expect("pending both", 0, 40, "job 19", 2);
	expect("idle threads", 0, 4, "job 3", 1);
	expect("in a thread", 3, 1, "leaving", 1);
	expect("in a task", 3, 1, "leaving", 1);
	expect("in the caller", 3, 1, "leaving", 1);
	expect("a job's thread", 0, 1, "late", 1);
	return 0;
}
