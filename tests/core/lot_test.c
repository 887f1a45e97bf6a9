/* SPDX-License-Identifier: MIT */
/* lot_test.c - queues by address: their order, and grants between real threads. */
#include "core/lot.h"

#include "core/wait.h"
#include "support/suite.h"

enum { KEYS = 64, EACH = 5, PASSES = 2000 };

static char keys[KEYS];

static void queues_are_first_in_first_out(void)
{
	static struct tu_waiter w[KEYS][EACH];

	for (int i = 0; i < EACH; i++)
		for (int k = 0; k < KEYS; k++) {
			struct tu_bucket *b = tu_lot_lock(&keys[k]);

			tu_lot_enqueue(b, &w[k][i], &keys[k]);
			tu_lot_unlock(b);
		}
	for (int k = 0; k < KEYS; k++) {
		struct tu_bucket *b = tu_lot_lock(&keys[k]);

		for (int i = 0; i < EACH; i++) {
			struct tu_waiter *first = tu_lot_first(b, &keys[k]);

			CHECK(first == &w[k][i]);
			CHECK(tu_lot_after(first, first) == (i < EACH - 1 ? &w[k][i + 1] : NULL));
			tu_lot_remove(b, first);
			CHECK(!first->next);
		}
		CHECK(!tu_lot_first(b, &keys[k]));
		tu_lot_unlock(b);
	}
}

static void one_may_come_first_or_leave_the_middle(void)
{
	struct tu_waiter w[4] = { 0 };
	struct tu_bucket *b = tu_lot_lock(keys);

	for (int i = 0; i < 3; i++)
		tu_lot_enqueue(b, &w[i], keys);
	tu_lot_enqueue_first(b, &w[3], keys);
	tu_lot_remove(b, &w[1]);
	CHECK(tu_lot_first(b, keys) == &w[3]);
	tu_lot_remove(b, &w[3]);
	CHECK(tu_lot_first(b, keys) == &w[0]);
	tu_lot_remove(b, &w[2]);
	CHECK(!tu_lot_after(&w[0], &w[0]));
	tu_lot_remove(b, &w[0]);
	CHECK(!tu_lot_first(b, keys));
	tu_lot_unlock(b);
}

static void one_may_move_to_another_key(void)
{
	struct tu_waiter w[2] = { 0 };
	struct tu_bucket *b[2];

	tu_lot_lock_both(&keys[0], &keys[1], b);
	tu_lot_enqueue(b[0], &w[0], &keys[0]);
	tu_lot_enqueue(b[1], &w[1], &keys[1]);
	tu_lot_move(b[0], b[1], &w[0], &keys[1]);
	CHECK(!tu_lot_first(b[0], &keys[0]));
	CHECK(tu_lot_first(b[1], &keys[1]) == &w[1]);
	CHECK(tu_lot_after(&w[1], &w[1]) == &w[0]);
	tu_lot_unlock_both(b);
	b[1] = tu_lot_lock_waiter(&w[0]);
	tu_lot_remove(b[1], &w[0]);
	tu_lot_remove(b[1], &w[1]);
	tu_lot_unlock(b[1]);
}

/* -- real threads ----------------------------------------------------------------------------- */

static int balls; /* under the bucket of its address */

static void *catch_balls(void *arg)
{
	int caught = 0;

	for (int i = 0; i < PASSES; i++) {
		struct tu_waiter me = { .context = tu_self() };
		struct tu_bucket *b = tu_lot_lock(&balls);

		if (balls > 0) {
			balls--;
			tu_lot_unlock(b);
		} else {
			tu_lot_enqueue(b, &me, &balls);
			tu_lot_unlock(b);
			CHECK_EQ(tu_wait(me.context, &me, TUTTI_FOREVER, 0, &b), 0);
			CHECK_EQ(me.answer, 7);
		}
		caught++;
	}
	*(int *)arg = caught;
	return NULL;
}

/* Each ball is caught by one: by who waits, or by the next to come. */
static void every_grant_counts(enum mix mix)
{
	tutti_future *f[3];
	int caught[3] = { 0 };

	balls = 0;
	for (int i = 0; i < 3; i++)
		f[i] = start_nth(mix, i, catch_balls, &caught[i]);
	for (int i = 0; i < 3 * PASSES; i++) {
		struct tu_bucket *b = tu_lot_lock(&balls);
		struct tu_waiter *w = tu_lot_first(b, &balls);
		struct tu_wakes wakes = { 0 };

		if (w)
			tu_lot_grant(b, w, 7, &wakes);
		else
			balls++;
		tu_lot_unlock(b);
		tu_wakes_flush(&wakes);
		if (i % 16 == 0)
			tutti_yield();
	}
	join_all(f, 3);
	CHECK_EQ(caught[0] + caught[1] + caught[2], 3 * PASSES);
	CHECK_EQ(balls, 0);
}

int main(void)
{
	suite_begin();
	RUN(queues_are_first_in_first_out);
	RUN(one_may_come_first_or_leave_the_middle);
	RUN(one_may_move_to_another_key);
	RUN_MIXES(every_grant_counts);
	return suite_end();
}
