/* SPDX-License-Identifier: MIT */
/* rows: F80 T8 T9 */
/* ctest: VIRTUAL ON */
/* What a queue is where nobody has to wait; queue_wait_test.c has the rest. */
#include <tutti/queue.h>

#include "support/suite.h"

#include <errno.h>

static const tutti_time past = 0;

static tutti_queue *make(size_t item_size, const tutti_queue_options *options)
{
	tutti_queue *q = NULL;

	CHECK_EQ(tutti_queue_create(&q, item_size, options), 0);
	CHECK(q);
	return q;
}

static int backwards(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static int upwards(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void put(tutti_queue *q, int item)
{
	CHECK_EQ(tutti_queue_put_until(q, &item, past), 0);
}

static int get(tutti_queue *q)
{
	int item = -1;

	CHECK_EQ(tutti_queue_get_until(q, &item, past), 0);
	return item;
}

static void refuses_what_cannot_be(void)
{
	tutti_queue *q = (tutti_queue *)&q;
	tutti_queue_options odd = { .flags = TUTTI_RECURSIVE };
	tutti_queue_options both = { .flags = TUTTI_LIFO, .compare = upwards };
	tutti_queue_options shared = { .flags = TUTTI_SHARED | TUTTI_LIFO };

	CHECK_EQ(tutti_queue_create(&q, 0, NULL), -EINVAL);
	CHECK_EQ(tutti_queue_create(&q, 4, &odd), -EINVAL);
	CHECK_EQ(tutti_queue_create(&q, 4, &both), -EINVAL);
	CHECK_EQ(tutti_queue_create(&q, 4, &shared), -ENOTSUP);
	CHECK(q == (tutti_queue *)&q); /* untouched */
	tutti_queue_free(NULL);
}

static void begins_empty(void)
{
	tutti_queue *q = make(sizeof(int), NULL);
	int item = 42;

	CHECK_EQ(tutti_queue_size(q), 0);
	CHECK(tutti_queue_empty(q));
	CHECK(!tutti_queue_full(q));
	CHECK(!tutti_queue_is_shutdown(q));
	CHECK_EQ(tutti_queue_unfinished(q), 0);
	CHECK_EQ(tutti_queue_get_until(q, &item, past), TUTTI_EEMPTY);
	CHECK_EQ(item, 42);
	CHECK_EQ(tutti_queue_join(q), 0);
	CHECK_EQ(tutti_queue_join_until(q, past), 0);
	tutti_queue_free(q);
}

/* rows: F80 */
static void first_in_first_out(void)
{
	tutti_queue *q = make(sizeof(int), NULL);

	for (int i = 0; i < 5000; i++)
		put(q, i);
	CHECK_EQ(tutti_queue_size(q), 5000);
	CHECK(!tutti_queue_full(q));
	for (int i = 0; i < 5000; i++)
		CHECK_EQ(get(q), i);
	CHECK(tutti_queue_empty(q));
	tutti_queue_free(q);
}

static void last_in_first_out(void)
{
	tutti_queue *q = make(sizeof(int), &(tutti_queue_options){ .flags = TUTTI_LIFO });

	for (int i = 0; i < 1000; i++)
		put(q, i);
	for (int i = 999; i >= 500; i--)
		CHECK_EQ(get(q), i);
	put(q, 7);
	CHECK_EQ(get(q), 7);
	for (int i = 499; i >= 0; i--)
		CHECK_EQ(get(q), i);
	CHECK_EQ(tutti_queue_size(q), 0);
	tutti_queue_free(q);
}

static void least_in_order_first(void)
{
	tutti_queue *q = make(sizeof(int), &(tutti_queue_options){ .compare = upwards });
	tutti_queue *r = make(sizeof(int), &(tutti_queue_options){ .compare = backwards });

	for (int i = 0; i < 1009; i++) {
		put(q, i * 541 % 1009); /* 1009 is prime: each number once, far from sorted */
		put(r, i * 541 % 1009);
	}
	for (int i = 0; i < 1009; i++) {
		CHECK_EQ(get(q), i);
		CHECK_EQ(get(r), 1008 - i);
	}
	tutti_queue_free(q);
	tutti_queue_free(r);
}

struct ranked {
	int rank, number;
};

static int by_rank(const void *a, const void *b)
{
	return ((const struct ranked *)a)->rank - ((const struct ranked *)b)->rank;
}

static void equal_ones_as_they_were_put(void)
{
	tutti_queue *q = make(sizeof(struct ranked), &(tutti_queue_options){ .compare = by_rank });
	struct ranked item;
	int last[5] = { 0 };

	for (int i = 1; i <= 2000; i++) {
		item = (struct ranked){ i * 7 % 5, i };
		CHECK_EQ(tutti_queue_put(q, &item), 0);
		if (i % 3 == 0) { /* also when some were taken in between */
			CHECK_EQ(tutti_queue_get(q, &item), 0);
			CHECK(item.number > last[item.rank]);
			last[item.rank] = item.number;
		}
	}
	while (tutti_queue_get_until(q, &item, past) == 0) {
		CHECK(item.number > last[item.rank]);
		last[item.rank] = item.number;
	}
	tutti_queue_free(q);
}

static void bounded_is_full_at_its_bound(const tutti_queue_options *options)
{
	tutti_queue *q = make(sizeof(int), options);
	int item = 9;

	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < options->maxsize; i++) {
			CHECK(!tutti_queue_full(q));
			put(q, (int)i);
		}
		CHECK(tutti_queue_full(q));
		CHECK_EQ(tutti_queue_put_until(q, &item, past), TUTTI_EFULL);
		CHECK_EQ(tutti_queue_size(q), options->maxsize);
		for (size_t i = 0; i < options->maxsize; i++)
			get(q);
		CHECK(tutti_queue_empty(q));
		CHECK_EQ(tutti_queue_get_until(q, &item, past), TUTTI_EEMPTY);
	}
	tutti_queue_free(q);
}

