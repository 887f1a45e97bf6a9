/* SPDX-License-Identifier: MIT */
/* rows: F79 */
/* dict_test.c - dicts and sets that many change: keys, order, beside a plain array, memory. */
#include <errno.h>

#include "base/prng.h"
#include "support/memory.h"
#include "support/suite.h"
#include "wire/values.h"

static tutti_dict *make_dict(void)
{
	tutti_dict *d;

	CHECK_EQ(tutti_dict_create(&d), 0);
	return d;
}

static tutti_hashset *make_set(void)
{
	tutti_hashset *s;

	CHECK_EQ(tutti_hashset_create(&s), 0);
	return s;
}

static void check_dict(tutti_dict *d, const char *repr)
{
	tutti_value *all;

	CHECK_EQ(tutti_dict_snapshot(d, &all), 0);
	CHECK_EQ(tutti_value_size(all), tutti_dict_size(d));
	check_repr(all, repr);
}

static void check_set(tutti_hashset *s, const char *repr)
{
	tutti_value *all;

	CHECK_EQ(tutti_hashset_snapshot(s, &all), 0);
	CHECK_EQ(tutti_value_size(all), tutti_hashset_size(s));
	check_repr(all, repr);
}

static void keys(void)
{
	tutti_dict *d = make_dict();
	tutti_value *one = tutti_value_float(1.0), *name = PACK("s", "name"),
		    *pair = PACK("(is)", 1, "x");
	tutti_value *v = NULL;

	CHECK_EQ(tutti_dict_set(d, tutti_value_int(1), name), 0);
	CHECK_EQ(tutti_dict_set(d, pair, tutti_value_none()), 0);
	CHECK_EQ(tutti_dict_set_key(d, "name", tutti_value_int(3)), 0);
	CHECK_EQ(tutti_dict_set(d, one, tutti_value_int(2)), 0); /* the key stays */
	check_dict(d, "{1: 2, (1, 'x'): None, 'name': 3}");
	CHECK_EQ(tutti_dict_get(d, one, &v), 0);
	CHECK(v == tutti_value_int(2));
	CHECK_EQ(tutti_dict_get(d, name, NULL), 0);
	CHECK_EQ(tutti_dict_get_key(d, "name", &v), 0);
	CHECK(v == tutti_value_int(3));
	CHECK_EQ(tutti_dict_get_key(d, "nam", &v), -ENOENT);
	CHECK_EQ(tutti_dict_pop(d, tutti_value_bool(true), &v), 0);
	CHECK(v == tutti_value_int(2));
	CHECK_EQ(tutti_dict_pop(d, one, &v), -ENOENT);
	CHECK_EQ(tutti_dict_pop(d, pair, NULL), 0);
	CHECK_EQ(tutti_dict_set(d, one, one), 0); /* at the end now */
	check_dict(d, "{'name': 3, 1.0: 1.0}");
	tutti_dict_clear(d);
	check_dict(d, "{}");
	CHECK_EQ(tutti_dict_get(d, one, &v), -ENOENT);
	CHECK_EQ(tutti_dict_get_key(d, "name", &v), -ENOENT);
	tutti_value_unref(name);
	tutti_value_unref(pair);
	tutti_dict_free(d);
	tutti_dict_free(NULL);
}

