/* SPDX-License-Identifier: MIT */
/* rows: T49 */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * Executors opened before a fork work in the child, with none of the jobs that they had.
 * Not under the sanitizers and their like, as fork_test.c.
 */
#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/group.h>
#include <tutti/loop.h>
#include <tutti/wait.h>

enum { BUSY = 6 };

static void *nothing(void *arg)
{
	return arg;
}

static void never(void *arg)
{
	(void)arg;
	CHECK(!"a timer of the parent's loop has fired in the child");
}

static void check_crashed(tutti_future *f)
{
	CHECK(tutti_future_done(f));
	CHECK(!tutti_future_running(f));
	CHECK_EQ(tutti_future_cancel(f), TUTTI_EDONE);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_ECRASHED);
	tutti_future_unref(f);
}

static tutti_event told;

static int twice(int n)
{
	return 2 * n;
}
TUTTI_JOB(twice, int, int);

static tutti_semaphore jobs_run;
static tutti_event jobs_go_on;

static int wait_twice(int n)
{
	tutti_semaphore_release(&jobs_run, 1);
	CHECK_EQ(tutti_event_wait(&jobs_go_on), 0);
	return 2 * n;
}
TUTTI_JOB(wait_twice, int, int);

enum { JOBS = 6 };

static void submit_all(tutti_executor *e, tutti_job *job, tutti_future **f)
{
	for (int i = 0; i < JOBS; i++)
		f[i] = tutti_submit(e, job, &i, NULL);
}

static void check_twice(tutti_future **f)
{
	for (int i = 0; i < JOBS; i++) {
		int out = -1;

		CHECK_EQ(tutti_future_result(f[i], &out, sizeof(out)), 0);
		CHECK_EQ(out, 2 * i);
		tutti_future_unref(f[i]);
	}
}

/* In the child the executor works, though all that was under way there is lost. */
static void use_executor(tutti_executor *e, tutti_future **lost)
{
	tutti_future *f[JOBS];

	for (int i = 0; i < JOBS; i++)
		check_crashed(lost[i]);
	for (int round = 0; round < 3; round++) {
		submit_all(e, &twice_job, f);
		check_twice(f);
	}
	tutti_executor_free(e);
	child_uses_everything();
}

static void an_executor_works_in_the_child(const char *where, size_t pending_max)
{
	const tutti_executor_options options = { .max_workers = 2, .pending_max = pending_max };
	tutti_future *f[JOBS];
	tutti_executor *e;

	tutti_event_clear(&jobs_go_on);
	CHECK_EQ(tutti_semaphore_init(&jobs_run, 0, 0), 0);
	CHECK_EQ(tutti_executor_open(&e, where, &options), 0);
	submit_all(e, &wait_twice_job, f);
	for (int i = 0; i < 2; i++) /* two run, the others wait */
		CHECK_EQ(tutti_semaphore_acquire(&jobs_run), 0);
	pid_t pid = child_fork();
	if (pid == 0) {
		use_executor(e, f);
		exit(0);
	}
	child_wait(pid);
	tutti_event_set(&jobs_go_on);
	check_twice(f);
	tutti_executor_free(e);
}

static void executors_work_in_the_child(void)
{
	an_executor_works_in_the_child("threads", 0);
	an_executor_works_in_the_child("threads", JOBS);
	an_executor_works_in_the_child("tasks", 0);
}

static bool shut_down;

static void *submit_for_ever(void *arg)
{
	for (int i = 0; !tu_load_acq(&shut_down); i++) {
		tutti_future *f = tutti_submit(arg, &twice_job, &i, NULL);
		int out;

		CHECK_EQ(tutti_future_result(f, &out, sizeof(out)), 0);
		tutti_future_unref(f);
	}
	return NULL;
}

/* Whatever the others were just doing with it. */
static void busy_executors_work_in_the_child(void)
{
	tutti_future *busy[BUSY], *f[JOBS];
	tutti_executor *e;

	shut_down = false;
	CHECK_EQ(tutti_executor_open(&e, "threads", &(tutti_executor_options){ .max_workers = 3 }),
		0);
	start_all(THREADS, busy, BUSY, submit_for_ever, e);
	for (int i = 0; i < suite_rounds(60); i++) {
		pid_t pid = child_fork();

		if (pid == 0) {
			submit_all(e, &twice_job, f);
			check_twice(f);
			tutti_executor_free(e);
			_exit(0);
		}
		child_wait(pid);
	}
	tu_store_rel(&shut_down, true);
	join_all(busy, BUSY);
	tutti_executor_free(e);
}

static tutti_executor *forking;

/* In the child the job returns to a pool that has begun anew: its thread ends, and the process. */
static int fork_in_job(int n)
{
	pid_t pid = child_fork();
	int out = 0;
	tutti_future *f;

	if (pid != 0) {
		child_wait(pid);
		return n;
	}
	f = tutti_submit(forking, &twice_job, &n, NULL);
	CHECK_EQ(tutti_future_result(f, &out, sizeof(out)), 0);
	CHECK_EQ(out, 2 * n);
	tutti_future_unref(f);
	return -1;
}
TUTTI_JOB(fork_in_job, int, int);

