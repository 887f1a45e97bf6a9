/* SPDX-License-Identifier: MIT */
/* rows: F83 F114 */
/* ctest: VIRTUAL ON */
/* Futures in the order in which they complete, to one or several who ask. */
#include <errno.h>
#include <tutti/tutti.h>

#include "base/prng.h"
#include "support/memory.h"
#include "support/orders.h"
#include "support/suite.h"

enum { MOST = 40, HANDS = 6, MANY = 20000 };

static tutti_future *them[MOST];
static tutti_completion *c;

static void make(size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK((them[i] = tutti_future_create(0)) != NULL);
}

static void drop(size_t n)
{
	for (size_t i = 0; i < n; i++)
		tutti_future_unref(them[i]);
}

static void keep(size_t i)
{
	CHECK_EQ(tutti_future_set_result(them[i], NULL), 0);
}

static void next_is(size_t expected)
{
	size_t index = 77;

	CHECK_EQ(tutti_completion_next(c, &index), 0);
	CHECK_EQ(index, expected);
}

static void next_says(int code, tutti_time deadline)
{
	size_t index = 77;

	CHECK_EQ(tutti_completion_next_until(c, &index, deadline), code);
	CHECK_EQ(index, 77);
}

/* rows: F114 F115 T34 */
static void in_order_of_completion(void)
{
	make(6);
	keep(4);
	keep(1);
	c = tutti_completion_create(them, 6);
	next_is(1); /* done before: in the order of adding */
	keep(5);
	next_is(4);
	next_is(5);
	next_says(TUTTI_ETIMEDOUT, 0);
	keep(3);
	CHECK_EQ(tutti_future_set_error(them[0], -EIO, NULL), 0);
	CHECK_EQ(tutti_future_cancel(them[2]), 0);
	next_is(3);
	CHECK_EQ(tutti_completion_next(c, NULL), 0);
	CHECK_EQ(tutti_future_error(them[0]), -EIO);
	next_is(2);
	next_says(TUTTI_EDONE, TUTTI_FOREVER);
	next_says(TUTTI_EDONE, 0);
	tutti_completion_free(c);
	drop(6);
}

static void of_none(void)
{
	tutti_future *none[3] = { NULL, NULL, NULL };

	tutti_completion_free(NULL);
	CHECK((c = tutti_completion_create(NULL, 0)) != NULL);
	next_says(TUTTI_EDONE, TUTTI_FOREVER);
	CHECK_EQ(tutti_completion_add(c, NULL), -EINVAL);
	tutti_completion_free(c);
	CHECK((c = tutti_completion_create(none, 3)) != NULL);
	next_says(TUTTI_EDONE, TUTTI_FOREVER);
	make(1);
	keep(0);
	CHECK_EQ(tutti_completion_add(c, them[0]), 0);
	next_is(3); /* behind those that are none */
	tutti_completion_free(c);
	drop(1);
}

static void *keep_some(void *arg)
{
	for (const char *digit = arg; *digit; digit++)
		keep((size_t)(*digit - '0'));
	return NULL;
}

static void while_it_waits_and_twice_over(void)
{
	make(5);
	tutti_future *slots[7] = { them[0], them[1], them[0], NULL, them[2], them[3], them[4] };
	size_t index[2];

	c = tutti_completion_create(slots, 7);
	tutti_task *task = tutti_task_start(keep_some, "2041", NULL);
	CHECK_EQ(tutti_completion_next(c, &index[0]), 0);
	CHECK_EQ(index[0], 4);
	CHECK_EQ(tutti_completion_next(c, &index[0]), 0);
	CHECK_EQ(tutti_completion_next(c, &index[1]), 0);
	CHECK(index[0] + index[1] == 2 && index[0] * index[1] == 0);
	CHECK_EQ(tutti_completion_next(c, &index[0]), 0);
	CHECK_EQ(index[0], 6);
	CHECK_EQ(tutti_completion_next(c, &index[0]), 0);
	CHECK_EQ(index[0], 1);
	finish(task);
	tutti_completion_free(c); /* one is left, and goes on */
	keep(3);
	drop(5);
}

static void it_keeps_references_of_its_own(void)
{
	size_t live = test_alloc_live();

	make(4);
	c = tutti_completion_create(them, 3);
	CHECK_EQ(tutti_completion_add(c, them[3]), 0);
	keep(1);
	tutti_future *one = tutti_future_ref(them[2]);
	drop(4);
	CHECK_EQ(tutti_completion_next(c, NULL), 0);
	CHECK_EQ(tutti_future_set_result(one, NULL), 0);
	CHECK_EQ(tutti_completion_next(c, NULL), 0);
	tutti_future_unref(one);
	tutti_completion_free(c);
	CHECK_EQ(test_alloc_live(), live);
}

