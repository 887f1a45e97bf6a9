/* SPDX-License-Identifier: MIT */
/*
 * pool_queue_test.c - the long queue of a pool is everybody's: each job is run once, by any thread
 * or by who waits for it, or is dropped with the rest.
 */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/child.h"
#include "support/suite.h"

enum { MANY = 400, RACING = 3000 };

static tutti_executor *pool;
static tutti_future *jobs[RACING];
static tutti_semaphore inside;
static tutti_event let_out, all_others;
static int runs[RACING]; /* atomic */
static int ran;          /* atomic */

static void open_pool(int threads)
{
	tutti_executor_options options = { .max_workers = threads };

	CHECK_EQ(tutti_executor_open(&pool, "threads", &options), 0);
	CHECK_EQ(tutti_semaphore_init(&inside, 0, 0), 0);
	tutti_event_clear(&let_out);
	tutti_event_clear(&all_others);
	memset(runs, 0, sizeof(runs));
	ran = 0;
}

static void occupy(void)
{
	tutti_semaphore_release(&inside, 1);
	tutti_event_wait(&let_out);
}
TUTTI_JOB(occupy, void, void);

/* All threads are busy until let_out: what is submitted meanwhile is a queue of any length. */
static void occupy_all(tutti_future **busy, int threads)
{
	for (int i = 0; i < threads; i++)
		busy[i] = occupy_submit(pool);
	for (int i = 0; i < threads; i++)
		CHECK_EQ(tutti_semaphore_acquire(&inside), 0);
}

static void run_once(int i)
{
	tu_add_rlx(&runs[i], 1);
	if (tu_add_acqrel(&ran, 1) + 1 == MANY - 1)
		tutti_event_set(&all_others);
}
TUTTI_JOB(run_once, void, int);

/* -- run by others ---------------------------------------------------------------------------- */

static void wait_for_the_others(int i)
{
	tu_add_rlx(&runs[i], 1);
	tutti_event_wait(&all_others);
}
TUTTI_JOB(wait_for_the_others, void, int);

/* The second of the queue lasts until all others have run, those right behind it among them. */
static void one_that_lasts_keeps_none(void)
{
	tutti_future *busy[2];

	open_pool(2);
	occupy_all(busy, 2);
	for (int i = 0; i < MANY; i++)
		jobs[i] = i == 1 ? wait_for_the_others_submit(pool, i) : run_once_submit(pool, i);
	tutti_event_set(&let_out);
	join_all(busy, 2);
	join_all(jobs, MANY);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(runs[i], 1);
	tutti_executor_free(pool);
}

/* -- run by who waits ------------------------------------------------------------------------- */

static int wait_for_the_fifth(int i)
{
	tu_add_rlx(&runs[i], 1);
	return tutti_future_result(jobs[i + 4], NULL, 0);
}
TUTTI_JOB(wait_for_the_fifth, int, int);

/* On one thread: what is waited for is the fifth after it in the queue. */
static void who_waits_runs_it(void)
{
	tutti_future *busy;
	int rc;

	open_pool(1);
	occupy_all(&busy, 1);
	for (int i = 0; i < MANY; i++)
		jobs[i] =
			i % 8 == 1 ? wait_for_the_fifth_submit(pool, i) : run_once_submit(pool, i);
	tutti_event_set(&let_out);
	join_all(&busy, 1);
	for (int i = 1; i < MANY; i += 8) {
		CHECK_EQ(wait_for_the_fifth_result(jobs[i], &rc), 0);
		CHECK_EQ(rc, 0);
	}
	join_all(jobs, MANY);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(runs[i], 1);
	tutti_executor_free(pool);
}

/* -- stopped ---------------------------------------------------------------------------------- */

static void stop_here(int i)
{
	tu_add_rlx(&runs[i], 1);
	tutti_semaphore_release(&inside, 1);
	tutti_event_wait(&let_out);
}
TUTTI_JOB(stop_here, void, int);

