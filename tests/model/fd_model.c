/* SPDX-License-Identifier: MIT */
/*
 * core/poller.c under core/park.c: a worker that sleeps in its poller is woken by whatever would
 * have woken it on its word, and who waits for a descriptor hears of it, however the two meet.
 */
#include "core/poller.h"
#include "core/wait.h"
#include "model/ground.h"

#include <errno.h>
#include <tutti/fd.h>

enum { SOON = 2000, FD = 1, BOTH = TUTTI_READABLE | TUTTI_WRITABLE };

enum { READABLE = 1, WRITABLE = 2, TIMED_OUT = 4, CANCELED = 8, CLOSED = 16 };

static uint32_t flag; /* atomic */
static struct tu_runnable job;
static int given_up;

static void begin(void)
{
	model_fd_begin();
	flag = 0;
	given_up = 0;
}

/* -- who waits -------------------------------------------------------------------------------- */

static int wait_for(unsigned events, tutti_time deadline)
{
	int rc = tutti_fd_wait(FD, events, deadline);

	model_saw(rc > 0                  ? (unsigned)rc
		  : rc == TUTTI_ETIMEDOUT ? TIMED_OUT
		  : rc == TUTTI_ECANCELED ? CANCELED
					  : CLOSED);
	MODEL_CHECK(rc <= 0 || (model_fd[FD] & (unsigned)rc));
	MODEL_CHECK(rc > 0 || rc == TUTTI_ETIMEDOUT || rc == TUTTI_ECANCELED || rc == -EBADF);
	return rc;
}

static void wait_readable(void)
{
	MODEL_CHECK(wait_for(TUTTI_READABLE, TUTTI_FOREVER) == TUTTI_READABLE);
}

static void wait_writable(void)
{
	MODEL_CHECK(wait_for(TUTTI_WRITABLE, TUTTI_FOREVER) == TUTTI_WRITABLE);
}

static void wait_readable_then_writable(void)
{
	wait_readable();
	wait_writable();
}

/* As two tasks of one thread that want different things: enter, and wait after the second has. */
static void enter(struct tu_waiter *w, unsigned events)
{
	*w = (struct tu_waiter){ .context = tu_self(), .ask = events };
	MODEL_CHECK(tu_poller_enter(w->context->worker, FD, w) == 0);
}

static void await(struct tu_waiter *w)
{
	while (!tu_load_acq(&w->granted)) /* [grant-1] acquire: the answer */
		tu_park(tu_self());
	MODEL_CHECK(w->answer == (int)w->ask);
	tu_poller_leave(w->context->worker, FD, w);
}

static void wait_for_each(void)
{
	struct tu_waiter older;

	enter(&older, TUTTI_WRITABLE);
	wait_readable();
	await(&older);
}

static void wait_for_the_older(void)
{
	struct tu_waiter older, younger;

	enter(&older, TUTTI_WRITABLE);
	enter(&younger, TUTTI_READABLE);
	await(&older);
	tu_poller_leave(younger.context->worker, FD, &younger);
}

static void wait_readable_until_soon(void)
{
	MODEL_CHECK(wait_for(TUTTI_READABLE, SOON) != TUTTI_ECANCELED);
}

static void wait_for_any_end(void)
{
	wait_for(TUTTI_READABLE, TUTTI_FOREVER);
}

/* As a thread that ends: whoever still means to wake it must find the poller, or none. */
static void wait_and_end(void)
{
	wait_for(TUTTI_READABLE, TUTTI_FOREVER);
	tu_poller_close(&model_worker[model_self()]);
}

/* Nothing comes of the descriptor: the worker is woken as any other. */
static void wait_in_the_poller(bool (*over)(void))
{
	struct tu_context *self = tu_self();
	struct tu_waiter me = { .context = self, .ask = TUTTI_READABLE };

	MODEL_CHECK(tu_poller_enter(self->worker, 0, &me) == 0);
	while (!over())
		tu_park(self);
	tu_poller_leave(self->worker, 0, &me);
}

