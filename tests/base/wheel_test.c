/* SPDX-License-Identifier: MIT */
#include "base/wheel.h"

#include "base/list.h"
#include "base/prng.h"
#include "support/test.h"

static void set(struct tu_wheel *w, struct tu_timer *timer, int64_t deadline)
{
	timer->deadline = deadline;
	tu_wheel_add(w, timer);
}

static void test_empty(void)
{
	struct tu_wheel w;

	tu_wheel_init(&w, 0);
	CHECK_EQ(tu_wheel_count(&w), 0);
	CHECK_EQ(tu_wheel_next(&w), INT64_MAX);
	CHECK(!tu_wheel_pop(&w, INT64_MAX));
	CHECK_EQ(tu_wheel_next(&w), INT64_MAX);
}

static void test_one(void)
{
	struct tu_wheel w;
	struct tu_timer t = { 0 };

	tu_wheel_init(&w, 1000);
	CHECK(!tu_timer_pending(&t));
	tu_wheel_remove(&w, &t);
	set(&w, &t, 5000000000);
	CHECK(tu_timer_pending(&t));
	CHECK_EQ(tu_wheel_count(&w), 1);
	CHECK_EQ(tu_wheel_next(&w), 5000000000);
	CHECK(!tu_wheel_pop(&w, 4999999999));
	CHECK_EQ(tu_wheel_next(&w), 5000000000);
	CHECK(tu_wheel_pop(&w, 5000000000) == &t);
	CHECK(!tu_timer_pending(&t));
	CHECK_EQ(tu_wheel_count(&w), 0);
	CHECK(!tu_wheel_pop(&w, INT64_MAX));
	set(&w, &t, 1); /* long past */
	CHECK_EQ(tu_wheel_next(&w), 1);
	tu_wheel_remove(&w, &t);
	tu_wheel_remove(&w, &t);
	CHECK_EQ(tu_wheel_next(&w), INT64_MAX);
}

static void test_equal_deadlines_come_in_order_of_adding(void)
{
	enum { N = 1000 };
	static struct tu_timer t[N];
	struct tu_wheel w;

	tu_wheel_init(&w, 0);
	for (int i = 0; i < N; i++) {
		set(&w, &t[i], 70000000);
		/* Let the wheel turn in between: they reach the deadline by several ways. */
		CHECK(!tu_wheel_pop(&w, i * 69999));
	}
	for (int i = 0; i < N; i++)
		CHECK(tu_wheel_pop(&w, 70000000) == &t[i]);
	CHECK(!tu_wheel_pop(&w, INT64_MAX));
}

static void test_watched(void)
{
	enum { N = 100 };
	static struct tu_timer many[N];
	struct tu_wheel w;
	struct tu_timer a = { 0 }, b = { 0 };

	tu_wheel_init(&w, 0);
	set(&w, &a, 5000000000);
	CHECK_EQ(w.due_by, INT64_MAX);
	tu_wheel_watch(&w, true);
	CHECK_EQ(w.due_by, 5000000000);
	set(&w, &b, 70000000);
	CHECK_EQ(w.due_by, 70000000);
	tu_wheel_remove(&w, &b);
	CHECK_EQ(w.due_by, 5000000000);
	set(&w, &b, 70000000);
	CHECK(tu_wheel_pop(&w, 80000000) == &b);
	CHECK(!tu_wheel_pop(&w, 80000000));
	CHECK_EQ(w.due_by, 5000000000);
	for (int i = 0; i < N; i++) /* of one slot: not all are looked at */
		set(&w, &many[i], 3000000000 + i);
	CHECK_EQ(w.due_by, 3000000000);
	tu_wheel_remove(&w, &many[0]);
	CHECK(w.due_by > 3000000000 && w.due_by < 3000000000 + N);
	tu_wheel_watch(&w, false);
	CHECK_EQ(w.due_by, INT64_MAX);
}

static const int64_t extremes[] = {
	INT64_MIN,
	INT64_MIN + 1,
	-(INT64_C(1) << 60),
	-1,
	0,
	1,
	4095,
	4096,
	INT64_C(1) << 18,
	INT64_C(1) << 24,
	INT64_C(1) << 30,
	INT64_C(1) << 36,
	INT64_C(1) << 42,
	INT64_C(1) << 48,
	INT64_C(1) << 54,
	INT64_C(1) << 60,
	INT64_C(1) << 62,
	INT64_MAX - 1,
	INT64_MAX,
};
enum { EXTREMES = sizeof extremes / sizeof *extremes };

