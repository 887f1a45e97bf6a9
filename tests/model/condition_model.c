/* SPDX-License-Identifier: MIT */
/* ctest: TIMEOUT 900 */
/*
 * Conditions: a notify reaches somebody who waits. One whose time is up or who is cancelled either
 * was notified and says so, or leaves the notify to the next.
 */
#include "core/wait.h"
#include "model/ground.h"

#include <tutti/condition.h>

enum { SOON = 2000 };

enum { NOTIFIED = 1, TIMED_OUT = 2, CANCELED = 4, WAITED = 8 };

static tutti_lock locks[8];
static tutti_lock *lock; /* the one in use */
static tutti_condition condition;
static int items, inside;

static struct tu_bucket *bucket_of(const void *key)
{
	struct tu_bucket *b = tu_lot_lock(key);

	tu_lot_unlock(b);
	return b;
}

/* Lock and condition are in two buckets: in one a notify has less to do. */
static void begin(void)
{
	lock = locks;
	while (bucket_of(lock) == bucket_of(&condition))
		MODEL_CHECK(++lock < locks + sizeof locks / sizeof locks[0]);
	*lock = (tutti_lock)TUTTI_LOCK_INIT;
	condition = (tutti_condition){ { 0 } };
	items = inside = 0;
}

static void enter(void)
{
	tutti_lock_acquire(lock);
	MODEL_CHECK(inside++ == 0);
}

static void leave(void)
{
	MODEL_CHECK(--inside == 0);
	MODEL_CHECK(tutti_lock_release(lock) == 0);
}

/* With the lock given up meanwhile and held afterwards, whatever comes of it. */
static int wait_inside(tutti_time deadline)
{
	int rc;

	inside--;
	rc = tutti_condition_wait_until(&condition, lock, deadline);
	MODEL_CHECK(inside++ == 0);
	model_saw(rc == 0 ? NOTIFIED : rc == TUTTI_ETIMEDOUT ? TIMED_OUT : CANCELED);
	return rc;
}

static void take(void)
{
	enter();
	while (items == 0) {
		model_saw(WAITED);
		MODEL_CHECK(wait_inside(TUTTI_FOREVER) == 0);
	}
	items--;
	leave();
}

static void put_n(int n, size_t notified)
{
	enter();
	items += n;
	MODEL_CHECK(tutti_condition_notify(&condition, lock, notified) == 0);
	leave();
}

static void put_one(void)
{
	put_n(1, 1);
}

static void put_two(void)
{
	put_n(2, SIZE_MAX);
}

static void put_one_by_one(void)
{
	put_one();
	put_one();
}

/*
 * Wait once. Notified: that was for somebody who takes an item, so pass it on. Otherwise nothing
 * has happened and nobody is told: were it the notify that was lost, the other would wait for ever.
 */
static void wait_once(tutti_time deadline, int otherwise)
{
	int rc;

	enter();
	if (items == 0) {
		rc = wait_inside(deadline);
		MODEL_CHECK(rc == 0 || rc == otherwise);
		if (rc == 0)
			MODEL_CHECK(tutti_condition_notify(&condition, lock, 1) == 0);
	}
	leave();
}

static void wait_until_soon(void)
{
	wait_once(SOON, TUTTI_ETIMEDOUT);
}

static void wait_until_canceled(void)
{
	wait_once(TUTTI_FOREVER, TUTTI_ECANCELED);
}

static void cancel_then_put(void)
{
	tu_context_cancel(model_context(0));
	put_one();
}

static void put_then_cancel(void)
{
	put_one();
	tu_context_cancel(model_context(0));
}

static void is_quiet(void)
{
	MODEL_CHECK(items == 0);
	MODEL_CHECK(condition.priv[0] == 0);
	MODEL_CHECK(lock->priv[0] == 0);
}

static const struct model_test tests[] = {
	{ "one", begin, { take, put_one }, is_quiet, .outcomes = NOTIFIED | WAITED, .bound = 5,
		.deep = 7 },
	{ "all_of_two", begin, { take, take, put_two }, is_quiet, .outcomes = NOTIFIED | WAITED,
		.bound = 3, .deep = 4 },
	{ "two_one_by_one", begin, { take, take, put_one_by_one }, is_quiet,
		.outcomes = NOTIFIED | WAITED, .bound = 2, .deep = 3 },
	{ "one_runs_out_of_time", begin, { wait_until_soon, take, put_one }, is_quiet, { SOON },
		.outcomes = NOTIFIED | WAITED | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "one_is_canceled_first", begin, { wait_until_canceled, take, cancel_then_put }, is_quiet,
		.outcomes = NOTIFIED | WAITED | CANCELED, .bound = 2, .deep = 3 },
	{ "one_is_canceled_later", begin, { wait_until_canceled, take, put_then_cancel }, is_quiet,
		.outcomes = NOTIFIED | WAITED | CANCELED, .bound = 2, .deep = 3 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