/* Ten under way, one more for each that ends: the memory of ten. */
static void endless_adding_in_flat_memory(void)
{
	size_t live = test_alloc_live(), most = 0, index, added = 0;
	tutti_future *ring[64];

	c = tutti_completion_create(NULL, 0);
	for (size_t i = 0; i < MANY; i++) {
		while (added < i + 10) {
			CHECK((ring[added % 64] = tutti_future_create(0)) != NULL);
			CHECK_EQ(tutti_completion_add(c, ring[added++ % 64]), 0);
		}
		CHECK_EQ(tutti_future_set_result(ring[i % 64], NULL), 0);
		CHECK_EQ(tutti_completion_next(c, &index), 0);
		CHECK_EQ(index, i);
		tutti_future_unref(ring[i % 64]);
		if (test_alloc_live() > most)
			most = test_alloc_live();
	}
	for (size_t i = MANY; i < added; i++)
		tutti_future_unref(ring[i % 64]);
	tutti_completion_free(c);
	CHECK(most <= live + 20);
	CHECK_EQ(test_alloc_live(), live);
}

static void no_memory(void)
{
	size_t live, added = 0;

	make(MOST);
	live = test_alloc_live();
	for (uint64_t k = 1; k <= 2; k++) {
		test_alloc_fail_at(k);
		CHECK(!tutti_completion_create(them, 3));
		CHECK_EQ(test_alloc_live(), live);
	}
	c = tutti_completion_create(NULL, 0);
	while (added < MOST) {
		test_alloc_fail_at(1);
		int rc = tutti_completion_add(c, them[added]);
		if (rc < 0) {
			CHECK_EQ(rc, -ENOMEM);
			rc = tutti_completion_add(c, them[added]);
		}
		CHECK_EQ(rc, 0);
		test_alloc_fail_at(0);
		added++;
	}
	for (size_t i = 0; i < MOST; i++) {
		keep(MOST - 1 - i);
		next_is(MOST - 1 - i);
	}
	next_says(TUTTI_EDONE, 0);
	tutti_completion_free(c);
	CHECK_EQ(test_alloc_live(), live);
	drop(MOST);
}

/* -- several who ask -------------------------------------------------------------------------- */

static size_t given[MOST], asked_in_vain;

static void *ask_until_done(void *arg)
{
	size_t index;
	int rc;

	while ((rc = tutti_completion_next(c, &index)) == 0) {
		CHECK(tutti_future_done(them[index]));
		tu_add_acqrel(&given[index], (size_t)1);
	}
	CHECK_EQ(rc, TUTTI_EDONE);
	tu_add_acqrel(&asked_in_vain, (size_t)1);
	return arg;
}

static void several_share_them(enum mix mix)
{
	for (int round = 0; round < suite_rounds(30); round++) {
		tutti_future *f[HANDS];

		memset(given, 0, sizeof given);
		tu_store_rel(&asked_in_vain, (size_t)0);
		make(MOST);
		c = tutti_completion_create(them, MOST);
		start_all(mix, f, HANDS, ask_until_done, NULL);
		for (size_t i = 0; i < MOST; i++) {
			keep((i * 7 + (size_t)round) % MOST);
			if (i % 5 == 0)
				CHECK_EQ(tutti_yield(), 0);
		}
		join_all(f, HANDS); /* whoever waits for more than there is hears of it */
		CHECK_EQ(asked_in_vain, HANDS);
		for (size_t i = 0; i < MOST; i++)
			CHECK_EQ(given[i], 1);
		tutti_completion_free(c);
		drop(MOST);
	}
}

/* -- oneself ---------------------------------------------------------------------------------- */

static tutti_future *oneself;
static tutti_event ready;

static void *ask_for_oneself(void *arg)
{
	CHECK_EQ(tutti_event_wait(&ready), 0);
	next_says(-EDEADLK, TUTTI_FOREVER);
	next_says(TUTTI_ETIMEDOUT, 0); /* only a look is no deadlock */
	CHECK_EQ(tutti_completion_add(c, them[0]), 0);
	next_says(TUTTI_ETIMEDOUT, tutti_after(TUTTI_MILLISECONDS(1)));
	keep(0);
	next_is(1);
	next_says(-EDEADLK, TUTTI_FOREVER);
	return arg;
}

