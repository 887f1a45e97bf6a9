/* SPDX-License-Identifier: MIT */
/* once: one at a time, once well, and who waits for a run that fails has the next turn. */
#include "core/wait.h"
#include "model/ground.h"

#include <tutti/once.h>

enum { RAN = 1, RAN_NOT = 2, FAILED = 4, CANCELED = 8 };

enum { FAILURE = -7 };

static tutti_once once;
static int inside, runs, failures_left;

static void begin_well(void)
{
	once = (tutti_once){ { 0 } };
	inside = runs = failures_left = 0;
}

static void begin_badly(void)
{
	begin_well();
	failures_left = 1;
}

static int run(void *arg)
{
	*(bool *)arg = true;
	MODEL_CHECK(inside++ == 0);
	tu_model_point(&inside);
	MODEL_CHECK(--inside == 0);
	if (failures_left > 0) {
		failures_left--;
		return FAILURE;
	}
	runs++;
	return 0;
}

static int call_once(void)
{
	bool ran = false;
	int rc = tutti_once_run(&once, run, &ran);

	MODEL_CHECK(rc != 0 || runs == 1);
	MODEL_CHECK(rc != FAILURE || ran);
	model_saw(rc == FAILURE ? FAILED : rc < 0 ? CANCELED : ran ? RAN : RAN_NOT);
	return rc;
}

static void call(void)
{
	int rc = call_once();

	MODEL_CHECK(rc == 0 || rc == FAILURE);
}

static void call_until_canceled(void)
{
	int rc = call_once();

	MODEL_CHECK(rc == 0 || rc == FAILURE || rc == TUTTI_ECANCELED);
}

static void cancel_then_call(void)
{
	tu_context_cancel(model_context(0));
	call();
}

static void ran_once(void)
{
	MODEL_CHECK(runs == 1 && failures_left == 0);
	MODEL_CHECK(once.priv[0] == 3); /* DONE */
}

/* If the only other call failed, nobody may be left to run it. */
static void ran_at_most_once(void)
{
	MODEL_CHECK(runs <= 1 && failures_left == 0);
	MODEL_CHECK(once.priv[0] == (runs ? 3 : 0)); /* DONE, NEW */
}

static const struct model_test tests[] = {
	{ "two", begin_well, { call, call }, ran_once, .outcomes = RAN | RAN_NOT, .bound = 5,
		.deep = MODEL_ALL },
	{ "three", begin_well, { call, call, call }, ran_once, .outcomes = RAN | RAN_NOT,
		.bound = 4, .deep = 6 },
	{ "three_one_fails", begin_badly, { call, call, call }, ran_once,
		.outcomes = RAN | RAN_NOT | FAILED, .bound = 4, .deep = 5 },
	{ "one_is_canceled", begin_well, { call_until_canceled, call, cancel_then_call }, ran_once,
		.outcomes = RAN | RAN_NOT | CANCELED, .bound = 3, .deep = 5 },
	{ "one_is_canceled_one_fails", begin_badly, { call_until_canceled, call, cancel_then_call },
		ran_at_most_once, .outcomes = RAN | RAN_NOT | CANCELED | FAILED, .bound = 3,
		.deep = 5 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
