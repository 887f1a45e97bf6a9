/* SPDX-License-Identifier: MIT */
/* rows: F117 F118 F119 F121 T44 */
/* ctest: VIRTUAL ON */
#include <tutti/generator.h>

#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>

#ifdef __SANITIZE_THREAD__
enum { DEEP = 100 };
#else
enum { DEEP = 1000 };
#endif

static int cleaned, told, ran;

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

static void *count_to_three(void *arg)
{
	tutti_generator *g = make(count_up, give(3));
	void *item = &g, *result = &g;

	ran = 0;
	CHECK_EQ(tutti_generator_result(g, &result), TUTTI_EPENDING);
	CHECK_EQ(ran, 0);
	for (long i = 0; i < 3; i++)
		CHECK_EQ(next(g), i);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_generator_next(g, &item), TUTTI_EDONE);
	CHECK(item == &g);
	CHECK_EQ(tutti_generator_result(g, &result), 0);
	CHECK_EQ((intptr_t)result, 3);
	CHECK_EQ(tutti_generator_throw(g, -EIO, NULL), TUTTI_EDONE);
	tutti_generator_free(g);
	tutti_generator_free(NULL);
	return arg;
}

/* rows: F117 */
static void hands_out_one_after_the_other(enum mix mix)
{
	finish(start_as(mix, count_to_three, NULL));
	finish(start_as(mix, count_to_three, NULL));
}

static void many_stand_at_once(void)
{
	enum { MANY = 200 };
	static tutti_generator *g[MANY];

	for (int i = 0; i < MANY; i++)
		g[i] = make(count_up, give(i));
	for (int round = 0; round < MANY; round++)
		for (int i = 0; i < MANY; i++) {
			void *item;

			CHECK_EQ(tutti_generator_next(g[i], &item), round < i ? 0 : TUTTI_EDONE);
			if (round < i)
				CHECK_EQ(*(long *)item, round);
		}
	for (int i = 0; i < MANY; i++)
		tutti_generator_free(g[i]);
}

/* -- sending and throwing --------------------------------------------------------------------- */

/* Sums what it is sent until it is sent nothing; the last one returned is the sum. */
static void *sum_up(tutti_generator *self, void *arg)
{
	long sum = 0;
	void *sent = &sum;

	(void)arg;
	while (tutti_generator_yield(self, &sum, &sent) == 0 && sent)
		sum += *(long *)sent;
	return give(sum);
}

/* rows: F118 */
static void what_is_sent_comes_out_of_the_yield(void)
{
	tutti_generator *g = make(sum_up, NULL);
	long two = 2, zero = 0, three = 3;
	void *item = NULL, *result = NULL;

	CHECK_EQ(tutti_generator_send(g, &two, &item), -EINVAL); /* it stands in no yield yet */
	CHECK_EQ(tutti_generator_send(g, NULL, &item), 0);
	CHECK_EQ(tutti_generator_send(g, &two, &item), 0);
	CHECK_EQ(*(long *)item, 2);
	CHECK_EQ(tutti_generator_send(g, &zero, &item), 0); /* 0 is a value, NULL is none */
	CHECK_EQ(*(long *)item, 2);
	CHECK_EQ(tutti_generator_send(g, &three, &item), 0);
	CHECK_EQ(*(long *)item, 5);
	CHECK_EQ(tutti_generator_send(g, NULL, &item), TUTTI_EDONE);
	CHECK_EQ(tutti_generator_result(g, &result), 0);
	CHECK_EQ((intptr_t)result, 5);
	CHECK_EQ(tutti_generator_send(g, &two, &item), TUTTI_EDONE);
	tutti_generator_free(g);
}

/* Goes on after -EAGAIN, hands any other code on. */
static void *endure(tutti_generator *self, void *arg)
{
	long n = 0;

	for (;;) {
		int rc = tutti_generator_yield(self, &n, NULL);

		if (rc == 0)
			n++;
		else if (rc != -EAGAIN)
			return tutti_fail(rc, "thrown at %ld", n), arg;
	}
}

static void what_is_thrown_comes_out_of_the_yield(void)
{
	tutti_generator *g = make(endure, NULL);
	void *item = NULL;

	CHECK_EQ(tutti_generator_throw(g, 1, NULL), -EINVAL);
	CHECK_EQ(next(g), 0);
	CHECK_EQ(next(g), 1);
	CHECK_EQ(tutti_generator_throw(g, -EAGAIN, &item), 0);
	CHECK_EQ(*(long *)item, 1);
	CHECK_EQ(next(g), 2);
	CHECK_EQ(tutti_generator_throw(g, -EIO, &item), -EIO);
	CHECK_EQ(tutti_generator_next(g, &item), TUTTI_EDONE);
	CHECK_EQ(tutti_generator_result(g, NULL), -EIO);
	CHECK_STR(tutti_generator_text(g), "thrown at 2");
	tutti_generator_free(g);

	/* Thrown into one that has not begun, it never does. */
	ran = 0;
	g = make(count_up, give(5));
	CHECK_EQ(tutti_generator_throw(g, -EIO, NULL), -EIO);
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	CHECK_EQ(tutti_generator_result(g, NULL), -EIO);
	CHECK_STR(tutti_generator_text(g), tutti_strerror(-EIO));
	CHECK_EQ(ran, 0);
	tutti_generator_free(g);
}

