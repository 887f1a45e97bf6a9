/* SPDX-License-Identifier: MIT */
/* rows: F71 */
/* ctest: VIRTUAL ON */
#include <tutti/lock.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { CONTEXTS = 4 };

static tutti_lock lock;
static int counter, inside;

static void begins_free(void)
{
	tutti_lock zeroed, named = TUTTI_LOCK_INIT, made;

	memset(&zeroed, 0, sizeof zeroed);
	memset(&made, 0xff, sizeof made);
	CHECK_EQ(tutti_lock_init(&made, 0), 0);
	CHECK(!tutti_lock_locked(&zeroed));
	CHECK(!tutti_lock_locked(&named));
	CHECK(!tutti_lock_locked(&made));
	tutti_lock_acquire(&made);
	CHECK(tutti_lock_locked(&made));
	CHECK_EQ(tutti_lock_release(&made), 0);
	CHECK(!tutti_lock_locked(&made));
}

static void refuses_other_flags(void)
{
	tutti_lock l;

	CHECK_EQ(tutti_lock_init(&l, TUTTI_LIFO), -EINVAL);
	CHECK_EQ(tutti_lock_init(&l, TUTTI_BOUNDED), -EINVAL);
	CHECK_EQ(tutti_lock_init(&l, 1u << 31), -EINVAL);
}

/* rows: F71 */
static void release_needs_a_holder(void)
{
	tutti_lock l = TUTTI_LOCK_INIT;

	CHECK_EQ(tutti_lock_release(&l), TUTTI_EUNLOCKED);
	tutti_lock_acquire(&l);
	CHECK_EQ(tutti_lock_release(&l), 0);
	CHECK_EQ(tutti_lock_release(&l), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_lock_acquire_until(&l, TUTTI_FOREVER), 0);
	CHECK_EQ(tutti_lock_release(&l), 0);
}

