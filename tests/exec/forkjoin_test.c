/* SPDX-License-Identifier: MIT */
/* rows: +forkjoin */
/* Fork-join: every part runs once, whoever runs it, wherever it is forked. */
#include <tutti/forkjoin.h>

#include "core/context.h"
#include "support/suite.h"

#include <pthread.h>
#include <sys/wait.h>

enum { MANY = 100000, TASKS_AT_ONCE = 20, DEEP = 6000 };

/* -- two -------------------------------------------------------------------------------------- */

struct fib {
	int n;
	long value;
};

static void fib(void *arg)
{
	struct fib *f = arg;
	struct fib x = { f->n - 1, 0 }, y = { f->n - 2, 0 };

	if (f->n < 2) {
		f->value = f->n;
		return;
	}
	tutti_parallel_invoke(fib, &x, fib, &y);
	f->value = x.value + y.value;
}

static long fib_of(int n)
{
	struct fib f = { n, 0 };

	fib(&f);
	return f.value;
}

static void both_are_called(void)
{
	CHECK_EQ(fib_of(0), 0);
	CHECK_EQ(fib_of(2), 1);
	for (int i = 0; i < suite_rounds(10); i++)
		CHECK_EQ(fib_of(22), 17711);
}

static tutti_event began;

static void say_begun(void *arg)
{
	*(const void **)arg = tutti_thread_current();
	tutti_event_set(&began);
}

static void wait_for_it(void *arg)
{
	CHECK_EQ(tutti_event_wait(&began), 0);
	*(const void **)arg = tutti_thread_current();
}

/* f waits for g, which so must be on another thread. */
static void a_helper_takes_what_waits(void)
{
	const void *here, *there;

	if (tu_single_cpu())
		return;
	for (int i = 0; i < suite_rounds(100); i++) {
		here = there = NULL;
		tutti_event_clear(&began);
		tutti_parallel_invoke(wait_for_it, (void *)&here, say_begun, (void *)&there);
		CHECK(here == tutti_thread_current());
		CHECK(there && there != here);
	}
}

/* Deeper than a deque: the rest is called, not forked. */
static void go_down(void *arg)
{
	int level = *(int *)arg, lower = level - 1, none = 0;

	if (level > 0)
		tutti_parallel_invoke(go_down, &lower, go_down, &none);
	*(int *)arg = lower < 0 ? 0 : lower + 1;
}

static void deeper_than_there_is_room(void)
{
	int level = DEEP;

	go_down(&level);
	CHECK_EQ(level, DEEP);
}

/* -- in tasks, in threads --------------------------------------------------------------------- */

static void give_way(void *arg)
{
	struct fib *f = arg;

	CHECK_EQ(tutti_yield(), 0);
	f->value = fib_of(f->n);
	CHECK_EQ(tutti_yield(), 0);
}

/* Tasks of one thread leave and enter their parts in any order. */
static void *forks_and_yields(void *arg)
{
	struct fib a = { 8, 0 }, b = { 9, 0 };

	for (int i = 0; i < 20; i++) {
		tutti_parallel_invoke(give_way, &a, give_way, &b);
		CHECK_EQ(a.value, 21);
		CHECK_EQ(b.value, 34);
	}
	return arg;
}

static void in_many_contexts(enum mix mix)
{
	tutti_future *all[TASKS_AT_ONCE];

	for (int i = 0; i < TASKS_AT_ONCE; i++)
		all[i] = start_nth(mix, i, forks_and_yields, NULL);
	CHECK_EQ(tutti_join_all(all, TASKS_AT_ONCE), 0);
}

static void in_a_thread_of_the_programs_own(void)
{
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, forks_and_yields, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

static void *start_and_forget(void *arg)
{
	tu_add_rlx((int *)arg, 1);
	return arg;
}

static void start_a_task(void *arg)
{
	tutti_future *task = tutti_task_start(start_and_forget, arg, NULL);

	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_join_all(&task, 1), 0);
}

static void parts_may_start_tasks(void)
{
	int runs = 0;

	for (int i = 0; i < 100; i++)
		tutti_parallel_invoke(start_a_task, &runs, start_a_task, &runs);
	CHECK_EQ(runs, 200);
}

/* -- ranges ----------------------------------------------------------------------------------- */

