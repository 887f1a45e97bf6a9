/* SPDX-License-Identifier: MIT */
/* Events: a set lets go everybody who waits, also if it is cleared at once. */
#include "core/wait.h"
#include "model/ground.h"

#include <tutti/event.h>

enum { SOON = 2000, WAITERS = 2 };

enum { GOT = 1, TIMED_OUT = 2, CANCELED = 4 };

static tutti_event event;
static int data;

static void begin(void)
{
	event = (tutti_event){ { 0 } };
	data = 0;
}

static int wait_until(tutti_time deadline)
{
	int rc = tutti_event_wait_until(&event, deadline);

	model_saw(rc == 0 ? GOT : rc == TUTTI_ETIMEDOUT ? TIMED_OUT : CANCELED);
	if (rc == 0)
		MODEL_CHECK(data > 0);
	return rc;
}

static void wait_forever(void)
{
	MODEL_CHECK(wait_until(TUTTI_FOREVER) == 0);
}

static void wait_until_soon(void)
{
	int rc = wait_until(SOON);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT);
}

static void wait_until_canceled(void)
{
	int rc = wait_until(TUTTI_FOREVER);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ECANCELED);
}

static void set(void)
{
	data++;
	tutti_event_set(&event);
}

static void set_after_cancel(void)
{
	tu_context_cancel(model_context(0));
	set();
}

/* Who came too late for the first set waits for the second. */
static void set_clear_set(void)
{
	set();
	tutti_event_clear(&event);
	set();
}

/* The data of a set that is undone is there for who undid it. */
static void clear_and_look(void)
{
	int before = data;

	tutti_event_clear(&event);
	if (tutti_event_is_set(&event))
		MODEL_CHECK(data > before || data == 1);
}

static void is_set(void)
{
	MODEL_CHECK(tutti_event_is_set(&event));
}

/* WAITERS would send every set to the lot for nobody. */
static void nobody_waits(void)
{
	MODEL_CHECK(event.priv[0] != WAITERS);
}

static const struct model_test tests[] = {
	{ "one", begin, { wait_forever, set }, is_set, .outcomes = GOT, .bound = 6,
		.deep = MODEL_ALL },
	{ "two", begin, { wait_forever, wait_forever, set }, is_set, .outcomes = GOT, .bound = 3,
		.deep = 4 },
	{ "two_set", begin, { wait_forever, set, set }, is_set, .outcomes = GOT, .bound = 4,
		.deep = 6 },
	{ "set_and_cleared", begin, { wait_forever, wait_forever, set_clear_set }, is_set,
		.outcomes = GOT, .bound = 3, .deep = 5 },
	{ "cleared_by_another", begin, { wait_until_soon, clear_and_look, set }, nobody_waits,
		{ SOON }, .outcomes = GOT | TIMED_OUT, .bound = 3, .deep = 4 },
	{ "one_runs_out_of_time", begin, { wait_until_soon, wait_forever, set }, is_set, { SOON },
		.outcomes = GOT | TIMED_OUT, .bound = 2, .deep = 3 },
	{ "one_is_canceled", begin, { wait_until_canceled, wait_until_soon, set_after_cancel },
		is_set, { SOON }, .outcomes = GOT | TIMED_OUT | CANCELED, .bound = 2, .deep = 3 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
