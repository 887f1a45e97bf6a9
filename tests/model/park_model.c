/* SPDX-License-Identifier: MIT */
/*
 * core/park.c on a futex: who is called while going to sleep does not sleep, by whichever of the
 * park word, the inbox, the sleep word and the clock it is called.
 */
#include "core/wait.h"
#include "model/ground.h"

enum { SOON = 2000, SLEEPER = 0 };

enum { IN_TIME = 1, TOO_LATE = 2 };

static uint32_t flag[MODEL_FIBERS]; /* atomic: the fiber of this number has called */
static struct tu_runnable job[MODEL_FIBERS];
static int given_up;

static void begin(void)
{
	for (int i = 0; i < MODEL_FIBERS; i++)
		flag[i] = 0;
	given_up = 0;
}

static bool flagged(int fiber)
{
	return tu_load_rlx(&flag[fiber]); /* the park word has the order */
}

/* -- called by others ------------------------------------------------------------------------- */

static void call(void)
{
	tu_store_rlx(&flag[model_self()], 1);
	tu_unpark(model_context(SLEEPER));
}

static void call_from_signal(void)
{
	tu_store_rlx(&flag[model_self()], 1);
	tu_unpark_from_signal(model_context(SLEEPER));
}

static void wait_for_one(void)
{
	while (!flagged(1))
		tu_park(tu_self());
}

static void wait_for_both(void)
{
	while (!flagged(1) || !flagged(2))
		tu_park(tu_self());
}

/* Two waits, one after the other: the call for the second may come in the first. */
static void wait_for_each(void)
{
	while (!flagged(1))
		tu_park(tu_self());
	while (!flagged(2))
		tu_park(tu_self());
}

static void cancel(void)
{
	tu_context_cancel(model_context(SLEEPER));
}

static void wait_for_call_and_cancel(void)
{
	struct tu_context *self = tu_self();

	while (!flagged(1) || !tu_cancel_pending(self))
		tu_park(self);
}

static void call_each_other(void)
{
	int self = model_self(), other = 1 - self;

	tu_store_rlx(&flag[self], 1);
	tu_unpark(model_context(other));
	while (!flagged(other))
		tu_park(tu_self());
}

/* -- jobs ------------------------------------------------------------------------------------- */

static void give_up(struct tu_runnable *r, int rc)
{
	MODEL_CHECK(rc < 0);
	MODEL_CHECK(model_self() == SLEEPER);
	MODEL_CHECK(r == &job[1] || r == &job[2]);
	given_up++;
	tu_unpark(tu_self());
}

static const struct tu_start give_up_start = { give_up, TU_STACK_CLASS_USUAL, 0 };

static void post(void)
{
	struct tu_runnable *r = &job[model_self()];

	r->job = &give_up_start;
	tu_worker_post(&model_worker[SLEEPER], r);
}

static void wait_for_job(void)
{
	while (given_up < 1)
		tu_park(tu_self());
}

static void wait_for_jobs(void)
{
	while (given_up < 2)
		tu_park(tu_self());
}

static void wait_for_job_and_call(void)
{
	while (given_up < 1 || !flagged(2))
		tu_park(tu_self());
}

/* -- time ------------------------------------------------------------------------------------- */

static void wait_until_soon(void)
{
	MODEL_CHECK(tu_wait_until(tu_self(), SOON) == 0);
	model_saw(flagged(1) ? IN_TIME : TOO_LATE);
}

static void wait_until_soon_or_canceled(void)
{
	int rc = tu_wait_until(tu_self(), SOON);

	MODEL_CHECK(rc == 0 || rc == TUTTI_ECANCELED);
	model_saw(rc < 0 ? IN_TIME : TOO_LATE);
}

static const struct model_test tests[] = {
	{ "one_call", begin, { wait_for_one, call }, NULL, .bound = MODEL_ALL, .deep = MODEL_ALL },
	{ "one_signal", begin, { wait_for_one, call_from_signal }, NULL, .bound = MODEL_ALL,
		.deep = MODEL_ALL },
	{ "two_calls_one_wait", begin, { wait_for_both, call, call }, NULL, .bound = 4, .deep = 6 },
	{ "two_calls_two_waits", begin, { wait_for_each, call, call }, NULL, .bound = 4,
		.deep = 6 },
	{ "call_and_cancel", begin, { wait_for_call_and_cancel, call, cancel }, NULL, .bound = 4,
		.deep = 6 },
	{ "each_other", begin, { call_each_other, call_each_other }, NULL, .bound = 6,
		.deep = MODEL_ALL },
	{ "one_job", begin, { wait_for_job, post }, NULL, .bound = MODEL_ALL, .deep = MODEL_ALL },
	{ "two_jobs", begin, { wait_for_jobs, post, post }, NULL, .bound = 4, .deep = 6 },
	{ "job_and_call", begin, { wait_for_job_and_call, post, call }, NULL, .bound = 4,
		.deep = 6 },
	{ "sleep", begin, { wait_until_soon, call }, NULL, { SOON }, IN_TIME | TOO_LATE, .bound = 5,
		.deep = 7 },
	{ "sleep_and_cancel", begin, { wait_until_soon_or_canceled, cancel, call }, NULL, { SOON },
		IN_TIME | TOO_LATE, .bound = 3, .deep = 5 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
