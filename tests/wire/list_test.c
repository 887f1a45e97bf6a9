/* SPDX-License-Identifier: MIT */
/* rows: F79 */
/* list_test.c - lists that many change: places, both ends, beside a plain array, memory. */
#include <errno.h>

#include "base/prng.h"
#include "support/memory.h"
#include "support/suite.h"
#include "wire/values.h"

static tutti_list *list_of(int n)
{
	tutti_list *l;

	CHECK_EQ(tutti_list_create(&l), 0);
	for (int i = 0; i < n; i++)
		CHECK_EQ(tutti_list_append(l, tutti_value_int(i)), 0);
	return l;
}

static void check_list(tutti_list *l, const char *repr)
{
	tutti_value *all;

	CHECK_EQ(tutti_list_snapshot(l, &all), 0);
	CHECK_EQ(tutti_value_size(all), tutti_list_size(l));
	check_repr(all, repr);
}

/* An int, which needs no unref; -1: something else. */
static int64_t int_of(const tutti_value *v)
{
	int64_t n;

	return tutti_value_as_int(v, &n) == 0 ? n : -1;
}

static void places(void)
{
	static const struct {
		int64_t index, found;
	} all[] = { { 0, 0 }, { 4, 4 }, { -1, 4 }, { -5, 0 }, { 5, -1 }, { -6, -1 },
		{ INT64_MAX, -1 }, { INT64_MIN, -1 } };
	tutti_list *l = list_of(5);
	tutti_value *v;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		int rc = tutti_list_get(l, all[i].index, &v);

		CHECK_EQ(rc, all[i].found < 0 ? -ERANGE : 0);
		CHECK(rc < 0 || int_of(v) == all[i].found);
		CHECK_EQ(tutti_list_set(l, all[i].index, tutti_value_int(all[i].found)), rc);
	}
	check_list(l, "[0, 1, 2, 3, 4]");
	CHECK_EQ(tutti_list_insert(l, 0, tutti_value_int(10)), 0);
	CHECK_EQ(tutti_list_insert(l, -1, tutti_value_int(11)), 0);
	CHECK_EQ(tutti_list_insert(l, 100, tutti_value_int(12)), 0);
	CHECK_EQ(tutti_list_insert(l, INT64_MIN, tutti_value_int(13)), 0);
	check_list(l, "[13, 10, 0, 1, 2, 3, 11, 4, 12]");
	CHECK_EQ(tutti_list_pop(l, -1, &v), 0);
	CHECK_EQ(int_of(v), 12);
	CHECK_EQ(tutti_list_pop(l, 1, NULL), 0);
	CHECK_EQ(tutti_list_pop(l, 7, &v), -ERANGE);
	check_list(l, "[13, 0, 1, 2, 3, 11, 4]");
	tutti_list_clear(l);
	check_list(l, "[]");
	CHECK_EQ(tutti_list_pop(l, -1, &v), -ERANGE);
	tutti_list_free(l);
	tutti_list_free(NULL);
}

static void finds_equals(void)
{
	tutti_list *l = list_of(3);
	tutti_value *one = tutti_value_float(1.0), *text = PACK("s", "two"),
		    *other = PACK("s", "two");

	CHECK_EQ(tutti_list_append(l, text), 0);
	CHECK_EQ(tutti_list_append(l, text), 0);
	CHECK_EQ(tutti_list_index(l, one), 1);
	CHECK_EQ(tutti_list_index(l, other), 3);
	CHECK_EQ(tutti_list_remove(l, other), 0);
	check_list(l, "[0, 1, 2, 'two']");
	CHECK_EQ(tutti_list_remove(l, other), 0);
	CHECK_EQ(tutti_list_remove(l, other), -ENOENT);
	CHECK_EQ(tutti_list_index(l, other), -ENOENT);
	CHECK_EQ(tutti_list_index(l, NULL), -EINVAL);
	CHECK_EQ(tutti_list_remove(l, NULL), -EINVAL);
	CHECK_EQ(tutti_list_append(l, NULL), -EINVAL);
	CHECK_EQ(tutti_list_set(l, 0, NULL), -EINVAL);
	tutti_value_unref(text);
	tutti_value_unref(other);
	tutti_list_free(l);
}

/* What was handed out stays, and a snapshot is of its moment. */
static void references(void)
{
	tutti_list *l = list_of(0);
	tutti_value *text = PACK("s", "a text"), *got, *all;

	CHECK_EQ(tutti_list_append(l, text), 0);
	tutti_value_unref(text);
	CHECK_EQ(tutti_list_get(l, 0, &got), 0);
	CHECK_EQ(tutti_list_snapshot(l, &all), 0);
	CHECK_EQ(tutti_list_set(l, 0, tutti_value_none()), 0);
	check_list(l, "[None]");
	check_repr(got, "'a text'");
	check_repr(all, "['a text']");
	tutti_list_free(l);
}

static void too_deep(void)
{
	tutti_list *l = list_of(0);
	tutti_value *v = tutti_value_none(), *all;

	for (int i = 0; i < TUTTI_VALUE_DEPTH_MAX - 1; i++) {
		tutti_value *inner = v;

		CHECK_EQ(tutti_value_list(&v, &inner, 1), 0);
		tutti_value_unref(inner);
	}
	CHECK_EQ(tutti_list_append(l, v), 0);
	CHECK_EQ(tutti_list_snapshot(l, &all), 0);
	CHECK_EQ(tutti_list_append(l, all), -E2BIG);
	tutti_value_unref(all);
	tutti_value_unref(v);
	tutti_list_free(l);
}

