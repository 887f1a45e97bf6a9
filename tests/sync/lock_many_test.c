/* SPDX-License-Identifier: MIT */
/* rows: T17 */
/* lock_many_test.c - several locks at once, one after the other in the order of addresses. */
#include <tutti/tutti.h>

#include "support/suite.h"

enum { LOCKS = 5, CONTEXTS = 4 };

static tutti_lock locks[LOCKS];
static int guarded[LOCKS];

static bool are_held(const char *pattern)
{
	for (int i = 0; i < LOCKS; i++)
		if (tutti_lock_locked(&locks[i]) != (pattern[i] == 'x'))
			return false;
	return true;
}

static void takes_and_gives(void)
{
	tutti_lock *const some[] = { &locks[3], &locks[0], &locks[3], &locks[2], &locks[0] };

	tutti_lock_acquire_many(some, 5);
	CHECK(are_held("x.xx."));
	CHECK_EQ(tutti_lock_release_many(some, 5), 0);
	CHECK(are_held("....."));
	tutti_lock_acquire_many(NULL, 0);
	CHECK_EQ(tutti_lock_release_many(NULL, 0), 0);
	CHECK(are_held("....."));
}

static void says_what_is_not_held(void)
{
	tutti_lock *const some[] = { &locks[1], &locks[0], &locks[2] };

	tutti_lock_acquire_many(some, 3);
	CHECK_EQ(tutti_lock_release(&locks[1]), 0);
	CHECK_EQ(tutti_lock_release_many(some, 3), TUTTI_EUNLOCKED);
	CHECK(are_held("....."));
}

static void *take_three(void *arg)
{
	tutti_lock *const some[] = { &locks[4], &locks[2], &locks[0] };

	tutti_lock_acquire_many(some, 3);
	CHECK_EQ(tutti_lock_release_many(some, 3), 0);
	return arg;
}

/* With the middle one taken it has the lowest, and not yet the highest. */
static void in_order(enum mix mix)
{
	tutti_future *f;

	tutti_lock_acquire(&locks[2]);
	f = start_as(mix, take_three, NULL);
	while (!tutti_lock_locked(&locks[0]))
		tutti_yield();
	CHECK(are_held("x.x.."));
	CHECK_EQ(tutti_lock_release(&locks[2]), 0);
	finish(f);
	CHECK(are_held("....."));
}

/* Each takes three of five, listed in another order each time: nobody hangs. */
static void *take_any(void *arg)
{
	int first = *(int *)arg;

	for (int i = 0; i < suite_rounds(300); i++) {
		int at[] = { (first + i) % LOCKS, (first + 3 * i + 2) % LOCKS, (i * i) % LOCKS };
		tutti_lock *const some[] = { &locks[at[0]], &locks[at[1]], &locks[at[2]] };

		tutti_lock_acquire_many(some, 3);
		guarded[at[0]]++;
		if (i % 4 == 0)
			tutti_yield();
		CHECK_EQ(tutti_lock_release_many(some, 3), 0);
	}
	return NULL;
}

/* rows: T17 */
static void nobody_hangs(enum mix mix)
{
	static int firsts[CONTEXTS];
	tutti_future *f[CONTEXTS];
	int sum = 0;

	memset(guarded, 0, sizeof guarded);
	for (int i = 0; i < CONTEXTS; i++) {
		firsts[i] = i;
		f[i] = start_nth(mix, i, take_any, &firsts[i]);
	}
	join_all(f, CONTEXTS);
	for (int i = 0; i < LOCKS; i++)
		sum += guarded[i];
	CHECK_EQ(sum, CONTEXTS * suite_rounds(300));
}

int main(void)
{
	suite_begin();
	RUN(takes_and_gives);
	RUN(says_what_is_not_held);
	RUN_MIXES(in_order);
	RUN_MIXES(nobody_hangs);
	return suite_end();
}