static void no_keys(void)
{
	tutti_dict *d = make_dict();
	tutti_hashset *s = make_set();
	tutti_value *list = PACK("[i]", 1), *none = tutti_value_none();

	CHECK_EQ(tutti_dict_set(d, list, none), TUTTI_ETYPE);
	CHECK_EQ(tutti_dict_set_default(d, list, none, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_dict_get(d, list, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_dict_pop(d, list, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_dict_set(d, NULL, none), -EINVAL);
	CHECK_EQ(tutti_dict_set(d, none, NULL), -EINVAL);
	CHECK_EQ(tutti_dict_get(d, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_dict_set_key(d, "\xff", none), -EINVAL);
	CHECK_EQ(tutti_hashset_add(s, list), TUTTI_ETYPE);
	CHECK_EQ(tutti_hashset_remove(s, list), TUTTI_ETYPE);
	CHECK_EQ(tutti_hashset_add(s, NULL), -EINVAL);
	CHECK(!tutti_hashset_contains(s, list) && !tutti_hashset_contains(s, NULL));
	CHECK_EQ(tutti_dict_size(d) + tutti_hashset_size(s), 0);
	tutti_value_unref(list);
	tutti_dict_free(d);
	tutti_hashset_free(s);
}

/* rows: F79 */
static void members(void)
{
	tutti_hashset *s = make_set();
	tutti_value *text = PACK("s", "text"), *same = PACK("s", "text"), *v;

	CHECK_EQ(tutti_hashset_add(s, text), 1);
	CHECK_EQ(tutti_hashset_add(s, same), 0);
	CHECK_EQ(tutti_hashset_add(s, tutti_value_int(2)), 1);
	CHECK_EQ(tutti_hashset_add(s, tutti_value_float(2)), 0);
	check_set(s, "{'text', 2}");
	CHECK(tutti_hashset_contains(s, same) && !tutti_hashset_contains(s, tutti_value_int(3)));
	CHECK_EQ(tutti_hashset_pop(s, &v), 0);
	CHECK(v == tutti_value_int(2));
	CHECK_EQ(tutti_hashset_remove(s, same), 0);
	CHECK_EQ(tutti_hashset_remove(s, same), -ENOENT);
	CHECK_EQ(tutti_hashset_pop(s, &v), -ENOENT);
	check_set(s, "set()");
	CHECK_EQ(tutti_hashset_add(s, text), 1);
	tutti_hashset_clear(s);
	CHECK_EQ(tutti_hashset_size(s), 0);
	tutti_value_unref(text);
	tutti_value_unref(same);
	tutti_hashset_free(s);
	tutti_hashset_free(NULL);
}

enum { KEYS = 200 };

/* The same changes to an array by key: what comes and goes leaves gaps that are closed in time. */
static void beside_an_array(uint64_t seed)
{
	int64_t plain[KEYS]; /* -1: none */
	size_t n = 0;
	tutti_dict *d = make_dict();
	struct tu_prng prng;

	memset(plain, -1, sizeof plain);
	tu_prng_init(&prng, seed);
	for (int step = 0; step < 30000; step++) {
		int key = (int)tu_prng_below(&prng, step / 3000 % 2 ? KEYS : KEYS / 10);
		tutti_value *k = tutti_value_int(key), *v = NULL;
		int was = plain[key] >= 0 ? 0 : -ENOENT;
		int64_t got = -1;

		switch (tu_prng_below(&prng, 4)) {
		case 0:
			CHECK_EQ(tutti_dict_set(d, k, tutti_value_int(step)), 0);
			n += was < 0;
			plain[key] = step;
			break;
		case 1:
			CHECK_EQ(tutti_dict_set_default(d, k, tutti_value_int(step), &v), was < 0);
			n += was < 0;
			plain[key] = was < 0 ? step : plain[key];
			break;
		case 2:
			CHECK_EQ(tutti_dict_pop(d, k, &v), was);
			CHECK(was < 0 || (tutti_value_as_int(v, &got) == 0 && got == plain[key]));
			n -= was == 0;
			plain[key] = -1;
			break;
		default:
			CHECK_EQ(tutti_dict_get(d, k, &v), was);
			CHECK(was < 0 || (tutti_value_as_int(v, &got) == 0 && got == plain[key]));
		}
		CHECK_EQ(tutti_dict_size(d), n);
	}
	tutti_dict_free(d);
}

static void many_seeds(void)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		beside_an_array(seed);
}

static void no_memory(void)
{
	size_t before = test_alloc_live();
	tutti_dict *d = NULL;
	tutti_value *all = NULL;

	test_alloc_fail_at(1);
	CHECK_EQ(tutti_dict_create(&d), -ENOMEM);
	d = make_dict();
	for (int i = 0; i < 100; i++) {
		int rc = -ENOMEM;

		for (uint64_t n = 1; rc < 0; n++) {
			test_alloc_fail_at(n);
			rc = tutti_dict_set(d, tutti_value_int(i), tutti_value_int(-i));
			CHECK_EQ(test_alloc_fail_at(0) == 0, rc == -ENOMEM);
			CHECK_EQ(tutti_dict_size(d), i + (rc == 0));
		}
	}
	for (uint64_t n = 1;; n++) {
		test_alloc_fail_at(n);
		int rc = tutti_dict_snapshot(d, &all);
		if (test_alloc_fail_at(0) > 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
	}
	CHECK_EQ(tutti_value_size(all), 100);
	tutti_value_unref(all);
	tutti_dict_free(d);
	CHECK_EQ(test_alloc_live(), before);
}

enum { WHO = 8, TIMES = 2000 };

struct both {
	tutti_dict *dict;
	tutti_hashset *set;
	uint32_t number; /* atomic */
};

/* Puts its own, sees the others' come and go, takes its own out again but for the last tenth. */
static void *comes_and_goes(void *arg)
{
	struct both *b = arg;
	int me = (int)tu_add_rlx(&b->number, 1u); /* relaxed: only that all get different ones */

	for (int i = 0; i < TIMES; i++) {
		tutti_value *mine = tutti_value_int(me * TIMES + i), *v = NULL;
		tutti_value *other = tutti_value_int((me + 1) % WHO * TIMES + i);

		CHECK_EQ(tutti_dict_set(b->dict, mine, mine), 0);
		CHECK_EQ(tutti_hashset_add(b->set, mine), 1);
		CHECK(tutti_dict_get(b->dict, other, &v) < 0 || v == other);
		CHECK(tutti_hashset_contains(b->set, mine));
		if (i >= TIMES / 10) {
			CHECK_EQ(tutti_dict_pop(b->dict, mine, &v), 0);
			CHECK(v == mine);
			CHECK_EQ(tutti_hashset_remove(b->set, mine), 0);
		}
		if (i % 256 == 0) {
			CHECK_EQ(tutti_dict_snapshot(b->dict, &v), 0);
			CHECK(tutti_value_size(v) <= WHO * (TIMES / 10 + 1));
			tutti_value_unref(v);
		}
	}
	return NULL;
}

/* rows: F79 T42 */
static void at_once(enum mix mix)
{
	struct both b = { make_dict(), make_set(), 0 };
	tutti_future *f[WHO];

	start_all(mix, f, WHO, comes_and_goes, &b);
	join_all(f, WHO);
	CHECK_EQ(tutti_dict_size(b.dict), WHO * TIMES / 10);
	CHECK_EQ(tutti_hashset_size(b.set), WHO * TIMES / 10);
	for (int i = 0; i < WHO * TIMES; i++) {
		bool kept = i % TIMES < TIMES / 10;

		CHECK_EQ(tutti_dict_get(b.dict, tutti_value_int(i), NULL), kept ? 0 : -ENOENT);
		CHECK_EQ(tutti_hashset_contains(b.set, tutti_value_int(i)), kept);
	}
	tutti_dict_free(b.dict);
	tutti_hashset_free(b.set);
}

/* Of many that want to be the first one is, and all get that one's. */
static void *would_be_first(void *arg)
{
	struct both *b = arg;
	intptr_t me = (intptr_t)tu_add_rlx(&b->number, 1u), wins = 0; /* relaxed: as above */

	for (int i = 0; i < TIMES; i++) {
		tutti_value *v = NULL, *again = NULL;
		int rc = tutti_dict_set_default(
			b->dict, tutti_value_int(i), tutti_value_int(me), &v);

		CHECK(rc >= 0 && (rc == 0 || v == tutti_value_int(me)));
		CHECK_EQ(tutti_dict_get(b->dict, tutti_value_int(i), &again), 0);
		CHECK(v == again);
		wins += rc;
	}
	return give(wins);
}

static void one_is_first(enum mix mix)
{
	struct both b = { .dict = make_dict() };
	tutti_future *f[WHO];
	intptr_t wins = 0;

	start_all(mix, f, WHO, would_be_first, &b);
	for (int i = 0; i < WHO; i++)
		wins += finish(f[i]);
	CHECK_EQ(wins, TIMES);
	tutti_dict_free(b.dict);
}

int main(void)
{
	suite_begin();
	RUN(keys);
	RUN(no_keys);
	RUN(members);
	RUN(many_seeds);
	RUN(no_memory);
	RUN_MIXES(at_once);
	RUN_MIXES(one_is_first);
	return suite_end();
}
