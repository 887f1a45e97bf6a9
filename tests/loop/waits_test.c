/* SPDX-License-Identifier: MIT */
/* rows: F9 */
/* ctest: VIRTUAL ON */
/* Grant, cancel and deadline in every order, for the waits of the loop and those within others. */
#include "support/orders.h"
#include "support/suite.h"

#include <tutti/generator.h>
#include <tutti/group.h>
#include <tutti/scope.h>

static tutti_event go;

static void begin_clear(void)
{
	CHECK_EQ(tutti_event_init(&go, 0), 0);
}

static void set(void)
{
	tutti_event_set(&go);
}

static void run(int (*wait)(tutti_time deadline), bool has_deadline, bool barges)
{
	struct orders o = { .begin = begin_clear,
		.wait = wait,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = has_deadline ? TUTTI_ETIMEDOUT : 0,
		.barges = barges,
		.remembers = true };

	orders_run(&o);
}

/* -- scopes ------------------------------------------------------------------------------------ */

static int wait_within_a_limit(tutti_time deadline)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, deadline);
	return tutti_timeout_end(&limit, tutti_event_wait(&go));
}

/* The outer limit is the one that counts, the inner call's own is later. */
static int wait_within_two(tutti_time deadline)
{
	tutti_scope outer, inner;
	int rc;

	tutti_timeout_begin(&outer, deadline);
	tutti_timeout_begin(&inner, TUTTI_FOREVER);
	rc = tutti_event_wait_until(&go, TUTTI_FOREVER);
	rc = tutti_timeout_end(&inner, rc);
	return tutti_timeout_end(&outer, rc);
}

static void limits(void)
{
	struct orders o = { .begin = begin_clear,
		.wait = wait_within_a_limit,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.limited = true,
		.remembers = true };

	orders_run(&o);
	o.wait = wait_within_two;
	orders_run(&o);
}

/* -- generators and coroutine objects ---------------------------------------------------------- */

static void *wait_and_yield(tutti_generator *self, void *arg)
{
	int rc = tutti_event_wait_until(&go, *(tutti_time *)arg);

	CHECK_EQ(tutti_generator_yield(self, &rc, NULL), 0);
	return arg;
}

static int ask_a_generator(tutti_time deadline)
{
	tutti_generator *g = tutti_generator_create(wait_and_yield, &deadline);
	void *item = NULL;
	int rc;

	CHECK(g);
	CHECK_EQ(tutti_generator_next(g, &item), 0);
	rc = *(int *)item;
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	tutti_generator_free(g);
	return rc;
}

static int ask_within_a_limit(tutti_time deadline)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, deadline);
	return tutti_timeout_end(&limit, ask_a_generator(TUTTI_FOREVER));
}

static void next_of_a_generator(void)
{
	struct orders o = { .begin = begin_clear,
		.wait = ask_within_a_limit,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.limited = true,
		.remembers = true };

	run(ask_a_generator, true, false);
	orders_run(&o);
}

static void *wait_for_go(void *arg)
{
	*(int *)arg = tutti_event_wait(&go);
	return arg;
}

static int await_a_coroutine(tutti_time deadline)
{
	int rc = 1, code;
	tutti_coroutine *c = tutti_coroutine_create(wait_for_go, &rc);

	(void)deadline;
	CHECK(c);
	code = tutti_coroutine_await(c, NULL);
	CHECK_EQ(code, rc);
	tutti_coroutine_free(c);
	return code;
}

static void coroutine_objects(void)
{
	run(await_a_coroutine, false, false);
}

/* A generator that yields what it waits for. */
static tutti_future *promise;

static void begin_promise(void)
{
	tutti_future_unref(promise);
	promise = tutti_future_create(0);
}

static void keep_promise(void)
{
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

static void *yield_promise(tutti_generator *self, void *arg)
{
	*(int *)arg = tutti_generator_yield(self, promise, NULL);
	return arg;
}

static int run_a_generator(tutti_time deadline)
{
	int rc = 1;
	tutti_generator *g = tutti_generator_create(yield_promise, &rc);

	(void)deadline;
	CHECK(g);
	CHECK(tutti_generator_run(g) == &rc);
	tutti_generator_free(g);
	return rc;
}

static void generators_that_yield_futures(void)
{
	struct orders o = { .begin = begin_promise,
		.wait = run_a_generator,
		.grant = keep_promise,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	promise = NULL;
	orders_run(&o);
	tutti_future_unref(promise);
}

/* -- groups ------------------------------------------------------------------------------------ */

static void *child(void *arg)
{
	(void)tutti_event_wait(&go);
	return arg;
}

/* The child ends some time after the grant, so that a cancel may still be first. */
static int join_a_group(tutti_time deadline)
{
	tutti_group g = { 0 };

	(void)deadline;
	CHECK_EQ(tutti_group_start(&g, child, NULL), 0);
	return tutti_group_join(&g);
}

static int join_a_group_within_a_limit(tutti_time deadline)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, deadline);
	return tutti_timeout_end(&limit, join_a_group(TUTTI_FOREVER));
}

static void groups(void)
{
	struct orders o = { .begin = begin_clear,
		.wait = join_a_group_within_a_limit,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.limited = true,
		.barges = true };

	run(join_a_group, false, true);
	orders_run(&o);
}

/* -- tasks ------------------------------------------------------------------------------------- */

/* On the loop of who waits, so it ends some time after the grant. */
static int join_a_task(tutti_time deadline)
{
	tutti_task *t = tutti_task_start(child, NULL, NULL);
	int rc = tutti_future_result_until(t, NULL, 0, deadline);

	tutti_future_cancel(t);
	tutti_future_unref(t);
	return rc;
}

static void tasks(void)
{
	struct orders o = { .begin = begin_clear,
		.wait = join_a_task,
		.grant = set,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.barges = true };

	orders_run(&o);
}

int main(void)
{
	suite_begin();
	RUN(limits);
	RUN(next_of_a_generator);
	RUN(coroutine_objects);
	RUN(generators_that_yield_futures);
	RUN(groups);
	RUN(tasks);
	return suite_end();
}
