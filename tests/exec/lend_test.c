/* SPDX-License-Identifier: MIT */
/* rows: +nested */
/*
 * Jobs that wait for many of their own pool, on one thread: each way lends the seat, or hangs. The
 * same of jobs that are tasks, of which one at a time has its turn.
 *
 * Valgrind takes half of a large stack, used in one step, for another stack.
 * ctest: VIRTUAL ON LABELS no-valgrind
 */
#include <tutti/tutti.h>

#include "support/suite.h"

enum { DEPTH = 1000, MOST = 5, LARGE = 32 << 20 };

static const char *engine = "threads";
static tutti_executor *pool;

static void open_pool(size_t stack_bytes)
{
	tutti_executor_options options = { .max_workers = 1, .stack_bytes = stack_bytes };

	CHECK_EQ(tutti_executor_open(&pool, engine, &options), 0);
}

static void close_pool(void)
{
	tutti_executor_free(pool);
	pool = NULL;
}

static int one(void)
{
	return 1;
}
TUTTI_JOB(one, int, void);

/* -- the ways to wait -------------------------------------------------------------------------- */

static void by_completion(tutti_future **f, size_t n)
{
	tutti_completion *c = tutti_completion_create(f, n);
	bool seen[MOST] = { false };
	size_t index;

	CHECK(c);
	for (size_t i = 0; i < n; i++) {
		CHECK_EQ(tutti_completion_next(c, &index), 0);
		CHECK(index < n && !seen[index] && tutti_future_done(f[index]));
		seen[index] = true;
	}
	CHECK_EQ(tutti_completion_next(c, NULL), TUTTI_EDONE);
	tutti_completion_free(c);
}

static void by_completion_of_one_by_one(tutti_future **f, size_t n)
{
	tutti_completion *c = tutti_completion_create(NULL, 0);

	CHECK(c);
	for (size_t i = 0; i < n; i++) {
		CHECK_EQ(tutti_completion_add(c, f[i]), 0);
		CHECK_EQ(tutti_completion_next_until(c, NULL, tutti_after(TUTTI_SECONDS(1000))), 0);
	}
	tutti_completion_free(c);
}

static void by_completion_of_a_gather(tutti_future **f, size_t n)
{
	tutti_future *both[2] = { tutti_gather(f, n, TUTTI_ALL_COMPLETED), tutti_shield(f[0]) };

	by_completion(both, 2);
	join_all(both, 2);
}

static void by_wait_for_the_first(tutti_future **f, size_t n)
{
	size_t order[MOST];

	CHECK(tutti_wait(f, n, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER) > 0);
	CHECK_EQ(tutti_wait(f, n, TUTTI_FIRST_ERROR, order, TUTTI_FOREVER), (int)n);
}

static void by_wait_for_a_gather(tutti_future **f, size_t n)
{
	tutti_future *all = tutti_gather(f, n, TUTTI_ALL_COMPLETED), *outer;
	size_t order[1];

	outer = tutti_gather(&all, 1, TUTTI_FIRST_COMPLETED);
	CHECK_EQ(tutti_wait(&outer, 1, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER), 1);
	tutti_future_unref(outer);
	tutti_future_unref(all);
}

static void by_result_of_a_gather(tutti_future **f, size_t n)
{
	tutti_future *all = tutti_gather(f, n, TUTTI_ALL_COMPLETED), *outer;

	outer = tutti_gather(&all, 1, TUTTI_ALL_COMPLETED);
	CHECK_EQ(tutti_future_result(outer, NULL, 0), 0);
	tutti_future_unref(outer);
	tutti_future_unref(all);
}

