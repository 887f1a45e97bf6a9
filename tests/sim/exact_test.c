/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan */ /* all is one thread: there it has nothing to see */
/*
 * What the tutorials say of how long things take, and of their order, in virtual time, where it is
 * so exactly or not at all.
 */
#include "support/suite.h"

#include <errno.h>

#define SECOND TUTTI_SECONDS(1)

static tutti_time begun;

static void exactly(void (*test)(void *arg))
{
	tutti_sim_options o = { .strategy = "fifo", .runs = 1, .save = "" };

	CHECK_EQ(tutti_sim_check(test, &o), 0);
}

/* So many seconds after begun. */
static void expect_at(double seconds)
{
	double now = (double)(tutti_now() - begun) / 1e9;

	if (now != seconds)
		tutti_sim_fail("at %.9f instead of %.9f s", now, seconds);
}

static void unref_all(tutti_future **all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tutti_future_unref(all[i]);
}

/* -- each wait only tries, or waits exactly so long -------------------------------------------- */

static struct {
	tutti_lock lock;
	tutti_rwlock rwlock;
	tutti_event event;
	tutti_semaphore semaphore;
	tutti_condition condition;
	tutti_barrier barrier;
	tutti_queue *empty, *full;
	tutti_future *promise;
	tutti_completion *completion;
	tutti_executor *pool;
	tutti_pipe *here, *there;
} it;

static int wait_lock(tutti_time d)
{
	return tutti_lock_acquire_until(&it.lock, d);
}

static int wait_rwlock(tutti_time d)
{
	return tutti_rwlock_acquire_read_until(&it.rwlock, d);
}

static int wait_event(tutti_time d)
{
	return tutti_event_wait_until(&it.event, d);
}

static int wait_semaphore(tutti_time d)
{
	return tutti_semaphore_acquire_until(&it.semaphore, d);
}

static int wait_condition(tutti_time d)
{
	return tutti_condition_wait_until(&it.condition, &it.lock, d);
}

static int wait_barrier(tutti_time d)
{
	tutti_barrier_reset(&it.barrier); /* a deadline breaks it */
	return tutti_barrier_wait_until(&it.barrier, d);
}

static int wait_get(tutti_time d)
{
	int item;

	return tutti_queue_get_until(it.empty, &item, d);
}

static int wait_put(tutti_time d)
{
	int item = 0;

	return tutti_queue_put_until(it.full, &item, d);
}

static int wait_join_queue(tutti_time d)
{
	return tutti_queue_join_until(it.full, d);
}

static int wait_result(tutti_time d)
{
	return tutti_future_result_until(it.promise, NULL, 0, d);
}

static int wait_next(tutti_time d)
{
	size_t i;

	return tutti_completion_next_until(it.completion, &i, d);
}

static int wait_many(tutti_time d)
{
	int n = tutti_wait(&it.promise, 1, TUTTI_ALL_COMPLETED, NULL, d);

	return n == 0 ? TUTTI_ETIMEDOUT : n; /* it returns how many are done */
}

static int wait_pool(tutti_time d)
{
	return tutti_executor_join(it.pool, d);
}

static int wait_pipe(tutti_time d)
{
	return tutti_pipe_poll_until(it.here, d);
}

static const struct wait {
	const char *name;
	int (*until)(tutti_time deadline);
	int tried; /* what it says that only tried */
} waits[] = {
	{ "lock", wait_lock, TUTTI_ETIMEDOUT },
	{ "rwlock", wait_rwlock, TUTTI_ETIMEDOUT },
	{ "event", wait_event, TUTTI_ETIMEDOUT },
	{ "semaphore", wait_semaphore, TUTTI_ETIMEDOUT },
	{ "condition", wait_condition, TUTTI_ETIMEDOUT },
	{ "barrier", wait_barrier, TUTTI_ETIMEDOUT },
	{ "get", wait_get, TUTTI_EEMPTY },
	{ "put", wait_put, TUTTI_EFULL },
	{ "join of a queue", wait_join_queue, TUTTI_ETIMEDOUT },
	{ "result", wait_result, TUTTI_ETIMEDOUT },
	{ "next", wait_next, TUTTI_ETIMEDOUT },
	{ "many", wait_many, TUTTI_ETIMEDOUT },
	{ "join of a pool", wait_pool, TUTTI_ETIMEDOUT },
	{ "pipe", wait_pipe, TUTTI_ETIMEDOUT },
};

