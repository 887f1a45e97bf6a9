/* SPDX-License-Identifier: MIT */
/* rows: F86 T45 */
/* ctest: VIRTUAL ON */
#include <tutti/local.h>

#include "support/suite.h"

#include <pthread.h>

enum { CONTEXTS = 8, MANY = 100, BATCH = 50 };

static int destroyed, sum;

static void destroy(void *value)
{
	tu_add_acqrel(&destroyed, 1);
	tu_add_acqrel(&sum, *(int *)value);
}

static tutti_local plain;
static tutti_local second;
static tutti_local counted = TUTTI_LOCAL_INIT(destroy);
static tutti_local freed = TUTTI_LOCAL_INIT(free);

static void *begins_without(void *arg)
{
	CHECK(!tutti_local_get(&plain));
	CHECK(!tutti_local_get(&second));
	CHECK(!tutti_local_get(&counted));
	return arg;
}

/* A value of one is not seen by another, even of the same thread. */
/* rows: F86 T45 */
static void everybody_has_their_own(enum mix mix)
{
	int mine;

	CHECK_EQ(tutti_local_set(&plain, &mine), 0);
	CHECK_EQ(tutti_local_set(&counted, &mine), 0);
	finish(start_as(mix, begins_without, NULL));
	CHECK(tutti_local_get(&plain) == &mine);
	CHECK_EQ(tutti_local_set(&plain, NULL), 0);
	CHECK_EQ(tutti_local_set(&counted, NULL), 0);
	CHECK(!tutti_local_get(&plain));
	CHECK(!tutti_local_get(&counted));
}

static void *keep_over_waits(void *arg)
{
	int here[2];

	for (int i = 0; i < suite_rounds(50); i++) {
		CHECK_EQ(tutti_local_set(&plain, &here[i % 2]), 0);
		CHECK_EQ(tutti_local_set(&second, here + 2), 0);
		CHECK_EQ(tutti_yield(), 0);
		CHECK(tutti_local_get(&plain) == &here[i % 2]);
		CHECK(tutti_local_get(&second) == here + 2);
	}
	return arg;
}

static void values_stay_over_waits(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	start_all(mix, f, CONTEXTS, keep_over_waits, NULL);
	join_all(f, CONTEXTS);
}

static int one = 1, ten = 10;

static void *set_both(void *arg)
{
	CHECK_EQ(tutti_local_set(&counted, &ten), 0);
	CHECK_EQ(tutti_local_set(&counted, &one), 0); /* the value before is not destroyed */
	CHECK_EQ(tutti_local_set(&freed, malloc(64)), 0);
	return arg;
}

static void *set_and_take_back(void *arg)
{
	CHECK_EQ(tutti_local_set(&counted, &one), 0);
	CHECK_EQ(tutti_local_set(&counted, NULL), 0);
	return arg;
}

/* As soon as its future is done: nothing else is waited for. */
static void destroyed_before_the_future_is_done(enum mix mix)
{
	for (int i = 0; i < 20; i++) {
		destroyed = sum = 0;
		finish(start_nth(mix, i, set_both, NULL));
		CHECK_EQ(destroyed, 1);
		CHECK_EQ(sum, 1);
		finish(start_nth(mix, i, set_and_take_back, NULL));
		CHECK_EQ(destroyed, 1);
	}
}

/* rows: F86 */
static void a_thousand_end_and_a_thousand_are_destroyed(enum mix mix)
{
	tutti_future *f[BATCH];

	destroyed = 0;
	for (int i = 0; i < 1000 / BATCH; i++) {
		start_all(mix, f, BATCH, set_both, NULL);
		join_all(f, BATCH);
		CHECK_EQ(destroyed, (i + 1) * BATCH);
	}
}

/* More locals than any fixed table would have. */
static tutti_local many[MANY];

static void *use_many(void *arg)
{
	int values[MANY];

	for (int i = 0; i < MANY; i++) {
		CHECK(!tutti_local_get(&many[i]));
		values[i] = 1;
		CHECK_EQ(tutti_local_set(&many[i], &values[i]), 0);
	}
	tutti_yield();
	for (int i = 0; i < MANY; i++) {
		CHECK(tutti_local_get(&many[i]) == &values[i]);
		CHECK_EQ(tutti_local_set(&many[i], &one), 0);
	}
	return arg;
}

static void there_is_no_small_limit(enum mix mix)
{
	tutti_future *f[4];

	for (int i = 0; i < MANY; i++)
		many[i].destroy = destroy;
	destroyed = 0;
	start_all(mix, f, 4, use_many, NULL);
	join_all(f, 4);
	CHECK_EQ(destroyed, 4 * MANY);
}

static tutti_thread *where_destroyed;

static void note_where(void *value)
{
	(void)value;
	where_destroyed = tutti_thread_current();
}

static tutti_local noted = TUTTI_LOCAL_INIT(note_where);

static void *say_where(void *arg)
{
	CHECK_EQ(tutti_local_set(&noted, &one), 0);
	*(tutti_thread **)arg = tutti_thread_current();
	return NULL;
}

static void destroyed_in_its_own_thread(enum mix mix)
{
	tutti_thread *there;

	where_destroyed = NULL;
	finish(start_as(mix, say_where, &there));
	CHECK(where_destroyed == there);
	CHECK_EQ(there == tutti_thread_current(), mix == TASKS);
}

static void *foreign(void *arg)
{
	CHECK(!tutti_local_get(&counted));
	CHECK_EQ(tutti_local_set(&counted, &one), 0);
	CHECK(tutti_local_get(&counted) == &one);
	finish(tutti_task_start(begins_without, NULL, NULL));
	return arg;
}

static void threads_not_of_tutti_have_them_too(void)
{
	for (int i = 0; i < 20; i++) {
		pthread_t t;

		destroyed = 0;
		CHECK_EQ(pthread_create(&t, NULL, foreign, NULL), 0);
		CHECK_EQ(pthread_join(t, NULL), 0);
		CHECK_EQ(destroyed, 1);
	}
}

int main(void)
{
	suite_begin();
	RUN_MIXES(everybody_has_their_own);
	RUN_MIXES(values_stay_over_waits);
	RUN_MIXES(destroyed_before_the_future_is_done);
	RUN_MIXES(a_thousand_end_and_a_thousand_are_destroyed);
	RUN_MIXES(there_is_no_small_limit);
	RUN_MIXES(destroyed_in_its_own_thread);
	RUN(threads_not_of_tutti_have_them_too);
	return suite_end();
}
