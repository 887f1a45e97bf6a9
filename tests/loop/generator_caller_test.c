/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* A generator as part of who resumes it: waits, cancels, scopes, threads. */
#include <tutti/generator.h>

#include "support/suite.h"

#include <errno.h>

static _Atomic int cleaned; /* one of them ends on a thread that nobody joins */
static int told, ran;

static void *count_up(tutti_generator *self, void *arg)
{
	long n = (intptr_t)arg;

	ran++;
	for (long i = 0; i < n; i++) {
		int rc = tutti_generator_yield(self, &i, NULL);

		if (rc < 0) {
			told = rc;
			break;
		}
	}
	cleaned++;
	return give(n);
}

static tutti_generator *make(tutti_generator_fn fn, void *arg)
{
	tutti_generator *g = tutti_generator_create(fn, arg);

	CHECK(g);
	return g;
}

static long next(tutti_generator *g)
{
	void *item = NULL;

	CHECK_EQ(tutti_generator_next(g, &item), 0);
	return *(long *)item;
}

static _Atomic int reports;

static void note_report(int code, const char *text, void *arg)
{
	(void)text, (void)arg;
	CHECK_EQ(code, TUTTI_ECANCELED);
	reports++;
}

/* -- as part of who resumes it ---------------------------------------------------------------- */

static tutti_local mark;

static void *look_around(tutti_generator *self, void *arg)
{
	for (;;) {
		tutti_task *me = tutti_task_current();

		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
		CHECK(tutti_task_current() == me);
		CHECK_EQ(tutti_yield(), 0);
		if (tutti_generator_yield(self, tutti_local_get(&mark), NULL) < 0)
			return arg;
	}
}

static void *drive(void *arg)
{
	int own;

	CHECK_EQ(tutti_local_set(&mark, &own), 0);
	for (int i = 0; i < 5; i++) {
		void *item;
		int rc = tutti_generator_next(arg, &item);

		if (rc == -EBUSY) { /* the other one waits in it */
			CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
			i--;
			continue;
		}
		CHECK_EQ(rc, 0);
		CHECK(item == &own);
	}
	CHECK_EQ(tutti_local_set(&mark, NULL), 0);
	return NULL;
}

static void waits_as_its_caller_and_may_change_callers(void)
{
	tutti_generator *g = make(look_around, NULL);
	tutti_future *f[2] = { tutti_task_start(drive, g, NULL), tutti_task_start(drive, g, NULL) };

	join_all(f, 2);
	drive(g);
	tutti_generator_free(g);
}

static void *wait_inside(tutti_generator *self, void *arg)
{
	ran++;
	told = tutti_sleep(TUTTI_SECONDS(1000));
	tutti_generator_yield(self, &told, NULL);
	return arg;
}

static void *drive_once(void *arg)
{
	CHECK_EQ(tutti_generator_next(arg, NULL), 0);
	CHECK_EQ(tutti_yield(), TUTTI_ECANCELED);
	return NULL;
}

static void a_cancel_passes_through(void)
{
	tutti_generator *g = make(wait_inside, NULL);
	tutti_task *t = tutti_task_start(drive_once, g, NULL);

	ran = told = 0;
	EVENTUALLY(ran == 1);
	CHECK_EQ(tutti_generator_next(g, NULL), -EBUSY);
	CHECK_EQ(tutti_future_cancel(t), 1);
	CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(told, TUTTI_ECANCELED);
	tutti_future_unref(t);
	tutti_generator_free(g);
}

