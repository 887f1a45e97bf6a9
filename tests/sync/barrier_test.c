/* SPDX-License-Identifier: MIT */
/* rows: F77 */
/* ctest: VIRTUAL ON */
#include <tutti/barrier.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { PARTIES = 4 };

static tutti_barrier barrier;
static int rounds, actions, arrived;
static int places[PARTIES];

static void zeroed_is_invalid(void)
{
	tutti_barrier b;

	memset(&b, 0, sizeof b);
	CHECK_EQ(tutti_barrier_wait(&b), -EINVAL);
	CHECK_EQ(tutti_barrier_wait_until(&b, 0), -EINVAL);
	CHECK_EQ(tutti_barrier_reset(&b), -EINVAL);
	CHECK_EQ(tutti_barrier_abort(&b), -EINVAL);
	CHECK_EQ(tutti_barrier_parties(&b), 0);
	CHECK_EQ(tutti_barrier_n_waiting(&b), 0);
}

static void refuses_what_cannot_be(void)
{
	tutti_barrier b;

	CHECK_EQ(tutti_barrier_init(&b, 0, NULL, NULL, 0), -EINVAL);
	CHECK_EQ(tutti_barrier_init(&b, (uint32_t)INT32_MAX + 1, NULL, NULL, 0), -EINVAL);
	CHECK_EQ(tutti_barrier_init(&b, 2, NULL, NULL, TUTTI_BOUNDED), -EINVAL);
	CHECK_EQ(tutti_barrier_init(&b, INT32_MAX, NULL, NULL, 0), 0);
	CHECK_EQ(tutti_barrier_parties(&b), INT32_MAX);
}

static void begins_empty_and_whole(void)
{
	CHECK_EQ(tutti_barrier_init(&barrier, 3, NULL, NULL, 0), 0);
	CHECK_EQ(tutti_barrier_parties(&barrier), 3);
	CHECK_EQ(tutti_barrier_n_waiting(&barrier), 0);
	CHECK(!tutti_barrier_broken(&barrier));
}

static void *count_actions(void *arg)
{
	CHECK_EQ(*(int *)arg, PARTIES * (actions + 1)); /* all have arrived, nobody is let go */
	actions++;
	return NULL;
}

static void one_party_never_waits(void)
{
	int n = 0;

	actions = 0;
	CHECK_EQ(tutti_barrier_init(&barrier, 1, count_actions, &n, 0), 0);
	for (int i = 0; i < 3; i++) {
		n += PARTIES;
		CHECK_EQ(tutti_barrier_wait_until(&barrier, 0), 0);
	}
	CHECK_EQ(actions, 3);
}

static void *go_round(void *arg)
{
	for (int i = 0; i < rounds; i++) {
		tu_add_acqrel(&arrived, 1);
		int place = tutti_barrier_wait(&barrier);

		CHECK(place >= 0 && place < PARTIES);
		CHECK_EQ(actions, i + 1);
		tu_add_acqrel(&places[place], 1);
		/* Nobody may begin the next round's count before all have looked at this one's. */
		CHECK(tutti_barrier_wait(&barrier) >= 0);
	}
	return arg;
}

static int turns;

static void *count_first_half(void *arg)
{
	if (turns++ % 2 == 0)
		count_actions(arg);
	return NULL;
}

static void rounds_follow_rounds(enum mix mix)
{
	tutti_future *f[PARTIES];

	rounds = suite_rounds(200);
	actions = arrived = turns = 0;
	memset(places, 0, sizeof places);
	CHECK_EQ(tutti_barrier_init(&barrier, PARTIES, count_first_half, &arrived, 0), 0);
	start_all(mix, f, PARTIES, go_round, NULL);
	join_all(f, PARTIES);
	CHECK_EQ(actions, rounds);
	for (int i = 0; i < PARTIES; i++)
		CHECK_EQ(places[i], rounds);
	CHECK_EQ(tutti_barrier_n_waiting(&barrier), 0);
}

/* Six come where three go at a time: two rounds, whoever is in which. */
static void *arrive(void *arg)
{
	(void)arg;
	return give(tutti_barrier_wait(&barrier));
}

/* rows: F77 */
static void six_are_two_rounds_of_three(enum mix mix)
{
	tutti_future *f[6];
	int seen[3] = { 0 };

	CHECK_EQ(tutti_barrier_init(&barrier, 3, NULL, NULL, 0), 0);
	start_all(mix, f, 6, arrive, NULL);
	for (int i = 0; i < 6; i++) {
		intptr_t place = finish(f[i]);

		CHECK(place >= 0 && place < 3);
		seen[place]++;
	}
	for (int i = 0; i < 3; i++)
		CHECK_EQ(seen[i], 2);
}

static void start_two_of_three(enum mix mix, tutti_future **f)
{
	CHECK_EQ(tutti_barrier_init(&barrier, 3, NULL, NULL, 0), 0);
	start_all(mix, f, 2, arrive, NULL);
	EVENTUALLY(tutti_barrier_n_waiting(&barrier) == 2);
}

