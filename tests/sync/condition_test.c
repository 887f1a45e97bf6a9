/* SPDX-License-Identifier: MIT */
/* rows: F74 T20 */
/* ctest: VIRTUAL ON */
#include <tutti/condition.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>
#include <sched.h>

enum { WAITERS = 5 };

static tutti_lock lock;
static tutti_condition changed;
static int waiting, woken; /* under the lock */
static int order[WAITERS];

static void refuses_flags(void)
{
	tutti_condition c;

	CHECK_EQ(tutti_condition_init(&c, 0), 0);
	CHECK_EQ(tutti_condition_init(&c, TUTTI_LIFO), -EINVAL);
}

static bool say_true(void *arg)
{
	(void)arg;
	return true;
}

/* rows: F74 T20 */
static void needs_the_lock(void)
{
	CHECK_EQ(tutti_condition_wait(&changed, &lock), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_condition_wait_until(&changed, &lock, 0), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_condition_wait_for(&changed, &lock, say_true, NULL, 0), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_condition_notify(&changed, &lock, 1), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_condition_notify(&changed, &lock, SIZE_MAX), TUTTI_EUNLOCKED);
	CHECK(!tutti_lock_locked(&lock));
}

static void *all_without_owning(void *arg)
{
	tutti_rlock *r = arg;

	CHECK_EQ(tutti_condition_wait(&changed, r), -EPERM);
	CHECK_EQ(tutti_condition_wait_until(&changed, r, 0), -EPERM);
	CHECK_EQ(tutti_condition_wait_for(&changed, r, say_true, NULL, 0), -EPERM);
	CHECK_EQ(tutti_condition_notify(&changed, r, 1), -EPERM);
	return NULL;
}

static void needs_to_own_a_recursive_lock(enum mix mix)
{
	tutti_rlock r = TUTTI_RLOCK_INIT;

	TUTTI_WITH(&r)
	{
		finish(start_as(mix, all_without_owning, &r));
	}
	CHECK_EQ(tutti_condition_notify(&changed, &r, 1), TUTTI_EUNLOCKED);
}

