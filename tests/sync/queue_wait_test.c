/* SPDX-License-Identifier: MIT */
/* rows: F80 T8 T9 */
/* ctest: VIRTUAL ON */
/* Queues whose users wait: for items, for room, for the end. */
#include <tutti/queue.h>

#include "support/orders.h"
#include "support/suite.h"

enum { MAKERS = 3, USERS = 3, ITEMS = 500, WAITERS = 5 };

static const tutti_time past = 0;

static tutti_queue *queue;

static void make(size_t maxsize, unsigned flags)
{
	tutti_queue_options options = { .maxsize = maxsize, .flags = flags };

	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), &options), 0);
}

static void put(int item)
{
	CHECK_EQ(tutti_queue_put_until(queue, &item, past), 0);
}

static int take_left(void)
{
	int item, n = 0;

	while (tutti_queue_get_until(queue, &item, past) == 0)
		n++;
	return n;
}

static int produced;
static long long sum;

static void *produce(void *arg)
{
	for (int i = 0; i < suite_rounds(ITEMS); i++) {
		int item = tu_add_acqrel(&produced, 1);

		CHECK_EQ(tutti_queue_put(queue, &item), 0);
		if (i % 100 == 0)
			tutti_yield();
	}
	return arg;
}

static void *consume(void *arg)
{
	long long total = 0;
	int item, rc;

	while ((rc = tutti_queue_get(queue, &item)) == 0) {
		total += item;
		CHECK_EQ(tutti_queue_task_done(queue), 0);
	}
	CHECK_EQ(rc, TUTTI_ESHUTDOWN);
	tu_add_acqrel(&sum, total);
	return arg;
}

/* Every item arrives once; join waits for the last, shutdown sends the users home. */
static void hand_all_over(enum mix mix, size_t maxsize, unsigned flags)
{
	tutti_future *makers[MAKERS], *users[USERS];
	long long n = (long long)MAKERS * suite_rounds(ITEMS);

	make(maxsize, flags);
	produced = 0;
	sum = 0;
	for (int i = 0; i < USERS; i++)
		users[i] = start_nth(mix, i, consume, NULL);
	for (int i = 0; i < MAKERS; i++)
		makers[i] = start_nth(mix, i + 1, produce, NULL);
	join_all(makers, MAKERS);
	CHECK_EQ(tutti_queue_join(queue), 0);
	CHECK_EQ(tutti_queue_unfinished(queue), 0);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	join_all(users, USERS);
	CHECK_EQ(sum, n * (n - 1) / 2);
	tutti_queue_free(queue);
}

static void no_item_is_lost_or_made(enum mix mix)
{
	hand_all_over(mix, 0, 0);
	hand_all_over(mix, 1, 0);
	hand_all_over(mix, 16, 0);
	hand_all_over(mix, 4, TUTTI_LIFO);
}

/* Between one maker and one user the order is kept, whatever the bound. */
static void *put_in_order(void *arg)
{
	for (int i = 0; i < suite_rounds(ITEMS); i++)
		CHECK_EQ(tutti_queue_put(queue, &i), 0);
	return arg;
}

static void *get_in_order(void *arg)
{
	int item;

	for (int i = 0; i < suite_rounds(ITEMS); i++) {
		CHECK_EQ(tutti_queue_get(queue, &item), 0);
		CHECK_EQ(item, i);
	}
	return arg;
}

static void order_is_kept(enum mix mix)
{
	static const size_t bounds[] = { 0, 1, 2, 100 };

	for (int i = 0; i < 4; i++) {
		make(bounds[i], 0);
		tutti_future *f[2] = { start_nth(mix, 0, put_in_order, NULL),
			start_nth(mix, 1, get_in_order, NULL) };
		join_all(f, 2);
		CHECK(tutti_queue_empty(queue));
		tutti_queue_free(queue);
	}
}

/* Tasks of one loop wait in the order of their start, and are served in it. */
static int answers[WAITERS], items[WAITERS], numbers[WAITERS] = { 0, 1, 2, 3, 4 };

static void *get_one(void *arg)
{
	int i = *(int *)arg;

	items[i] = -1;
	answers[i] = tutti_queue_get(queue, &items[i]);
	return NULL;
}

static void *put_one(void *arg)
{
	int i = *(int *)arg;

	answers[i] = tutti_queue_put(queue, &i);
	return NULL;
}

static void start_line(enum mix mix, tutti_future **f, tutti_fn fn)
{
	for (int i = 0; i < WAITERS; i++)
		f[i] = start_nth(mix, i, fn, &numbers[i]);
	settle();
}

static void waiting_gets_are_served_in_line(void)
{
	tutti_future *f[WAITERS];

	make(0, 0);
	start_line(TASKS, f, get_one);
	for (int i = 0; i < WAITERS; i++)
		put(100 + i);
	join_all(f, WAITERS);
	for (int i = 0; i < WAITERS; i++) {
		CHECK_EQ(answers[i], 0);
		CHECK_EQ(items[i], 100 + i);
	}
	tutti_queue_free(queue);
}