/* The two sides' failures are kept apart: a task that has failed already fails with its own. */
static void *fail_around(void *arg)
{
	tutti_generator *g = make(endure, NULL);

	tutti_fail(-EPIPE, "mine");
	CHECK_EQ(next(g), 0);
	CHECK_EQ(tutti_generator_throw(g, -EIO, NULL), -EIO);
	CHECK_STR(tutti_generator_text(g), "thrown at 0");
	tutti_generator_free(g);
	return arg;
}

static void failures_are_kept_apart(void)
{
	tutti_future *f = tutti_task_start(fail_around, NULL, NULL);

	CHECK_EQ(tutti_future_result(f, NULL, 0), -EPIPE);
	CHECK_STR(tutti_future_text(f), "mine");
	tutti_future_unref(f);
}

/* -- delegating ------------------------------------------------------------------------------- */

struct chain {
	int depth;
	tutti_generator_fn fn;
	void *arg;
};

/* As deep as asked, then fn; each adds one to what the next one returns. */
static void *delegate_down(tutti_generator *self, void *arg)
{
	struct chain *c = arg, below = { c->depth - 1, c->fn, c->arg };
	tutti_generator *sub = c->depth > 1 ? make(delegate_down, &below) : make(c->fn, c->arg);
	void *result = NULL;
	int rc = tutti_generator_delegate(self, sub, &result);

	if (rc < 0)
		tutti_fail(rc, "%s", tutti_generator_text(sub));
	tutti_generator_free(sub);
	cleaned++;
	return give((intptr_t)result + 1);
}

/* rows: F119 F121 */
static void items_and_values_pass_through(void)
{
	for (int depth = 1; depth <= DEEP; depth = depth < 3 ? depth + 1 : DEEP + (depth == DEEP)) {
		struct chain c = { depth, sum_up, NULL };
		tutti_generator *g = make(delegate_down, &c);
		long two = 2, three = 3;
		void *item = NULL, *result = NULL;

		CHECK_EQ(next(g), 0);
		CHECK_EQ(tutti_generator_send(g, &two, &item), 0);
		CHECK_EQ(tutti_generator_send(g, &three, &item), 0);
		CHECK_EQ(*(long *)item, 5);
		CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
		CHECK_EQ(tutti_generator_result(g, &result), 0);
		CHECK_EQ((intptr_t)result, 5 + depth);
		tutti_generator_free(g);
	}
}

/* rows: F121 */
static void what_is_thrown_reaches_the_innermost(void)
{
	struct chain c = { DEEP, endure, NULL };
	tutti_generator *g = make(delegate_down, &c);
	void *item = NULL;

	CHECK_EQ(next(g), 0);
	CHECK_EQ(tutti_generator_throw(g, -EAGAIN, &item), 0);
	CHECK_EQ(next(g), 1);
	CHECK_EQ(tutti_generator_throw(g, -EIO, NULL), -EIO);
	CHECK_STR(tutti_generator_text(g), "thrown at 1");
	tutti_generator_free(g);
}

/* Goes on after its sub-generators have ended, with one that others have begun, and one done. */
static tutti_generator *begun, *done;

static void *delegate_in_turn(tutti_generator *self, void *arg)
{
	long own = 100;
	void *result = NULL;

	CHECK_EQ(tutti_generator_delegate(self, self, NULL), -EBUSY);
	CHECK_EQ(tutti_generator_delegate(self, begun, &result), 0);
	CHECK_EQ((intptr_t)result, 4);
	CHECK_EQ(tutti_generator_yield(self, &own, NULL), 0);
	CHECK_EQ(tutti_generator_delegate(self, done, &result), 0);
	CHECK_EQ((intptr_t)result, 0);
	CHECK_EQ(tutti_generator_yield(begun, &own, NULL), -EINVAL);
	own++;
	CHECK_EQ(tutti_generator_yield(self, &own, NULL), 0);
	return arg;
}

/* rows: F121 */
static void goes_on_after_what_it_delegates_to(void)
{
	tutti_generator *g = make(delegate_in_turn, NULL);

	begun = make(count_up, give(4));
	done = make(count_up, give(0));
	CHECK_EQ(next(begun), 0);
	CHECK_EQ(next(begun), 1);
	CHECK_EQ(tutti_generator_next(done, NULL), TUTTI_EDONE);
	CHECK_EQ(next(g), 2);
	CHECK_EQ(tutti_generator_next(begun, NULL), -EBUSY);
	CHECK_EQ(next(g), 3);
	CHECK_EQ(next(g), 100);
	CHECK_EQ(tutti_generator_next(begun, NULL), TUTTI_EDONE);
	CHECK_EQ(next(g), 101);
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	tutti_generator_free(g);
	tutti_generator_free(begun);
	tutti_generator_free(done);
}