static void oneself_alone_is_a_deadlock(enum mix mix)
{
	if (mix == APART)
		return; /* what runs is within the future, not it */
	make(2);
	tutti_event_clear(&ready);
	oneself = start_as(mix, ask_for_oneself, NULL);
	c = tutti_completion_create(&oneself, 1);
	tutti_event_set(&ready);
	CHECK_EQ(tutti_wait(&oneself, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 1);
	next_is(0);
	finish(oneself);
	tutti_completion_free(c);
	drop(2);
}

/* -- result, cancel, deadline ----------------------------------------------------------------- */

static void begin_one(void)
{
	tutti_completion_free(c);
	drop(2);
	make(2);
	c = tutti_completion_create(them, 2);
}

static int ask(tutti_time deadline)
{
	return tutti_completion_next_until(c, NULL, deadline);
}

static void keep_one(void)
{
	keep(1);
}

static int left(void)
{
	int n = 0;

	while (tutti_completion_next_until(c, NULL, 0) == 0)
		n++;
	return n;
}

static void any_order_of_result_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_one,
		.wait = ask,
		.grant = keep_one,
		.left = left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };

	make(2);
	c = NULL;
	orders_run(&o);
	tutti_completion_free(c);
	drop(2);
}

/* -- at random -------------------------------------------------------------------------------- */

static size_t ended;

static void *end_some(void *arg)
{
	size_t from = (size_t)(intptr_t)arg;

	for (size_t i = from; i < MOST; i += 2) {
		if (i % 3)
			keep(i);
		else
			CHECK_EQ(tutti_future_cancel(them[i]), 0);
		if (i % 8 == from)
			CHECK_EQ(tutti_yield(), 0);
	}
	return NULL;
}

static void *ask_at_random(void *arg)
{
	struct tu_prng prng;
	int rc = 0;

	tu_prng_init(&prng, (uint64_t)(intptr_t)arg);
	while (rc != TUTTI_EDONE) {
		tutti_time soon = (tutti_time)tu_prng_below(&prng, 100000);

		rc = tutti_completion_next_until(c, NULL, soon < 50000 ? 0 : tutti_after(soon));
		CHECK(rc == 0 || rc == TUTTI_EDONE || rc == TUTTI_ETIMEDOUT);
		if (rc == 0)
			tu_add_acqrel(&ended, (size_t)1);
		else if (soon < 25000)
			CHECK_EQ(tutti_yield(), 0);
	}
	return NULL;
}

static void *add_the_rest(void *arg)
{
	for (size_t i = MOST / 2; i < MOST; i++)
		CHECK_EQ(tutti_completion_add(c, them[i]), 0);
	return arg;
}

static void everybody_at_random(enum mix mix)
{
	for (int round = 0; round < suite_rounds(40); round++) {
		tutti_future *f[HANDS], *gate = tutti_future_create(0);

		make(MOST);
		tu_store_rel(&ended, (size_t)0);
		c = tutti_completion_create(them, MOST / 2);
		CHECK_EQ(tutti_completion_add(c, gate), 0); /* so that none says EDONE too soon */
		for (int i = 0; i < HANDS; i++)
			f[i] = i < 3   ? start_nth(mix, i, ask_at_random, give(round * HANDS + i))
			       : i < 5 ? start_nth(mix, i, end_some, give(i - 3))
				       : start_nth(mix, i, add_the_rest, NULL);
		CHECK_EQ(tutti_wait(f + 3, 3, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 3);
		if (round % 4 > 0) {
			CHECK_EQ(tutti_future_set_result(gate, NULL), 0);
			join_all(f, HANDS);
			CHECK_EQ(ended, MOST + 1);
		} else {
			EVENTUALLY(tu_load_acq(&ended) == MOST);
			CHECK_EQ(tutti_future_cancel(gate), 0);
			join_all(f, HANDS);
		}
		tutti_completion_free(c);
		tutti_future_unref(gate);
		drop(MOST);
	}
}

/* Freed while they end: nobody is told of what is gone. */
static void freed_meanwhile(enum mix mix)
{
	for (int round = 0; round < suite_rounds(60); round++) {
		tutti_future *f[2];

		make(MOST);
		c = tutti_completion_create(them, MOST);
		for (int i = 0; i < 2; i++)
			f[i] = start_nth(mix, i, end_some, give(i));
		for (int i = 0; i < round % 20; i++)
			CHECK_EQ(tutti_completion_next(c, NULL), 0);
		tutti_completion_free(c);
		join_all(f, 2);
		drop(MOST);
	}
}

int main(void)
{
	suite_begin();
	RUN(in_order_of_completion);
	RUN(of_none);
	RUN(while_it_waits_and_twice_over);
	RUN(it_keeps_references_of_its_own);
	RUN(endless_adding_in_flat_memory);
	RUN(no_memory);
	RUN_MIXES(several_share_them);
	RUN_MIXES(oneself_alone_is_a_deadlock);
	RUN(any_order_of_result_cancel_deadline);
	RUN_MIXES(everybody_at_random);
	RUN_MIXES(freed_meanwhile);
	return suite_end();
}