static int sleep_long(void)
{
	return tutti_sleep(1000 * SECOND);
}
TUTTI_JOB(sleep_long, int, void);

static void make_them(void)
{
	memset(&it, 0, sizeof it);
	tutti_lock_acquire(&it.lock);
	tutti_rwlock_acquire_write(&it.rwlock);
	TUTTI_SIM_REQUIRE(tutti_barrier_init(&it.barrier, 2, NULL, NULL, 0) == 0);
	TUTTI_SIM_REQUIRE(tutti_queue_create(&it.empty, sizeof(int), NULL) == 0);
	TUTTI_SIM_REQUIRE(tutti_queue_create(&it.full, sizeof(int),
				  &(tutti_queue_options){ .maxsize = 1 }) == 0);
	TUTTI_SIM_REQUIRE(tutti_queue_put(it.full, &(int){ 0 }) == 0);
	it.promise = tutti_future_create(0);
	it.completion = tutti_completion_create(&it.promise, 1);
	TUTTI_SIM_REQUIRE(tutti_executor_open(&it.pool, "threads:1", NULL) == 0);
	tutti_future_unref(sleep_long_submit(it.pool));
	TUTTI_SIM_REQUIRE(tutti_executor_shutdown(it.pool, TUTTI_FINISH) == 0);
	TUTTI_SIM_REQUIRE(tutti_pipe_create(&it.here, &it.there, false) == 0);
}

static void free_them(void)
{
	tutti_lock_release(&it.lock);
	tutti_rwlock_release(&it.rwlock);
	tutti_queue_free(it.empty);
	tutti_queue_free(it.full);
	tutti_completion_free(it.completion);
	tutti_future_cancel(it.promise);
	tutti_future_unref(it.promise);
	tutti_executor_shutdown(it.pool, TUTTI_TERMINATE);
	tutti_executor_free(it.pool);
	tutti_pipe_free(it.here);
	tutti_pipe_free(it.there);
}

static void try_each(void *arg)
{
	(void)arg;
	make_them();
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		const struct wait *w = &waits[i];
		int rc;

		begun = tutti_now();
		if ((rc = w->until(0)) != w->tried)
			tutti_sim_fail("%s: tried: %s", w->name, tutti_errname(rc));
		expect_at(0);
		if ((rc = w->until(begun + SECOND)) != TUTTI_ETIMEDOUT)
			tutti_sim_fail("%s: waited: %s", w->name, tutti_errname(rc));
		expect_at(1);
	}
	free_them();
}

/* rows: F9 F36 F71 F74 F75 F76 F77 F80 */
static void each_wait_tries_or_takes_its_time(void)
{
	exactly(try_each);
}

static void *put_later(void *queue)
{
	int item = 7;

	tutti_sleep(SECOND / 2);
	return tutti_queue_put(queue, &item) == 0 ? queue : NULL;
}

static void get_in_time(void *arg)
{
	tutti_future *putter;
	tutti_queue *q;
	int item = 0;

	(void)arg;
	TUTTI_SIM_REQUIRE(tutti_queue_create(&q, sizeof item, NULL) == 0);
	begun = tutti_now();
	putter = tutti_thread_start(put_later, q, NULL);
	TUTTI_SIM_REQUIRE(tutti_queue_get_until(q, &item, begun + SECOND) == 0 && item == 7);
	expect_at(0.5);
	TUTTI_SIM_REQUIRE(tutti_join_all(&putter, 1) == 0);
	tutti_future_unref(putter);
	tutti_queue_free(q);
}

