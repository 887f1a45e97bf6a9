/* SPDX-License-Identifier: MIT */
/* rows: +select */
/* ctest: VIRTUAL ON */
/* Select against everything at once: grants, cancels and deadlines, other selects, plain calls. */
#include <tutti/select.h>

#include "base/prng.h"
#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { QUEUES = 3, HANDS = 4, ITEMS = 400, MANY = 20 };

static const tutti_time past = 0;

static tutti_queue *make_queue(size_t maxsize, unsigned flags)
{
	tutti_queue_options options = { .maxsize = maxsize, .flags = flags };
	tutti_queue *q = NULL;

	CHECK_EQ(tutti_queue_create(&q, sizeof(int), &options), 0);
	return q;
}

/* -- grant, cancel, deadline ------------------------------------------------------------------ */

static tutti_queue *queue, *empty;
static tutti_semaphore permits;
static tutti_event event, never;
static tutti_future *promise;
static int out, item = 1;
static tutti_case watched; /* the case that the grant is for; it stands in the middle of many */

static int select_it(tutti_time deadline)
{
	int none;
	tutti_case cases[MANY] = { { 0 } };
	int rc;

	for (int i = 0; i < MANY; i++)
		cases[i] = i % 2 ? tutti_case_event(&never) : tutti_case_get(empty, &none);
	cases[MANY / 2] = watched;
	rc = tutti_select(cases, MANY, deadline);
	CHECK(rc < 0 || rc == MANY / 2);
	return rc;
}

static void empty_both(void)
{
	int number;

	while (tutti_queue_get_until(queue, &number, past) == 0)
		continue;
	while (tutti_queue_get_until(empty, &number, past) == 0)
		continue;
}

static void put_one(void)
{
	CHECK_EQ(tutti_queue_put_until(queue, &item, past), 0);
}

static void fill(void)
{
	empty_both();
	put_one();
}

static void take_one(void)
{
	int number;

	CHECK_EQ(tutti_queue_get_until(queue, &number, past), 0);
}

static int items_left(void)
{
	return (int)tutti_queue_size(queue);
}

static int room_left(void)
{
	return 1 - items_left();
}

static void begin_permits(void)
{
	permits = (tutti_semaphore){ { 0 } };
}

static void release_one(void)
{
	CHECK_EQ(tutti_semaphore_release(&permits, 1), 0);
}

static int permits_left(void)
{
	return (int)tutti_semaphore_value(&permits);
}

static void begin_event(void)
{
	tutti_event_clear(&event);
}

static void set(void)
{
	tutti_event_set(&event);
}

static void begin_promise(void)
{
	tutti_future_unref(promise);
	promise = tutti_future_create(0);
	watched = tutti_case_future(promise);
}