static void a_jobs_child_ends_with_the_job(void)
{
	int n = 21, out = 0;
	tutti_future *f;

	CHECK_EQ(tutti_executor_open(&forking, "threads", NULL), 0);
	f = tutti_submit(forking, &fork_in_job_job, &n, NULL);
	CHECK_EQ(tutti_future_result(f, &out, sizeof(out)), 0);
	CHECK_EQ(out, 21);
	tutti_future_unref(f);
	tutti_executor_free(forking);
}

/* The loop of a thread that the child does not have takes nothing, and says so. */
static void *lend_loop(void *arg)
{
	*(tutti_loop **)arg = tutti_loop_current();
	tutti_event_set(&told);
	CHECK_EQ(tutti_event_wait(&jobs_go_on), 0);
	return NULL;
}

static void lost_loops_refuse(void)
{
	tutti_loop *loop = NULL;

	tutti_event_clear(&told);
	tutti_event_clear(&jobs_go_on);
	tutti_thread *t = tutti_thread_start(lend_loop, &loop, NULL);
	CHECK_EQ(tutti_event_wait(&told), 0);
	pid_t pid = child_fork();
	if (pid == 0) {
		const tutti_task_options there = { .loop = loop };
		tutti_task *task = tutti_task_start(nothing, NULL, &there);

		CHECK_EQ(tutti_future_result(task, NULL, 0), TUTTI_ESHUTDOWN);
		tutti_future_unref(task);
		tutti_timer *timer = tutti_loop_call_at(loop, 0, never, NULL);
		CHECK_EQ(tutti_future_result(timer, NULL, 0), TUTTI_ESHUTDOWN);
		tutti_future_unref(timer);
		_exit(0);
	}
	child_wait(pid);
	tutti_event_set(&jobs_go_on);
	finish(t);
}

/* -- waiting for many ------------------------------------------------------------------------- */

static tutti_completion *many;

/* In the child a completion hands out what is lost, a wait does not wait for it. */
static void waits_for_many_end_in_the_child(void)
{
	tutti_future *f[2], *all;
	size_t order[2], index = 9;

	tutti_event_clear(&told);
	tutti_event_clear(&jobs_go_on);
	f[0] = tutti_thread_start(lend_loop, &(tutti_loop *){ NULL }, NULL);
	f[1] = tutti_future_create(sizeof(int));
	CHECK_EQ(tutti_event_wait(&told), 0);
	many = tutti_completion_create(f, 2);
	all = tutti_gather(f, 2, TUTTI_ALL_COMPLETED);
	pid_t pid = child_fork();
	if (pid == 0) {
		CHECK_EQ(tutti_completion_next(many, &index), 0);
		CHECK_EQ(index, 0);
		CHECK_EQ(tutti_future_set_result(f[1], &(int){ 1 }), 0);
		CHECK_EQ(tutti_completion_next(many, &index), 0);
		CHECK_EQ(index, 1);
		CHECK_EQ(tutti_completion_next(many, &index), TUTTI_EDONE);
		CHECK_EQ(tutti_wait(f, 2, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), 2);
		tutti_completion_free(many);
		check_crashed(all);
		_exit(0);
	}
	child_wait(pid);
	CHECK_EQ(tutti_future_set_result(f[1], &(int){ 1 }), 0);
	tutti_event_set(&jobs_go_on);
	CHECK_EQ(tutti_future_result(all, NULL, 0), 0);
	tutti_future_unref(all);
	tutti_completion_free(many);
	CHECK_EQ(tutti_join_all(f, 2), 0);
}

static void *fork_as_child(void *arg)
{
	pid_t pid = child_fork();

	if (pid != 0) {
		child_wait(pid);
		tutti_event_set(&jobs_go_on);
	}
	*(pid_t *)arg = pid;
	return NULL;
}

static void *sleep_long(void *arg)
{
	(void)arg;
	tutti_event_wait(&jobs_go_on);
	return NULL;
}

/* Who waits beneath the task that forked goes on in the child, without the tasks that are lost. */
static void groups_and_waits_go_on_in_the_child(void)
{
	tutti_group g = { 0 };
	tutti_future *f[2];
	size_t order[2];
	pid_t pid = -1;

	tutti_event_clear(&jobs_go_on);
	CHECK_EQ(tutti_group_start(&g, sleep_long, NULL), 0);
	CHECK_EQ(tutti_group_start(&g, fork_as_child, &pid), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	if (pid == 0)
		_exit(0);

	tutti_event_clear(&jobs_go_on);
	f[0] = tutti_task_start(sleep_long, NULL, NULL);
	f[1] = tutti_task_start(fork_as_child, &pid, NULL);
	CHECK_EQ(tutti_wait(f, 2, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), 2);
	if (pid == 0) {
		CHECK_EQ(tutti_future_result(f[0], NULL, 0), TUTTI_ECRASHED);
		_exit(0);
	}
	CHECK_EQ(tutti_join_all(f, 2), 0);
}

int main(void)
{
	suite_begin();
	RUN(executors_work_in_the_child);
	RUN(busy_executors_work_in_the_child);
	RUN(a_jobs_child_ends_with_the_job);
	RUN(lost_loops_refuse);
	RUN(waits_for_many_end_in_the_child);
	RUN(groups_and_waits_go_on_in_the_child);
	return suite_end();
}