/* rows: F36 F80 */
static void a_get_ends_with_the_put(void)
{
	exactly(get_in_time);
}

/* -- synchronous, asynchronous ----------------------------------------------------------------- */

static int fetch(int seconds)
{
	tutti_sleep(seconds * SECOND);
	return seconds;
}
TUTTI_JOB(fetch, int, int);

static int called;

static void note_call(tutti_future *f, void *arg)
{
	int n = 0;

	(void)arg;
	TUTTI_SIM_REQUIRE(fetch_result(f, &n) == 0 && n == 3);
	called++;
	expect_at(6);
}

static void call_both_ways(void *arg)
{
	tutti_executor *pool;
	tutti_future *f;
	int n;

	(void)arg;
	called = 0;
	begun = tutti_now();
	TUTTI_SIM_REQUIRE(fetch(3) == 3);
	expect_at(3);
	TUTTI_SIM_REQUIRE(tutti_executor_open(&pool, "threads:1", NULL) == 0);
	f = fetch_submit(pool, 3);
	expect_at(3);
	TUTTI_SIM_REQUIRE(!tutti_future_done(f) && tutti_future_error(f) == TUTTI_EPENDING);
	TUTTI_SIM_REQUIRE(tutti_future_add_done_callback(f, note_call, NULL) == 0);
	TUTTI_SIM_REQUIRE(fetch_result(f, &n) == 0 && n == 3);
	expect_at(6);
	tutti_executor_free(pool);
	TUTTI_SIM_REQUIRE(called == 1);
	tutti_future_unref(f);
}

/* rows: F8 F10 F83 */
static void a_call_waits_or_tells_later(void)
{
	exactly(call_both_ways);
}

static void map_and_wait(void *arg)
{
	int in[] = { 3, 2, 1 }, out[3] = { 0 }, size;
	tutti_future *all[80];
	tutti_executor *pool;

	(void)arg;
	begun = tutti_now();
	TUTTI_SIM_REQUIRE(tutti_executor_open(&pool, "threads", NULL) == 0);
	TUTTI_SIM_REQUIRE(fetch_map(pool, in, out, 3) == 0);
	expect_at(3);
	TUTTI_SIM_REQUIRE(memcmp(in, out, sizeof in) == 0); /* though the last was the first */
	size = tutti_cpu_count() + 4;
	if (size > 32)
		size = 32;
	for (int i = 0; i < 80; i++)
		all[i] = fetch_submit(pool, 1);
	TUTTI_SIM_REQUIRE(tutti_join_all(all, 80) == 0);
	expect_at(3 + (80 + size - 1) / size);
	unref_all(all, 80);
	tutti_executor_free(pool);
}

/* rows: F52 F81 F84 */
static void a_pool_has_so_many_threads_and_keeps_the_order(void)
{
	exactly(map_and_wait);
}

/* -- in turn, at once, as they come ------------------------------------------------------------ */

static void *sleep_for(void *arg)
{
	tutti_sleep((intptr_t)arg * SECOND);
	return arg;
}

static void two_and_three(void *arg)
{
	tutti_future *both[2];

	(void)arg;
	begun = tutti_now();
	sleep_for(give(2));
	sleep_for(give(3));
	expect_at(5);
	both[0] = tutti_task_start(sleep_for, give(2), NULL);
	both[1] = tutti_task_start(sleep_for, give(3), NULL);
	TUTTI_SIM_REQUIRE(tutti_wait(both, 2, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER) == 2);
	expect_at(8);
	unref_all(both, 2);
}

/* rows: F116 C16 */
static void in_turn_is_the_sum_at_once_the_longest(void)
{
	exactly(two_and_three);
}

enum { THREE = 3 };

