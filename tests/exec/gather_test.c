/* SPDX-License-Identifier: MIT */
/* rows: F111 F113 */
/* ctest: VIRTUAL ON */
/* One future of many, and one that can be cancelled alone: how and when they end. */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/memory.h"
#include "support/orders.h"
#include "support/suite.h"

enum { DEEP = 100000, WIDE = 5000, HANDS = 6 };

static tutti_future *them[4];

static void make(void)
{
	for (int i = 0; i < 4; i++)
		CHECK((them[i] = tutti_future_create(sizeof(int))) != NULL);
}

static void drop(void)
{
	for (int i = 0; i < 4; i++)
		tutti_future_unref(them[i]);
}

static void keep(int i)
{
	CHECK_EQ(tutti_future_set_result(them[i], &i), 0);
}

static void break_it(int i, const char *text)
{
	CHECK_EQ(tutti_future_set_error(them[i], TUTTI_EUSER - i, text), 0);
}

static void ends_with(tutti_future *g, int code)
{
	CHECK(tutti_future_done(g) && !tutti_future_running(g));
	CHECK_EQ(tutti_future_result_until(g, NULL, 0, 0), code);
	tutti_future_unref(g);
}

/* -- when and how it ends --------------------------------------------------------------------- */

/* rows: F113 F115 T33 T34 */
static void all_of_them_whatever_happens(void)
{
	make();
	tutti_future *g = tutti_gather(them, 4, TUTTI_ALL_COMPLETED);
	int out;

	CHECK(!tutti_future_done(g) && tutti_future_running(g));
	CHECK_EQ(tutti_future_error(g), TUTTI_EPENDING);
	keep(2);
	break_it(3, "no ink");
	break_it(1, "no paper");
	CHECK(!tutti_future_done(g));
	keep(0);
	CHECK_EQ(tutti_future_error(g), TUTTI_EUSER - 1); /* the first in the array */
	CHECK_STR(tutti_future_text(g), "no paper");
	CHECK_EQ(tutti_future_result(g, &out, sizeof out), TUTTI_ETYPE); /* it has none */
	ends_with(g, TUTTI_EUSER - 1);
	CHECK_EQ(tutti_future_result(them[2], &out, sizeof out), 0);
	CHECK_EQ(out, 2);
	CHECK_EQ(tutti_future_error(them[3]), TUTTI_EUSER - 3); /* nobody had looked */
	drop();
}

/* rows: F113 */
static void until_the_first_error(void)
{
	make();
	tutti_future *g = tutti_gather(them, 4, TUTTI_FIRST_ERROR);

	keep(2);
	CHECK(!tutti_future_done(g));
	break_it(3, NULL);
	CHECK_STR(tutti_future_text(g), tutti_strerror(TUTTI_EUSER - 3));
	ends_with(g, TUTTI_EUSER - 3);
	CHECK(!tutti_future_done(them[0]));
	keep(0); /* the rest goes on, and the gather is gone */
	keep(1);
	drop();
	make();
	g = tutti_gather(them, 4, TUTTI_FIRST_ERROR);
	for (int i = 0; i < 4; i++)
		keep(i);
	ends_with(g, 0);
	drop();
}

static void until_the_first(void)
{
	make();
	tutti_future *good = tutti_gather(them, 3, TUTTI_FIRST_COMPLETED);
	tutti_future *bad = tutti_gather(them + 3, 1, TUTTI_FIRST_COMPLETED);

	keep(1);
	ends_with(good, 0);
	break_it(3, "late");
	CHECK_STR(tutti_future_text(bad), "late");
	ends_with(bad, TUTTI_EUSER - 3);
	keep(0);
	tutti_future_cancel(them[2]);
	drop();
}

