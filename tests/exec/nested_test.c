/* SPDX-License-Identifier: MIT */
/* rows: +nested */
/* ctest: VIRTUAL ON */
/* Jobs that wait for jobs of their own pool: never a hang, however many threads there are. */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/suite.h"

#ifdef __SANITIZE_THREAD__
enum { DEPTH = 5000 }; /* it keeps 65,536 frames */
#else
enum { DEPTH = 100000 };
#endif

static tutti_executor *pool;

static void open_pool(int threads)
{
	tutti_executor_options options = { .max_workers = threads };

	CHECK_EQ(tutti_executor_open(&pool, "threads", &options), 0);
}

static void close_pool(void)
{
	tutti_executor_free(pool);
	pool = NULL;
}

/* -- recursion -------------------------------------------------------------------------------- */

static long depth_of(long n);
TUTTI_JOB(depth_of, long, long);

static long depth_of(long n)
{
	tutti_future *f;
	long below = 0;

	if (n == 0)
		return 0;
	f = depth_of_submit(pool, n - 1);
	CHECK_EQ(depth_of_result(f, &below), 0);
	tutti_future_unref(f);
	return below + 1;
}

static void go_down(int threads, long depth)
{
	tutti_future *f;
	long found = 0;

	open_pool(threads);
	f = depth_of_submit(pool, depth);
	CHECK_EQ(depth_of_result(f, &found), 0);
	CHECK_EQ(found, depth);
	tutti_future_unref(f);
	close_pool();
}

/* Each level waits for the next: far more than one stack holds. */
static void to_any_depth(void)
{
	go_down(1, 3);
	go_down(1, DEPTH);
	go_down(3, 1000);
}

static long fib(long n);
TUTTI_JOB(fib, long, long);

static long fib(long n)
{
	tutti_future *f[2];
	long x = 0, y = 0;

	if (n < 2)
		return n;
	f[0] = fib_submit(pool, n - 1);
	f[1] = fib_submit(pool, n - 2);
	CHECK_EQ(fib_result(f[0], &x), 0);
	CHECK_EQ(fib_result(f[1], &y), 0);
	CHECK_EQ(tutti_join_all(f, 2), 0);
	return x + y;
}

static void as_a_tree(void)
{
	for (int threads = 1; threads < 4; threads++) {
		tutti_future *f;
		long found = 0;

		open_pool(threads);
		f = fib_submit(pool, 15);
		CHECK_EQ(fib_result(f, &found), 0);
		CHECK_EQ(found, 610);
		tutti_future_unref(f);
		close_pool();
	}
}

/* -- what the waiter has around it is not the awaited one's ----------------------------------- */

static int sleeps_long(void)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(30)), 0); /* its caller's limit is shorter */
	return 7;
}
TUTTI_JOB(sleeps_long, int, void);

static int waits_within_a_limit(void)
{
	tutti_future *f = sleeps_long_submit(pool);
	tutti_scope limit;
	int n = 0, rc;

	tutti_timeout_begin(&limit, tutti_after(TUTTI_MILLISECONDS(1)));
	rc = tutti_timeout_end(&limit, sleeps_long_result(f, &n));
	CHECK_EQ(rc, TUTTI_ETIMEDOUT);
	CHECK_EQ(sleeps_long_result(f, &n), 0);
	CHECK_EQ(n, 7);
	tutti_future_unref(f);
	return 0;
}
TUTTI_JOB(waits_within_a_limit, int, void);