static void remembers_nothing(void)
{
	TUTTI_HOLD(&lock);
	CHECK_EQ(tutti_condition_notify(&changed, &lock, 3), 0);
	CHECK_EQ(tutti_condition_wait_until(&changed, &lock, 0), TUTTI_ETIMEDOUT);
	CHECK(tutti_lock_locked(&lock));
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_condition_wait_until(&changed, &lock, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK(tutti_lock_locked(&lock));
}

/* Waits once, and writes down when it was its turn. */
static void *wait_in_line(void *arg)
{
	TUTTI_HOLD(&lock);
	waiting++;
	CHECK_EQ(tutti_condition_wait(&changed, &lock), 0);
	CHECK(tutti_lock_locked(&lock));
	order[woken++] = *(int *)arg;
	return NULL;
}

/* Looks under the lock: who is counted there has begun to wait. */
static bool wait_for_count(const int *count, int n)
{
	TUTTI_HOLD(&lock);
	return *count == n;
}

static int numbers[WAITERS];

static void start_line(enum mix mix, tutti_future **f)
{
	waiting = woken = 0;
	for (int i = 0; i < WAITERS; i++) {
		numbers[i] = i;
		f[i] = start_nth(mix, i, wait_in_line, &numbers[i]);
		EVENTUALLY(wait_for_count(&waiting, i + 1));
	}
}

static void notify(size_t n)
{
	TUTTI_HOLD(&lock);
	CHECK_EQ(tutti_condition_notify(&changed, &lock, n), 0);
}

/* rows: F74 */
static void notifies_first_in_first_out(enum mix mix)
{
	tutti_future *f[WAITERS];

	start_line(mix, f);
	notify(0);
	CHECK(wait_for_count(&woken, 0));
	for (int i = 0; i < WAITERS; i++) {
		notify(1);
		EVENTUALLY(wait_for_count(&woken, i + 1));
		CHECK_EQ(order[i], i);
	}
	join_all(f, WAITERS);
}

static void notifies_as_many_as_asked(enum mix mix)
{
	tutti_future *f[WAITERS];

	start_line(mix, f);
	notify(2);
	EVENTUALLY(wait_for_count(&woken, 2));
	settle();
	CHECK(wait_for_count(&woken, 2));
	CHECK_EQ(order[0] + order[1], 1);
	notify(SIZE_MAX);
	join_all(f, WAITERS);
	CHECK_EQ(woken, WAITERS);
}

/* Of one loop they also come back in that order: each takes the lock from the one before. */
static void all_come_back_in_line(void)
{
	tutti_future *f[WAITERS];

	start_line(TASKS, f);
	notify(SIZE_MAX);
	join_all(f, WAITERS);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(order[i], i);
}

/* A notified waiter does not run before the lock is free, and then holds it. */
static void waits_for_the_lock_too(enum mix mix)
{
	tutti_future *f[WAITERS];

	start_line(mix, f);
	tutti_lock_acquire(&lock);
	CHECK_EQ(tutti_condition_notify(&changed, &lock, SIZE_MAX), 0);
	settle();
	CHECK_EQ(woken, 0);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	join_all(f, WAITERS);
	CHECK_EQ(woken, WAITERS);
}

static tutti_rlock recursive = TUTTI_RLOCK_INIT;
static bool deep_in;

static void *wait_at_depth_three(void *arg)
{
	for (int i = 0; i < 3; i++)
		tutti_lock_acquire(&recursive);
	deep_in = true;
	CHECK_EQ(tutti_condition_wait(&changed, &recursive), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_lock_release(&recursive), 0);
	return arg;
}

static bool is_deep_in(void)
{
	TUTTI_HOLD(&recursive);
	return deep_in;
}

/* rows: F74 */
static void lets_a_recursive_lock_go_entirely(enum mix mix)
{
	deep_in = false;
	tutti_future *f = start_as(mix, wait_at_depth_three, NULL);
	EVENTUALLY(is_deep_in());
	TUTTI_WITH(&recursive)
	{
		TUTTI_WITH(&recursive)
		{
			CHECK_EQ(tutti_condition_notify(&changed, &recursive, 1), 0);
		}
	}
	finish(f);
	CHECK_EQ(tutti_lock_release(&recursive), TUTTI_EUNLOCKED);
}

static int coins;

static bool has_coin(void *arg)
{
	CHECK(tutti_lock_locked(&lock));
	return *(int *)arg > 0;
}

static void *take_coin(void *arg)
{
	TUTTI_HOLD(&lock);
	CHECK_EQ(tutti_condition_wait_for(&changed, &lock, has_coin, &coins, TUTTI_FOREVER), 0);
	coins--;
	return arg;
}

/* More are woken than there are coins: who finds none waits again. */
/* rows: F74 T20 */
static void wait_for_looks_again(enum mix mix)
{
	tutti_future *f[WAITERS];

	coins = 0;
	start_all(mix, f, WAITERS, take_coin, NULL);
	for (int i = 0; i < WAITERS; i++) {
		TUTTI_WITH(&lock)
		{
			coins++;
			tutti_condition_notify(&changed, &lock, SIZE_MAX);
		}
		tutti_yield();
	}
	join_all(f, WAITERS);
	CHECK_EQ(coins, 0);
}

/* rows: F74 */
static void wait_for_asks_first(void)
{
	int one = 1, none = 0;

	TUTTI_HOLD(&lock);
	CHECK_EQ(tutti_condition_wait_for(&changed, &lock, has_coin, &one, 0), 0);
	CHECK_EQ(tutti_condition_wait_for(&changed, &lock, has_coin, &none, 0), TUTTI_ETIMEDOUT);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	int rc = tutti_condition_wait_for(&changed, &lock, has_coin, &none, deadline);
	CHECK_EQ(rc, TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK(tutti_lock_locked(&lock));
}

static int code_of_first, code_of_second;

static void *wait_first(void *arg)
{
	TUTTI_HOLD(&lock);
	code_of_first = tutti_condition_wait(&changed, &lock);
	CHECK(tutti_lock_locked(&lock));
	return arg;
}

static void *wait_second(void *arg)
{
	TUTTI_HOLD(&lock);
	code_of_second = tutti_condition_wait(&changed, &lock);
	return arg;
}

/* A cancel that comes before the notify leaves it to the next; one that comes after does not. */
static void a_cancel_uses_up_no_notify(bool cancel_first)
{
	tutti_future *f[2] = { tutti_task_start(wait_first, NULL, NULL),
		tutti_task_start(wait_second, NULL, NULL) };

	settle();
	code_of_second = 1;
	if (cancel_first)
		CHECK_EQ(tutti_future_cancel(f[0]), 1);
	if (cancel_first)
		settle(); /* it has heard of it, and left the line */
	notify(1);
	if (!cancel_first)
		CHECK_EQ(tutti_future_cancel(f[0]), 1);
	settle();
	CHECK_EQ(code_of_first, cancel_first ? TUTTI_ECANCELED : 0);
	CHECK_EQ(code_of_second, cancel_first ? 0 : 1);
	notify(1);
	settle();
	CHECK_EQ(code_of_second, 0);
	for (int i = 0; i < 2; i++) {
		tutti_future_result(f[i], NULL, 0);
		tutti_future_unref(f[i]);
	}
}

static void cancels_and_notifies_add_up(void)
{
	a_cancel_uses_up_no_notify(true);
	a_cancel_uses_up_no_notify(false);
}

static bool counted;

static void count_nobody(void)
{
	counted = false;
}

static int wait_counted(tutti_time deadline)
{
	TUTTI_HOLD(&lock);
	counted = true;
	int rc = tutti_condition_wait_until(&changed, &lock, deadline);
	CHECK(tutti_lock_locked(&lock));
	return rc;
}

/* A notify before the wait would be lost. */
static void notify_the_counted(void)
{
	bool done = false;

	while (!done) {
		sched_yield();
		TUTTI_WITH(&lock)
		{
			done = counted;
			if (done)
				CHECK_EQ(tutti_condition_notify(&changed, &lock, 1), 0);
		}
	}
}

static void any_order_of_notify_cancel_deadline(void)
{
	static const struct orders o = { .begin = count_nobody,
		.wait = wait_counted,
		.grant = notify_the_counted,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT };

	orders_run(&o);
}

/* Taking the lock again takes as long as it takes, for whom the deadline or a cancel ended too. */
static void *wait_shortly(void *arg)
{
	TUTTI_HOLD(&lock);
	waiting = 1;
	code_of_first =
		tutti_condition_wait_until(&changed, &lock, tutti_after(TUTTI_MILLISECONDS(1)));
	CHECK(tutti_lock_locked(&lock));
	waiting = 2;
	return arg;
}

static void deadline_ends_the_wait_not_the_acquire(enum mix mix)
{
	waiting = 0;
	tutti_future *f = start_as(mix, wait_shortly, NULL);
	EVENTUALLY(wait_for_count(&waiting, 1) || wait_for_count(&waiting, 2));
	TUTTI_WITH(&lock)
	{
		int seen = waiting;

		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(3)), 0);
		CHECK_EQ(waiting, seen);
	}
	finish(f);
	CHECK_EQ(code_of_first, TUTTI_ETIMEDOUT);
}

