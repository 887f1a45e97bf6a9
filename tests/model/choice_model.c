/* SPDX-License-Identifier: MIT */
/* rows: +select */
/*
 * One wait for several things, over two queues with room for one, of either kind: items and permits
 * are counted, and nobody sleeps beside one.
 */
#include "sync/choice.h"

#include "core/wait.h"
#include "model/ground.h"
#include "sync/queue.h"

enum { SOON = 2000 };

enum { FIRST = 1, SECOND = 2, TIMED_OUT = 4, CANCELED = 8, SHUT_DOWN = 16 };

static const struct tu_case_kind *const kinds[] = {
	[TUTTI_CASE_GET] = &tu_case_get,
	[TUTTI_CASE_PUT] = &tu_case_put,
	[TUTTI_CASE_ACQUIRE] = &tu_case_acquire,
	[TUTTI_CASE_EVENT] = &tu_case_event,
};

static tutti_queue *ring, *store;
static tutti_semaphore permits;
static tutti_event event;
static int put, taken; /* sums: the items are 1, 2, 4 ... */
static int acquired, released;

static void begin(void)
{
	const tutti_queue_options fifo = { .maxsize = 1 };
	const tutti_queue_options lifo = { .maxsize = 1, .flags = TUTTI_LIFO };

	MODEL_CHECK(tu_queue_create(&ring, sizeof(int), &fifo) == 0);
	MODEL_CHECK(tu_queue_create(&store, sizeof(int), &lifo) == 0);
	permits = (tutti_semaphore){ { 0 } };
	event = (tutti_event){ { 0 } };
	put = taken = acquired = released = 0;
}

static void took(int item)
{
	MODEL_CHECK((taken & item) == 0);
	taken |= item;
}

/* -- what selects ------------------------------------------------------------------------------ */

static int choose(tutti_case a, tutti_case b, tutti_time deadline)
{
	tutti_case cases[] = { a, b };
	struct tu_choice choice = { .cases = cases, .n = 2, .kinds = kinds };
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0)
		rc = tu_choice_look(&choice);
	if (rc == -1)
		rc = tu_choice_wait(&choice, deadline);
	model_saw(rc == TUTTI_ETIMEDOUT   ? TIMED_OUT
		  : rc == TUTTI_ECANCELED ? CANCELED
		  : cases[rc].code < 0    ? SHUT_DOWN
		  : rc == 0               ? FIRST
					  : SECOND);
	return rc < 0 ? rc : cases[rc].code < 0 ? cases[rc].code : rc;
}

static int get_either_until(tutti_time deadline)
{
	int a = 0, b = 0;
	int rc = choose(tutti_case_get(ring, &a), tutti_case_get(store, &b), deadline);

	MODEL_CHECK((rc == 0) == (a != 0) && (rc == 1) == (b != 0));
	if (rc >= 0)
		took(a + b);
	return rc;
}

static void get_either(void)
{
	MODEL_CHECK(get_either_until(TUTTI_FOREVER) >= 0);
}

static void get_either_twice(void)
{
	get_either();
	get_either();
}

static void get_either_until_soon(void)
{
	int rc = get_either_until(SOON);

	MODEL_CHECK(rc >= 0 || rc == TUTTI_ETIMEDOUT);
}

static void get_either_until_canceled(void)
{
	int rc = get_either_until(TUTTI_FOREVER);

	MODEL_CHECK(rc >= 0 || rc == TUTTI_ECANCELED);
}

static void get_either_until_shut_down(void)
{
	int rc = get_either_until(TUTTI_FOREVER);

	MODEL_CHECK(rc >= 0 || rc == TUTTI_ESHUTDOWN);
}

static void put_either(void)
{
	int item = 1 << (2 * model_self());
	int rc = choose(tutti_case_put(ring, &item), tutti_case_put(store, &item), TUTTI_FOREVER);

	MODEL_CHECK(rc >= 0);
	put |= item;
}

static void put_either_twice(void)
{
	int item = 16;

	put_either();
	MODEL_CHECK(choose(tutti_case_put(ring, &item), tutti_case_put(store, &item),
			    TUTTI_FOREVER) >= 0);
	put |= item;
}

static void get_or_event(void)
{
	int item = 0;

	if (choose(tutti_case_get(ring, &item), tutti_case_event(&event), TUTTI_FOREVER) == 0)
		took(item);
}

/* The same queue twice. */
static void get_once(void)
{
	int a = 0, b = 0;
	int rc = choose(tutti_case_get(ring, &a), tutti_case_get(ring, &b), TUTTI_FOREVER);

	MODEL_CHECK(rc >= 0 && (a == 0) != (b == 0));
	took(a + b);
}

/* A put and a get of one queue; which is ready depends. */
static void put_or_get(void)
{
	int item = 1 << (2 * model_self()), got = 0;
	int rc = choose(tutti_case_get(ring, &got), tutti_case_put(ring, &item), TUTTI_FOREVER);

	if (rc == 0)
		took(got);
	else
		put |= item;
}

static void acquire_or_event(void)
{
	acquired +=
		choose(tutti_case_acquire(&permits), tutti_case_event(&event), TUTTI_FOREVER) == 0;
}

static void acquire_or_event_until_soon(void)
{
	acquired += choose(tutti_case_acquire(&permits), tutti_case_event(&event), SOON) == 0;
}

static void acquire_or_event_until_canceled(void)
{
	acquire_or_event();
}

/* -- what does not ----------------------------------------------------------------------------- */

static void put_into(tutti_queue *q, int item)
{
	put |= item;
	MODEL_CHECK(tutti_queue_put(q, &item) == 0);
}

static void put_ring(void)
{
	put_into(ring, 2);
}