/* Two jobs have begun, the rest waits in the queue. */
static void what_has_not_begun_is_dropped(tutti_ending how)
{
	tutti_future *busy;

	open_pool(1);
	occupy_all(&busy, 1);
	for (int i = 0; i < MANY; i++)
		jobs[i] = i == 1 ? stop_here_submit(pool, i) : run_once_submit(pool, i);
	tutti_event_set(&let_out);
	join_all(&busy, 1);
	tutti_event_clear(&let_out); /* perhaps too late for the second job: it has come through */
	CHECK_EQ(tutti_semaphore_acquire(&inside), 0);
	CHECK_EQ(tutti_executor_shutdown(pool, how), 0);
	tutti_event_set(&let_out);
	CHECK_EQ(tutti_executor_join(pool, TUTTI_FOREVER), 0);
	for (int i = 0; i < MANY; i++) {
		int code = tutti_future_error(jobs[i]);

		CHECK(code == 0 || code == TUTTI_ECANCELED);
		CHECK(runs[i] == (code == 0) || (i == 1 && how == TUTTI_TERMINATE));
		tutti_future_unref(jobs[i]);
	}
	CHECK_EQ(runs[0] + runs[1], 2);
	tutti_executor_free(pool);
}

/* Threads go through the queue while the pool is stopped: each job has run or was cancelled. */
static void a_stop_meets_a_long_queue(tutti_ending how)
{
	for (int round = 0; round < suite_rounds(20); round++) {
		int begun = 0, cancelled = 0;

		open_pool(3);
		for (int i = 0; i < RACING; i++)
			jobs[i] = run_once_submit(pool, i);
		while (tu_load_rlx(&ran) < round * 10)
			tutti_yield();
		CHECK_EQ(tutti_executor_shutdown(pool, how), 0);
		CHECK_EQ(tutti_executor_join(pool, TUTTI_FOREVER), 0);
		for (int i = 0; i < RACING; i++) {
			int code = tutti_future_error(jobs[i]);

			CHECK(runs[i] <= 1);
			CHECK(code == TUTTI_ECANCELED || (code == 0 && runs[i] == 1));
			begun += runs[i];
			cancelled += code == TUTTI_ECANCELED;
			tutti_future_unref(jobs[i]);
		}
		CHECK_EQ(begun, ran);
		CHECK(begun + cancelled >= RACING);
		tutti_executor_free(pool);
	}
}

/* -- forked ----------------------------------------------------------------------------------- */

static int fork_here(int i)
{
	pid_t pid;

	tu_add_rlx(&runs[i], 1);
	pid = child_fork();
	if (pid == 0) {
		for (int k = i + 1; k < MANY; k++)
			CHECK_EQ(tutti_future_result(jobs[k], NULL, 0), TUTTI_ECRASHED);
		_exit(0);
	}
	child_wait(pid);
	return 0;
}
TUTTI_JOB(fork_here, int, int);

/* The child has the thread, but not the jobs behind: they are the parent's. */
static void a_childs_queue_is_empty(void)
{
	tutti_future *busy;

	open_pool(1);
	occupy_all(&busy, 1);
	for (int i = 0; i < MANY; i++)
		jobs[i] = i == 2 ? fork_here_submit(pool, i) : run_once_submit(pool, i);
	tutti_event_set(&let_out);
	join_all(&busy, 1);
	join_all(jobs, MANY);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(runs[i], 1);
	tutti_executor_free(pool);
}

int main(void)
{
	suite_begin();
	RUN(one_that_lasts_keeps_none);
	RUN(who_waits_runs_it);
	suite_next("what_has_not_begun_is_dropped", -1);
	what_has_not_begun_is_dropped(TUTTI_DROP_PENDING);
	what_has_not_begun_is_dropped(TUTTI_TERMINATE);
	suite_next("a_stop_meets_a_long_queue", -1);
	a_stop_meets_a_long_queue(TUTTI_DROP_PENDING);
	a_stop_meets_a_long_queue(TUTTI_TERMINATE);
	RUN(a_childs_queue_is_empty);
	return suite_end();
}