/* rows: F113 */
static void of_none_and_of_what_is_done(void)
{
	tutti_future *none[2] = { NULL, NULL };

	for (tutti_when when = TUTTI_ALL_COMPLETED; when <= TUTTI_FIRST_ERROR; when++) {
		ends_with(tutti_gather(NULL, 0, when), 0);
		ends_with(tutti_gather(none, 2, when), 0);
	}
	ends_with(tutti_gather(NULL, 1, TUTTI_ALL_COMPLETED), -EINVAL);
	ends_with(tutti_gather(none, 2, (tutti_when)3), -EINVAL);
	make();
	break_it(2, NULL);
	break_it(1, NULL);
	keep(0);
	keep(3);
	ends_with(tutti_gather(them, 4, TUTTI_ALL_COMPLETED), TUTTI_EUSER - 1); /* then in order */
	ends_with(tutti_gather(them, 4, TUTTI_FIRST_ERROR), TUTTI_EUSER - 1);
	ends_with(tutti_gather(them, 4, TUTTI_FIRST_COMPLETED), 0);
	CHECK_EQ(tutti_future_error(them[2]), TUTTI_EUSER - 2);
	drop();
}

/* rows: F113 */
static void twice_and_null(void)
{
	make();
	tutti_future *slots[5] = { them[0], NULL, them[0], them[1], them[0] };
	tutti_future *g = tutti_gather(slots, 5, TUTTI_ALL_COMPLETED);

	keep(0);
	CHECK(!tutti_future_done(g));
	keep(1);
	ends_with(g, 0);
	drop();
}

static void it_keeps_references_of_its_own(void)
{
	make();
	tutti_future *g = tutti_gather(them, 4, TUTTI_ALL_COMPLETED);
	tutti_future *inner = tutti_future_ref(them[3]);

	for (int i = 0; i < 3; i++)
		keep(i);
	drop();
	CHECK_EQ(tutti_future_set_result(inner, &(int){ 3 }), 0);
	tutti_future_unref(inner);
	ends_with(g, 0);
	make();
	tutti_future_unref(tutti_gather(them, 4, TUTTI_ALL_COMPLETED)); /* nobody asks */
	for (int i = 0; i < 4; i++)
		keep(i);
	drop();
}