static void keep_promise(void)
{
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

/* Whether who is woken looks for itself, and then a cancel may win. */
static void orders_of(void (*start)(void), void (*grant)(void), int (*left)(void), bool barges)
{
	const struct orders o = { .begin = start,
		.wait = select_it,
		.grant = grant,
		.left = left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = barges };

	orders_run(&o);
}

static void any_order_of_grant_cancel_deadline(void)
{
	static const struct {
		size_t maxsize;
		unsigned flags;
	} kinds[] = { { 1, 0 }, { 1, TUTTI_LIFO } };

	promise = NULL;
	for (int i = 0; i < 2; i++) {
		queue = make_queue(kinds[i].maxsize, kinds[i].flags);
		empty = make_queue(kinds[i].maxsize, kinds[i].flags);
		watched = tutti_case_get(queue, &out);
		orders_of(empty_both, put_one, items_left, true);
		watched = tutti_case_put(queue, &item);
		orders_of(fill, take_one, room_left, true);
		tutti_queue_free(queue);
		if (i == 0)
			tutti_queue_free(empty);
	}
	queue = empty;
	watched = tutti_case_acquire(&permits);
	orders_of(begin_permits, release_one, permits_left, false);
	watched = tutti_case_event(&event);
	orders_of(begin_event, set, NULL, false);
	orders_of(begin_promise, keep_promise, NULL, false);
	tutti_future_unref(promise);
	tutti_queue_free(empty);
}

/* -- face to face ----------------------------------------------------------------------------- */

static tutti_queue *there, *back;

struct side {
	tutti_queue *in, *out;
	long long got;
};

/* Put 1 to ITEMS and get as many, whichever is possible. */
static void *exchange(void *arg)
{
	struct side *side = arg;
	int number = 0, next = 1, gets = 0;
	tutti_case cases[] = { tutti_case_get(side->in, &number),
		tutti_case_put(side->out, &next) };

	while (cases[0].priv.object || cases[1].priv.object) {
		int c = tutti_select(cases, 2, TUTTI_FOREVER);

		CHECK(c >= 0 && cases[c].code == 0);
		if (c == 0) {
			side->got += number;
			gets++;
		} else {
			next++;
		}
		if (gets == ITEMS)
			cases[0] = tutti_case_get(NULL, &number);
		if (next > ITEMS)
			cases[1] = tutti_case_put(NULL, &next);
	}
	return NULL;
}

static void two_face_to_face(enum mix mix)
{
	static const unsigned flags[] = { 0, TUTTI_LIFO };

	for (int i = 0; i < 2; i++) {
		there = make_queue(1, flags[i]);
		back = make_queue(1, flags[i]);
		struct side a = { there, back, 0 }, b = { back, there, 0 };
		tutti_future *both[] = { start_nth(mix, 0, exchange, &a),
			start_nth(mix, 1, exchange, &b) };

		join_all(both, 2);
		CHECK_EQ(a.got, (long long)ITEMS * (ITEMS + 1) / 2);
		CHECK_EQ(b.got, a.got);
		tutti_queue_free(there);
		tutti_queue_free(back);
	}
}

/* -- many of them, mixed with plain calls ----------------------------------------------------- */

static tutti_queue *queues[QUEUES];
static int made, inside, used;
static long long sum;

static int next_item(void)
{
	return tu_add_acqrel(&made, 1) + 1;
}

/* Put what is to be put wherever there is room; each other item with a plain call. */
static void *put_anywhere(void *arg)
{
	int number, rc;

	while ((number = next_item()) <= suite_rounds(ITEMS) * HANDS) {
		tutti_case cases[QUEUES];

		for (int i = 0; i < QUEUES; i++)
			cases[i] = tutti_case_put(queues[i], &number);
		rc = number % 2 ? tutti_select(cases, QUEUES, TUTTI_FOREVER)
				: tutti_queue_put(queues[number % QUEUES], &number);
		CHECK(rc >= 0);
		if (number % 16 == 0)
			tutti_yield();
	}
	return arg;
}

static void count_in(int number)
{
	tu_add_acqrel(&sum, (long long)number);
	tu_add_acqrel(&used, 1);
}

/* Until each queue is shut down and drained; of which one learns through the cases' codes. */
static void *get_anywhere(void *arg)
{
	int number[QUEUES], open = QUEUES;
	tutti_case cases[QUEUES];

	for (int i = 0; i < QUEUES; i++)
		cases[i] = tutti_case_get(queues[i], &number[i]);
	while (open > 0) {
		int c = tutti_select(cases, QUEUES, TUTTI_FOREVER);

		CHECK(c >= 0);
		if (cases[c].code == 0) {
			count_in(number[c]);
			continue;
		}
		CHECK_EQ(cases[c].code, TUTTI_ESHUTDOWN);
		cases[c] = tutti_case_get(NULL, NULL);
		open--;
	}
	return arg;
}

static void *get_from_one(void *arg)
{
	int number;

	while (tutti_queue_get((tutti_queue *)arg, &number) == 0)
		count_in(number);
	return NULL;
}

static void each_item_arrives_once(enum mix mix)
{
	tutti_future *putters[HANDS], *getters[HANDS];
	long long n = (long long)suite_rounds(ITEMS) * HANDS;

	made = used = 0;
	sum = 0;
	queues[0] = make_queue(1, 0);
	queues[1] = make_queue(1, TUTTI_LIFO);
	queues[2] = make_queue(3, 0);
	for (int i = 0; i < HANDS; i++)
		getters[i] = i < HANDS / 2 ? start_nth(mix, i, get_anywhere, NULL)
					   : start_nth(mix, i, get_from_one, queues[i % QUEUES]);
	for (int i = 0; i < HANDS; i++)
		putters[i] = start_nth(mix, i + 1, put_anywhere, NULL);
	join_all(putters, HANDS);
	for (int i = 0; i < QUEUES; i++)
		CHECK_EQ(tutti_queue_shutdown(queues[i], false), 0);
	join_all(getters, HANDS);
	CHECK_EQ(used, n);
	CHECK_EQ(sum, n * (n + 1) / 2);
	for (int i = 0; i < QUEUES; i++)
		tutti_queue_free(queues[i]);
}

/* -- permits, cancelled at random ------------------------------------------------------------- */

static tutti_semaphore seats[2];

/* Take a seat of either row again and again, now and then for a moment only. */
static void *sit(void *arg)
{
	struct tu_prng prng;

	tu_prng_init(&prng, (uint64_t)(intptr_t)arg);
	for (int i = 0; i < suite_rounds(ITEMS); i++) {
		tutti_case cases[] = { tutti_case_acquire(&seats[0]), tutti_case_acquire(&seats[1]),
			tutti_case_event(&never) };
		bool patient = tu_prng_below(&prng, 4) > 0;
		int c = tutti_select(cases, 3, patient ? TUTTI_FOREVER : tutti_now() + 2000);

		if (c == TUTTI_ETIMEDOUT)
			continue;
		CHECK(c == 0 || c == 1);
		CHECK(tu_add_acqrel(&inside, 1) < 3);
		if (i % 3 == 0)
			tutti_yield();
		tu_add_acqrel(&inside, -1);
		CHECK_EQ(tutti_semaphore_release(&seats[c], 1), 0);
	}
	return NULL;
}

static void no_permit_is_lost(enum mix mix)
{
	tutti_future *sitters[2 * HANDS];

	CHECK_EQ(tutti_semaphore_init(&seats[0], 1, TUTTI_BOUNDED), 0);
	CHECK_EQ(tutti_semaphore_init(&seats[1], 2, TUTTI_BOUNDED), 0);
	for (int i = 0; i < 2 * HANDS; i++)
		sitters[i] = start_nth(mix, i, sit, give(i + 1));
	join_all(sitters, 2 * HANDS);
	CHECK_EQ(tutti_semaphore_value(&seats[0]), 1);
	CHECK_EQ(tutti_semaphore_value(&seats[1]), 2);
}

/* -- futures that end from everywhere --------------------------------------------------------- */

static void *nap(void *arg)
{
	for (intptr_t i = 0; i < (intptr_t)arg; i++)
		tutti_yield();
	return arg;
}

/* One after the other, each once, as its case is taken away. */
static void each_future_is_chosen_once(enum mix mix)
{
	for (int round = 0; round < suite_rounds(10); round++) {
		tutti_future *them[MANY];
		tutti_case cases[MANY];

		for (int i = 0; i < MANY; i++) {
			them[i] = start_nth(mix, i, nap, give(i * round % 7));
			cases[i] = tutti_case_future(them[i]);
		}
		for (int left = MANY; left > 0; left--) {
			int c = tutti_select(cases, MANY, TUTTI_FOREVER);

			CHECK(c >= 0 && tutti_future_done(them[c]));
			cases[c] = (tutti_case){ 0 };
		}
		CHECK_EQ(tutti_select(cases, MANY, past), TUTTI_ETIMEDOUT);
		join_all(them, MANY);
	}
}

int main(void)
{
	suite_begin();
	RUN(any_order_of_grant_cancel_deadline);
	RUN_MIXES(two_face_to_face);
	RUN_MIXES(each_item_arrives_once);
	RUN_MIXES(no_permit_is_lost);
	RUN_MIXES(each_future_is_chosen_once);
	return suite_end();
}