static void every_kind_can_be_bounded(void)
{
	for (size_t maxsize = 1; maxsize <= 9; maxsize++) {
		tutti_queue_options options = { .maxsize = maxsize };

		bounded_is_full_at_its_bound(&options);
		options.flags = TUTTI_LIFO;
		bounded_is_full_at_its_bound(&options);
		options.flags = 0;
		options.compare = upwards;
		bounded_is_full_at_its_bound(&options);
	}
}

static void fill(unsigned char *item, size_t size, int number)
{
	for (size_t i = 0; i < size; i++)
		item[i] = (unsigned char)(number * 31 + (int)i * 7);
}

/* Copied in and out whole, and not one byte more. */
static void keep_every_byte(size_t size, const tutti_queue_options *options)
{
	unsigned char in[4097], out[4098];
	tutti_queue *q = make(size, options);
	bool lifo = options && options->flags;

	for (int i = 0; i < 20; i++) {
		fill(in, size, i);
		CHECK_EQ(tutti_queue_put(q, in), 0);
	}
	for (int i = 0; i < 20; i++) {
		fill(in, size, lifo ? 19 - i : i);
		memset(out, 0xee, sizeof out);
		CHECK_EQ(tutti_queue_get(q, out), 0);
		CHECK(memcmp(in, out, size) == 0);
		CHECK_EQ(out[size], 0xee);
	}
	tutti_queue_free(q);
}

static void items_of_any_size(void)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 63, 64, 65, 100, 255, 1000,
		4095, 4096 };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		keep_every_byte(sizes[i], NULL);
		keep_every_byte(sizes[i], &(tutti_queue_options){ .maxsize = 20 });
		keep_every_byte(sizes[i], &(tutti_queue_options){ .flags = TUTTI_LIFO });
	}
}

/* The caller's buffer may lie anywhere. */
static void unaligned_items_too(void)
{
	unsigned char buffer[16], out[16];
	tutti_queue *q = make(8, NULL);

	for (int i = 0; i < 8; i++) {
		fill(buffer, sizeof buffer, i);
		CHECK_EQ(tutti_queue_put(q, buffer + i), 0);
		CHECK_EQ(tutti_queue_get(q, out + 7 - i), 0);
		CHECK(memcmp(buffer + i, out + 7 - i, 8) == 0);
	}
	tutti_queue_free(q);
}

static void put_and_get_across_the_wrap(void)
{
	tutti_queue *q = make(sizeof(int), &(tutti_queue_options){ .maxsize = 7 });
	int in = 0, out = 0;

	for (int step = 1; step <= 2000; step++) {
		for (int i = 0; i < step % 8 && !tutti_queue_full(q); i++)
			put(q, in++);
		for (int i = 0; i < step % 5 && !tutti_queue_empty(q); i++)
			CHECK_EQ(get(q), out++);
		CHECK_EQ(tutti_queue_size(q), in - out);
	}
	CHECK(out > 2000);
	tutti_queue_free(q);
}