/* A token goes round: a lost wake-up stops it for ever. */
static int token, laps;

static void *pass_on(void *arg)
{
	int me = *(int *)arg;

	for (int i = 0; i < laps; i++) {
		TUTTI_HOLD(&lock);
		while (token % WAITERS != me)
			CHECK_EQ(tutti_condition_wait(&changed, &lock), 0);
		token++;
		tutti_condition_notify(&changed, &lock, SIZE_MAX);
	}
	return NULL;
}

/* rows: F74 */
static void loses_no_wake_up(enum mix mix)
{
	tutti_future *f[WAITERS];

	token = 0;
	laps = suite_rounds(100);
	for (int i = 0; i < WAITERS; i++)
		f[i] = start_nth(mix, i, pass_on, &numbers[i]);
	join_all(f, WAITERS);
	CHECK_EQ(token, WAITERS * laps);
}

int main(void)
{
	suite_begin();
	RUN(refuses_flags);
	RUN(needs_the_lock);
	RUN_MIXES(needs_to_own_a_recursive_lock);
	RUN(remembers_nothing);
	RUN_MIXES(notifies_first_in_first_out);
	RUN_MIXES(notifies_as_many_as_asked);
	RUN(all_come_back_in_line);
	RUN_MIXES(waits_for_the_lock_too);
	RUN_MIXES(lets_a_recursive_lock_go_entirely);
	RUN_MIXES(wait_for_looks_again);
	RUN(wait_for_asks_first);
	RUN(cancels_and_notifies_add_up);
	RUN(any_order_of_notify_cancel_deadline);
	RUN_MIXES(deadline_ends_the_wait_not_the_acquire);
	RUN_MIXES(loses_no_wake_up);
	return suite_end();
}