static unsigned char seen[MANY];
static size_t largest;

static void see(size_t begin, size_t end, void *arg)
{
	CHECK(arg == seen);
	CHECK(begin < end);
	if (end - begin > tu_load_rlx(&largest))
		tu_store_rlx(&largest, end - begin);
	for (size_t i = begin; i < end; i++)
		seen[i]++;
}

static void each_index_once(size_t begin, size_t end, size_t grain)
{
	memset(seen, 0, sizeof(seen));
	largest = 0;
	tutti_parallel_for(begin, end, grain, see, seen);
	for (size_t i = 0; i < MANY; i++)
		CHECK_EQ(seen[i], i >= begin && i < end);
	CHECK(grain == 0 || largest <= grain);
}

static void every_index_is_seen_once(void)
{
	each_index_once(0, 0, 0);
	each_index_once(7, 7, 1);
	each_index_once(9, 3, 1);
	each_index_once(5, 6, 100);
	each_index_once(0, MANY, 0);
	each_index_once(1, MANY - 1, MANY);
	for (int i = 0; i < suite_rounds(5); i++) {
		each_index_once(3, MANY, 1);
		each_index_once(0, MANY, 17);
	}
}

static void never_called(size_t begin, size_t end, void *arg)
{
	(void)begin, (void)end, (void)arg;
	CHECK(false);
}

static void nothing_to_do(void)
{
	tutti_parallel_for(0, 0, 0, never_called, NULL);
	tutti_parallel_for(SIZE_MAX, 0, 0, never_called, NULL);
}

static void the_last_indices(size_t begin, size_t end, void *arg)
{
	tu_add_rlx((size_t *)arg, end - begin);
}

static void up_to_the_largest_index(void)
{
	size_t n = 0;

	tutti_parallel_for(SIZE_MAX - 1000, SIZE_MAX, 3, the_last_indices, &n);
	CHECK_EQ(n, 1000);
}

/* -- totals ----------------------------------------------------------------------------------- */

/* A run of neighbours: only the right order of adding keeps it whole. */
struct run {
	size_t begin, end;
	bool any;
	char more[400]; /* so that it does not lie on the stack */
};

static void run_of(size_t begin, size_t end, void *sum, void *arg)
{
	struct run *run = sum;

	(void)arg;
	CHECK(!run->any || run->end == begin);
	if (!run->any)
		run->begin = begin;
	run->end = end;
	run->any = true;
}

static void append(void *sum, const void *more)
{
	const struct run *right = more;
	struct run *left = sum;

	if (!right->any)
		return;
	CHECK(!left->any || left->end == right->begin);
	if (!left->any)
		left->begin = right->begin;
	left->end = right->end;
	left->any = true;
}

static void totals_are_added_in_order(void)
{
	for (int i = 0; i < suite_rounds(20); i++) {
		struct run run = { .any = false };

		tutti_parallel_reduce(10, MANY, i % 2, sizeof(run), &run, run_of, append, NULL);
		CHECK_EQ(run.begin, 10);
		CHECK_EQ(run.end, MANY);
	}
}

static void add_up(size_t begin, size_t end, void *sum, void *arg)
{
	(void)arg;
	for (size_t i = begin; i < end; i++)
		*(long *)sum += (long)i;
}

static void add(void *sum, const void *more)
{
	*(long *)sum += *(const long *)more;
}

static void no_index_no_change(void)
{
	long sum = 5;

	tutti_parallel_reduce(4, 4, 1, sizeof(sum), &sum, add_up, add, NULL);
	CHECK_EQ(sum, 5);
	sum = 0;
	tutti_parallel_reduce(0, MANY, 0, sizeof(sum), &sum, add_up, add, NULL);
	CHECK_EQ(sum, (long)MANY * (MANY - 1) / 2);
}

int main(void)
{
	suite_begin();
	RUN(both_are_called);
	RUN(a_helper_takes_what_waits);
	RUN(deeper_than_there_is_room);
	RUN_MIXES(in_many_contexts);
	RUN(in_a_thread_of_the_programs_own);
	RUN(parts_may_start_tasks);
	RUN(every_index_is_seen_once);
	RUN(nothing_to_do);
	RUN(up_to_the_largest_index);
	RUN(totals_are_added_in_order);
	RUN(no_index_no_change);
	return suite_end();
}