/* A second acquire by the holder waits like anybody's. */
static void has_no_owner(void)
{
	tutti_lock l = TUTTI_LOCK_INIT;

	CHECK_EQ(tutti_lock_acquire_until(&l, 0), 0);
	CHECK_EQ(tutti_lock_acquire_until(&l, 0), TUTTI_ETIMEDOUT);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(5));
	CHECK_EQ(tutti_lock_acquire_until(&l, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK(tutti_lock_locked(&l));
	CHECK_EQ(tutti_lock_release(&l), 0);
}

static void *release_it(void *arg)
{
	return give(tutti_lock_release(arg));
}

static void anybody_may_release(enum mix mix)
{
	tutti_lock_acquire(&lock);
	tutti_future *f = start_as(mix, release_it, &lock);
	tutti_lock_acquire(&lock);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(tutti_lock_release(&lock), 0);
}

static void *count_up(void *arg)
{
	int rounds = suite_rounds(5000);

	for (int i = 0; i < rounds; i++) {
		tutti_lock_acquire(&lock);
		CHECK_EQ(++inside, 1);
		counter++;
		if (i % 16 == 0)
			tutti_yield();
		inside--;
		CHECK_EQ(tutti_lock_release(&lock), 0);
		if (i % 64 == 0)
			tutti_yield();
	}
	return arg;
}

/* rows: F71 T15 */
static void one_at_a_time(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	counter = 0;
	start_all(mix, f, CONTEXTS, count_up, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(counter, CONTEXTS * suite_rounds(5000));
	CHECK(!tutti_lock_locked(&lock));
}

/* Some give up, some get it; whoever gets it has it alone. */
static void *try_for_a_while(void *arg)
{
	int rounds = suite_rounds(300);
	intptr_t got = 0;

	for (int i = 0; i < rounds; i++) {
		tutti_time patience = TUTTI_MILLISECONDS(0.01) * (i % 8);
		int rc = tutti_lock_acquire_until(&lock, tutti_after(patience));

		if (rc == TUTTI_ETIMEDOUT) {
			CHECK_EQ(tutti_yield(), 0);
			continue;
		}
		CHECK_EQ(rc, 0);
		CHECK_EQ(++inside, 1);
		got++;
		tutti_yield();
		inside--;
		CHECK_EQ(tutti_lock_release(&lock), 0);
	}
	(void)arg;
	return give(got);
}

static void impatient_waiters_leave_no_trace(enum mix mix)
{
	tutti_future *f[CONTEXTS];
	intptr_t got = 0;

	start_all(mix, f, CONTEXTS, try_for_a_while, NULL);
	for (int i = 0; i < CONTEXTS; i++)
		got += finish(f[i]);
	CHECK(got > 0);
	CHECK(!tutti_lock_locked(&lock));
	CHECK_EQ(tutti_lock_acquire_until(&lock, 0), 0);
	CHECK_EQ(tutti_lock_release(&lock), 0);
}

static bool served;

/* Takes it again at once, each time, so that a waiter can never come in between by itself. */
static void *hog(void *arg)
{
	while (!tu_load_acq(&served)) {
		tutti_lock_acquire(&lock);
		tutti_time until = tutti_after(TUTTI_MILLISECONDS(0.05));
		while (tutti_now() < until)
			continue;
		CHECK_EQ(tutti_lock_release(&lock), 0);
	}
	return arg;
}

static void *want_it_once(void *arg)
{
	tutti_lock_acquire(&lock);
	tu_store_rel(&served, true);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	return arg;
}

/* rows: F71 F146 */
static void nobody_starves(enum mix mix)
{
	served = false;
	tutti_future *hogs[2] = { tutti_thread_start(hog, NULL, NULL),
		tutti_thread_start(hog, NULL, NULL) };
	finish(start_as(mix, want_it_once, NULL));
	join_all(hogs, 2);
}

/* Nobody else can run between these tasks' waits, so a waiter of a loop is served in its turn. */
static void *take_turns(void *arg)
{
	for (int i = 0; i < 100; i++) {
		tutti_lock_acquire(&lock);
		CHECK_EQ(tutti_yield(), 0);
		CHECK_EQ(tutti_lock_release(&lock), 0);
	}
	return arg;
}

static void tasks_of_a_loop_wait_while_held(void)
{
	tutti_future *f[3];

	start_all(TASKS, f, 3, take_turns, NULL);
	join_all(f, 3);
	CHECK(!tutti_lock_locked(&lock));
}

/* Held, by whoever has it. */
static void make_held(void)
{
	tutti_lock_acquire_until(&lock, 0);
	CHECK(tutti_lock_locked(&lock));
}

static int wait_with_deadline(tutti_time deadline)
{
	return tutti_lock_acquire_until(&lock, deadline);
}

static int wait_without(tutti_time deadline)
{
	(void)deadline;
	tutti_lock_acquire(&lock);
	return 0;
}

static void grant_it(void)
{
	CHECK_EQ(tutti_lock_release(&lock), 0);
}

/* Free again, and nobody took it. */
static int is_left(void)
{
	return !tutti_lock_locked(&lock);
}

static void is_no_cancellation_point(void)
{
	static const struct orders with = { .begin = make_held,
		.wait = wait_with_deadline,
		.grant = grant_it,
		.left = is_left,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };
	static const struct orders without = { .begin = make_held,
		.wait = wait_without,
		.grant = grant_it,
		.left = is_left,
		.remembers = true };

	orders_run(&with);
	orders_run(&without);
	tutti_lock_release(&lock);
}

/* The lock is the only order between the two: a race detector sees whether it is one. */
static int message, replies;

static void *pass_messages(void *arg)
{
	for (int i = 0; i < suite_rounds(200);) {
		tutti_yield();
		TUTTI_HOLD(&lock);
		if (message > replies) {
			replies = message;
			i++;
		}
	}
	return arg;
}

static void release_happens_before_acquire(void)
{
	tutti_future *f = tutti_thread_start(pass_messages, NULL, NULL);

	message = replies = 0;
	for (int i = 0; i < suite_rounds(200);) {
		TUTTI_WITH(&lock)
		{
			if (replies == message) {
				message++;
				i++;
			}
		}
		tutti_yield();
	}
	finish(f);
	CHECK_EQ(replies, suite_rounds(200));
}

int main(void)
{
	suite_begin();
	RUN(begins_free);
	RUN(refuses_other_flags);
	RUN(release_needs_a_holder);
	RUN(has_no_owner);
	RUN_MIXES(anybody_may_release);
	RUN_MIXES(one_at_a_time);
	RUN_MIXES(impatient_waiters_leave_no_trace);
	if (!tutti_simulated()) /* to hold it for a while it lets real time pass */
		RUN_MIXES(nobody_starves);
	RUN(tasks_of_a_loop_wait_while_held);
	RUN(is_no_cancellation_point);
	RUN(release_happens_before_acquire);
	return suite_end();
}
