/* SPDX-License-Identifier: MIT */
/* ctest: TIMEOUT 900 */
/* Semaphores: a permit is with one who acquired it or in the semaphore, whatever met on the way. */
#include "core/wait.h"
#include "model/ground.h"

#include <tutti/semaphore.h>

enum { SOON = 2000 };

enum { GOT = 1, TIMED_OUT = 2, CANCELED = 4 };

static tutti_semaphore semaphore;
static uint32_t released, acquired;

static void begin(void)
{
	MODEL_CHECK(tutti_semaphore_init(&semaphore, 0, 0) == 0);
	released = acquired = 0;
}

static void begin_with_one(void)
{
	begin();
	MODEL_CHECK(tutti_semaphore_init(&semaphore, 1, 0) == 0);
	released = 1;
}

static int acquire(tutti_time deadline)
{
	int rc = tutti_semaphore_acquire_until(&semaphore, deadline);

	model_saw(rc == 0 ? GOT : rc == TUTTI_ETIMEDOUT ? TIMED_OUT : CANCELED);
	acquired += rc == 0;
	return rc;
}

static void release(uint32_t n)
{
	released += n;
	MODEL_CHECK(tutti_semaphore_release(&semaphore, n) == 0);
}

static void take(void)
{
	MODEL_CHECK(acquire(TUTTI_FOREVER) == 0);
}

static void take_until_soon(void)
{
	int rc = acquire(SOON);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT);
}

static void take_until_canceled(void)
{
	int rc = acquire(TUTTI_FOREVER);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ECANCELED);
}

static void borrow(void)
{
	take();
	acquired--;
	MODEL_CHECK(tutti_semaphore_release(&semaphore, 1) == 0);
}

static void borrow_twice(void)
{
	borrow();
	borrow();
}

static void release_one(void)
{
	release(1);
}

static void release_two(void)
{
	release(2);
}

static void release_twice(void)
{
	release(1);
	release(1);
}

static void cancel_then_release(void)
{
	tu_context_cancel(model_context(0));
	release(1);
}

static void release_then_cancel(void)
{
	release(1);
	tu_context_cancel(model_context(0));
}

/* Not WAITERS either: nobody waits. */
static void is_conserved(void)
{
	MODEL_CHECK(semaphore.priv[0] == released - acquired);
}

static const struct model_test tests[] = {
	{ "one", begin, { take, release_one }, is_conserved, .outcomes = GOT, .bound = 6,
		.deep = MODEL_ALL },
	{ "two_at_once", begin, { take, take, release_two }, is_conserved, .outcomes = GOT,
		.bound = 4, .deep = 5 },
	{ "one_by_one", begin, { take, take, release_twice }, is_conserved, .outcomes = GOT,
		.bound = 3, .deep = 5 },
	{ "borrowed", begin_with_one, { borrow_twice, borrow_twice }, is_conserved, .outcomes = GOT,
		.bound = 4, .deep = 6 },
	{ "borrowed_by_three", begin_with_one, { borrow, borrow, borrow }, is_conserved,
		.outcomes = GOT, .bound = 3, .deep = 5 },
	{ "one_runs_out_of_time", begin, { take_until_soon, take, release_twice }, is_conserved,
		{ SOON }, .outcomes = GOT | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "grant_or_time", begin, { take_until_soon, release_one }, is_conserved, { SOON },
		.outcomes = GOT | TIMED_OUT, .bound = 5, .deep = 7 },
	{ "time_between_releases", begin, { take_until_soon, release_one, release_one },
		is_conserved, { SOON }, .outcomes = GOT | TIMED_OUT, .bound = 3, .deep = 5 },
	{ "cancel_or_time", begin, { take_until_canceled, take_until_soon, cancel_then_release },
		is_conserved, { SOON }, .outcomes = GOT | CANCELED | TIMED_OUT, .bound = 2,
		.deep = 3 },
	{ "grant_or_cancel", begin, { take_until_canceled, take_until_soon, release_then_cancel },
		is_conserved, { SOON }, .outcomes = GOT | CANCELED | TIMED_OUT, .bound = 2,
		.deep = 3 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