static void nobody_else_ends_it(void)
{
	make();
	tutti_future *g = tutti_gather(them, 4, TUTTI_ALL_COMPLETED);
	tutti_future *s = tutti_shield(them[0]);

	CHECK_EQ(tutti_future_set_result(g, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_set_error(g, -EIO, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_set_result(s, NULL), TUTTI_ETYPE);
	for (int i = 0; i < 4; i++)
		keep(i);
	ends_with(g, 0);
	ends_with(s, 0);
	drop();
}

/* -- cancelling ------------------------------------------------------------------------------- */

static int sleepers; /* of those that began: one that was cancelled before never does */

static void *sleep_long(void *arg)
{
	int rc;

	tu_add_acqrel(&sleepers, 1);
	rc = tutti_sleep(TUTTI_SECONDS(1000));
	CHECK_EQ(rc, TUTTI_ECANCELED);
	for (int i = 0; i < 5; i++)
		tutti_yield(); /* takes its time */
	tu_add_acqrel((int *)arg, 1);
	return NULL;
}

/* rows: F113 */
static void cancelling_it_cancels_them(enum mix mix)
{
	tutti_future *f[HANDS];
	int ended = 0;

	sleepers = 0;
	start_all(mix, f, HANDS, sleep_long, &ended);
	tutti_future *inner = tutti_gather(f, HANDS / 2, TUTTI_ALL_COMPLETED);
	tutti_future *two[2] = { inner, tutti_gather(f + 2, HANDS - 2, TUTTI_ALL_COMPLETED) };
	tutti_future *g = tutti_gather(two, 2, TUTTI_ALL_COMPLETED);

	for (int i = 0; i < 20 && mix != TASKS; i++)
		tutti_sleep(TUTTI_MILLISECONDS(0.1)); /* some sleep by now, others may not */
	settle();
	CHECK_EQ(tutti_future_cancel(g), 1);
	CHECK_EQ(tutti_future_result(g, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_future_error(g), TUTTI_ECANCELED);
	CHECK_EQ(tutti_future_cancel(g), TUTTI_EDONE);
	CHECK_EQ(tu_load_acq(&ended), tu_load_acq(&sleepers)); /* it has ended when they have */
	for (int i = 0; i < HANDS; i++) {
		CHECK_EQ(tutti_future_error(f[i]), TUTTI_ECANCELED);
		tutti_future_unref(f[i]);
	}
	tutti_future_unref(two[0]);
	tutti_future_unref(two[1]);
	tutti_future_unref(g);
}

static void who_was_cancelled_alone_counts_as_an_error(void)
{
	make();
	tutti_future *all = tutti_gather(them, 4, TUTTI_ALL_COMPLETED);
	tutti_future *first = tutti_gather(them, 4, TUTTI_FIRST_ERROR);

	CHECK_EQ(tutti_future_cancel(them[1]), 0);
	ends_with(first, TUTTI_EJOBCANCELED);
	keep(0);
	break_it(2, "not the first");
	CHECK_EQ(tutti_future_cancel(all), 1);
	CHECK_EQ(tutti_future_error(them[3]), TUTTI_ECANCELED);
	ends_with(all, TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_future_error(them[2]), TUTTI_EUSER - 2);
	drop();
}

static void a_shield_among_them_stops_the_cancel(void)
{
	tutti_future *f = tutti_future_create(0);
	tutti_future *s = tutti_shield(f), *g = tutti_gather(&s, 1, TUTTI_ALL_COMPLETED);

	tutti_future_unref(s);
	CHECK_EQ(tutti_future_cancel(g), 1);
	ends_with(g, TUTTI_EJOBCANCELED); /* the shield was cancelled */
	CHECK(!tutti_future_done(f));     /* what it shields was not */
	CHECK_EQ(tutti_future_set_result(f, NULL), 0);
	tutti_future_unref(f);
}

/* -- shields ---------------------------------------------------------------------------------- */

typedef struct large {
	char text[40];
} large;

static int write_large(int const *n, large *out)
{
	snprintf(out->text, sizeof(out->text), "number %d", *n);
	return *n < 0 ? tutti_fail(-EDOM, "%d is negative", *n) : 0;
}
TUTTI_JOB_TRY(write_large, large, int);

static tutti_bytes bytes_of(int n)
{
	tutti_bytes b = { NULL, 0, NULL };

	tutti_bytes_printf(&b, "<%d>", n);
	return b;
}
TUTTI_JOB(bytes_of, tutti_bytes, int);

static void *give_back(void *arg)
{
	tutti_yield();
	return arg;
}

static void a_shield_has_the_result(void)
{
	tutti_executor *e;
	void *pointer = NULL;
	tutti_bytes bytes;
	large text;
	int in = 7;

	CHECK_EQ(tutti_executor_open(&e, "threads:2", NULL), 0);
	tutti_future *f[4] = { write_large_submit(e, in), bytes_of_submit(e, 8),
		tutti_task_start(give_back, &in, NULL), write_large_submit(e, -1) };
	tutti_future *s[4], *once_more;

	for (int i = 0; i < 4; i++)
		s[i] = tutti_shield(f[i]);
	once_more = tutti_shield(s[0]);
	for (int i = 0; i < 4; i++)
		tutti_future_unref(f[i]);
	CHECK_EQ(write_large_result(s[0], &text), 0);
	CHECK_STR(text.text, "number 7");
	CHECK_EQ(write_large_result(once_more, &text), 0);
	CHECK_EQ(tutti_future_result(once_more, &text, sizeof text), 0);
	CHECK_EQ(tutti_future_result(once_more, &text, 4), TUTTI_ETYPE);
	CHECK_EQ(bytes_of_result(s[0], &bytes), TUTTI_ETYPE);
	CHECK_EQ(bytes_of_result(s[1], &bytes), 0);
	CHECK_STR((const char *)bytes.data, "<8>");
	tutti_bytes_free(&bytes);
	CHECK_EQ(tutti_future_result(s[2], &pointer, sizeof pointer), 0);
	CHECK(pointer == &in);
	CHECK_EQ(write_large_result(s[3], &text), -EDOM);
	CHECK_STR(tutti_future_text(s[3]), "-1 is negative");
	for (int i = 0; i < 4; i++)
		tutti_future_unref(s[i]);
	tutti_future_unref(once_more);
	tutti_executor_free(e);
}

static void a_shield_is_cancelled_alone(void)
{
	make();
	tutti_future *s = tutti_shield(them[0]), *t = tutti_shield(them[0]);

	CHECK(!tutti_future_running(s));
	CHECK_EQ(tutti_future_cancel(s), 0);
	CHECK_EQ(tutti_future_cancel(s), TUTTI_EDONE);
	ends_with(s, TUTTI_EJOBCANCELED);
	CHECK(!tutti_future_done(t));
	keep(0);
	ends_with(t, 0);
	tutti_future_cancel(them[1]);
	ends_with(tutti_shield(them[1]), TUTTI_EJOBCANCELED);
	ends_with(tutti_shield(NULL), -EINVAL);
	drop();
}

/* -- callbacks, chains, memory ---------------------------------------------------------------- */

static void note(tutti_future *f, void *arg)
{
	CHECK(tutti_future_done(f));
	++*(int *)arg;
}

static void it_has_callbacks(void)
{
	int called = 0;

	make();
	tutti_future *g = tutti_gather(them, 4, TUTTI_ALL_COMPLETED);
	CHECK_EQ(tutti_future_add_done_callback(g, note, &called), 0);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(called, 0);
		keep(i);
	}
	CHECK_EQ(called, 1);
	ends_with(g, 0);
	drop();
}

static void take_own_result(tutti_future *f, void *arg)
{
	void *result = NULL;

	CHECK_EQ(tutti_future_result(f, &result, sizeof result), 0);
	CHECK_EQ(tutti_wait(&f, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 1);
	tu_store_rel((void **)arg, result);
}

/* Called where the task ran: that is done, and asking for it waits for nobody. */
static void a_callback_may_ask_for_what_ran_there(enum mix mix)
{
	int value;
	void *result = NULL;
	tutti_future *f = start_as(mix, give_back, &value);

	CHECK_EQ(tutti_future_add_done_callback(f, take_own_result, &result), 0);
	CHECK_EQ(finish(f), (intptr_t)&value);
	EVENTUALLY(tu_load_acq(&result) == &value);
}

/* As long as memory lasts: nothing of it is a recursion. */
static void a_long_chain(void)
{
	tutti_future *f = tutti_future_create(0), *last = tutti_future_ref(f);

	for (int i = 0; i < DEEP; i++) {
		tutti_future *next =
			i % 2 ? tutti_gather(&last, 1, TUTTI_FIRST_ERROR) : tutti_shield(last);

		CHECK_EQ(tutti_future_error(next), TUTTI_EPENDING);
		tutti_future_unref(last);
		last = next;
	}
	CHECK_EQ(tutti_future_set_result(f, NULL), 0);
	tutti_future_unref(f);
	ends_with(last, 0);
}

static void *sleep_a_little(void *arg)
{
	tutti_sleep((tutti_time)(intptr_t)arg * 100);
	return NULL;
}

static void very_many(void)
{
	tutti_future **f = malloc(WIDE * sizeof(*f));

	CHECK(f);
	for (int i = 0; i < WIDE; i++)
		f[i] = tutti_task_start(sleep_a_little, give(i % 100), NULL);
	tutti_future *g = tutti_gather(f, WIDE, TUTTI_ALL_COMPLETED);
	CHECK_EQ(tutti_future_result(g, NULL, 0), 0);
	for (int i = 0; i < WIDE; i++) {
		CHECK(tutti_future_done(f[i]));
		tutti_future_unref(f[i]);
	}
	tutti_future_unref(g);
	free(f);
}

static void no_memory(void)
{
	size_t live;

	make();
	live = test_alloc_live();
	for (uint64_t k = 1; k <= 2; k++) {
		test_alloc_fail_at(k);
		tutti_future *g = tutti_gather(them, 4, TUTTI_ALL_COMPLETED);
		tutti_future *s = tutti_shield(them[0]);
		CHECK_EQ(test_alloc_fail_at(0), 0);
		CHECK_EQ(tutti_future_error(k == 1 ? g : s), -ENOMEM);
		CHECK_EQ(tutti_future_error(k == 1 ? s : g), TUTTI_EPENDING);
		tutti_future_cancel(s);
		if (k == 2) {
			CHECK_EQ(tutti_future_cancel(g), 1);
			CHECK_EQ(tutti_future_error(g), TUTTI_ECANCELED);
		} else {
			keep(0);
			tutti_future_unref(them[0]);
			them[0] = tutti_future_create(sizeof(int));
		}
		tutti_future_unref(g);
		tutti_future_unref(s);
	}
	CHECK_EQ(test_alloc_live(), live);
	drop();
}

/* -- within a pool ---------------------------------------------------------------------------- */

static tutti_executor *own;

static int tripled(int n)
{
	tutti_yield();
	return 3 * n;
}
TUTTI_JOB(tripled, int, int);

static int gather_own(int n)
{
	tutti_future *f[5], *g;
	size_t order[5];
	int sum = 0, one;

	for (int i = 0; i < 5; i++)
		f[i] = tripled_submit(own, n + i);
	CHECK(tutti_wait(f, 5, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER) > 0);
	g = tutti_gather(f, 5, TUTTI_ALL_COMPLETED);
	CHECK_EQ(tutti_future_result(g, NULL, 0), 0);
	for (int i = 0; i < 5; i++) {
		CHECK_EQ(tripled_result(f[i], &one), 0);
		tutti_future_unref(f[i]);
		sum += one;
	}
	tutti_future_unref(g);
	return sum;
}
TUTTI_JOB(gather_own, int, int);

static void of_jobs_of_ones_own_pool(void)
{
	int in[8] = { 0, 1, 2, 3, 4, 5, 6, 7 }, out[8];

	for (int k = 1; k <= 2; k++) {
		CHECK_EQ(tutti_executor_open(&own, k == 1 ? "threads:1" : "threads:2", NULL), 0);
		CHECK_EQ(gather_own_map(own, in, out, 8), 0);
		for (int i = 0; i < 8; i++)
			CHECK_EQ(out[i], 15 * i + 30);
		tutti_executor_free(own);
	}
}

/* -- races ------------------------------------------------------------------------------------ */

static tutti_future *shared[2];

static void *end_or_cancel(void *arg)
{
	intptr_t what = (intptr_t)arg;

	if (what < 4)
		tutti_future_set_result(them[what], &(int){ 0 });
	else
		tutti_future_cancel(shared[what % 2]);
	return NULL;
}

static void ends_meet_cancels(enum mix mix)
{
	for (int round = 0; round < suite_rounds(100); round++) {
		tutti_future *f[HANDS];

		make();
		shared[0] = tutti_gather(them, 4, (tutti_when)(round % 3));
		shared[1] = round % 2 ? tutti_shield(shared[0])
				      : tutti_gather(shared, 1, TUTTI_ALL_COMPLETED);
		for (int i = 0; i < HANDS; i++)
			f[i] = start_nth(mix, i + round, end_or_cancel, give(i));
		for (int i = 0; i < 2; i++) {
			int rc = tutti_future_result(shared[i], NULL, 0);

			CHECK(rc == 0 || rc == TUTTI_EJOBCANCELED);
		}
		join_all(f, HANDS);
		tutti_future_unref(shared[round % 4 / 2]);
		drop();
		tutti_future_unref(shared[1 - round % 4 / 2]);
	}
}

static void begin_gather(void)
{
	tutti_future_unref(shared[0]);
	drop();
	make();
	shared[0] = tutti_gather(them, 4, TUTTI_FIRST_COMPLETED);
}

static int wait_for_gather(tutti_time deadline)
{
	return tutti_future_result_until(shared[0], NULL, 0, deadline);
}

static void keep_one(void)
{
	keep(2);
}

static void any_order_of_result_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_gather,
		.wait = wait_for_gather,
		.grant = keep_one,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };

	make();
	shared[0] = NULL;
	orders_run(&o);
	tutti_future_unref(shared[0]);
	drop();
}

int main(void)
{
	suite_begin();
	RUN(all_of_them_whatever_happens);
	RUN(until_the_first_error);
	RUN(until_the_first);
	RUN(of_none_and_of_what_is_done);
	RUN(twice_and_null);
	RUN(it_keeps_references_of_its_own);
	RUN(nobody_else_ends_it);
	RUN_MIXES(cancelling_it_cancels_them);
	RUN(who_was_cancelled_alone_counts_as_an_error);
	RUN(a_shield_among_them_stops_the_cancel);
	RUN(a_shield_has_the_result);
	RUN(a_shield_is_cancelled_alone);
	RUN(it_has_callbacks);
	RUN_MIXES(a_callback_may_ask_for_what_ran_there);
	RUN(a_long_chain);
	RUN(very_many);
	RUN(no_memory);
	RUN(of_jobs_of_ones_own_pool);
	RUN_MIXES(ends_meet_cancels);
	RUN(any_order_of_result_cancel_deadline);
	return suite_end();
}
