/* SPDX-License-Identifier: MIT */
/* ctest: TIMEOUT 900 */
/* Queues with room for one: each item that was put is taken once or still there. */
#include "core/wait.h"
#include "model/ground.h"
#include "sync/queue.h"

#include <errno.h>
#include <tutti/queue.h>

enum { SOON = 2000 };

enum { GOT = 1, TIMED_OUT = 2, CANCELED = 4, SHUT_DOWN = 8 };

static tutti_queue *queue;
static int put, taken; /* sums: the items are 1, 2, 4 ... */
static bool joined;

static void begin_with(unsigned flags)
{
	const tutti_queue_options one = { .maxsize = 1, .flags = flags };

	MODEL_CHECK(tu_queue_create(&queue, sizeof(int), &one) == 0);
	put = taken = 0;
	joined = false;
}

/* The kind under a lock, which last in, first out has. */
static void begin(void)
{
	begin_with(TUTTI_LIFO);
}

/* The kind that is a ring. */
static void begin_ring(void)
{
	begin_with(0);
}

static int get(tutti_time deadline)
{
	int item, rc = tutti_queue_get_until(queue, &item, deadline);

	if (rc == 0) {
		MODEL_CHECK((taken & item) == 0);
		taken |= item;
	}
	model_saw(rc == 0                 ? GOT
		  : rc == TUTTI_ETIMEDOUT ? TIMED_OUT
		  : rc == TUTTI_ECANCELED ? CANCELED
					  : SHUT_DOWN);
	return rc;
}

static void put_item(int item)
{
	put |= item;
	MODEL_CHECK(tutti_queue_put(queue, &item) == 0);
}

static void get_one(void)
{
	MODEL_CHECK(get(TUTTI_FOREVER) == 0);
}

static void get_two(void)
{
	get_one();
	get_one();
}

static void get_until_canceled(void)
{
	int rc = get(TUTTI_FOREVER);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ECANCELED);
}

static void get_until_soon(void)
{
	int rc = get(SOON);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT || rc == TUTTI_EEMPTY);
}

static void get_until_shut_down(void)
{
	while (get(TUTTI_FOREVER) == 0)
		;
}

static void get_and_finish(void)
{
	get_one();
	MODEL_CHECK(!joined);
	MODEL_CHECK(tutti_queue_task_done(queue) == 0);
}

static void put_two(void)
{
	put_item(1);
	put_item(2);
}

static void put_two_then_cancel(void)
{
	put_item(1);
	tu_context_cancel(model_context(0));
	put_item(2);
}

static void put_one(void)
{
	put_item(1 << model_self());
}

static void put_until_soon(void)
{
	int item = 4, rc = tutti_queue_put_until(queue, &item, SOON);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT || rc == TUTTI_EFULL);
	if (rc == 0)
		put |= item;
}

static void put_and_shut_down(void)
{
	put_item(1);
	MODEL_CHECK(tutti_queue_shutdown(queue, false) == 0);
}

static void put_unless_shut_down(void)
{
	int item = 1 << model_self(), rc = tutti_queue_put(queue, &item);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ESHUTDOWN);
	if (rc == 0)
		put |= item;
}

static void shut_down(void)
{
	MODEL_CHECK(tutti_queue_shutdown(queue, false) == 0);
}

static void put_and_join(void)
{
	put_item(1);
	MODEL_CHECK(tutti_queue_join(queue) == 0);
	MODEL_CHECK(taken & 1);
	joined = true;
}

/* What is left comes out without a wait, and then the two sums are equal. */
static void nothing_is_lost(void)
{
	int item;

	tu_self()->attention = 0; /* who asks now, the last that ran, may have been cancelled */
	while (tutti_queue_get_until(queue, &item, 0) == 0) {
		MODEL_CHECK((taken & item) == 0);
		taken |= item;
	}
	MODEL_CHECK(put == taken);
	MODEL_CHECK(tutti_queue_empty(queue));
}

/* One that is taken and one that is dropped. */
static void put_two_and_drop(void)
{
	put_item(1);
	get_one();
	put_item(2);
	MODEL_CHECK(tutti_queue_shutdown(queue, true) == 0);
}

/* Once too often, perhaps: it is told, or counts for one that is to be dropped. */
static void finish_too_often(void)
{
	for (int i = 0; i < 2; i++) {
		int rc = tutti_queue_task_done(queue);

		MODEL_CHECK(rc == 0 || rc == -EINVAL);
	}
}

