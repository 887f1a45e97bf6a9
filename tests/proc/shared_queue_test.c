/* SPDX-License-Identifier: MIT */
/* rows: F35 F36 */
/* What a shared queue is in one process: all that queue.h says; processes_test.c has the rest. */
#include <tutti/shared_queue.h>

#include "proc/handles.h"
#include "support/children.h"

#include <sys/stat.h>

static const tutti_time past = 0;

enum { MAKERS = 3, USERS = 3, ITEMS = 500 };

static tutti_queue *queue;

static void make_with(size_t item_size, size_t maxsize, unsigned flags)
{
	tutti_queue_options o = { .maxsize = maxsize, .flags = TUTTI_SHARED | flags };

	CHECK_EQ(tutti_queue_create(&queue, item_size, &o), 0);
}

static void make(size_t maxsize)
{
	make_with(sizeof(int), maxsize, 0);
}

static void put(int item)
{
	CHECK_EQ(tutti_queue_put_until(queue, &item, past), 0);
}

static int get(void)
{
	int item = -1;

	CHECK_EQ(tutti_queue_get_until(queue, &item, past), 0);
	return item;
}

static int backwards(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static void refuses_what_cannot_be(void)
{
	tutti_queue *q = (tutti_queue *)&q;
	tutti_queue_options lifo = { .flags = TUTTI_SHARED | TUTTI_LIFO };
	tutti_queue_options sorted = { .flags = TUTTI_SHARED, .compare = backwards };
	tutti_queue_options odd = { .flags = TUTTI_SHARED | TUTTI_RECURSIVE };
	tutti_queue_options bytes = { .flags = TUTTI_SHARED | TUTTI_BYTES };
	tutti_queue_options own_bytes = { .flags = TUTTI_BYTES };

	CHECK_EQ(tutti_queue_create(&q, 4, &lifo), -ENOTSUP);
	CHECK_EQ(tutti_queue_create(&q, 4, &sorted), -ENOTSUP);
	CHECK_EQ(tutti_queue_create(&q, 4, &odd), -EINVAL);
	CHECK_EQ(tutti_queue_create(&q, 4, &bytes), -EINVAL);
	CHECK_EQ(tutti_queue_create(&q, sizeof(tutti_bytes), &own_bytes), -EINVAL);
	CHECK_EQ(tutti_queue_create(&q, 0, &(tutti_queue_options){ .flags = TUTTI_SHARED }),
		-EINVAL);
	CHECK(q == (tutti_queue *)&q); /* untouched */
}

static void begins_empty(void)
{
	int item = 42;

	make(0);
	CHECK_EQ(tutti_queue_size(queue), 0);
	CHECK(tutti_queue_empty(queue));
	CHECK(!tutti_queue_full(queue));
	CHECK(!tutti_queue_is_shutdown(queue));
	CHECK_EQ(tutti_queue_unfinished(queue), 0);
	CHECK_EQ(tutti_queue_get_until(queue, &item, past), TUTTI_EEMPTY);
	CHECK_EQ(item, 42);
	CHECK_EQ(tutti_queue_join(queue), 0);
	CHECK_EQ(tutti_queue_task_done(queue), -EINVAL);
	tutti_queue_free(queue);
}

static void first_in_first_out(void)
{
	make(0);
	for (int round = 1; round < 40; round++) {
		for (int i = 0; i < 100 * round; i++)
			put(i);
		CHECK_EQ(tutti_queue_size(queue), 100 * round);
		for (int i = 0; i < 100 * round; i++)
			CHECK_EQ(get(), i);
		CHECK(tutti_queue_empty(queue));
	}
	tutti_queue_free(queue);
}

/* What it says at a deadline that was still to come; on a busy machine it may be past already. */
static int at_deadline(int (*fn)(tutti_time deadline), int at_once)
{
	tutti_time until;
	int rc;

	for (int64_t duration = TUTTI_MILLISECONDS(3);; duration *= 2) {
		until = tutti_now() + duration;
		rc = fn(until);
		if (rc != at_once)
			break;
	}
	CHECK(tutti_now() >= until);
	return rc;
}

static int put_until(tutti_time deadline)
{
	return tutti_queue_put_until(queue, &(int){ 3 }, deadline);
}

static int get_until(tutti_time deadline)
{
	int item;

	return tutti_queue_get_until(queue, &item, deadline);
}

static int join_until(tutti_time deadline)
{
	return tutti_queue_join_until(queue, deadline);
}

static void a_bound_holds(void)
{
	int item = 3;

	make(2);
	put(1);
	CHECK(!tutti_queue_full(queue));
	put(2);
	CHECK(tutti_queue_full(queue));
	CHECK_EQ(tutti_queue_put_until(queue, &item, past), TUTTI_EFULL);
	CHECK_EQ(at_deadline(put_until, TUTTI_EFULL), TUTTI_ETIMEDOUT);
	CHECK_EQ(get(), 1);
	put(3);
	CHECK_EQ(get(), 2);
	CHECK_EQ(get(), 3);
	tutti_queue_free(queue);
}

static void deadlines_are_kept(void)
{
	make(0);
	CHECK_EQ(at_deadline(get_until, TUTTI_EEMPTY), TUTTI_ETIMEDOUT);
	put(1);
	CHECK_EQ(tutti_queue_join_until(queue, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(at_deadline(join_until, 1), TUTTI_ETIMEDOUT);
	tutti_queue_free(queue);
}

static void bytes_of_any_length(void)
{
	static char large[300000];
	tutti_bytes b = tutti_bytes_of(large, sizeof large), none = { 0 }, got;

	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (char)(i * 31);
	make_with(sizeof b, 0, TUTTI_BYTES);
	for (int round = 0; round < 5; round++) {
		CHECK_EQ(tutti_queue_put(queue, &b), 0);
		CHECK_EQ(tutti_queue_put(queue, &none), 0);
		CHECK_EQ(tutti_queue_put(queue, &(tutti_bytes){ "abc", 3, NULL }), 0);
		CHECK_EQ(tutti_queue_get(queue, &got), 0);
		CHECK_EQ(got.size, sizeof large);
		CHECK_EQ(memcmp(got.data, large, sizeof large), 0);
		tutti_bytes_free(&got);
		CHECK_EQ(tutti_queue_get(queue, &got), 0);
		CHECK_EQ(got.size, 0);
		tutti_bytes_free(&got);
		CHECK_EQ(tutti_queue_get(queue, &got), 0);
		CHECK_EQ(got.size, 3);
		CHECK_EQ(memcmp(got.data, "abc", 3), 0);
		tutti_bytes_free(&got);
	}
	b.size = (size_t)1 << 31;
	CHECK_EQ(tutti_queue_put(queue, &b), -EMSGSIZE);
	tutti_queue_free(queue);
}

static void *count_done(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(get(), i);
		CHECK_EQ(tutti_queue_task_done(queue), 0);
	}
	CHECK_EQ(tutti_queue_task_done(queue), -EINVAL);
	return NULL;
}

static void join_waits_for_the_last(enum mix mix)
{
	make(0);
	for (int i = 0; i < 3; i++)
		put(i);
	CHECK_EQ(tutti_queue_unfinished(queue), 3);
	tutti_future *f = start_as(mix, count_done, NULL);
	CHECK_EQ(tutti_queue_join(queue), 0);
	CHECK_EQ(tutti_queue_unfinished(queue), 0);
	finish(f);
	tutti_queue_free(queue);
}

static void *get_one(void *arg)
{
	(void)arg;
	int item;

	return give(tutti_queue_get(queue, &item));
}

static void *put_one(void *arg)
{
	(void)arg;
	return give(tutti_queue_put(queue, &(int){ 1 }));
}

static void *join_it(void *arg)
{
	(void)arg;
	return give(tutti_queue_join(queue));
}

static void shutdown_sends_all_home(enum mix mix)
{
	tutti_future *f[3];
	int item;

	make(1);
	f[0] = start_nth(mix, 0, get_one, NULL);
	f[1] = start_nth(mix, 1, get_one, NULL);
	settle();
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	CHECK_EQ(finish(f[0]), TUTTI_ESHUTDOWN);
	CHECK_EQ(finish(f[1]), TUTTI_ESHUTDOWN);
	CHECK(tutti_queue_is_shutdown(queue));
	CHECK_EQ(tutti_queue_put(queue, &(int){ 0 }), TUTTI_ESHUTDOWN);
	tutti_queue_free(queue);

	make(1);
	put(5);
	f[0] = start_nth(mix, 0, put_one, NULL);
	f[1] = start_nth(mix, 1, put_one, NULL);
	f[2] = start_nth(mix, 2, join_it, NULL);
	settle();
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	CHECK_EQ(finish(f[0]), TUTTI_ESHUTDOWN);
	CHECK_EQ(finish(f[1]), TUTTI_ESHUTDOWN);
	CHECK_EQ(get(), 5); /* drained first */
	CHECK_EQ(tutti_queue_get(queue, &item), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_queue_task_done(queue), 0);
	CHECK_EQ(finish(f[2]), 0);
	tutti_queue_free(queue);
}

static void immediate_shutdown_drops(enum mix mix)
{
	int item;

	make(0);
	for (int i = 0; i < 100; i++)
		put(i);
	CHECK_EQ(get(), 0);
	tutti_future *f = start_as(mix, join_it, NULL);
	settle();
	CHECK_EQ(tutti_queue_shutdown(queue, true), 0);
	CHECK_EQ(tutti_queue_size(queue), 0);
	CHECK_EQ(tutti_queue_unfinished(queue), 1);
	CHECK_EQ(tutti_queue_get(queue, &item), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_queue_task_done(queue), 0);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(tutti_queue_task_done(queue), -EINVAL);
	tutti_queue_free(queue);
}

static void a_cancel_ends_a_wait(enum mix mix)
{
	tutti_future *f;

	make(0);
	f = start_as(mix, get_one, NULL);
	settle();
	tutti_future_cancel(f);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	put(4);
	CHECK_EQ(get(), 4); /* nobody took it */
	tutti_queue_free(queue);
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

static void hand_all_over(enum mix mix, size_t maxsize)
{
	tutti_future *makers[MAKERS], *users[USERS];
	long long n = (long long)MAKERS * suite_rounds(ITEMS);

	make(maxsize);
	produced = 0;
	sum = 0;
	for (int i = 0; i < USERS; i++)
		users[i] = start_nth(mix, i, consume, NULL);
	for (int i = 0; i < MAKERS; i++)
		makers[i] = start_nth(mix, i + 1, produce, NULL);
	join_all(makers, MAKERS);
	CHECK_EQ(tutti_queue_join(queue), 0);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	join_all(users, USERS);
	CHECK_EQ(sum, n * (n - 1) / 2);
	tutti_queue_free(queue);
}

static void no_item_is_lost_or_made(enum mix mix)
{
	hand_all_over(mix, 0);
	hand_all_over(mix, 1);
	hand_all_over(mix, 16);
}

/* -- handles and memory ----------------------------------------------------------------------- */

static void is_the_same_here(void)
{
	tutti_queue *again, *own;
	tutti_handle none = { { 0, 0 } }, h;

	make(0);
	h = tutti_queue_handle(queue);
	CHECK_EQ(tutti_queue_attach(&again, h), 0);
	CHECK(again == queue);
	tutti_queue_free(again);
	put(1);
	CHECK_EQ(get(), 1);
	tutti_queue_free(queue);
	CHECK_EQ(tutti_queue_attach(&again, h), -ESTALE);
	CHECK_EQ(tutti_queue_attach(&again, none), -EINVAL);
	CHECK_EQ(tutti_queue_create(&own, 4, NULL), 0);
	h = tutti_queue_handle(own);
	CHECK_EQ(memcmp(&h, &none, sizeof h), 0);
	tutti_queue_free(own);
}

/* Bytes of memory that a queue takes up now. */
static long long taken_up(tutti_queue *q)
{
	struct tu_handle_parts parts;
	struct stat st;

	CHECK_EQ(tu_handle_read(tutti_queue_handle(q), &parts), 0);
	CHECK_EQ(fstat(parts.fds[0], &st), 0);
	return (long long)st.st_blocks * 512;
}

enum { MEGABYTE = 1 << 20 };

static void put_megabytes(int n, const char *block)
{
	tutti_bytes b = tutti_bytes_of(block, 1000);

	for (long i = 0; i < (long)n * MEGABYTE / 1000; i++)
		CHECK_EQ(tutti_queue_put(queue, &b), 0);
}

static void drain(void)
{
	tutti_bytes b;

	while (tutti_queue_get_until(queue, &b, past) == 0)
		tutti_bytes_free(&b);
}

static void gives_memory_back(void)
{
	static char block[1000];
	tutti_bytes b;

	make_with(sizeof(tutti_bytes), 0, TUTTI_BYTES);
	for (int round = 0; round < 3; round++) {
		put_megabytes(20, block);
		CHECK(taken_up(queue) >= 20 * MEGABYTE);
		drain();
		CHECK(taken_up(queue) < 5 * MEGABYTE);
	}
	/* It goes on below, and somebody puts while it is drained. */
	put_megabytes(20, block);
	for (int i = 0; i < 15000; i++) {
		CHECK_EQ(tutti_queue_get(queue, &b), 0);
		tutti_bytes_free(&b);
	}
	put_megabytes(1, block);
	drain();
	CHECK(taken_up(queue) < 5 * MEGABYTE);
	CHECK_EQ(tutti_queue_shutdown(queue, true), 0);
	CHECK(taken_up(queue) < MEGABYTE);
	tutti_queue_free(queue);
}

/* A queue that is never empty for long takes up what is in it, not what went through it. */
static void runs_on_in_little_memory(void)
{
	int next = 0;

	make(0);
	for (int i = 0; i < 100; i++)
		put(next++);
	for (int i = 0; i < 200000; i++) {
		put(next++);
		CHECK_EQ(get(), i);
	}
	CHECK(taken_up(queue) <= MEGABYTE);
	tutti_queue_free(queue);
}

static void leaves_nothing_mapped(void)
{
	int maps = maps_with("tutti-queue");

	make(0);
	CHECK_EQ(maps_with("tutti-queue"), maps + 1);
	tutti_queue_free(queue);
	CHECK_EQ(maps_with("tutti-queue"), maps);
}

int main(void)
{
	processes_begin();
	RUN(refuses_what_cannot_be);
	RUN(begins_empty);
	RUN(first_in_first_out);
	RUN(a_bound_holds);
	RUN(deadlines_are_kept);
	RUN(bytes_of_any_length);
	RUN_MIXES(join_waits_for_the_last);
	RUN_MIXES(shutdown_sends_all_home);
	RUN_MIXES(immediate_shutdown_drops);
	RUN_MIXES(a_cancel_ends_a_wait);
	RUN_MIXES(no_item_is_lost_or_made);
	RUN(is_the_same_here);
	RUN(gives_memory_back);
	RUN(runs_on_in_little_memory);
	RUN(leaves_nothing_mapped);
	return suite_end();
}
