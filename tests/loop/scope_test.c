/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
#include <tutti/scope.h>

#include "support/suite.h"

static tutti_time soon(void)
{
	return tutti_after(TUTTI_MILLISECONDS(3));
}

static tutti_event never;

/* Every test here runs in the thread itself, and in a task. */
#define RUN_BOTH(test)                                        \
	do {                                                  \
		suite_next(#test, THREADS);                   \
		finish(tutti_thread_start(test, NULL, NULL)); \
		suite_next(#test, TASKS);                     \
		finish(tutti_task_start(test, NULL, NULL));   \
		suite_next(#test, APART);                     \
		finish(start_apart(test, NULL));              \
	} while (0)

static void *a_limit_ends_what_waits(void *arg)
{
	tutti_scope limit;
	tutti_time deadline = soon();

	tutti_timeout_begin(&limit, deadline);
	int rc = tutti_sleep(TUTTI_SECONDS(100));
	CHECK_EQ(rc, TUTTI_ECANCELED);
	CHECK(tutti_now() >= deadline);
	CHECK(tutti_cancelled());
	CHECK_EQ(tutti_yield(), TUTTI_ECANCELED); /* every one from then on */
	CHECK_EQ(tutti_event_wait_until(&never, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	CHECK(!tutti_cancelled());
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void *a_limit_not_reached_does_nothing(void *arg)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, tutti_after(TUTTI_SECONDS(100)));
	CHECK_EQ(tutti_timeout_end(&limit, tutti_yield()), 0);
	tutti_timeout_begin(&limit, TUTTI_FOREVER);
	CHECK_EQ(tutti_timeout_end(&limit, tutti_sleep(1)), 0);
	tutti_timeout_begin(&limit, tutti_after(TUTTI_SECONDS(100)));
	CHECK_EQ(tutti_timeout_end(&limit, -5), -5);
	tutti_timeout_begin(&limit, tutti_after(TUTTI_SECONDS(100)));
	CHECK_EQ(tutti_timeout_end(&limit, TUTTI_ECANCELED), TUTTI_ECANCELED); /* not by this one */
	return arg;
}

static void *a_limit_in_the_past_is_said_at_once(void *arg)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, 0);
	CHECK(tutti_cancelled());
	int rc = tutti_yield();
	CHECK_EQ(rc, TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	tutti_timeout_begin(&limit, 0);
	CHECK_EQ(tutti_timeout_end(&limit, 0), 0); /* what succeeded has succeeded */
	return arg;
}

/* The limit is a cancel to the calls within, also where they have a deadline of their own. */
static void *the_first_of_two_deadlines_counts(void *arg)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, tutti_after(TUTTI_SECONDS(100)));
	CHECK_EQ(tutti_event_wait_until(&never, soon()), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_timeout_end(&limit, 0), 0);
	tutti_timeout_begin(&limit, soon());
	int rc = tutti_event_wait_until(&never, tutti_after(TUTTI_SECONDS(100)));
	CHECK_EQ(rc, TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	return arg;
}

static void *limits_nest(void *arg)
{
	tutti_scope outer, inner;

	tutti_timeout_begin(&outer, tutti_after(TUTTI_SECONDS(100)));
	tutti_timeout_begin(&inner, soon());
	int rc = tutti_timeout_end(&inner, tutti_sleep(TUTTI_SECONDS(50)));
	CHECK_EQ(rc, TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_timeout_end(&outer, 0), 0);

	tutti_timeout_begin(&outer, soon());
	tutti_timeout_begin(&inner, tutti_after(TUTTI_SECONDS(100)));
	rc = tutti_sleep(TUTTI_SECONDS(50));
	CHECK_EQ(rc, TUTTI_ECANCELED);
	rc = tutti_timeout_end(&inner, rc);
	CHECK_EQ(rc, TUTTI_ECANCELED); /* the outer one's */
	CHECK_EQ(tutti_yield(), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&outer, rc), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void *a_shield_holds_back_a_limit(void *arg)
{
	tutti_scope limit, shield;
	tutti_time deadline = soon();

	tutti_timeout_begin(&limit, deadline);
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	CHECK_EQ(tutti_sleep_until(deadline + TUTTI_MILLISECONDS(1)), 0);
	CHECK(!tutti_cancelled());
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_shield_end(&shield, 3), 3);
	CHECK(tutti_cancelled());
	int rc = tutti_yield();
	CHECK_EQ(rc, TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	return arg;
}

/* From its own deadline on a shield lets through what it held back. */
static void *a_shield_ends_at_its_deadline(void *arg)
{
	tutti_scope limit, shield;
	tutti_time deadline = soon(), shielded = deadline + TUTTI_MILLISECONDS(2);

	tutti_timeout_begin(&limit, deadline);
	tutti_shield_begin(&shield, shielded);
	CHECK_EQ(tutti_sleep(TUTTI_SECONDS(100)), TUTTI_ECANCELED);
	CHECK(tutti_now() >= shielded);
	int rc = tutti_yield();
	CHECK_EQ(rc, TUTTI_ECANCELED);
	CHECK_EQ(tutti_shield_end(&shield, rc), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	return arg;
}

/* A shield's deadline alone cancels nobody. */
static void *a_shield_is_no_limit(void *arg)
{
	tutti_scope shield;
	tutti_time deadline = soon();

	tutti_shield_begin(&shield, deadline);
	CHECK_EQ(tutti_sleep_until(deadline + TUTTI_MILLISECONDS(1)), 0);
	CHECK_EQ(tutti_shield_end(&shield, 0), 0);
	tutti_shield_begin(&shield, 0);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_shield_end(&shield, -7), -7);
	return arg;
}

/* A limit inside a shield is inside: it works. */
static void *limits_work_under_a_shield(void *arg)
{
	tutti_scope shield, limit;

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	tutti_timeout_begin(&limit, soon());
	int rc = tutti_sleep(TUTTI_SECONDS(100));
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_shield_end(&shield, 0), 0);
	return arg;
}

/* Locks do not listen; the limit is said at the next point. */
static tutti_lock lock;

static void *hold_a_while(void *arg)
{
	tutti_lock_acquire(&lock);
	tutti_event_set(arg);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(6)), 0);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	return NULL;
}