static void start_three(tutti_future **three, bool threads)
{
	static const int seconds[THREE] = { 3, 1, 2 };

	begun = tutti_now();
	for (int i = 0; i < THREE; i++)
		three[i] = threads ? tutti_thread_start(sleep_for, give(seconds[i]), NULL)
				   : tutti_task_start(sleep_for, give(seconds[i]), NULL);
}

static void *value_of(tutti_future *f)
{
	void *value = NULL;

	TUTTI_SIM_REQUIRE(tutti_future_result(f, &value, sizeof value) == 0);
	return value;
}

static void compare(bool threads)
{
	static const size_t completion[THREE] = { 1, 2, 0 };
	tutti_future *three[THREE], *all;
	tutti_completion *c;
	size_t order[THREE], i;

	/* wait: how many are done; their places, by completion; the values are the futures' */
	start_three(three, threads);
	TUTTI_SIM_REQUIRE(tutti_wait(three, THREE, TUTTI_ALL_COMPLETED, order,
				  begun + TUTTI_SECONDS(1.5)) == 1);
	TUTTI_SIM_REQUIRE(order[0] == 1 && order[1] == 0 && order[2] == 2);
	expect_at(1.5);
	TUTTI_SIM_REQUIRE(
		tutti_wait(three, THREE, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER) == THREE);
	expect_at(3);
	TUTTI_SIM_REQUIRE(order[0] == 1);
	TUTTI_SIM_REQUIRE(value_of(three[order[0]]) == give(1));
	unref_all(three, THREE);
	/* as completed: one place at a time, at once */
	start_three(three, threads);
	c = tutti_completion_create(three, THREE);
	for (int n = 0; n < THREE; n++) {
		TUTTI_SIM_REQUIRE(tutti_completion_next(c, &i) == 0 && i == completion[n]);
		TUTTI_SIM_REQUIRE(value_of(three[i]) == give(n + 1));
		expect_at(n + 1);
	}
	TUTTI_SIM_REQUIRE(tutti_completion_next(c, &i) == TUTTI_EDONE);
	tutti_completion_free(c);
	unref_all(three, THREE);
	/* gather: one future, and by place */
	start_three(three, threads);
	all = tutti_gather(three, THREE, TUTTI_ALL_COMPLETED);
	expect_at(0);
	TUTTI_SIM_REQUIRE(!tutti_future_done(all));
	TUTTI_SIM_REQUIRE(tutti_future_result(all, NULL, 0) == 0);
	expect_at(3);
	TUTTI_SIM_REQUIRE(value_of(three[0]) == give(3) && value_of(three[1]) == give(1));
	tutti_future_unref(all);
	unref_all(three, THREE);
}

static void compare_all(void *arg)
{
	(void)arg;
	compare(true);
	compare(false);
}

/* rows: F112 F113 F114 F115 C33 T34 D1 D3 */
static void wait_gather_and_as_completed_compare(void)
{
	exactly(compare_all);
}

/* -- so many at a time ------------------------------------------------------------------------- */

static int inside, most;

static void *enter(void *semaphore)
{
	TUTTI_SIM_REQUIRE(tutti_semaphore_acquire(semaphore) == 0);
	if (++inside > most)
		most = inside;
	tutti_sleep(SECOND);
	inside--;
	TUTTI_SIM_REQUIRE(tutti_semaphore_release(semaphore, 1) == 0);
	return NULL;
}

enum { MOST_TASKS = 10, MOST_PERMITS = 5 };

static void enter_all(int n, int k, bool threads)
{
	tutti_future *all[MOST_TASKS];
	tutti_semaphore s;

	TUTTI_SIM_REQUIRE(tutti_semaphore_init(&s, (unsigned)k, 0) == 0);
	inside = most = 0;
	begun = tutti_now();
	for (int i = 0; i < n; i++)
		all[i] = threads ? tutti_thread_start(enter, &s, NULL)
				 : tutti_task_start(enter, &s, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(all, (size_t)n) == 0);
	expect_at((n + k - 1) / k);
	TUTTI_SIM_REQUIRE(most == (n < k ? n : k));
	unref_all(all, (size_t)n);
}