/* A limit that its function holds over a yield is not its caller's, and is its own again later. */
static void *yield_within_a_limit(tutti_generator *self, void *arg)
{
	tutti_scope outer, inner;

	tutti_timeout_begin(&outer, tutti_after(TUTTI_SECONDS(1000)));
	tutti_timeout_begin(&inner, 0);
	CHECK(tutti_cancelled());
	CHECK_EQ(tutti_generator_yield(self, arg, NULL), 0);
	CHECK(tutti_cancelled());
	CHECK_EQ(tutti_timeout_end(&inner, tutti_yield()), TUTTI_ETIMEDOUT);
	CHECK(!tutti_cancelled());
	CHECK_EQ(tutti_generator_yield(self, arg, NULL), 0);
	CHECK_EQ(tutti_timeout_end(&outer, 0), 0);
	return arg;
}

static void scopes_are_kept_apart(void)
{
	tutti_generator *g = make(yield_within_a_limit, NULL);
	tutti_scope around;

	CHECK_EQ(tutti_generator_next(g, NULL), 0);
	CHECK(!tutti_cancelled());
	tutti_shield_begin(&around, TUTTI_FOREVER);
	CHECK_EQ(tutti_generator_next(g, NULL), 0);
	tutti_shield_end(&around, 0);
	CHECK(!tutti_cancelled());
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	tutti_generator_free(g);
}

/* -- threads ---------------------------------------------------------------------------------- */

static void *begin_elsewhere(void *g)
{
	CHECK_EQ(next(g), 0);
	CHECK_EQ(next(g), 1);
	return NULL;
}

static void *try_elsewhere(void *g)
{
	CHECK_EQ(tutti_generator_next(g, NULL), -EPERM);
	CHECK_EQ(tutti_generator_throw(g, -EIO, NULL), -EPERM);
	tutti_generator_free(g); /* goes home */
	return NULL;
}

static void stays_on_the_thread_where_it_began(void)
{
	tutti_generator *g = make(count_up, give(5));

	cleaned = told = 0;
	CHECK_EQ(next(g), 0);
	finish(tutti_thread_start(try_elsewhere, g, NULL));
	EVENTUALLY(cleaned == 1);
	CHECK_EQ(told, TUTTI_ECANCELED);

	/* One that has not begun may be handed over; here its thread ends before it does. */
	tutti_set_reporter(note_report, NULL);
	reports = 0;
	g = make(count_up, give(5));
	finish(tutti_thread_start(begin_elsewhere, g, NULL));
	CHECK_EQ(tutti_generator_next(g, NULL), -EPERM);
	tutti_generator_free(g); /* sent home to its last moments, or too late for that */
	EVENTUALLY(reports == 1 || cleaned == 2);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

static void *drive_in_a_task(void *arg)
{
	tutti_generator *g = make(look_around, NULL);

	tutti_generator_next(g, NULL);
	tutti_generator_free(g);
	return arg;
}

/* The loop ends while a task waits in a generator: both come to their end. */
static void *wait_in_one(void *arg)
{
	tutti_generator *g = make(wait_inside, NULL), *late;
	long sum = 0;

	CHECK_EQ(tutti_generator_next(g, NULL), 0);
	late = make(count_up, give(3)); /* and one may still begin */
	for (void *item; tutti_generator_next(late, &item) == 0;)
		sum += *(long *)item;
	CHECK_EQ(sum, 3);
	tutti_generator_free(late);
	tutti_generator_free(g);
	return arg;
}

static void *leave_one_waiting(void *arg)
{
	tutti_future_unref(tutti_task_start(wait_in_one, NULL, NULL));
	settle();
	return arg;
}

static void ends_with_its_loop(void)
{
	told = ran = 0;
	finish(tutti_thread_start(leave_one_waiting, NULL, NULL));
	CHECK_EQ(told, TUTTI_ECANCELED);
	CHECK_EQ(ran, 2);
	finish(tutti_task_start(drive_in_a_task, NULL, NULL));
}

int main(void)
{
	suite_begin();
	RUN(waits_as_its_caller_and_may_change_callers);
	RUN(a_cancel_passes_through);
	RUN(scopes_are_kept_apart);
	RUN(stays_on_the_thread_where_it_began);
	RUN(ends_with_its_loop);
	return suite_end();
}