static void waiting_puts_are_served_in_line(void)
{
	tutti_future *f[WAITERS];
	int item;

	make(1, 0);
	put(-1);
	start_line(TASKS, f, put_one);
	CHECK_EQ(tutti_queue_size(queue), 1);
	for (int i = -1; i < WAITERS; i++) {
		CHECK_EQ(tutti_queue_get(queue, &item), 0);
		CHECK_EQ(item, i);
		settle();
	}
	join_all(f, WAITERS);
	tutti_queue_free(queue);
}

/* rows: F80 T8 T9 */
static void shutdown_ends_waiting_gets(enum mix mix)
{
	tutti_future *f[WAITERS];

	make(0, 0);
	start_line(mix, f, get_one);
	CHECK_EQ(tutti_queue_shutdown(queue, mix % 2), 0);
	join_all(f, WAITERS);
	for (int i = 0; i < WAITERS; i++) {
		CHECK_EQ(answers[i], TUTTI_ESHUTDOWN);
		CHECK_EQ(items[i], -1);
	}
	tutti_queue_free(queue);
}

static void shutdown_ends_waiting_puts(enum mix mix)
{
	tutti_future *f[WAITERS];

	make(1, 0);
	put(-1);
	start_line(mix, f, put_one);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	join_all(f, WAITERS);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(answers[i], TUTTI_ESHUTDOWN);
	CHECK_EQ(take_left(), 1);
	tutti_queue_free(queue);
}

static void *finish_items(void *arg)
{
	for (int i = 0; i < WAITERS; i++) {
		tutti_yield();
		CHECK_EQ(tutti_queue_task_done(queue), 0);
	}
	return arg;
}

static void *join_it(void *arg)
{
	CHECK_EQ(tutti_queue_join(queue), 0);
	CHECK_EQ(tutti_queue_unfinished(queue), 0);
	return arg;
}

/* rows: F80 */
static void join_waits_for_the_last(enum mix mix)
{
	tutti_future *f[3];

	make(0, 0);
	for (int i = 0; i < WAITERS; i++)
		put(i);
	CHECK_EQ(take_left(), WAITERS);
	for (int i = 0; i < 3; i++)
		f[i] = start_nth(mix, i, join_it, NULL);
	settle();
	for (int i = 0; i < 3; i++)
		CHECK(!tutti_future_done(f[i]));
	finish(start_as(mix, finish_items, NULL));
	join_all(f, 3);
	tutti_queue_free(queue);
}

/* Dropped items are done: a join that waited for them alone goes on. */
static void immediate_shutdown_ends_joins(enum mix mix)
{
	make(0, 0);
	put(1);
	tutti_future *f = start_as(mix, join_it, NULL);
	settle();
	CHECK_EQ(tutti_queue_shutdown(queue, true), 0);
	finish(f);
	tutti_queue_free(queue);
}

static void renew(size_t maxsize)
{
	tutti_queue_free(queue);
	make(maxsize, 0);
}

static void begin_empty(void)
{
	renew(0);
}

static void begin_full(void)
{
	renew(1);
	put(0);
}

static void begin_unfinished(void)
{
	renew(0);
	put(0);
}

static int get_until(tutti_time deadline)
{
	int item;

	return tutti_queue_get_until(queue, &item, deadline);
}

static int get_only(tutti_time deadline)
{
	int item;

	(void)deadline;
	return tutti_queue_get(queue, &item);
}

static int put_until(tutti_time deadline)
{
	int item = 1;

	return tutti_queue_put_until(queue, &item, deadline);
}

static int join_until(tutti_time deadline)
{
	return tutti_queue_join_until(queue, deadline);
}

static void put_one_more(void)
{
	put(1);
}

static void make_room(void)
{
	int item;

	CHECK_EQ(tutti_queue_get_until(queue, &item, past), 0);
}

static void say_done(void)
{
	CHECK_EQ(tutti_queue_task_done(queue), 0);
}

/* Rooms are counted as grants: one was made, and is there unless it was filled. */
static int rooms_left(void)
{
	return !tutti_queue_full(queue);
}

static void any_order_of_item_room_cancel_deadline(void)
{
	static const struct orders get = { .begin = begin_empty,
		.wait = get_until,
		.grant = put_one_more,
		.left = take_left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.otherwise = TUTTI_EEMPTY,
		.barges = true,
		.remembers = true };
	static const struct orders get_forever = { .begin = begin_empty,
		.wait = get_only,
		.grant = put_one_more,
		.left = take_left,
		.canceled = TUTTI_ECANCELED,
		.barges = true,
		.remembers = true };
	static const struct orders put_in = { .begin = begin_full,
		.wait = put_until,
		.grant = make_room,
		.left = rooms_left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.otherwise = TUTTI_EFULL,
		.barges = true,
		.remembers = true };
	static const struct orders join = { .begin = begin_unfinished,
		.wait = join_until,
		.grant = say_done,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = true,
		.remembers = true };

	make(0, 0);
	orders_run(&get);
	orders_run(&get_forever);
	orders_run(&put_in);
	orders_run(&join);
	tutti_queue_free(queue);
}