/* One deadline on every level, and the ends of the range, from several starting points. */
static void test_every_level(void)
{
	for (int from = 0; from < EXTREMES; from++) {
		struct tu_timer t[EXTREMES] = { 0 };
		struct tu_wheel w;

		tu_wheel_init(&w, extremes[from]);
		for (int i = EXTREMES - 1; i >= 0; i--)
			set(&w, &t[i], extremes[i]);
		for (int i = 0; i < EXTREMES; i++) {
			CHECK_EQ(tu_wheel_next(&w), extremes[i]);
			if (i > 0)
				CHECK(!tu_wheel_pop(&w, extremes[i] - 1));
			CHECK(tu_wheel_pop(&w, extremes[i]) == &t[i]);
		}
		CHECK_EQ(tu_wheel_count(&w), 0);
	}
}

/* With n timers, remove the k-th: from each place in a chain and in the heap. */
static void remove_one(int n, int k, int64_t step, bool in_heap)
{
	struct tu_timer t[12] = { 0 };
	struct tu_wheel w;

	tu_wheel_init(&w, 0);
	for (int i = 0; i < n; i++)
		set(&w, &t[i], 1000000 + i * step);
	if (in_heap)
		CHECK(!tu_wheel_pop(&w, 999999));
	tu_wheel_remove(&w, &t[k]);
	CHECK(!tu_timer_pending(&t[k]));
	CHECK_EQ(tu_wheel_count(&w), n - 1);
	for (int i = 0; i < n; i++) {
		if (i != k)
			CHECK(tu_wheel_pop(&w, INT64_MAX) == &t[i]);
	}
	CHECK(!tu_wheel_pop(&w, INT64_MAX));
	CHECK_EQ(tu_wheel_next(&w), INT64_MAX);
}

static void test_removing_at_each_place(void)
{
	for (int n = 1; n <= 12; n++) {
		for (int k = 0; k < n; k++) {
			remove_one(n, k, 0, false);
			remove_one(n, k, 1, true);
			remove_one(n, k, 1 << 20, false);
		}
	}
}

static void test_adding_again_inside_fire(void)
{
	struct tu_wheel w;
	struct tu_timer t = { 0 };

	tu_wheel_init(&w, 0);
	set(&w, &t, 100);
	for (int i = 0; i < 10000; i++) {
		struct tu_timer *due = tu_wheel_pop(&w, t.deadline);

		CHECK(due == &t);
		set(&w, due, due->deadline + 12345);
	}
	CHECK_EQ(t.deadline, 100 + 10000 * 12345);
}

/* A loop that sleeps until next wakes up in vain at most once per level for each crowded slot. */
static void test_wakes_are_few(void)
{
	enum { N = 10000 };
	static struct tu_timer t[N];
	struct tu_wheel w;
	struct tu_prng prng;
	int64_t now = 0;
	int in_vain = 0, fired = 0;

	tu_prng_init(&prng, 7);
	tu_wheel_init(&w, now);
	for (int i = 0; i < N; i++)
		set(&w, &t[i], 3600000000000 + tu_prng_between(&prng, 0, 40000));
	while (tu_wheel_count(&w)) {
		bool got = false;

		CHECK(tu_wheel_next(&w) > now || fired == 0);
		now = tu_wheel_next(&w);
		for (struct tu_timer *due; (due = tu_wheel_pop(&w, now)); got = true, fired++)
			CHECK_EQ(due->deadline, now);
		in_vain += !got;
	}
	CHECK_EQ(fired, N);
	/* 40 us are ten or eleven of the finest slots, each reached by at most one wake. */
	CHECK(in_vain <= TU_WHEEL_LEVELS + 11);
}

/* The same wheel, told by linear search. */
struct model {
	struct tu_timer *pending[400];
	int count;
};

static struct tu_timer *model_first(const struct model *m)
{
	struct tu_timer *first = NULL;

	for (int i = 0; i < m->count; i++) {
		struct tu_timer *t = m->pending[i];

		if (!first || t->deadline < first->deadline ||
			(t->deadline == first->deadline && t->seq < first->seq))
			first = t;
	}
	return first;
}

static void model_forget(struct model *m, const struct tu_timer *timer)
{
	for (int i = 0; i < m->count; i++) {
		if (m->pending[i] == timer) {
			m->pending[i] = m->pending[--m->count];
			return;
		}
	}
	CHECK(!"the wheel gave a timer that was not pending");
}