/* Fewer than it takes would wait for ever: a deadline breaks it for all, a reset mends it. */
/* rows: F77 T21 */
static void a_deadline_breaks_it(enum mix mix)
{
	tutti_future *f[2];

	CHECK_EQ(tutti_barrier_init(&barrier, 4, NULL, NULL, 0), 0);
	start_all(mix, f, 2, arrive, NULL);
	EVENTUALLY(tutti_barrier_n_waiting(&barrier) == 2);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_barrier_wait_until(&barrier, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK(tutti_barrier_broken(&barrier));
	CHECK_EQ(finish(f[0]), TUTTI_EBROKEN);
	CHECK_EQ(finish(f[1]), TUTTI_EBROKEN);
	CHECK_EQ(tutti_barrier_wait(&barrier), TUTTI_EBROKEN);
	CHECK_EQ(tutti_barrier_wait_until(&barrier, 0), TUTTI_EBROKEN);
	CHECK_EQ(tutti_barrier_n_waiting(&barrier), 0);
	CHECK_EQ(tutti_barrier_reset(&barrier), 0);
	CHECK(!tutti_barrier_broken(&barrier));
	CHECK_EQ(tutti_barrier_parties(&barrier), 4);
}

static void the_last_needs_no_time(enum mix mix)
{
	tutti_future *f[2];

	start_two_of_three(mix, f);
	int mine = tutti_barrier_wait_until(&barrier, 0);
	CHECK_EQ(mine + finish(f[0]) + finish(f[1]), 0 + 1 + 2);
	CHECK(!tutti_barrier_broken(&barrier));
	CHECK_EQ(tutti_barrier_wait_until(&barrier, 0), TUTTI_ETIMEDOUT);
	CHECK(tutti_barrier_broken(&barrier));
}

/* rows: F77 T21 */
static void abort_sends_all_away(enum mix mix)
{
	tutti_future *f[2];

	start_two_of_three(mix, f);
	CHECK_EQ(tutti_barrier_abort(&barrier), 0);
	CHECK(tutti_barrier_broken(&barrier));
	CHECK_EQ(finish(f[0]), TUTTI_EBROKEN);
	CHECK_EQ(finish(f[1]), TUTTI_EBROKEN);
	CHECK_EQ(tutti_barrier_wait(&barrier), TUTTI_EBROKEN);
}

/* rows: F77 */
static void reset_sends_away_and_is_whole(enum mix mix)
{
	tutti_future *f[2], *again[3];
	int sum = 0;

	start_two_of_three(mix, f);
	CHECK_EQ(tutti_barrier_reset(&barrier), 0);
	CHECK(!tutti_barrier_broken(&barrier));
	CHECK_EQ(finish(f[0]), TUTTI_EBROKEN);
	CHECK_EQ(finish(f[1]), TUTTI_EBROKEN);
	start_all(mix, again, 3, arrive, NULL);
	for (int i = 0; i < 3; i++)
		sum += (int)finish(again[i]);
	CHECK_EQ(sum, 3);
}

/* Those of the broken round have not all left yet when the next is complete. */
static void a_new_round_is_not_the_old_one(void)
{
	tutti_future *f[2], *again[3];
	int sum = 0;

	start_two_of_three(TASKS, f);
	CHECK_EQ(tutti_barrier_reset(&barrier), 0);
	start_all(TASKS, again, 3, arrive, NULL);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(finish(f[i]), TUTTI_EBROKEN);
	for (int i = 0; i < 3; i++)
		sum += (int)finish(again[i]);
	CHECK_EQ(sum, 3);
}

static int answer;

static void *arrive_and_be_cancelled(void *arg)
{
	answer = tutti_barrier_wait(&barrier);
	return arg;
}

static void a_cancel_breaks_it(enum mix mix)
{
	CHECK_EQ(tutti_barrier_init(&barrier, 3, NULL, NULL, 0), 0);
	tutti_future *other = start_as(mix, arrive, NULL);
	tutti_future *f = tutti_task_start(arrive_and_be_cancelled, NULL, NULL);
	EVENTUALLY(tutti_barrier_n_waiting(&barrier) == 2);
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(finish(other), TUTTI_EBROKEN);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	CHECK(tutti_barrier_broken(&barrier));
}

static void begin_for_two(void)
{
	CHECK_EQ(tutti_barrier_init(&barrier, 2, NULL, NULL, 0), 0);
}

static int wait_until(tutti_time deadline)
{
	return tutti_barrier_wait_until(&barrier, deadline);
}

static int wait_only(tutti_time deadline)
{
	(void)deadline;
	return tutti_barrier_wait(&barrier);
}

/* Be the second, if the first is there and still waits. */
static void be_the_last(void)
{
	int rc = tutti_barrier_wait_until(&barrier, 0);

	CHECK(rc >= 0 || rc == TUTTI_EBROKEN || rc == TUTTI_ETIMEDOUT);
}

static void any_order_of_last_cancel_deadline(void)
{
	static const struct orders with = { .begin = begin_for_two,
		.wait = wait_until,
		.grant = be_the_last,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.otherwise = TUTTI_EBROKEN };
	static const struct orders without = { .begin = begin_for_two,
		.wait = wait_only,
		.grant = be_the_last,
		.canceled = TUTTI_ECANCELED,
		.otherwise = TUTTI_EBROKEN };

	orders_run(&with);
	orders_run(&without);
}

int main(void)
{
	suite_begin();
	RUN(zeroed_is_invalid);
	RUN(refuses_what_cannot_be);
	RUN(begins_empty_and_whole);
	RUN(one_party_never_waits);
	RUN_MIXES(rounds_follow_rounds);
	RUN_MIXES(six_are_two_rounds_of_three);
	RUN_MIXES(a_deadline_breaks_it);
	RUN_MIXES(the_last_needs_no_time);
	RUN_MIXES(abort_sends_all_away);
	RUN_MIXES(reset_sends_away_and_is_whole);
	RUN(a_new_round_is_not_the_old_one);
	RUN_MIXES(a_cancel_breaks_it);
	RUN(any_order_of_last_cancel_deadline);
	return suite_end();
}