/*
 * One item for two who wait, and whoever was woken for it is cancelled before running: the item is
 * the other's, who must not be left asleep beside it.
 */
static void a_cancelled_get_passes_the_item_on(int cancelled)
{
	tutti_future *f[2];

	make(0, 0);
	for (int i = 0; i < 2; i++)
		f[i] = tutti_task_start(get_one, &numbers[i], NULL);
	settle();
	put(7);
	CHECK_EQ(tutti_future_cancel(f[cancelled]), 1);
	tutti_future_result(f[cancelled], NULL, 0);
	settle();
	if (answers[cancelled] == TUTTI_ECANCELED) {
		CHECK(tutti_future_done(f[!cancelled]));
		CHECK_EQ(items[!cancelled], 7);
	} else {
		CHECK_EQ(items[cancelled], 7);
		CHECK(!tutti_future_done(f[!cancelled]));
		put(8);
	}
	tutti_future_result(f[!cancelled], NULL, 0);
	CHECK_EQ(answers[!cancelled], 0);
	CHECK(tutti_queue_empty(queue));
	tutti_future_unref(f[0]);
	tutti_future_unref(f[1]);
	tutti_queue_free(queue);
}

static void a_cancelled_put_passes_the_room_on(int cancelled)
{
	tutti_future *f[2];

	make(1, 0);
	put(-1);
	for (int i = 0; i < 2; i++)
		f[i] = tutti_task_start(put_one, &numbers[i], NULL);
	settle();
	make_room();
	CHECK_EQ(tutti_future_cancel(f[cancelled]), 1);
	tutti_future_result(f[cancelled], NULL, 0);
	settle();
	CHECK(tutti_queue_full(queue));
	make_room();
	settle();
	CHECK(tutti_future_done(f[!cancelled]));
	CHECK_EQ(answers[!cancelled], 0);
	tutti_future_unref(f[0]);
	tutti_future_unref(f[1]);
	tutti_queue_free(queue);
}

static void nobody_sleeps_beside_an_item(void)
{
	for (int i = 0; i < 2; i++) {
		a_cancelled_get_passes_the_item_on(i);
		a_cancelled_put_passes_the_room_on(i);
	}
}

/* The same with threads and real deadlines: nothing may be left over but what was not taken. */
static int taken;

static void *get_impatiently(void *arg)
{
	for (int i = 0; i < suite_rounds(200); i++) {
		int item;
		tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(0.02) * (i % 4));
		int rc = tutti_queue_get_until(queue, &item, deadline);

		if (rc == 0)
			tu_add_acqrel(&taken, 1);
		else
			CHECK(rc == (i % 4 ? TUTTI_ETIMEDOUT : TUTTI_EEMPTY) || rc == TUTTI_EEMPTY);
		if (i % 10 == 0)
			tutti_yield();
	}
	return arg;
}

static void *put_impatiently(void *arg)
{
	for (int i = 0; i < suite_rounds(200); i++) {
		tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(0.02) * (i % 4));
		int rc = tutti_queue_put_until(queue, &i, deadline);

		if (rc == 0)
			tu_add_acqrel(&produced, 1);
		else
			CHECK(rc == TUTTI_ETIMEDOUT || rc == TUTTI_EFULL);
		if (i % 10 == 0)
			tutti_yield();
	}
	return arg;
}

static void impatience_loses_nothing(enum mix mix)
{
	tutti_future *f[6];

	make(2, 0);
	taken = produced = 0;
	for (int i = 0; i < 6; i++)
		f[i] = start_nth(mix, i / 2, i % 2 ? put_impatiently : get_impatiently, NULL);
	join_all(f, 6);
	CHECK_EQ(take_left() + taken, produced);
	tutti_queue_free(queue);
}

int main(void)
{
	suite_begin();
	RUN_MIXES(no_item_is_lost_or_made);
	RUN_MIXES(order_is_kept);
	RUN(waiting_gets_are_served_in_line);
	RUN(waiting_puts_are_served_in_line);
	RUN_MIXES(shutdown_ends_waiting_gets);
	RUN_MIXES(shutdown_ends_waiting_puts);
	RUN_MIXES(join_waits_for_the_last);
	RUN_MIXES(immediate_shutdown_ends_joins);
	RUN(any_order_of_item_room_cancel_deadline);
	RUN(nobody_sleeps_beside_an_item);
	RUN_MIXES(impatience_loses_nothing);
	return suite_end();
}
