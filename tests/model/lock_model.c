/* SPDX-License-Identifier: MIT */
/* Locks: one holder at a time, nobody forgotten, by each way to it: barging, let go, handed. */
#include "model/ground.h"

#include <tutti/error.h>
#include <tutti/lock.h>

enum { SOON = 2000, LATE = 5000000 }; /* after SOON, LATE is longer than HAND_OFF_NS */

enum { GOT = 1, TIMED_OUT = 2 };

static tutti_lock lock;
static int inside;

static void begin(void)
{
	lock = (tutti_lock)TUTTI_LOCK_INIT;
	inside = 0;
}

static void use(void)
{
	MODEL_CHECK(inside++ == 0);
	tu_model_point(&inside);
	MODEL_CHECK(--inside == 0);
	MODEL_CHECK(tutti_lock_release(&lock) == 0);
}

static void once(void)
{
	tutti_lock_acquire(&lock);
	use();
}

static void twice(void)
{
	once();
	once();
}

static void until(void)
{
	int rc = tutti_lock_acquire_until(&lock, SOON);

	model_saw(rc == 0 ? GOT : TIMED_OUT);
	if (rc == 0)
		use();
	else
		MODEL_CHECK(rc == TUTTI_ETIMEDOUT);
}

/* No bit may be left over: QUEUED would cost every release a look, WOKEN would forget somebody. */
static void is_free(void)
{
	MODEL_CHECK(lock.priv[0] == 0);
	MODEL_CHECK(lock.holder == 0);
}

static const struct model_test tests[] = {
	{ "two_twice", begin, { twice, twice }, is_free, .bound = 5, .deep = 7 },
	{ "three", begin, { once, once, once }, is_free, .bound = 3, .deep = 4 },
	{ "one_runs_out_of_time", begin, { once, until, once }, is_free, { SOON }, GOT | TIMED_OUT,
		.bound = 2, .deep = 3 },
	{ "handed_over", begin, { once, once, once }, is_free, { LATE }, .bound = 2, .deep = 3 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
