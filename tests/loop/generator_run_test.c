/* SPDX-License-Identifier: MIT */
/* rows: F105 */
/* ctest: VIRTUAL ON */
/* Generators that yield what they wait for, run as tasks, as threads and as coroutine objects. */
#include <tutti/generator.h>

#include "support/suite.h"

#include <errno.h>

static tutti_future *promises[3];
static int codes[3], n_codes;

static tutti_generator *make(tutti_generator_fn fn, void *arg)
{
	tutti_generator *g = tutti_generator_create(fn, arg);

	CHECK(g);
	return g;
}

static void make_promises(void)
{
	for (int i = 0; i < 3; i++)
		promises[i] = tutti_future_create(sizeof(int));
	n_codes = 0;
}

static void drop_promises(void)
{
	for (int i = 0; i < 3; i++)
		tutti_future_unref(promises[i]);
}

/* Waits for all three, one after the other, whatever becomes of them. */
static void *wait_for_promises(tutti_generator *self, void *arg)
{
	for (int i = 0; i < 3; i++)
		codes[n_codes++] = tutti_generator_yield(self, promises[i], NULL);
	return arg;
}

static void goes_on_when_each_is_done(enum mix mix)
{
	tutti_generator *g = make(wait_for_promises, give(7));
	int value = 3;

	make_promises();
	tutti_future *f = start_as(mix, tutti_generator_run, g);
	settle();
	CHECK(!tutti_future_done(f));
	CHECK_EQ(tutti_future_set_result(promises[1], &value), 0);
	CHECK_EQ(tutti_future_cancel(promises[2]), 0);
	settle();
	CHECK(!tutti_future_done(f));
	CHECK_EQ(tutti_future_set_error(promises[0], -EIO, NULL), 0);
	CHECK_EQ(finish(f), 7);
	CHECK_EQ(codes[0], -EIO);
	CHECK_EQ(codes[1], 0);
	CHECK_EQ(codes[2], TUTTI_EJOBCANCELED);
	tutti_generator_free(g);
	drop_promises();
}

static void *delegate_twice(tutti_generator *self, void *arg)
{
	void *results[2] = { NULL, NULL };

	for (int i = 0; i < 2; i++) {
		tutti_generator *sub = make(wait_for_promises, give(10 + i));

		n_codes = 0;
		CHECK_EQ(tutti_generator_delegate(self, sub, &results[i]), 0);
		tutti_generator_free(sub);
	}
	CHECK(results[0] == give(10) && results[1] == give(11));
	return arg;
}

static void *keep_them(void *arg)
{
	int value = 1;

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_yield(), 0);
		CHECK_EQ(tutti_future_set_result(promises[i], &value), 0);
	}
	return arg;
}

/* Beside tasks of the usual kind, on the same loop. */
static void what_it_delegates_to_waits_for_it(enum mix mix)
{
	tutti_generator *g = make(delegate_twice, give(5));
	tutti_future *f[2];

	make_promises();
	f[0] = start_nth(mix, 0, tutti_generator_run, g);
	f[1] = start_nth(mix, 1, keep_them, NULL);
	join_all(f, 2);
	tutti_generator_free(g);
	drop_promises();
}

static void *take_turns(tutti_generator *self, void *arg)
{
	char *at = arg;

	for (int i = 0; i < 3; i++) {
		strcat(at, i == 0 ? "a" : i == 1 ? "b" : "c");
		CHECK_EQ(tutti_generator_yield(self, NULL, NULL), 0);
	}
	return NULL;
}

static void nothing_lets_the_others_run(void)
{
	char text[8] = "";
	tutti_generator *g[2] = { make(take_turns, text), make(take_turns, text) };
	tutti_future *f[2];

	for (int i = 0; i < 2; i++)
		f[i] = tutti_task_start(tutti_generator_run, g[i], NULL);
	join_all(f, 2);
	CHECK_STR(text, "aabbcc");
	for (int i = 0; i < 2; i++)
		tutti_generator_free(g[i]);
}

static bool began;

static void *wait_until_told(tutti_generator *self, void *arg)
{
	tu_store_rel(&began, true);
	*(int *)arg = tutti_generator_yield(self, promises[0], NULL);
	return arg;
}

static void a_cancel_is_told_where_it_waits(enum mix mix)
{
	int code = 0;
	tutti_generator *g = make(wait_until_told, &code);

	began = false;
	make_promises();
	tutti_future *f = start_as(mix, tutti_generator_run, g);
	EVENTUALLY(tu_load_acq(&began));
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(code, TUTTI_ECANCELED);
	CHECK(!tutti_future_done(promises[0]));
	tutti_future_unref(f);
	tutti_generator_free(g);
	drop_promises();
}

static void *fail_at_once(tutti_generator *self, void *arg)
{
	(void)self;
	tutti_fail(-EIO, "no %s", (const char *)arg);
	return NULL;
}

static void *run_itself(tutti_generator *self, void *arg)
{
	tutti_coroutine *c = tutti_coroutine_create(tutti_generator_run, self);

	CHECK_EQ(tutti_coroutine_await(c, NULL), -EBUSY);
	tutti_coroutine_free(c);
	return arg;
}

/* As a coroutine object, awaited in the usual way. */
static void failures_are_its_own(void)
{
	tutti_generator *g = make(fail_at_once, "paper");
	tutti_coroutine *c = tutti_coroutine_create(tutti_generator_run, g);

	CHECK_EQ(tutti_coroutine_await(c, NULL), -EIO);
	CHECK_STR(tutti_coroutine_text(c), "no paper");
	tutti_coroutine_free(c);
	tutti_generator_free(g);

	g = make(run_itself, NULL);
	finish(tutti_task_start(tutti_generator_run, g, NULL));
	tutti_generator_free(g);

	c = tutti_coroutine_create(tutti_generator_run, NULL);
	CHECK_EQ(tutti_coroutine_await(c, NULL), TUTTI_ETYPE);
	tutti_coroutine_free(c);
}

static void *return_arg(tutti_generator *self, void *arg)
{
	(void)self;
	return arg;
}

static void one_that_has_ended_gives_its_result_again(void)
{
	tutti_generator *g = make(return_arg, give(9));

	for (int i = 0; i < 3; i++)
		CHECK_EQ(finish(tutti_task_start(tutti_generator_run, g, NULL)), 9);
	tutti_generator_free(g);
	g = make(fail_at_once, "ink");
	for (int i = 0; i < 3; i++) {
		tutti_task *t = tutti_task_start(tutti_generator_run, g, NULL);

		CHECK_EQ(tutti_future_result(t, NULL, 0), -EIO);
		CHECK_STR(tutti_future_text(t), "no ink");
		tutti_future_unref(t);
	}
	tutti_generator_free(g);
}

int main(void)
{
	suite_begin();
	RUN_MIXES(goes_on_when_each_is_done);
	RUN_MIXES(what_it_delegates_to_waits_for_it);
	RUN(nothing_lets_the_others_run);
	RUN_MIXES(a_cancel_is_told_where_it_waits);
	RUN(failures_are_its_own);
	RUN(one_that_has_ended_gives_its_result_again);
	return suite_end();
}
