/* SPDX-License-Identifier: MIT */
/* rows: F72 T16 */
/* ctest: VIRTUAL ON */
#include <tutti/lock.h>

#include "support/suite.h"

#include <errno.h>

static tutti_lock lock, other;

static void to_the_end_of_the_block(void)
{
	{
		TUTTI_HOLD(&lock);
		CHECK(tutti_lock_locked(&lock));
	}
	CHECK(!tutti_lock_locked(&lock));
}

static int by_return(void)
{
	TUTTI_HOLD(&lock);
	return tutti_lock_locked(&lock);
}

static int by_return_from_within(int a)
{
	TUTTI_WITH(&lock)
	{
		if (a > 0)
			return tutti_lock_locked(&lock);
	}
	return -1;
}

static void by_goto(void)
{
	TUTTI_WITH(&lock)
	{
		CHECK(tutti_lock_locked(&lock));
		goto out;
	}
	CHECK(!"never here");
out:
	CHECK(!tutti_lock_locked(&lock));
}

/* rows: F72 T16 */
static void returns_and_gotos_release(void)
{
	CHECK_EQ(by_return(), 1);
	CHECK(!tutti_lock_locked(&lock));
	CHECK_EQ(by_return_from_within(1), 1);
	CHECK(!tutti_lock_locked(&lock));
	CHECK_EQ(by_return_from_within(0), -1);
	by_goto();
}

/* As lock.h says: they leave the block, not a loop around it. */
/* rows: F72 */
static void break_and_continue_leave_the_block(void)
{
	int turns = 0, after = 0;

	for (int i = 0; i < 3; i++) {
		TUTTI_WITH(&lock)
		{
			turns++;
			if (i == 0)
				break;
			if (i == 1)
				continue;
			CHECK(tutti_lock_locked(&lock));
		}
		CHECK(!tutti_lock_locked(&lock));
		after++;
	}
	CHECK_EQ(turns, 3);
	CHECK_EQ(after, 3);
}

static void hold_leaves_a_loop_by_break(void)
{
	int turns = 0;

	for (int i = 0; i < 5; i++) {
		TUTTI_HOLD(&lock);
		turns++;
		if (i == 1)
			continue;
		if (i == 2)
			break;
	}
	CHECK_EQ(turns, 3);
	CHECK(!tutti_lock_locked(&lock));
}

static void two_of_them_end_in_reverse(void)
{
	{
		TUTTI_HOLD(&lock);
		TUTTI_HOLD(&other);
		CHECK(tutti_lock_locked(&lock));
		CHECK(tutti_lock_locked(&other));
	}
	TUTTI_WITH(&lock)
	{
		TUTTI_WITH(&other)
		{
			break;
		}
		CHECK(tutti_lock_locked(&lock));
		CHECK(!tutti_lock_locked(&other));
	}
	CHECK(!tutti_lock_locked(&lock));
}

static void recursive_ones_nest(void)
{
	tutti_rlock r = TUTTI_RLOCK_INIT;

	TUTTI_WITH(&r)
	{
		TUTTI_WITH(&r)
		{
			TUTTI_HOLD(&r);
			CHECK(tutti_lock_locked(&r));
		}
		CHECK(tutti_lock_locked(&r));
	}
	CHECK(!tutti_lock_locked(&r));
	CHECK_EQ(tutti_lock_release(&r), TUTTI_EUNLOCKED);
}

/* Every way out, while others want in. */
static int counter;

static int change_it(int way)
{
	for (;;) {
		TUTTI_HOLD(&lock);
		counter++;
		if (way == 0)
			return 0;
		if (way == 1)
			break;
		TUTTI_WITH(&other)
		{
			if (way == 2)
				goto out;
		}
		return 3;
	}
	return 1;
out:
	return 2;
}

static void *change_many(void *arg)
{
	for (int i = 0; i < suite_rounds(1000); i++) {
		CHECK_EQ(change_it(i % 4), i % 4);
		if (i % 50 == 0)
			tutti_yield();
	}
	return arg;
}

static void under_contention(enum mix mix)
{
	tutti_future *f[4];

	counter = 0;
	start_all(mix, f, 4, change_many, NULL);
	join_all(f, 4);
	CHECK_EQ(counter, 4 * suite_rounds(1000));
}

int main(void)
{
	suite_begin();
	RUN(to_the_end_of_the_block);
	RUN(returns_and_gotos_release);
	RUN(break_and_continue_leave_the_block);
	RUN(hold_leaves_a_loop_by_break);
	RUN(two_of_them_end_in_reverse);
	RUN(recursive_ones_nest);
	RUN_MIXES(under_contention);
	return suite_end();
}