static void none_is_less_than_finished(void)
{
	MODEL_CHECK(tutti_queue_unfinished(queue) <= 1);
	MODEL_CHECK(tutti_queue_empty(queue));
}

static const struct model_test tests[] = {
	{ "two_through_one", begin, { get_two, put_two }, nothing_is_lost, .outcomes = GOT,
		.bound = 4, .deep = 6 },
	{ "ring_two_through_one", begin_ring, { get_two, put_two }, nothing_is_lost,
		.outcomes = GOT, .bound = 4, .deep = 6 },
	{ "ring_joined", begin_ring, { get_and_finish, put_and_join }, nothing_is_lost,
		.outcomes = GOT, .bound = 4, .deep = 6 },
	{ "ring_shut_down", begin_ring, { get_until_shut_down, put_and_shut_down }, nothing_is_lost,
		.outcomes = GOT | SHUT_DOWN, .bound = 4, .deep = 6 },
	{ "ring_dropped_and_finished", begin_ring, { put_two_and_drop, finish_too_often },
		none_is_less_than_finished, .outcomes = GOT, .bound = 4, .deep = 6 },
	{ "dropped_and_finished", begin, { put_two_and_drop, finish_too_often },
		none_is_less_than_finished, .outcomes = GOT, .bound = 4, .deep = 6 },
	{ "ring_put_or_shut_down", begin_ring,
		{ put_unless_shut_down, shut_down, get_until_shut_down }, nothing_is_lost,
		.outcomes = GOT | SHUT_DOWN, .bound = 3, .deep = 5 },
	{ "put_or_shut_down", begin, { put_unless_shut_down, shut_down, get_until_shut_down },
		nothing_is_lost, .outcomes = GOT | SHUT_DOWN, .bound = 3, .deep = 5 },
	{ "ring_two_getters", begin_ring, { get_one, get_one, put_two }, nothing_is_lost,
		.outcomes = GOT, .bound = 3, .deep = 4 },
	{ "ring_two_putters", begin_ring, { put_one, put_one, get_two }, nothing_is_lost,
		.outcomes = GOT, .bound = 3, .deep = 4 },
	{ "ring_getter_is_canceled", begin_ring,
		{ get_until_canceled, get_one, put_two_then_cancel }, nothing_is_lost,
		.outcomes = GOT | CANCELED, .bound = 2, .deep = 4 },
	{ "ring_getter_runs_out_of_time", begin_ring, { get_until_soon, get_one, put_two },
		nothing_is_lost, { SOON }, .outcomes = GOT | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "ring_putter_runs_out_of_time", begin_ring, { put_until_soon, put_two, get_two },
		nothing_is_lost, { SOON }, .outcomes = GOT, .bound = 2, .deep = 3 },
	{ "ring_two_getters_shut_down", begin_ring,
		{ get_until_shut_down, get_until_shut_down, put_and_shut_down }, nothing_is_lost,
		.outcomes = GOT | SHUT_DOWN, .bound = 2, .deep = 4 },
	{ "two_getters", begin, { get_one, get_one, put_two }, nothing_is_lost, .outcomes = GOT,
		.bound = 3, .deep = 4 },
	{ "two_putters", begin, { put_one, put_one, get_two }, nothing_is_lost, .outcomes = GOT,
		.bound = 3, .deep = 4 },
	{ "getter_is_canceled", begin, { get_until_canceled, get_one, put_two_then_cancel },
		nothing_is_lost, .outcomes = GOT | CANCELED, .bound = 2, .deep = 4 },
	{ "getter_runs_out_of_time", begin, { get_until_soon, get_one, put_two }, nothing_is_lost,
		{ SOON }, .outcomes = GOT | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "putter_runs_out_of_time", begin, { put_until_soon, put_two, get_two }, nothing_is_lost,
		{ SOON }, .outcomes = GOT, .bound = 2, .deep = 3 },
	{ "shut_down", begin, { get_until_shut_down, get_until_shut_down, put_and_shut_down },
		nothing_is_lost, .outcomes = GOT | SHUT_DOWN, .bound = 3, .deep = 4 },
	{ "joined", begin, { get_and_finish, put_and_join }, nothing_is_lost, .outcomes = GOT,
		.bound = 4, .deep = 6 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
