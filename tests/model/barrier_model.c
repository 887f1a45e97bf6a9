/* SPDX-License-Identifier: MIT */
/* Barriers: all parties of a round get through or none does, and each in a place of its own. */
#include "core/wait.h"
#include "model/ground.h"

#include <tutti/barrier.h>

enum { SOON = 2000 };

enum { THROUGH = 1, TIMED_OUT = 2, BROKEN = 4, CANCELED = 8 };

static tutti_barrier barrier;
static unsigned places; /* bits: who got through where */
static int through, failed, acted;
static bool came_again;

static void *act(void *arg)
{
	MODEL_CHECK(through <= acted * (int)tutti_barrier_parties(&barrier));
	acted++;
	tu_model_point(&acted);
	return arg;
}

static void begin_with(uint32_t parties, tutti_fn action)
{
	MODEL_CHECK(tutti_barrier_init(&barrier, parties, action, NULL, 0) == 0);
	places = 0;
	through = failed = acted = 0;
	came_again = false;
}

static void begin_two(void)
{
	begin_with(2, NULL);
}

static void begin_two_acting(void)
{
	begin_with(2, act);
}

static void begin_three(void)
{
	begin_with(3, NULL);
}

static int arrive(tutti_time deadline)
{
	int rc = tutti_barrier_wait_until(&barrier, deadline);

	model_saw(rc >= 0                 ? THROUGH
		  : rc == TUTTI_ETIMEDOUT ? TIMED_OUT
		  : rc == TUTTI_EBROKEN   ? BROKEN
					  : CANCELED);
	if (rc >= 0) {
		through++;
		places ^= 1u << rc;
	} else {
		failed++;
	}
	return rc;
}

static void arrive_once(void)
{
	MODEL_CHECK(arrive(TUTTI_FOREVER) >= 0);
}

static void arrive_twice(void)
{
	arrive_once();
	arrive_once();
}

/* Three come to a barrier of two: the last of the first round is the partner of the third. */
static void arrive_until_all_have(void)
{
	if (arrive(TUTTI_FOREVER) == 1 && !came_again) {
		came_again = true;
		arrive_once();
	}
}

static void arrive_until_soon(void)
{
	int rc = arrive(SOON);

	MODEL_CHECK(rc >= 0 || rc == TUTTI_ETIMEDOUT || rc == TUTTI_EBROKEN);
}

static void arrive_until_canceled(void)
{
	int rc = arrive(TUTTI_FOREVER);

	MODEL_CHECK(rc >= 0 || rc == TUTTI_ECANCELED || rc == TUTTI_EBROKEN);
}

static void arrive_or_find_it_broken(void)
{
	int rc = arrive(TUTTI_FOREVER);

	MODEL_CHECK(rc >= 0 || rc == TUTTI_EBROKEN);
}

static void cancel(void)
{
	tu_context_cancel(model_context(0));
}

static void abort_it(void)
{
	MODEL_CHECK(tutti_barrier_abort(&barrier) == 0);
}

static void reset(void)
{
	MODEL_CHECK(tutti_barrier_reset(&barrier) == 0);
}

/* Two places each taken twice are none; for one round all. */
static void all_got_through(void)
{
	uint32_t parties = tutti_barrier_parties(&barrier);

	MODEL_CHECK(failed == 0 && through % (int)parties == 0);
	MODEL_CHECK(places == (through / (int)parties % 2 ? (1u << parties) - 1 : 0));
	MODEL_CHECK(tutti_barrier_n_waiting(&barrier) == 0);
	MODEL_CHECK(!barrier.action || acted == through / (int)parties);
}

static void two_or_none(void)
{
	MODEL_CHECK((through == 2 && places == 3) || through == 0);
	MODEL_CHECK(tutti_barrier_n_waiting(&barrier) == 0);
}

static void all_or_none(void)
{
	two_or_none();
	MODEL_CHECK(through + failed == 2);
}

/* With an abort or reset while the action runs, it has run for nobody. */
static void all_or_none_of_the_action(void)
{
	all_or_none();
	MODEL_CHECK(acted >= through / 2);
}

static const struct model_test tests[] = {
	{ "two_rounds", begin_two, { arrive_twice, arrive_twice }, all_got_through,
		.outcomes = THROUGH, .bound = 5, .deep = 7 },
	{ "three", begin_three, { arrive_once, arrive_once, arrive_once }, all_got_through,
		.outcomes = THROUGH, .bound = 3, .deep = 4 },
	{ "acting", begin_two_acting, { arrive_twice, arrive_twice }, all_got_through,
		.outcomes = THROUGH, .bound = 4, .deep = 6 },
	{ "at_the_door", begin_two_acting,
		{ arrive_until_all_have, arrive_until_all_have, arrive_until_all_have },
		all_got_through, .outcomes = THROUGH, .bound = 2, .deep = 4 },
	{ "at_the_door_out_of_time", begin_two_acting,
		{ arrive_until_soon, arrive_until_soon, arrive_until_soon }, two_or_none, { SOON },
		.outcomes = THROUGH | BROKEN | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "out_of_time", begin_two, { arrive_until_soon, arrive_or_find_it_broken }, all_or_none,
		{ SOON }, .outcomes = THROUGH | TIMED_OUT | BROKEN, .bound = 4, .deep = 6 },
	{ "out_of_time_acting", begin_two_acting, { arrive_until_soon, arrive_or_find_it_broken },
		all_or_none, { SOON }, .outcomes = THROUGH | TIMED_OUT | BROKEN, .bound = 4,
		.deep = 5 },
	{ "canceled", begin_two, { arrive_until_canceled, arrive_or_find_it_broken, cancel },
		all_or_none, .outcomes = THROUGH | CANCELED | BROKEN, .bound = 3, .deep = 5 },
	{ "canceled_acting", begin_two_acting,
		{ arrive_until_canceled, arrive_or_find_it_broken, cancel }, all_or_none,
		.outcomes = THROUGH | CANCELED | BROKEN, .bound = 3, .deep = 5 },
	{ "aborted", begin_two_acting,
		{ arrive_or_find_it_broken, arrive_or_find_it_broken, abort_it },
		all_or_none_of_the_action, .outcomes = THROUGH | BROKEN, .bound = 3, .deep = 4 },
	{ "reset", begin_two_acting, { arrive_until_soon, arrive_until_soon, reset },
		all_or_none_of_the_action, { SOON }, .outcomes = THROUGH | BROKEN | TIMED_OUT,
		.bound = 2, .deep = 3 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