static void shut_down_it_drains(unsigned flags)
{
	tutti_queue *q = make(sizeof(int), &(tutti_queue_options){ .flags = flags, .maxsize = 3 });
	int item = 5;

	for (int i = 0; i < 3; i++)
		put(q, i);
	CHECK_EQ(tutti_queue_shutdown(q, false), 0);
	CHECK(tutti_queue_is_shutdown(q));
	CHECK_EQ(tutti_queue_put(q, &item), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_queue_put_until(q, &item, past), TUTTI_ESHUTDOWN);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(get(q), flags == TUTTI_LIFO ? 2 - i : i);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(tutti_queue_get(q, &item), TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_queue_get_until(q, &item, past), TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_queue_put(q, &item), TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_queue_shutdown(q, false), 0);
	}
	CHECK_EQ(item, 5);
	tutti_queue_free(q);
}

static void drains_after_shutdown(void)
{
	shut_down_it_drains(0);
	shut_down_it_drains(TUTTI_LIFO);
}

static void immediate_shutdown_drops_items(void)
{
	tutti_queue *q = make(sizeof(int), NULL);
	int item;

	put(q, 1);
	put(q, 2);
	CHECK_EQ(get(q), 1);
	CHECK_EQ(tutti_queue_shutdown(q, false), 0);
	CHECK_EQ(tutti_queue_size(q), 1);
	CHECK_EQ(tutti_queue_shutdown(q, true), 0); /* the second may be stricter */
	CHECK_EQ(tutti_queue_size(q), 0);
	CHECK_EQ(tutti_queue_get(q, &item), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_queue_unfinished(q), 1); /* the one taken out; the dropped count as done */
	CHECK_EQ(tutti_queue_join_until(q, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_queue_task_done(q), 0);
	CHECK_EQ(tutti_queue_join(q), 0);
	tutti_queue_free(q);
}

static void counts_what_is_unfinished(void)
{
	tutti_queue *q = make(sizeof(int), NULL);

	CHECK_EQ(tutti_queue_task_done(q), -EINVAL);
	put(q, 1);
	put(q, 2);
	CHECK_EQ(tutti_queue_unfinished(q), 2);
	CHECK_EQ(tutti_queue_join_until(q, past), TUTTI_ETIMEDOUT);
	get(q);
	get(q);
	CHECK_EQ(tutti_queue_unfinished(q), 2);
	CHECK_EQ(tutti_queue_task_done(q), 0);
	CHECK_EQ(tutti_queue_unfinished(q), 1);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_queue_join_until(q, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_queue_task_done(q), 0);
	CHECK_EQ(tutti_queue_task_done(q), -EINVAL);
	CHECK_EQ(tutti_queue_join(q), 0);
	tutti_queue_free(q);
}

static void can_be_freed_with_items(void)
{
	static const tutti_queue_options kinds[] = { { .maxsize = 0 }, { .maxsize = 100 },
		{ .flags = TUTTI_LIFO }, { .compare = upwards } };

	for (int kind = 0; kind < 4; kind++) {
		tutti_queue *q = make(64, &kinds[kind]);
		int item[16] = { 0 };

		for (int i = 0; i < 100; i++)
			CHECK_EQ(tutti_queue_put(q, item), 0);
		tutti_queue_free(q);
	}
}

/* Tried: EEMPTY, EFULL. Waited: ETIMEDOUT. */
/* rows: F80 T8 */
static void waiting_in_vain_says_so(void)
{
	tutti_queue *q = make(sizeof(int), &(tutti_queue_options){ .maxsize = 1 });
	int item = 3;

	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(5));
	CHECK_EQ(tutti_queue_get_until(q, &item, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	put(q, 1);
	deadline = tutti_after(TUTTI_MILLISECONDS(5));
	CHECK_EQ(tutti_queue_put_until(q, &item, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_queue_put_until(q, &item, tutti_now() - 1), TUTTI_EFULL);
	CHECK_EQ(get(q), 1);
	CHECK_EQ(tutti_queue_get_until(q, &item, INT64_MIN), TUTTI_EEMPTY);
	CHECK_EQ(item, 3);
	tutti_queue_free(q);
}

int main(void)
{
	suite_begin();
	RUN(refuses_what_cannot_be);
	RUN(begins_empty);
	RUN(first_in_first_out);
	RUN(last_in_first_out);
	RUN(least_in_order_first);
	RUN(equal_ones_as_they_were_put);
	RUN(every_kind_can_be_bounded);
	RUN(items_of_any_size);
	RUN(unaligned_items_too);
	RUN(put_and_get_across_the_wrap);
	RUN(drains_after_shutdown);
	RUN(immediate_shutdown_drops_items);
	RUN(counts_what_is_unfinished);
	RUN(can_be_freed_with_items);
	RUN(waiting_in_vain_says_so);
	return suite_end();
}
