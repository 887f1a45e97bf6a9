/* SPDX-License-Identifier: MIT */
/* rows: F9 */
/* ctest: VIRTUAL ON */
/* Result, cancel and deadline in every order, for the waits that are made of others. */
#include <errno.h>
#include <sched.h>
#include <tutti/tutti.h>

#include "support/orders.h"
#include "support/suite.h"

static tutti_executor *pool;
static tutti_event go; /* what the jobs wait for */

static void open_pool(size_t pending_max)
{
	tutti_executor_options options = { .max_workers = 1, .pending_max = pending_max };

	CHECK_EQ(tutti_executor_open(&pool, "threads", &options), 0);
}

static void close_pool(void)
{
	tutti_event_set(&go);
	tutti_executor_free(pool); /* may be NULL */
	pool = NULL;
	CHECK_EQ(tutti_event_init(&go, 0), 0);
}

static int waits_for_go(int n)
{
	return tutti_event_wait(&go) < 0 ? -1 : n;
}
TUTTI_JOB(waits_for_go, int, int);

/* Not a wait of ours, so that nothing else runs on this thread. */
static void spin_until_done(tutti_future *f)
{
	while (!tutti_future_done(f))
		sched_yield();
}

/* -- the result of a job ----------------------------------------------------------------------- */

static tutti_future *job;

static void begin_job(void)
{
	close_pool();
	tutti_future_unref(job);
	open_pool(0);
	job = waits_for_go_submit(pool, 4);
}

static int take_result(tutti_time deadline)
{
	int n = 0, rc = waits_for_go_result(job, &n);

	(void)deadline;
	CHECK(rc < 0 || n == 4);
	return rc;
}

static void end_job(void)
{
	tutti_event_set(&go);
	spin_until_done(job);
}