static void put_store(void)
{
	put_into(store, 4);
}

static void put_each(void)
{
	put_into(ring, 2);
	put_into(store, 4);
}

static void put_each_and_one_more(void)
{
	put_each();
	put_into(ring, 1);
}

static void get_ring(void)
{
	int item;

	MODEL_CHECK(tutti_queue_get(ring, &item) == 0);
	took(item);
}

static void set_and_put_two(void)
{
	tutti_event_set(&event);
	put_into(ring, 1);
	put_into(ring, 2);
}

static void put_two_and_cancel(void)
{
	put_into(ring, 1);
	tu_context_cancel(model_context(0));
	put_into(ring, 2);
}

static void shut_down_both(void)
{
	MODEL_CHECK(tutti_queue_shutdown(store, false) == 0);
	MODEL_CHECK(tutti_queue_shutdown(ring, false) == 0);
}

static void shut_down_store(void)
{
	MODEL_CHECK(tutti_queue_shutdown(store, false) == 0);
}

static void set(void)
{
	tutti_event_set(&event);
}

static void acquire(void)
{
	MODEL_CHECK(tutti_semaphore_acquire(&permits) == 0);
	acquired++;
}

static void release(int n)
{
	released += n;
	MODEL_CHECK(tutti_semaphore_release(&permits, (uint32_t)n) == 0);
}

static void set_and_release_two(void)
{
	tutti_event_set(&event);
	release(1);
	release(1);
}

static void release_two_at_once(void)
{
	release(2);
	tutti_event_set(&event);
}

static void release_two_and_cancel(void)
{
	release(1);
	tu_context_cancel(model_context(0));
	release(1);
}

/* -- afterwards -------------------------------------------------------------------------------- */

/* What is left comes out without a wait, and then the two sums are equal. */
static void nothing_is_lost(void)
{
	int item;

	tu_self()->attention = 0; /* who asks now, the last that ran, may have been cancelled */
	while (tutti_queue_get_until(ring, &item, 0) == 0)
		took(item);
	while (tutti_queue_get_until(store, &item, 0) == 0)
		took(item);
	MODEL_CHECK(put == taken);
	MODEL_CHECK(tutti_queue_empty(ring) && tutti_queue_empty(store));
}

/* Nor does anybody seem to wait. */
static void no_permit_is_lost(void)
{
	MODEL_CHECK(permits.priv[0] == (uint32_t)(released - acquired));
	MODEL_CHECK(event.priv[0] <= 1);
}

static const struct model_test tests[] = {
	{ "an_item_in_each", begin, { get_either, put_ring, put_store }, nothing_is_lost,
		.outcomes = FIRST | SECOND, .bound = 2, .deep = 3 },
	{ "two_select", begin, { get_either, get_either, put_each }, nothing_is_lost,
		.outcomes = FIRST | SECOND, .bound = 2, .deep = 3 },
	{ "beside_a_getter", begin, { get_either, get_ring, put_each_and_one_more },
		nothing_is_lost, .outcomes = FIRST | SECOND, .bound = 2, .deep = 3 },
	{ "beside_a_putter", begin, { put_either_twice, put_ring, get_either_twice },
		nothing_is_lost, .outcomes = FIRST | SECOND, .bound = 2, .deep = 2 },
	{ "face_to_face", begin, { put_either_twice, get_either_twice }, nothing_is_lost,
		.outcomes = FIRST | SECOND, .bound = 3, .deep = 4 },
	{ "put_or_get", begin, { put_or_get, put_or_get, put_or_get }, nothing_is_lost,
		.outcomes = FIRST | SECOND, .bound = 2, .deep = 3 },
	{ "one_queue_twice", begin, { get_once, get_ring, set_and_put_two }, nothing_is_lost,
		.outcomes = FIRST, .bound = 2, .deep = 3 },
	{ "served_and_passed_over", begin, { get_or_event, get_ring, set_and_put_two },
		nothing_is_lost, .outcomes = FIRST | SECOND, .bound = 2, .deep = 3 },
	{ "canceled", begin, { get_either_until_canceled, get_ring, put_two_and_cancel },
		nothing_is_lost, .outcomes = FIRST | CANCELED, .bound = 2, .deep = 3 },
	{ "out_of_time", begin, { get_either_until_soon, put_ring, put_store }, nothing_is_lost,
		{ SOON }, .outcomes = FIRST | SECOND | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "shut_down", begin,
		{ get_either_until_shut_down, get_either_until_shut_down, shut_down_both },
		nothing_is_lost, .outcomes = SHUT_DOWN, .bound = 2, .deep = 3 },
	{ "one_is_shut_down", begin, { get_either_until_shut_down, shut_down_store },
		nothing_is_lost, .outcomes = SHUT_DOWN, .bound = 4, .deep = 6 },
	{ "no_permit", begin, { acquire_or_event, set }, no_permit_is_lost, .outcomes = SECOND,
		.bound = 4, .deep = 6 },
	{ "permits", begin, { acquire_or_event, acquire, set_and_release_two }, no_permit_is_lost,
		.outcomes = FIRST | SECOND, .bound = 2, .deep = 3 },
	{ "permits_at_once", begin, { acquire_or_event, acquire_or_event, release_two_at_once },
		no_permit_is_lost, .outcomes = FIRST, .bound = 2, .deep = 3 },
	{ "permits_out_of_time", begin,
		{ acquire_or_event_until_soon, acquire, set_and_release_two }, no_permit_is_lost,
		{ SOON }, .outcomes = FIRST | SECOND | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "permits_canceled", begin,
		{ acquire_or_event_until_canceled, acquire, release_two_and_cancel },
		no_permit_is_lost, .outcomes = FIRST | CANCELED, .bound = 2, .deep = 3 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