static bool is_flagged(void)
{
	return tu_load_rlx(&flag); /* the park word has the order */
}

static bool is_given_up(void)
{
	return given_up > 0;
}

static void wait_for_call(void)
{
	wait_in_the_poller(is_flagged);
}

static void wait_for_job(void)
{
	wait_in_the_poller(is_given_up);
}

static void wait_until_soon(void)
{
	struct tu_context *self = tu_self();
	struct tu_waiter me = { .context = self, .ask = TUTTI_READABLE };

	MODEL_CHECK(tu_poller_enter(self->worker, 0, &me) == 0);
	MODEL_CHECK(tu_wait_until(self, SOON) == 0);
	tu_poller_leave(self->worker, 0, &me);
	model_saw(TIMED_OUT);
}

/* -- others ----------------------------------------------------------------------------------- */

static void make_readable(void)
{
	model_fd_make_ready(FD, TUTTI_READABLE);
}

static void make_writable(void)
{
	model_fd_make_ready(FD, TUTTI_WRITABLE);
}

static void make_readable_then_writable(void)
{
	make_readable();
	make_writable();
}

static void cancel(void)
{
	tu_context_cancel(model_context(0));
}

static void is_closing(void)
{
	tutti_fd_closing(FD);
}

static void call(void)
{
	tu_store_rlx(&flag, 1);
	tu_unpark(model_context(0));
}

static void call_from_signal(void)
{
	tu_store_rlx(&flag, 1);
	tu_unpark_from_signal(model_context(0));
}

static void give_up(struct tu_runnable *r, int rc)
{
	MODEL_CHECK(r == &job && rc < 0 && model_self() == 0);
	given_up++;
	tu_unpark(tu_self());
}

static const struct tu_start give_up_start = { give_up, TU_STACK_CLASS_USUAL, 0 };

static void post(void)
{
	job.job = &give_up_start;
	tu_worker_post(&model_worker[0], &job);
}

static const struct model_test tests[] = {
	{ "one_waiter", begin, { wait_readable, make_readable }, model_fd_end, { 0 }, READABLE,
		.bound = MODEL_ALL, .deep = MODEL_ALL },
	{ "one_after_the_other", begin,
		{ wait_readable_then_writable, make_readable, make_writable }, model_fd_end, { 0 },
		BOTH, .bound = 4, .deep = 6 },
	{ "two_of_one_thread", begin, { wait_for_each, make_readable, make_writable }, model_fd_end,
		.bound = 4, .deep = 6 },
	{ "the_older_of_one_thread", begin, { wait_for_the_older, make_writable }, model_fd_end,
		.bound = 5, .deep = 7 },
	{ "two_threads_wait", begin, { wait_readable, wait_writable, make_readable_then_writable },
		model_fd_end, { 0 }, BOTH, .bound = 3, .deep = 4 },
	{ "deadline", begin, { wait_readable_until_soon, make_readable }, model_fd_end, { SOON },
		READABLE | TIMED_OUT, .bound = 5, .deep = 7 },
	{ "cancel", begin, { wait_for_any_end, make_readable, cancel }, model_fd_end, { 0 },
		READABLE | CANCELED, .bound = 3, .deep = 5 },
	{ "closing", begin, { wait_for_any_end, is_closing, make_readable }, model_fd_end, { 0 },
		READABLE | CLOSED, .bound = 3, .deep = 5 },
	{ "end_of_the_thread", begin, { wait_and_end, make_readable, cancel }, model_fd_end, { 0 },
		READABLE | CANCELED, .bound = 3, .deep = 5 },
	{ "call", begin, { wait_for_call, call }, model_fd_end, .bound = 5, .deep = 7 },
	{ "signal", begin, { wait_for_call, call_from_signal }, model_fd_end, .bound = 5,
		.deep = 7 },
	{ "job", begin, { wait_for_job, post }, model_fd_end, .bound = 5, .deep = 7 },
	{ "timer", begin, { wait_until_soon, call }, model_fd_end, { SOON }, TIMED_OUT, .bound = 5,
		.deep = 7 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