static void result_of_a_job(void)
{
	static const struct orders o = { .begin = begin_job,
		.wait = take_result,
		.grant = end_job,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	orders_run(&o);
	close_pool();
	tutti_future_unref(job);
	job = NULL;
}

/* -- what is shielded -------------------------------------------------------------------------- */

static tutti_future *promise, *over;

static void begin_shield(void)
{
	tutti_future_unref(promise);
	tutti_future_unref(over);
	promise = tutti_future_create(0);
	over = tutti_shield(promise);
}

static int wait_for_shield(tutti_time deadline)
{
	return tutti_future_result_until(over, NULL, 0, deadline);
}

static void keep_promise(void)
{
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

static void result_of_a_shield(void)
{
	static const struct orders o = { .begin = begin_shield,
		.wait = wait_for_shield,
		.grant = keep_promise,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };

	orders_run(&o);
	tutti_future_unref(promise);
	tutti_future_unref(over);
	promise = over = NULL;
}

/* -- all at once ------------------------------------------------------------------------------- */

static tutti_future *them[3], *last;

static void drop_all(void)
{
	for (int i = 0; i < 3; i++)
		tutti_future_unref(them[i]);
	tutti_future_unref(last);
}

static void begin_three(void)
{
	drop_all();
	for (int i = 0; i < 3; i++)
		them[i] = tutti_future_create(0);
	last = tutti_future_ref(them[1]);
	CHECK_EQ(tutti_future_set_result(them[0], NULL), 0);
	CHECK_EQ(tutti_future_set_result(them[2], NULL), 0);
}

/* On a cancel all references are still there, else none. */
static int join_three(tutti_time deadline)
{
	int rc = tutti_join_all(them, 3);

	(void)deadline;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(them[i] != NULL, rc == TUTTI_ECANCELED);
	return rc;
}

static void keep_the_last(void)
{
	CHECK_EQ(tutti_future_set_result(last, NULL), 0);
}

static void join_of_all(void)
{
	static const struct orders o = { .begin = begin_three,
		.wait = join_three,
		.grant = keep_the_last,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	orders_run(&o);
	drop_all();
}

/* -- an executor's end ------------------------------------------------------------------------- */

static void begin_ending(void)
{
	close_pool();
	open_pool(0);
	tutti_future_unref(waits_for_go_submit(pool, 1));
	CHECK_EQ(tutti_executor_shutdown(pool, TUTTI_FINISH), 0);
}

static int join_executor(tutti_time deadline)
{
	return tutti_executor_join(pool, deadline);
}

static void let_it_end(void)
{
	tutti_event_set(&go);
	while (tutti_executor_join(pool, 0) == TUTTI_ETIMEDOUT) /* only looks */
		sched_yield();
}

static void join_of_an_executor(void)
{
	static const struct orders o = { .begin = begin_ending,
		.wait = join_executor,
		.grant = let_it_end,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };

	orders_run(&o);
	close_pool();
}

/* -- room for one more ------------------------------------------------------------------------- */

static tutti_future *pending;

/* One runs, the other is all that may be pending. */
static void begin_full(void)
{
	tutti_future *runs;

	close_pool();
	tutti_future_unref(pending);
	open_pool(1);
	runs = waits_for_go_submit(pool, 1);
	while (!tutti_future_running(runs))
		sched_yield();
	tutti_future_unref(runs);
	pending = waits_for_go_submit(pool, 2);
}

static int submit_one_more(tutti_time deadline)
{
	tutti_future *f = waits_for_go_submit(pool, 3);
	int rc = tutti_future_error(f);

	(void)deadline;
	tutti_future_unref(f);
	return rc == TUTTI_EPENDING ? 0 : rc;
}

static void make_room(void)
{
	tutti_event_set(&go);
	spin_until_done(pending);
}

static void room_in_an_executor(void)
{
	static const struct orders o = { .begin = begin_full,
		.wait = submit_one_more,
		.grant = make_room,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	orders_run(&o);
	close_pool();
	tutti_future_unref(pending);
	pending = NULL;
}

/* -- maps: they have ended once their last job has --------------------------------------------- */

enum { ITEMS = 3 };

static void begin_map(void)
{
	close_pool();
	open_pool(0);
}

static int map_array(tutti_time deadline)
{
	int in[ITEMS] = { 0, 1, 2 }, out[ITEMS], rc = waits_for_go_map(pool, in, out, ITEMS);

	(void)deadline;
	for (int i = 0; i < ITEMS && rc == 0; i++)
		CHECK_EQ(out[i], i);
	return rc;
}

struct stream {
	int pulled, pushed;
};

static int pull(void *arg, void *item)
{
	struct stream *s = arg;

	*(int *)item = s->pulled;
	return s->pulled++ < ITEMS;
}

static int push(void *arg, size_t index, int error, const void *result)
{
	CHECK(error < 0 || *(const int *)result == (int)index);
	((struct stream *)arg)->pushed++;
	return 0;
}

static bool unordered;

static int map_stream(tutti_time deadline)
{
	tutti_map_options options = { .unordered = unordered };
	struct stream s = { 0, 0 };
	int rc = tutti_map_stream(pool, &waits_for_go_job, pull, push, &s, &options);

	(void)deadline;
	CHECK(rc == 0 ? s.pushed == ITEMS : s.pushed < ITEMS);
	return rc;
}

static void let_jobs_end(void)
{
	tutti_event_set(&go);
}

static void maps(void)
{
	struct orders o = { .begin = begin_map,
		.wait = map_array,
		.grant = let_jobs_end,
		.canceled = TUTTI_ECANCELED,
		.barges = true,
		.remembers = true };

	orders_run(&o);
	o.wait = map_stream;
	for (int i = 0; i < 2; i++) {
		unordered = i > 0;
		orders_run(&o);
	}
	close_pool();
}

/* -- the next of many -------------------------------------------------------------------------- */

static tutti_completion *c;

static void begin_completion(void)
{
	tutti_completion_free(c);
	begin_three();
	c = tutti_completion_create(them, 3);
	CHECK_EQ(tutti_completion_next(c, NULL), 0);
	CHECK_EQ(tutti_completion_next(c, NULL), 0);
}

static int next_one(tutti_time deadline)
{
	(void)deadline;
	return tutti_completion_next(c, NULL);
}

static int not_given(void)
{
	return tutti_completion_next_until(c, NULL, 0) == 0;
}

static void next_of_a_completion(void)
{
	static const struct orders o = { .begin = begin_completion,
		.wait = next_one,
		.grant = keep_the_last,
		.left = not_given,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	memset(them, 0, sizeof(them));
	last = NULL;
	orders_run(&o);
	tutti_completion_free(c);
	drop_all();
}

int main(void)
{
	suite_begin();
	RUN(result_of_a_job);
	RUN(result_of_a_shield);
	RUN(join_of_all);
	RUN(join_of_an_executor);
	RUN(room_in_an_executor);
	RUN(maps);
	RUN(next_of_a_completion);
	return suite_end();
}
