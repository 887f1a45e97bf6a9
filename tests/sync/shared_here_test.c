/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* Objects that processes could share, used within one: contexts, cancels and deadlines. */
#include <tutti/barrier.h>
#include <tutti/condition.h>
#include <tutti/event.h>
#include <tutti/semaphore.h>

#include "core/family.h"
#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { N = 4 };

static tutti_lock lock;
static tutti_condition changed;
static tutti_event event;
static tutti_semaphore permits;
static tutti_barrier barrier;
static int inside, count, turn;

/* -- answers, in every order of what may happen ------------------------------------------------ */

static void begin_empty(void)
{
	CHECK_EQ(tutti_semaphore_init(&permits, 0, TUTTI_SHARED), 0);
}

static int acquire_until(tutti_time deadline)
{
	return tutti_semaphore_acquire_until(&permits, deadline);
}

static void release_one(void)
{
	CHECK_EQ(tutti_semaphore_release(&permits, 1), 0);
}

static int permits_left(void)
{
	return (int)tutti_semaphore_value(&permits);
}

static void any_order_of_release_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_empty,
		.wait = acquire_until,
		.grant = release_one,
		.left = permits_left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = true,
		.remembers = true };

	orders_run(&o);
}

static void begin_clear(void)
{
	CHECK_EQ(tutti_event_init(&event, TUTTI_SHARED), 0);
}

static int wait_until(tutti_time deadline)
{
	return tutti_event_wait_until(&event, deadline);
}

static void set(void)
{
	tutti_event_set(&event);
}

static void any_order_of_set_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_clear,
		.wait = wait_until,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = true,
		.remembers = true };

	orders_run(&o);
}

static void begin_held(void)
{
	CHECK_EQ(tutti_lock_init(&lock, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_lock_acquire_until(&lock, 0), 0);
}

static int take_until(tutti_time deadline)
{
	return tutti_lock_acquire_until(&lock, deadline);
}

static void let_go(void)
{
	CHECK_EQ(tutti_lock_release(&lock), 0);
}

static int is_free(void)
{
	return !tutti_lock_locked(&lock);
}

static void any_order_of_unlock_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_held,
		.wait = take_until,
		.grant = let_go,
		.left = is_free,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = true,
		.remembers = true };

	orders_run(&o);
}

static void begin_unnotified(void)
{
	CHECK_EQ(tutti_lock_init(&lock, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_condition_init(&changed, TUTTI_SHARED), 0);
	turn = 0;
}

static int wait_for_turn(tutti_time deadline)
{
	int rc = 0;

	TUTTI_HOLD(&lock);
	while (rc == 0 && turn == 0)
		rc = tutti_condition_wait_until(&changed, &lock, deadline);
	if (rc == 0)
		turn--;
	CHECK(tutti_lock_locked(&lock));
	return rc;
}

static void notify_one(void)
{
	TUTTI_HOLD(&lock);
	turn++;
	CHECK_EQ(tutti_condition_notify(&changed, &lock, 1), 0);
}

static int turns_left(void)
{
	return turn;
}

static void any_order_of_notify_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_unnotified,
		.wait = wait_for_turn,
		.grant = notify_one,
		.left = turns_left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = true };

	orders_run(&o);
}

/* -- many -------------------------------------------------------------------------------------- */

static void *section(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++) {
		TUTTI_HOLD(&lock);
		CHECK_EQ(inside++, 0);
		if (i % 8 == 0)
			tutti_yield();
		if (lock.priv[1] & TUTTI_RECURSIVE) {
			TUTTI_HOLD(&lock);
			count++;
		} else {
			count++;
		}
		inside--;
	}
	return NULL;
}

static void exclude(enum mix mix, unsigned flags)
{
	int rounds = suite_rounds(100);
	tutti_future *f[N];

	CHECK_EQ(tutti_lock_init(&lock, flags | TUTTI_SHARED), 0);
	count = inside = 0;
	start_all(mix, f, N, section, &rounds);
	join_all(f, N);
	CHECK_EQ(count, N * rounds);
}

static void excludes(enum mix mix)
{
	exclude(mix, 0);
	exclude(mix, TUTTI_RECURSIVE);
}

static void *play(void *arg)
{
	int mine = *(int *)arg;

	for (int i = 0; i < 50; i++) {
		TUTTI_HOLD(&lock);
		while (turn % N != mine)
			CHECK_EQ(tutti_condition_wait(&changed, &lock), 0);
		turn++;
		CHECK_EQ(tutti_condition_notify(&changed, &lock, SIZE_MAX), 0);
	}
	return NULL;
}

static void takes_turns(enum mix mix)
{
	static int numbers[N] = { 0, 1, 2, 3 };
	tutti_future *f[N];

	begin_unnotified();
	for (int i = 0; i < N; i++)
		f[i] = start_nth(mix, i, play, &numbers[i]);
	join_all(f, N);
	CHECK_EQ(turn, 50 * N);
}

static void *visit(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++) {
		CHECK_EQ(tutti_semaphore_acquire(&permits), 0);
		CHECK(tu_add_acqrel(&inside, 1) < 2);
		tutti_yield();
		tu_sub_acqrel(&inside, 1);
		CHECK_EQ(tutti_semaphore_release(&permits, 1), 0);
	}
	return NULL;
}

static void lets_so_many_in(enum mix mix)
{
	int rounds = suite_rounds(50);
	tutti_future *f[N];

	CHECK_EQ(tutti_semaphore_init(&permits, 2, TUTTI_SHARED | TUTTI_BOUNDED), 0);
	inside = 0;
	start_all(mix, f, N, visit, &rounds);
	join_all(f, N);
	CHECK_EQ(tutti_semaphore_value(&permits), 2);
}

static void *act(void *arg)
{
	count++;
	return arg;
}

static void *go_round(void *arg)
{
	for (int i = 0; i < 20; i++)
		CHECK(tutti_barrier_wait(&barrier) >= 0);
	return arg;
}

static void goes_round(enum mix mix)
{
	tutti_future *f[N];

	CHECK_EQ(tutti_barrier_init(&barrier, N, act, NULL, TUTTI_SHARED), 0);
	count = 0;
	start_all(mix, f, N, go_round, NULL);
	join_all(f, N);
	CHECK_EQ(count, 20);
}

int main(void)
{
	CHECK(tu_family_self() != 0);
	suite_begin();
	RUN(any_order_of_release_cancel_deadline);
	RUN(any_order_of_set_cancel_deadline);
	RUN(any_order_of_unlock_cancel_deadline);
	RUN(any_order_of_notify_cancel_deadline);
	RUN_MIXES(excludes);
	RUN_MIXES(takes_turns);
	RUN_MIXES(lets_so_many_in);
	RUN_MIXES(goes_round);
	return suite_end();
}