enum { MOST = 300 };

/* The same changes to an array, one after another; more at the ends than elsewhere. */
static void beside_an_array(uint64_t seed)
{
	int64_t plain[MOST];
	int n = 0;
	tutti_list *l = list_of(0);
	struct tu_prng prng;

	tu_prng_init(&prng, seed);
	for (int step = 0; step < 20000; step++) {
		bool grows = n == 0 ||
			     (n < MOST && tu_prng_below(&prng, 100) < (step / 500 % 2 ? 70 : 30));
		int end = n - (grows ? 0 : 1);
		int choice = (int)tu_prng_below(&prng, 4);
		int at = choice == 0  ? 0
			 : choice < 3 ? end
				      : (int)tu_prng_below(&prng, (uint64_t)end + 1);
		tutti_value *v;

		if (grows) {
			memmove(plain + at + 1, plain + at, (size_t)(n - at) * sizeof(*plain));
			plain[at] = step;
			n++;
			CHECK_EQ(tutti_list_insert(l, at, tutti_value_int(step)), 0);
		} else {
			CHECK_EQ(tutti_list_pop(l, at, &v), 0);
			CHECK_EQ(int_of(v), plain[at]);
			memmove(plain + at, plain + at + 1, (size_t)(n - at - 1) * sizeof(*plain));
			n--;
		}
		CHECK_EQ(tutti_list_size(l), n);
		for (int i = 0; step % 64 == 0 && i < n; i++) {
			CHECK_EQ(tutti_list_get(l, i, &v), 0);
			CHECK_EQ(int_of(v), plain[i]);
		}
	}
	tutti_list_free(l);
}

static void many_seeds(void)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		beside_an_array(seed);
}

static void no_memory(void)
{
	tutti_list *l = NULL;
	tutti_value *all = NULL;
	size_t before = test_alloc_live();

	test_alloc_fail_at(1);
	CHECK_EQ(tutti_list_create(&l), -ENOMEM);
	l = list_of(0);
	for (int size = 0; size < 100;) {
		test_alloc_fail_at(1);
		if (tutti_list_append(l, tutti_value_int(size)) == 0)
			size++;
		else
			CHECK_EQ(test_alloc_fail_at(0), 0);
		test_alloc_fail_at(0);
		if (size < 100 && tutti_list_append(l, tutti_value_int(size)) == 0)
			size++;
		CHECK_EQ(tutti_list_size(l), size);
	}
	for (uint64_t n = 1;; n++) {
		test_alloc_fail_at(n);
		int rc = tutti_list_snapshot(l, &all);
		if (test_alloc_fail_at(0) > 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
	}
	CHECK_EQ(tutti_value_size(all), 100);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(int_of(tutti_value_at(all, (size_t)i)), i);
	tutti_value_unref(all);
	tutti_list_free(l);
	CHECK_EQ(test_alloc_live(), before);
}

enum { WHO = 8, TIMES = 20000 };

static void *appends(void *arg)
{
	for (int i = 0; i < TIMES; i++)
		CHECK_EQ(tutti_list_append(arg, tutti_value_int(i)), 0);
	return NULL;
}

/* All of them, each as often as there were appenders, and each appender's own in order. */
/* rows: F79 T42 */
static void nothing_lost(enum mix mix)
{
	tutti_list *l = list_of(0);
	tutti_future *f[WHO];
	tutti_value *all;
	int times[TIMES] = { 0 };

	start_all(mix, f, WHO, appends, l);
	join_all(f, WHO);
	CHECK_EQ(tutti_list_snapshot(l, &all), 0);
	CHECK_EQ(tutti_value_size(all), WHO * TIMES);
	for (size_t i = 0; i < WHO * TIMES; i++) {
		int64_t n = int_of(tutti_value_at(all, i));

		CHECK(n >= 0 && n < TIMES);
		times[n]++;
		CHECK(n == 0 || times[n] <= times[n - 1]);
	}
	CHECK_EQ(times[TIMES - 1], WHO);
	tutti_value_unref(all);
	tutti_list_free(l);
}

static void *takes(void *arg)
{
	intptr_t got = 0;

	while (tutti_list_pop(arg, got % 2 ? 0 : -1, NULL) == 0)
		got++;
	return give(got);
}

/* Each is taken by one. */
/* rows: F79 */
static void taken_once(enum mix mix)
{
	tutti_list *l = list_of(TIMES);
	tutti_future *f[WHO];
	intptr_t got = 0;

	start_all(mix, f, WHO, takes, l);
	for (int i = 0; i < WHO; i++)
		got += finish(f[i]);
	CHECK_EQ(got, TIMES);
	tutti_list_free(l);
}

int main(void)
{
	suite_begin();
	RUN(places);
	RUN(finds_equals);
	RUN(references);
	RUN(too_deep);
	RUN(many_seeds);
	RUN(no_memory);
	RUN_MIXES(nothing_lost);
	RUN_MIXES(taken_once);
	return suite_end();
}