static void some_at_a_time(void *arg)
{
	(void)arg;
	for (int n = 1; n <= MOST_TASKS; n++)
		for (int k = 1; k <= MOST_PERMITS; k++) {
			enter_all(n, k, false);
			enter_all(n, k, true);
		}
}

/* rows: F76 F103 C25 */
static void permits_make_rounds(void)
{
	exactly(some_at_a_time);
}

static void *wait_to_be_let_go(void *event)
{
	TUTTI_SIM_REQUIRE(tutti_event_wait(event) == 0);
	expect_at(2);
	return NULL;
}

static void let_ten_go(void *arg)
{
	tutti_future *all[MOST_TASKS];
	tutti_event event = { 0 };

	(void)arg;
	begun = tutti_now();
	for (int i = 0; i < MOST_TASKS; i++)
		all[i] = tutti_thread_start(wait_to_be_let_go, &event, NULL);
	tutti_sleep(2 * SECOND);
	tutti_event_set(&event);
	TUTTI_SIM_REQUIRE(tutti_join_all(all, MOST_TASKS) == 0);
	expect_at(2);
	unref_all(all, MOST_TASKS);
}

/* rows: F75 */
static void one_set_lets_all_go_at_once(void)
{
	exactly(let_ten_go);
}

/* -- no order is promised ---------------------------------------------------------------------- */

enum { SEEDS = 100, CHARACTERS = 4, ORDERS = 24 };

static tutti_lock pen;
static char transcript[CHARACTERS + 1];
static size_t written;

static void *write_one(void *arg)
{
	tutti_lock_acquire(&pen);
	transcript[written++] = (char)('a' + (intptr_t)arg);
	tutti_lock_release(&pen);
	return NULL;
}

static void write_four(void *arg)
{
	tutti_future *all[CHARACTERS];
	bool there[CHARACTERS] = { false };

	(void)arg;
	written = 0;
	for (int i = 0; i < CHARACTERS; i++)
		all[i] = tutti_thread_start(write_one, give(i), NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(all, CHARACTERS) == 0);
	unref_all(all, CHARACTERS);
	TUTTI_SIM_REQUIRE(written == CHARACTERS); /* whatever the order, each once */
	for (int i = 0; i < CHARACTERS; i++)
		there[transcript[i] - 'a'] = true;
	for (int i = 0; i < CHARACTERS; i++)
		TUTTI_SIM_REQUIRE(there[i]);
}

/* rows: F13 T51 */
static void a_hundred_schedules_keep_to_what_holds(void)
{
	static char seen[ORDERS][CHARACTERS + 1];
	int kinds = 0, at;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		tutti_sim_options o = { .strategy = "random", .runs = 1, .seed = seed, .save = "" };

		CHECK_EQ(tutti_sim_check(write_four, &o), 0);
		for (at = 0; at < kinds && strcmp(seen[at], transcript) != 0; at++)
			;
		if (at == kinds)
			strcpy(seen[kinds++], transcript);
	}
	CHECK(kinds > ORDERS / 2);
}

int main(void)
{
	suite_begin();
	RUN(each_wait_tries_or_takes_its_time);
	RUN(a_get_ends_with_the_put);
	RUN(a_call_waits_or_tells_later);
	RUN(a_pool_has_so_many_threads_and_keeps_the_order);
	RUN(in_turn_is_the_sum_at_once_the_longest);
	RUN(wait_gather_and_as_completed_compare);
	RUN(permits_make_rounds);
	RUN(one_set_lets_all_go_at_once);
	RUN(a_hundred_schedules_keep_to_what_holds);
	return suite_end();
}