static int64_t some_deadline(struct tu_prng *prng, int64_t now)
{
	int64_t reach = (int64_t)(tu_prng_next(prng) >> tu_prng_between(prng, 12, 63));

	switch (tu_prng_below(prng, 8)) {
	case 0:
		return now - reach;
	case 1:
		return now + tu_prng_between(prng, 0, 3); /* many equal ones */
	case 2:
		return INT64_MAX - tu_prng_between(prng, 0, 2);
	default:
		return now + reach;
	}
}

static void check_next(struct tu_wheel *w, const struct model *m)
{
	struct tu_timer *first = model_first(m);

	CHECK_EQ(tu_wheel_count(w), m->count);
	if (first)
		CHECK(tu_wheel_next(w) <= first->deadline);
	else
		CHECK_EQ(tu_wheel_next(w), INT64_MAX);
}

static bool check_pop(struct tu_wheel *w, struct model *m, int64_t now)
{
	struct tu_timer *expected = model_first(m), *got = tu_wheel_pop(w, now);

	if (expected && expected->deadline > now)
		expected = NULL;
	CHECK(got == expected);
	if (got)
		model_forget(m, got);
	return got != NULL;
}

/* By then some timer is due: one that is there, if it is known of any. */
static void check_due(const struct tu_wheel *w, const struct model *m)
{
	bool found = w->due_by == INT64_MAX;

	for (int i = 0; i < m->count && !found; i++)
		found = m->pending[i]->deadline == w->due_by;
	CHECK(found);
}

/* Where nothing is due it is known when something will be. */
static void check_due_is_known(const struct tu_wheel *w, const struct model *m)
{
	struct tu_timer *first = model_first(m);

	CHECK(!first || w->due_by < INT64_MAX || first->deadline == INT64_MAX);
}

static int64_t some_later(struct tu_prng *prng, struct tu_wheel *w, int64_t now)
{
	int64_t next = tu_wheel_next(w);

	/* The virtual clock jumps like this; not to the timers at the end of time, though. */
	if (tu_prng_below(prng, 2) && next > now && next < INT64_MAX / 2)
		return next;
	return now + (int64_t)(tu_prng_next(prng) >> tu_prng_between(prng, 30, 63));
}

static void compare_with_model(uint64_t seed, bool watched)
{
	enum { TIMERS = 400, STEPS = 100000 };
	static struct tu_timer t[TIMERS];
	struct model m = { .count = 0 };
	struct tu_wheel w;
	struct tu_prng prng;
	int64_t now;

	printf("seed %" PRIu64 "%s\n", seed, watched ? ", watched" : "");
	memset(t, 0, sizeof t);
	tu_prng_init(&prng, seed);
	now = (int64_t)(tu_prng_next(&prng) >> 4);
	tu_wheel_init(&w, now);
	tu_wheel_watch(&w, watched);
	for (int i = 0; i < STEPS; i++) {
		struct tu_timer *timer = &t[tu_prng_below(&prng, TIMERS)];

		switch (tu_prng_below(&prng, 8)) {
		case 0:
			now = some_later(&prng, &w, now);
			break;
		case 1:
			if (tu_timer_pending(timer))
				model_forget(&m, timer);
			tu_wheel_remove(&w, timer);
			break;
		case 2:
			check_next(&w, &m);
			break;
		case 3:
		case 4:
			if (!check_pop(&w, &m, now) && watched)
				check_due_is_known(&w, &m);
			break;
		default:
			if (tu_timer_pending(timer))
				break;
			set(&w, timer, some_deadline(&prng, now));
			m.pending[m.count++] = timer;
		}
		check_due(&w, &m);
	}
	while (m.count)
		check_pop(&w, &m, INT64_MAX);
	check_next(&w, &m);
}

int main(void)
{
	CHECK(sizeof(struct tu_timer) <= 56);
	CHECK(sizeof(struct tu_wheel) <= 40 * 1024);
	test_empty();
	test_one();
	test_equal_deadlines_come_in_order_of_adding();
	test_every_level();
	test_removing_at_each_place();
	test_adding_again_inside_fire();
	test_wakes_are_few();
	test_watched();
	for (uint64_t seed = 1; seed <= 5; seed++) {
		compare_with_model(seed, false);
		compare_with_model(seed, true);
	}
	return 0;
}