static int waits_with_a_deadline(void)
{
	tutti_future *f = sleeps_long_submit(pool);
	int n = 0;

	CHECK_EQ(tutti_future_result_until(f, &n, sizeof(n), tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(sleeps_long_result(f, &n), 0);
	CHECK_EQ(n, 7);
	tutti_future_unref(f);
	return 0;
}
TUTTI_JOB(waits_with_a_deadline, int, void);

static void limits_are_the_waiters_alone(void)
{
	tutti_future *f[2];

	open_pool(1);
	f[0] = waits_within_a_limit_submit(pool);
	f[1] = waits_with_a_deadline_submit(pool);
	CHECK_EQ(tutti_join_all(f, 2), 0);
	close_pool();
}

/* -- seats ------------------------------------------------------------------------------------ */

static int running, most;
static tutti_event go;

static void one_more(int n)
{
	int now = tu_add_acqrel(&running, n) + n;

	if (now > tu_load_rlx(&most))
		tu_store_rlx(&most, now);
}

static int stays(void)
{
	one_more(1);
	CHECK_EQ(tutti_event_wait(&go), 0);
	one_more(-1);
	return 0;
}
TUTTI_JOB(stays, int, void);

static int lets_go(void)
{
	tutti_event_set(&go);
	return 0;
}
TUTTI_JOB(lets_go, int, void);

/* Waiting for anything but the own pool keeps the seat: so the second job never begins. */
static void other_waits_keep_the_seat(void)
{
	tutti_future *f[2];

	tutti_event_clear(&go);
	running = most = 0;
	open_pool(1);
	f[0] = stays_submit(pool);
	f[1] = stays_submit(pool);
	while (tu_load_acq(&most) == 0)
		CHECK_EQ(tutti_yield(), 0);
	CHECK(!tutti_future_running(f[1]));
	tutti_event_set(&go);
	CHECK_EQ(tutti_join_all(f, 2), 0);
	CHECK_EQ(most, 1);
	close_pool();
}

static int waits_for_one_that_runs(void)
{
	tutti_future *f = stays_submit(pool), *g;

	while (!tutti_future_running(f)) /* on the other thread */
		CHECK_EQ(tutti_yield(), 0);
	g = lets_go_submit(pool); /* no seat is free but the one that the next line lends */
	CHECK_EQ(stays_result(f, NULL), 0);
	CHECK_EQ(lets_go_result(g, NULL), 0);
	return tutti_join_all((tutti_future *[]){ f, g }, 2);
}
TUTTI_JOB(waits_for_one_that_runs, int, void);

static void a_seat_is_lent_while_its_job_waits(void)
{
	for (int i = 0; i < suite_rounds(20); i++) {
		tutti_future *f;
		int rc = 1;

		tutti_event_clear(&go);
		open_pool(2);
		f = waits_for_one_that_runs_submit(pool);
		CHECK_EQ(waits_for_one_that_runs_result(f, &rc), 0);
		CHECK_EQ(rc, 0);
		tutti_future_unref(f);
		close_pool();
	}
}

/* -- circles ---------------------------------------------------------------------------------- */

static tutti_future *partner[2];
static tutti_event both_known;
static int told;

static int waits_for_the_other(int i)
{
	int rc;

	CHECK_EQ(tutti_event_wait(&both_known), 0);
	rc = tutti_future_result(partner[1 - i], NULL, 0);
	if (rc == -EDEADLK)
		tu_add_acqrel(&told, 1);
	else
		CHECK_EQ(rc, 0);
	return rc;
}
TUTTI_JOB(waits_for_the_other, int, int);

static int reports;

static void count_report(int code, const char *text, void *arg)
{
	(void)arg;
	CHECK_EQ(code, -EDEADLK);
	CHECK(strstr(text, "waits_for_the_other") != NULL);
	tu_add_acqrel(&reports, 1);
}

static void circles_are_refused(void)
{
	for (int threads = 1; threads < 3; threads++) {
		told = reports = 0;
		tutti_set_reporter(count_report, NULL);
		tutti_event_clear(&both_known);
		open_pool(threads);
		partner[0] = waits_for_the_other_submit(pool, 0);
		partner[1] = waits_for_the_other_submit(pool, 1);
		tutti_event_set(&both_known);
		CHECK_EQ(tutti_future_result(partner[0], NULL, 0), 0);
		CHECK_EQ(tutti_future_result(partner[1], NULL, 0), 0);
		CHECK_EQ(tutti_join_all(partner, 2), 0);
		close_pool();
		tutti_set_reporter(NULL, NULL);
		CHECK_EQ(told, 1);
		CHECK_EQ(reports, 1);
	}
}

/* -- no circles: a wait with a deadline ends by itself ---------------------------------------- */

static int about_to_wait;

/* Until so many wait, or are about to. */
static void until_they_wait(int n)
{
	EVENTUALLY(tu_load_acq(&about_to_wait) == n);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(5)), 0);
}

static int waits_a_while(int i)
{
	int rc;

	CHECK_EQ(tutti_event_wait(&both_known), 0);
	tu_add_acqrel(&about_to_wait, 1);
	rc = tutti_future_result_until(
		partner[1 - i], NULL, 0, tutti_after(TUTTI_MILLISECONDS(50)));
	CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT);
	return 0;
}
TUTTI_JOB(waits_a_while, int, int);

static int waits_for_ever(int i)
{
	CHECK_EQ(tutti_event_wait(&both_known), 0);
	until_they_wait(i);
	CHECK_EQ(tutti_future_result(partner[0], NULL, 0), 0);
	return 0;
}
TUTTI_JOB(waits_for_ever, int, int);

static void begin_partners(int threads)
{
	about_to_wait = 0;
	tutti_event_clear(&both_known);
	open_pool(threads);
}

static void deadlines_make_no_circle(void)
{
	begin_partners(2);
	partner[0] = waits_a_while_submit(pool, 0);
	partner[1] = waits_for_ever_submit(pool, 1);
	tutti_event_set(&both_known);
	CHECK_EQ(tutti_join_all(partner, 2), 0);
	close_pool();
}

static void beside_two_with_deadlines(void)
{
	tutti_future *third;

	begin_partners(3);
	partner[0] = waits_a_while_submit(pool, 0);
	partner[1] = waits_a_while_submit(pool, 1);
	third = waits_for_ever_submit(pool, 2);
	tutti_event_set(&both_known);
	CHECK_EQ(tutti_future_result(third, NULL, 0), 0);
	tutti_future_unref(third);
	CHECK_EQ(tutti_join_all(partner, 2), 0);
	close_pool();
}

int main(void)
{
	suite_begin();
	RUN(to_any_depth);
	RUN(as_a_tree);
	RUN(limits_are_the_waiters_alone);
	RUN(other_waits_keep_the_seat);
	RUN(a_seat_is_lent_while_its_job_waits);
	RUN(circles_are_refused);
	RUN(deadlines_make_no_circle);
	RUN(beside_two_with_deadlines);
	return suite_end();
}