/* -- freeing ---------------------------------------------------------------------------------- */

static int reports;

static void note_report(int code, const char *text, void *arg)
{
	(void)text, (void)arg;
	CHECK_EQ(code, TUTTI_ECANCELED);
	reports++;
}

/* rows: F117 */
static void freed_early_it_cleans_up(void)
{
	struct chain c = { 3, count_up, give(100) };
	tutti_generator *g = make(count_up, give(1000));

	cleaned = told = 0;
	CHECK_EQ(next(g), 0);
	tutti_generator_free(g);
	CHECK_EQ(told, TUTTI_ECANCELED);
	CHECK_EQ(cleaned, 1);

	tutti_generator_free(make(count_up, give(1))); /* it never began */
	CHECK_EQ(cleaned, 1);

	told = 0;
	g = make(delegate_down, &c);
	CHECK_EQ(next(g), 0);
	tutti_generator_free(g);
	CHECK_EQ(told, TUTTI_ECANCELED);
	CHECK_EQ(cleaned, 5);
}

static void *heed_nothing(tutti_generator *self, void *arg)
{
	for (long i = 0;; i++)
		ran += tutti_generator_yield(self, &i, NULL) == TUTTI_ECANCELED;
	return arg;
}

static void *delegate_to_begun(tutti_generator *self, void *arg)
{
	ran += 10 * (tutti_generator_delegate(self, begun, NULL) == TUTTI_ECANCELED);
	tutti_generator_yield(self, arg, NULL);
	return arg;
}

static void freed_early_it_must_not_go_on(void)
{
	tutti_generator *g = make(heed_nothing, NULL);

	tutti_set_reporter(note_report, NULL);
	ran = reports = 0;
	for (int i = 0; i < 10; i++)
		CHECK_EQ(next(g), i);
	tutti_generator_free(g);
	CHECK_EQ(ran, 1);
	CHECK_EQ(reports, 1);

	/* Each in the chain is told once; this one goes on all the same. */
	ran = 0;
	begun = make(count_up, give(9));
	g = make(delegate_to_begun, NULL);
	CHECK_EQ(next(g), 0);
	tutti_generator_free(g);
	CHECK_EQ(ran, 11); /* count_up has counted itself */
	CHECK_EQ(reports, 2);
	tutti_generator_free(begun);

	/* What it delegated to when it was ended stands by itself again. */
	begun = make(heed_nothing, NULL);
	g = make(delegate_to_begun, NULL);
	CHECK_EQ(next(g), 0);
	tutti_generator_free(g);
	CHECK_EQ(reports, 3);
	CHECK(next(begun) > 0);
	tutti_generator_free(begun);
	CHECK_EQ(reports, 4);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

static void *resume_oneself(tutti_generator *self, void *arg)
{
	long n = 0;

	CHECK_EQ(tutti_generator_next(self, NULL), -EBUSY);
	CHECK_EQ(tutti_generator_yield(self, &n, NULL), 0);
	return arg;
}

/* rows: F118 F119 T44 */
static void misuse_is_told(void)
{
	tutti_generator *g = make(resume_oneself, NULL);

	CHECK_EQ(tutti_generator_yield(g, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_generator_delegate(g, g, NULL), -EINVAL);
	CHECK_EQ(next(g), 0);
	CHECK_EQ(tutti_generator_yield(g, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_generator_next(g, NULL), TUTTI_EDONE);
	tutti_generator_free(g);
}

/* A new thread has no stacks: making the first ones needs memory too. */
static void *begin_without_memory(void *arg)
{
	uint64_t left = 0;

	for (uint64_t n = 1; left == 0; n++) {
		tutti_generator *g = make(count_up, give(2));
		int rc;

		test_alloc_fail_at(n);
		rc = tutti_generator_next(g, NULL);
		left = test_alloc_fail_at(0);
		CHECK(rc == 0 || rc == -ENOMEM);
		if (rc < 0)
			CHECK_EQ(next(g), 0); /* it had not begun */
		tutti_generator_free(g);
	}
	return arg;
}

static void lives_without_memory(void)
{
	finish(tutti_thread_start(begin_without_memory, NULL, NULL));
	test_alloc_fail_at(1);
	CHECK(!tutti_generator_create(count_up, NULL));
	CHECK_EQ(test_alloc_fail_at(0), 0);
}

int main(void)
{
	suite_begin();
	RUN_MIXES(hands_out_one_after_the_other);
	RUN(many_stand_at_once);
	RUN(what_is_sent_comes_out_of_the_yield);
	RUN(what_is_thrown_comes_out_of_the_yield);
	RUN(failures_are_kept_apart);
	RUN(items_and_values_pass_through);
	RUN(what_is_thrown_reaches_the_innermost);
	RUN(goes_on_after_what_it_delegates_to);
	RUN(freed_early_it_cleans_up);
	RUN(freed_early_it_must_not_go_on);
	RUN(misuse_is_told);
	RUN(lives_without_memory);
	return suite_end();
}