static void *a_lock_is_acquired_all_the_same(void *arg)
{
	tutti_event held = { { 0, 0 } };
	tutti_scope limit;
	tutti_thread *holder = tutti_thread_start(hold_a_while, &held, NULL);

	CHECK_EQ(tutti_event_wait(&held), 0);
	tutti_timeout_begin(&limit, 0);
	tutti_lock_acquire(&lock);
	CHECK(tutti_lock_locked(&lock));
	int rc = tutti_yield();
	CHECK_EQ(tutti_lock_release(&lock), 0);
	CHECK_EQ(tutti_timeout_end(&limit, rc), TUTTI_ETIMEDOUT);
	finish(holder);
	return arg;
}

/* A hundred tasks, each with a limit, in one wait; limits of ended stretches fire for none. */
static void *limited(void *arg)
{
	tutti_scope limit;
	int ms = (int)(intptr_t)arg;

	for (int i = 0; i < 3; i++) {
		tutti_timeout_begin(&limit, tutti_after(TUTTI_MILLISECONDS(1) * ms));
		int rc = ms % 2 ? tutti_sleep(TUTTI_SECONDS(100)) : tutti_yield();
		rc = tutti_timeout_end(&limit, rc);
		CHECK(ms % 2 ? rc == TUTTI_ETIMEDOUT : rc == 0 || rc == TUTTI_ETIMEDOUT);
		CHECK_EQ(tutti_yield(), 0);
	}
	return NULL;
}

static void many_limits_at_once(enum mix mix)
{
	tutti_future *f[40];

	for (int i = 0; i < 40; i++)
		f[i] = start_nth(mix, i, limited, give(i % 7));
	join_all(f, 40);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(8)), 0);
}

int main(void)
{
	suite_begin();
	RUN_BOTH(a_limit_ends_what_waits);
	RUN_BOTH(a_limit_not_reached_does_nothing);
	RUN_BOTH(a_limit_in_the_past_is_said_at_once);
	RUN_BOTH(the_first_of_two_deadlines_counts);
	RUN_BOTH(limits_nest);
	RUN_BOTH(a_shield_holds_back_a_limit);
	RUN_BOTH(a_shield_ends_at_its_deadline);
	RUN_BOTH(a_shield_is_no_limit);
	RUN_BOTH(limits_work_under_a_shield);
	RUN_BOTH(a_lock_is_acquired_all_the_same);
	RUN_MIXES(many_limits_at_once);
	return suite_end();
}
