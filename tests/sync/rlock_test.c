/* SPDX-License-Identifier: MIT */
/* rows: F73 T19 */
/* ctest: VIRTUAL ON */
#include <tutti/lock.h>

#include "support/suite.h"

#include <errno.h>

enum { CONTEXTS = 4 };

static tutti_rlock lock = TUTTI_RLOCK_INIT;
static int counter, inside;

static void *try_it(void *arg)
{
	int rc = tutti_lock_acquire_until(arg, 0);

	if (rc == 0)
		CHECK_EQ(tutti_lock_release(arg), 0);
	return give(rc);
}

static void *release_it(void *arg)
{
	return give(tutti_lock_release(arg));
}

static void can_be_made_by_init(void)
{
	tutti_rlock l;

	CHECK_EQ(tutti_lock_init(&l, TUTTI_RECURSIVE), 0);
	for (int i = 0; i < 1000; i++)
		tutti_lock_acquire(&l);
	for (int i = 0; i < 1000; i++)
		CHECK_EQ(tutti_lock_release(&l), 0);
	CHECK(!tutti_lock_locked(&l));
	CHECK_EQ(tutti_lock_init(&l, TUTTI_RECURSIVE | TUTTI_LIFO), -EINVAL);
}

/* rows: F73 */
static void free_only_after_as_many_releases(enum mix mix)
{
	tutti_lock_acquire(&lock);
	CHECK_EQ(tutti_lock_acquire_until(&lock, 0), 0);
	CHECK_EQ(tutti_lock_acquire_until(&lock, TUTTI_FOREVER), 0);
	for (int depth = 3; depth > 0; depth--) {
		CHECK_EQ(finish(start_as(mix, try_it, &lock)), TUTTI_ETIMEDOUT);
		CHECK_EQ(tutti_lock_release(&lock), 0);
	}
	CHECK_EQ(finish(start_as(mix, try_it, &lock)), 0);
}

/* rows: F73 */
static void only_the_holder_may_release(enum mix mix)
{
	CHECK_EQ(tutti_lock_release(&lock), TUTTI_EUNLOCKED);
	CHECK_EQ(finish(start_as(mix, release_it, &lock)), TUTTI_EUNLOCKED);
	tutti_lock_acquire(&lock);
	CHECK_EQ(finish(start_as(mix, release_it, &lock)), -EPERM);
	CHECK(tutti_lock_locked(&lock));
	CHECK_EQ(tutti_lock_release(&lock), 0);
	CHECK_EQ(tutti_lock_release(&lock), TUTTI_EUNLOCKED);
}

/* The owner is the task, not the thread that runs it. */
static void *hold_over_a_yield(void *arg)
{
	tutti_lock_acquire(&lock);
	tutti_lock_acquire(&lock);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	return arg;
}

static void *refused_meanwhile(void *arg)
{
	CHECK_EQ(tutti_lock_acquire_until(&lock, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_lock_release(&lock), -EPERM);
	tutti_lock_acquire(&lock);
	CHECK_EQ(tutti_lock_release(&lock), 0);
	return arg;
}

static void tasks_of_a_loop_are_others(void)
{
	tutti_future *f[2] = { tutti_task_start(hold_over_a_yield, NULL, NULL),
		tutti_task_start(refused_meanwhile, NULL, NULL) };

	join_all(f, 2);
	CHECK(!tutti_lock_locked(&lock));
}

static void *count_up(void *arg)
{
	for (int i = 0; i < suite_rounds(1000); i++) {
		tutti_lock_acquire(&lock);
		CHECK_EQ(++inside, 1);
		if (i % 16 == 0)
			tutti_yield();
		tutti_lock_acquire(&lock);
		counter++;
		CHECK_EQ(tutti_lock_release(&lock), 0);
		if (i % 32 == 0)
			tutti_yield();
		inside--;
		CHECK_EQ(tutti_lock_release(&lock), 0);
	}
	return arg;
}

static void one_at_a_time(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	counter = 0;
	start_all(mix, f, CONTEXTS, count_up, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(counter, CONTEXTS * suite_rounds(1000));
}

static void timed_acquire_waits_at_depth_one_only(enum mix mix)
{
	tutti_lock_acquire(&lock);
	tutti_future *f = start_as(mix, try_it, &lock);
	CHECK_EQ(tutti_lock_acquire_until(&lock, 0),
		0); /* one's own: no wait, not even a past one */
	CHECK_EQ(tutti_lock_release(&lock), 0);
	CHECK_EQ(finish(f), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_lock_release(&lock), 0);
}

int main(void)
{
	suite_begin();
	RUN(can_be_made_by_init);
	RUN_MIXES(free_only_after_as_many_releases);
	RUN_MIXES(only_the_holder_may_release);
	RUN(tasks_of_a_loop_are_others);
	RUN_MIXES(one_at_a_time);
	RUN_MIXES(timed_acquire_waits_at_depth_one_only);
	return suite_end();
}