static void by_group(tutti_future **f, size_t n)
{
	tutti_group g = { 0 };

	for (size_t i = 0; i < n; i++)
		CHECK_EQ(tutti_group_add(&g, tutti_future_ref(f[i])), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
}

static void by_join_all(tutti_future **f, size_t n)
{
	tutti_future *them[MOST];

	for (size_t i = 0; i < n; i++)
		them[i] = tutti_future_ref(f[i]);
	join_all(them, n);
}

static void keep_promise(tutti_future *f, void *promise)
{
	(void)f;
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

/* What is waited for first is no job, and done once the last of them is. */
static tutti_future *promise_of(tutti_future *last)
{
	tutti_future *p = tutti_future_create(0);

	CHECK_EQ(tutti_future_add_done_callback(last, keep_promise, p), 0);
	return p;
}

static void by_join_all_behind_a_promise(tutti_future **f, size_t n)
{
	tutti_future *them[MOST + 1] = { promise_of(f[n - 1]) };

	for (size_t i = 0; i < n; i++)
		them[i + 1] = tutti_future_ref(f[i]);
	join_all(them, n + 1);
}

static void by_join_all_of_gathers(tutti_future **f, size_t n)
{
	tutti_future *p = promise_of(f[n - 1]);
	tutti_future *them[3] = { tutti_gather(&p, 1, TUTTI_ALL_COMPLETED), p,
		tutti_gather(f, n, TUTTI_ALL_COMPLETED) };

	join_all(them, 3);
}

static void (*const ways[])(tutti_future **f, size_t n) = { by_completion,
	by_completion_of_one_by_one, by_completion_of_a_gather, by_wait_for_the_first,
	by_wait_for_a_gather, by_result_of_a_gather, by_group, by_join_all,
	by_join_all_behind_a_promise, by_join_all_of_gathers };
enum { WAYS = sizeof(ways) / sizeof(*ways) };
static void (*way)(tutti_future **f, size_t n);

static int waits_for_some(void)
{
	tutti_future *f[MOST];
	int sum = 0, n;

	for (int i = 0; i < MOST; i++)
		f[i] = one_submit(pool);
	way(f, MOST);
	for (int i = 0; i < MOST; i++) {
		CHECK_EQ(one_result(f[i], &n), 0);
		sum += n;
	}
	join_all(f, MOST);
	return sum;
}
TUTTI_JOB(waits_for_some, int, void);

static void every_way_lends_the_seat(void)
{
	open_pool(0);
	for (int i = 0; i < WAYS; i++) {
		tutti_future *f;
		int sum = 0;

		printf("way %d\n", i);
		way = ways[i];
		f = waits_for_some_submit(pool);
		CHECK_EQ(waits_for_some_result(f, &sum), 0);
		CHECK_EQ(sum, MOST);
		tutti_future_unref(f);
	}
	close_pool();
}

static int depth_of(int n);
TUTTI_JOB(depth_of, int, int);

static int depth_of(int n)
{
	tutti_future *f;
	int below = 0;

	if (n == 0)
		return 0;
	f = depth_of_submit(pool, n - 1);
	way(&f, 1);
	CHECK_EQ(depth_of_result(f, &below), 0);
	tutti_future_unref(f);
	return below + 1;
}

static void each_to_any_depth(void)
{
	open_pool(0);
	for (int i = 0; i < WAYS; i++) {
		tutti_future *f;
		int found = 0;

		printf("way %d\n", i);
		way = ways[i];
		f = depth_of_submit(pool, DEPTH);
		CHECK_EQ(depth_of_result(f, &found), 0);
		CHECK_EQ(found, DEPTH);
		tutti_future_unref(f);
	}
	close_pool();
}

/* -- not more at once than there are turns ----------------------------------------------------- */

enum { TURNS = 3, CROWD = 20 };

static int inside, most_inside;

/* So many are under way and do not wait for another one. */
static int passes_through(void)
{
	inside++;
	if (inside > most_inside)
		most_inside = inside;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_yield(), 0);
	inside--;
	return 1;
}
TUTTI_JOB(passes_through, int, void);

static int waits_for_one(void)
{
	tutti_future *f = passes_through_submit(pool);
	int n = 0;

	CHECK_EQ(passes_through_result(f, &n), 0);
	tutti_future_unref(f);
	return n;
}
TUTTI_JOB(waits_for_one, int, void);

/* What was lent and taken back too many times would let in more or, in the end, nobody. */
static void turns_are_kept_to(void)
{
	tutti_executor_options options = { .max_workers = TURNS };
	tutti_future *f[CROWD];

	CHECK_EQ(tutti_executor_open(&pool, "tasks", &options), 0);
	for (int i = 0; i < CROWD; i++)
		f[i] = i % 2 == 0 ? waits_for_one_submit(pool) : passes_through_submit(pool);
	join_all(f, CROWD);
	CHECK_EQ(most_inside, TURNS);
	most_inside = 0;
	for (int i = 0; i < CROWD; i++)
		f[i] = passes_through_submit(pool);
	join_all(f, CROWD);
	CHECK_EQ(most_inside, TURNS);
	close_pool();
}

/* -- added while it waits ---------------------------------------------------------------------- */

static tutti_completion *shared;
static tutti_future *promise;
static bool asks;

static int waits_for_what_comes(void)
{
	size_t index = 0;

	tu_store_rel(&asks, true);
	CHECK_EQ(tutti_completion_next(shared, &index), 0);
	return (int)index;
}
TUTTI_JOB(waits_for_what_comes, int, void);

static int adds(void)
{
	tutti_future *f = one_submit(pool);

	CHECK_EQ(tutti_completion_add(shared, f), 0);
	tutti_future_unref(f);
	return 0;
}

/* It waits for what keeps the seat, and then for a job as well. */
static void one_that_is_added_meanwhile(void)
{
	for (int i = 0; i < suite_rounds(50); i++) {
		tutti_future *f;
		int index = 0;

		open_pool(0);
		promise = tutti_future_create(0);
		shared = tutti_completion_create(&promise, 1);
		asks = false;
		f = waits_for_what_comes_submit(pool);
		EVENTUALLY(tu_load_acq(&asks));
		if (i % 2 == 0)
			settle();
		adds();
		CHECK_EQ(waits_for_what_comes_result(f, &index), 0);
		CHECK_EQ(index, 1);
		tutti_future_unref(f);
		CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
		CHECK_EQ(tutti_completion_next(shared, NULL), 0);
		tutti_completion_free(shared);
		tutti_future_unref(promise);
		close_pool();
	}
}

static void *adds_to_group(void *g)
{
	CHECK_EQ(tutti_group_add(g, one_submit(pool)), 0);
	return NULL;
}

static int joins_what_grows(void)
{
	tutti_group g = { 0 };

	CHECK_EQ(tutti_group_add(&g, tutti_future_ref(promise)), 0);
	CHECK_EQ(tutti_group_start(&g, adds_to_group, &g), 0);
	return tutti_group_join(&g);
}
TUTTI_JOB(joins_what_grows, int, void);

static void set_promise(tutti_future *f, void *arg)
{
	(void)f, (void)arg;
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

/* A task of the group adds a job of the pool, whose one seat the joiner sits in. */
static void one_that_a_child_adds(void)
{
	tutti_future *f, *last;

	open_pool(0);
	promise = tutti_future_create(0);
	f = joins_what_grows_submit(pool);
	last = one_submit(pool); /* it runs when the seat is lent */
	CHECK_EQ(tutti_future_add_done_callback(last, set_promise, NULL), 0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	tutti_future_unref(last);
	tutti_future_unref(promise);
	close_pool();
}

/* -- for room ---------------------------------------------------------------------------------- */

static int submits_some(void)
{
	tutti_future *f[MOST];

	for (int i = 0; i < MOST; i++)
		f[i] = one_submit(pool);
	return tutti_join_all(f, MOST);
}
TUTTI_JOB(submits_some, int, void);

/* There is room for one that has not begun: each but the first has to wait until that has. */
static void waiting_for_room_lends_the_seat(void)
{
	tutti_executor_options options = { .max_workers = 1, .pending_max = 1 };
	tutti_future *f;
	int rc = 1;

	CHECK_EQ(tutti_executor_open(&pool, engine, &options), 0);
	f = submits_some_submit(pool);
	CHECK_EQ(submits_some_result(f, &rc), 0);
	CHECK_EQ(rc, 0);
	tutti_future_unref(f);
	close_pool();
}

/* -- from within another executor's job ------------------------------------------------------- */

static tutti_executor *here;

static int by_another(void)
{
	tutti_future *f = waits_for_some_submit(here);
	int sum = 0;

	CHECK_EQ(waits_for_some_result(f, &sum), 0);
	tutti_future_unref(f);
	return sum;
}
TUTTI_JOB(by_another, int, void);

static int submits_by_another(void)
{
	tutti_future *f = submits_some_submit(here);
	int rc = 1;

	CHECK_EQ(submits_some_result(f, &rc), 0);
	tutti_future_unref(f);
	return rc;
}
TUTTI_JOB(submits_by_another, int, void);

/* What runs in the seat has called what waits. */
static void a_job_beneath_lends_its_seat(void)
{
	tutti_executor_options options = { .max_workers = 1, .pending_max = MOST };
	tutti_future *f;
	int sum = 0, rc = 1;

	CHECK_EQ(tutti_executor_open(&here, "inline", NULL), 0);
	CHECK_EQ(tutti_executor_open(&pool, engine, &options), 0);
	for (int i = 0; i < WAYS; i++) {
		printf("way %d\n", i);
		way = ways[i];
		f = by_another_submit(pool);
		CHECK_EQ(by_another_result(f, &sum), 0);
		CHECK_EQ(sum, MOST);
		tutti_future_unref(f);
	}
	close_pool();
	options.pending_max = 1;
	CHECK_EQ(tutti_executor_open(&pool, engine, &options), 0);
	f = submits_by_another_submit(pool);
	CHECK_EQ(submits_by_another_result(f, &rc), 0);
	CHECK_EQ(rc, 0);
	tutti_future_unref(f);
	close_pool();
	tutti_executor_free(here);
}

/* -- kept -------------------------------------------------------------------------------------- */

static bool began;

static int begins(void)
{
	tu_store_rel(&began, true);
	return 0;
}
TUTTI_JOB(begins, int, void);

static int waits_for_the_rest(void)
{
	tutti_future *f[2] = { one_submit(pool), promise };
	tutti_completion *c = tutti_completion_create(f, 2);
	size_t index;

	CHECK_EQ(tutti_completion_next(c, &index), 0);
	CHECK_EQ(index, 0);
	tutti_future_unref(f[0]);
	tu_store_rel(&asks, true);
	CHECK_EQ(tutti_completion_next(c, &index), 0);
	CHECK_EQ(index, 1);
	CHECK(!tu_load_acq(&began));
	tutti_completion_free(c);
	return 0;
}
TUTTI_JOB(waits_for_the_rest, int, void);

/* Of those left none is the pool's: so the next job waits for the seat. */
static void for_others_the_seat_is_kept(void)
{
	tutti_future *f[2];

	open_pool(0);
	promise = tutti_future_create(0);
	asks = began = false;
	f[0] = waits_for_the_rest_submit(pool);
	EVENTUALLY(tu_load_acq(&asks));
	f[1] = begins_submit(pool);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0); /* the time to do what it must not */
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	join_all(f, 2);
	CHECK(began);
	tutti_future_unref(promise);
	close_pool();
}

/* -- stacks ------------------------------------------------------------------------------------ */

/* Uses so many bytes of stack, a page at a time, and what nests with that many. */
static __attribute__((noinline)) int use_stack(size_t bytes, int (*nests)(void))
{
	volatile char used[bytes];

	for (size_t i = 0; i < bytes; i += 4096)
		used[i] = (char)i;
	return nests ? nests() : used[0];
}

static int needs_most(void)
{
	return use_stack(LARGE / 4 * 3, NULL);
}
TUTTI_JOB(needs_most, int, void);

static int needs_half(void)
{
	return use_stack(LARGE / 2 - (256 << 10), NULL);
}
TUTTI_JOB(needs_half, int, void);

/* With a deadline: what it waits for runs on another stack of the thread. */
static int waits_until(void)
{
	tutti_future *f = needs_most_submit(pool);
	int n = 1;

	CHECK_EQ(tutti_future_result_until(f, &n, sizeof(n), tutti_after(TUTTI_SECONDS(1000))), 0);
	tutti_future_unref(f);
	return n;
}
TUTTI_JOB(waits_until, int, void);

static int nests_half(void)
{
	tutti_future *f = needs_half_submit(pool);
	int n = 1;

	CHECK_EQ(needs_half_result(f, &n), 0);
	tutti_future_unref(f);
	return n;
}

static int waits_with_little_left(void)
{
	return use_stack(LARGE / 4 * 3, nests_half);
}
TUTTI_JOB(waits_with_little_left, int, void);

static int waits_with_half_left(void)
{
	return use_stack(LARGE / 4, nests_half);
}
TUTTI_JOB(waits_with_half_left, int, void);

static void a_lent_stack_is_as_large_as_the_pools(void)
{
	tutti_future *f[3];

	open_pool(LARGE);
	f[0] = waits_until_submit(pool);
	f[1] = waits_with_little_left_submit(pool);
	f[2] = waits_with_half_left_submit(pool);
	join_all(f, 3);
	close_pool();
}

int main(void)
{
	suite_begin();
	for (int i = 0; i < 2; i++) {
		engine = i == 0 ? "threads" : "tasks";
		puts(engine);
		RUN(every_way_lends_the_seat);
		RUN(each_to_any_depth);
		RUN(waiting_for_room_lends_the_seat);
		RUN(a_job_beneath_lends_its_seat);
	}
	RUN(turns_are_kept_to);
	engine = "threads";
	RUN(one_that_is_added_meanwhile);
	RUN(one_that_a_child_adds);
	RUN(for_others_the_seat_is_kept);
	RUN(a_lent_stack_is_as_large_as_the_pools);
	return suite_end();
}
