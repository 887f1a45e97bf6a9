/* SPDX-License-Identifier: MIT */
/* rows: +values */
/* value_test.c - what values are: kinds, parts, equality, hash, references, depth, memory. */
#include <errno.h>
#include <math.h>

#include "support/memory.h"
#include "support/suite.h"
#include "wire/values.h"

static void kinds(void)
{
	static const struct {
		const char *format, *type;
		int kind;
	} all[] = { { "n", "NoneType", TUTTI_VALUE_NONE }, { "[]", "list", TUTTI_VALUE_LIST },
		{ "()", "tuple", TUTTI_VALUE_TUPLE }, { "{}", "dict", TUTTI_VALUE_DICT },
		{ "<>", "set", TUTTI_VALUE_SET } };
	tutti_value *v;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		v = PACK(all[i].format);
		CHECK_EQ(tutti_value_kind(v), all[i].kind);
		CHECK_STR(tutti_value_type(v), all[i].type);
		CHECK_EQ(tutti_value_size(v), 0);
		CHECK(!tutti_value_at(v, 0) && !tutti_value_under(v, 0));
		tutti_value_unref(v);
	}
	CHECK_STR(tutti_value_type(tutti_value_bool(true)), "bool");
	CHECK_STR(tutti_value_type(tutti_value_int(1)), "int");
	CHECK_STR(tutti_value_type(tutti_value_float(1)), "float");
	CHECK_EQ(tutti_value_kind(NULL), -EINVAL);
	CHECK_STR(tutti_value_type(NULL), "nothing");
	CHECK_EQ(tutti_value_size(NULL), 0);
	CHECK(!tutti_value_at(NULL, 0) && !tutti_value_key(NULL, "x"));
	CHECK(!tutti_value_ref(NULL));
	tutti_value_unref(NULL);
}

static void ints(void)
{
	static const int64_t all[] = { 0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX / 2, INT64_MIN / 2,
		INT64_MAX / 4, INT64_MAX / 4 + 1, INT64_MIN / 4, INT64_MIN / 4 - 1 };
	int64_t n;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		tutti_value *v = tutti_value_int(all[i]);
		tutti_value *same = PACK("L", all[i]);

		CHECK_EQ(tutti_value_as_int(v, &n), 0);
		CHECK(n == all[i]);
		CHECK(tutti_value_equal(v, same));
		CHECK(tutti_value_hash(v) == tutti_value_hash(same));
		tutti_value_unref(v);
		tutti_value_unref(same);
	}
	CHECK_EQ(tutti_value_as_int(tutti_value_bool(true), &n), 0);
	CHECK_EQ(n, 1);
	CHECK_EQ(tutti_value_as_int(tutti_value_none(), &n), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_as_int(tutti_value_float(1), &n), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_as_int(NULL, &n), TUTTI_ETYPE);
	CHECK_EQ(n, 1);
}

static void big_ints(void)
{
	static const char digits[] = "-123456789012345678901234567890";
	tutti_value *v, *w;
	int64_t n = 7;
	double x;

	CHECK_EQ(tutti_value_digits(&v, digits, strlen(digits)), 0);
	CHECK_EQ(tutti_value_as_int(v, &n), -ERANGE);
	CHECK_EQ(n, 7);
	CHECK_EQ(tutti_value_as_float(v, &x), 0);
	CHECK(x == -123456789012345678901234567890.0);
	CHECK_EQ(tutti_value_digits(&w, digits, strlen(digits)), 0);
	CHECK(tutti_value_equal(v, w) && tutti_value_hash(v) == tutti_value_hash(w));
	tutti_value_unref(w);
	CHECK_EQ(tutti_value_digits(&w, digits + 1, strlen(digits) - 1), 0);
	CHECK(!tutti_value_equal(v, w));
	tutti_value_unref(w);
	check_repr(v, digits);

	v = tutti_value_uint(UINT64_MAX);
	CHECK_EQ(tutti_value_as_int(v, &n), -ERANGE);
	check_repr(v, "18446744073709551615");
	CHECK_EQ(tutti_value_digits(&v, "+0000000000000000000000000000012", 32), 0);
	check_repr(v, "12");
	CHECK_EQ(tutti_value_digits(&v, "-0", 2), 0);
	check_repr(v, "0");
	CHECK_EQ(tutti_value_digits(&v, "", 0), -EINVAL);
	CHECK_EQ(tutti_value_digits(&v, "-", 1), -EINVAL);
	CHECK_EQ(tutti_value_digits(&v, "--1", 3), -EINVAL);
	CHECK_EQ(tutti_value_digits(&v, "12 ", 3), -EINVAL);
	CHECK_EQ(tutti_value_digits(&v, "0x1", 3), -EINVAL);
}

/* 2^1024 - 2^970 is the first int that is nearer to no double. */
static void beyond_doubles(void)
{
	char digits[400] = "1";
	tutti_value *v;
	double x = 5;

	memset(digits + 1, '0', 309);
	CHECK_EQ(tutti_value_digits(&v, digits, 309), 0); /* 1e308 */
	CHECK_EQ(tutti_value_as_float(v, &x), 0);
	CHECK(x == 1e308);
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_digits(&v, digits, 310), 0);
	CHECK_EQ(tutti_value_as_float(v, &x), -ERANGE);
	CHECK(x == 1e308);
	tutti_value_unref(v);
}

static void floats(void)
{
	static const double all[] = { 0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e-300, 5e-324, HUGE_VAL,
		-HUGE_VAL, 1.72723371101888892e-77, 0x1p-255, 0x1p256, 0x1p-256, 1e77, 1e78 };
	double x;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		tutti_value *v = tutti_value_float(all[i]);

		CHECK_EQ(tutti_value_as_float(v, &x), 0);
		CHECK(x == all[i] && signbit(x) == signbit(all[i]));
		CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_FLOAT);
		tutti_value_unref(v);
	}
	CHECK_EQ(tutti_value_as_float(tutti_value_none(), &x), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_as_float(tutti_value_int(-3), &x), 0);
	CHECK(x == -3);
}

/* As in Python: which of these are equal, and then have one hash. */
static void equality(void)
{
	static const char *const classes[][4] = { { "0", "0.0", "-0.0", "false" },
		{ "1", "1.0", "true" }, { "9007199254740993" },
		{ "9007199254740992", "9007199254740992.0" }, { "1e300" },
		{ "1000000000000000000000", "1e21" },
		{ "18446744073709551616", "1.8446744073709552e19" },
		{ "-9223372036854775808", "-9.223372036854775808e18" },
		{ "9223372036854775808", "9.223372036854775808e18" }, { "9223372036854775807" },
		{ "0.5" }, { "\"1\"" }, { "null" }, { "[1, 2]", "[1.0, 2]" }, { "[2, 1]" },
		{ "{\"a\": 1, \"b\": 2}", "{\"b\": 2.0, \"a\": true}" }, { "{\"a\": 1}" },
		{ "{\"a\": 1, \"c\": 2}" }, { "Infinity", "1e999" }, { "-Infinity" } };
	enum { CLASSES = sizeof(classes) / sizeof(*classes) };

	for (size_t i = 0; i < CLASSES * 4; i++) {
		for (size_t k = 0; k < CLASSES * 4; k++) {
			const char *a = classes[i / 4][i % 4], *b = classes[k / 4][k % 4];
			tutti_value *x, *y;

			if (!a || !b)
				continue;
			x = from_json(a);
			y = from_json(b);
			if (tutti_value_equal(x, y) != (i / 4 == k / 4))
				fprintf(stderr, "%s and %s\n", a, b);
			CHECK_EQ(tutti_value_equal(x, y), i / 4 == k / 4);
			CHECK(i / 4 != k / 4 || tutti_value_hash(x) == tutti_value_hash(y));
			tutti_value_unref(x);
			tutti_value_unref(y);
		}
	}
}

static void not_a_number(void)
{
	tutti_value *nan = tutti_value_float((double)NAN), *list = PACK("[O]", nan);
	tutti_value *other = PACK("[d]", (double)NAN), *same = PACK("[O]", nan);

	CHECK(!tutti_value_equal(nan, nan));
	CHECK(tutti_value_equal(list, same));
	CHECK(!tutti_value_equal(list, other));
	tutti_value_unref(nan);
	tutti_value_unref(list);
	tutti_value_unref(other);
	tutti_value_unref(same);
}

static void kinds_differ(void)
{
	tutti_value *all[] = { PACK("[i]", 1), PACK("(i)", 1), PACK("<i>", 1), PACK("{i:i}", 1, 1),
		PACK("s", "1"), PACK("y", tutti_bytes_text("1")), PACK("n"), PACK("i", 1) };

	for (size_t i = 0; i < 8; i++)
		for (size_t k = 0; k < 8; k++)
			CHECK_EQ(tutti_value_equal(all[i], all[k]), i == k);
	CHECK(!tutti_value_equal(all[0], NULL) && tutti_value_equal(NULL, NULL));
	for (size_t i = 0; i < 8; i++)
		tutti_value_unref(all[i]);
}

/* Few keys are found one by one, many by their hash. */
static void dicts(void)
{
	for (int n = 0; n < 100; n++) {
		tutti_value *pairs[200], *v, *key;
		char name[16];
		int64_t found;

		for (int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "key%d", i);
			CHECK_EQ(tutti_value_text(&pairs[2 * i], name, strlen(name)), 0);
			pairs[2 * i + 1] = tutti_value_int(i);
		}
		CHECK_EQ(tutti_value_dict(&v, pairs, (size_t)n), 0);
		CHECK_EQ(tutti_value_size(v), n);
		for (int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "key%d", i);
			CHECK_EQ(tutti_value_as_int(tutti_value_key(v, name), &found), 0);
			CHECK_EQ(found, i);
			CHECK(tutti_value_at(v, (size_t)i) == pairs[2 * i]);
			CHECK(tutti_value_under(v, (size_t)i) == pairs[2 * i + 1]);
			CHECK(tutti_value_find(v, pairs[2 * i]) == pairs[2 * i + 1]);
			tutti_value_unref(pairs[2 * i]);
		}
		CHECK(!tutti_value_key(v, "key100") && !tutti_value_key(v, ""));
		key = PACK("[]");
		CHECK(!tutti_value_find(v, key) && !tutti_value_find(v, NULL));
		tutti_value_unref(key);
		tutti_value_unref(v);
	}
}

/* The first key stays, with the last value. */
static void equal_keys(void)
{
	check_repr(PACK("{i:s, b:s, d:s, s:i}", 1, "a", true, "b", 1.0, "c", "x", 2),
		"{1: 'c', 'x': 2}");
	check_repr(PACK("<i b d i>", 1, true, 1.0, 2), "{1, 2}");
	check_repr(PACK("{(i,s):i, (i,s):i}", 1, "a", 1, 1, "a", 2), "{(1, 'a'): 2}");
	check_repr(PACK("{n:n}"), "{None: None}");
}

static void sets(void)
{
	tutti_value *v = PACK("<isd>", 1, "a", 2.5), *one = tutti_value_float(1.0);
	tutti_value *same = PACK("<dsi>", 2.5, "a", 1), *less = PACK("<is>", 1, "a");

	CHECK_EQ(tutti_value_size(v), 3);
	CHECK(tutti_value_find(v, one) == tutti_value_at(v, 0));
	CHECK(!tutti_value_find(v, tutti_value_int(2)));
	CHECK(tutti_value_equal(v, same) && !tutti_value_equal(v, less));
	tutti_value_unref(v);
	tutti_value_unref(same);
	tutti_value_unref(less);
}

static void no_keys(void)
{
	tutti_value *v = NULL, *list = PACK("([])"), *items[2] = { list, NULL };

	CHECK_EQ(tutti_value_pack(&v, "{[]:i}", 1), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_pack(&v, "{({}):i}", 1), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_pack(&v, "<<>>"), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_set(&v, items, 1), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_list(&v, items, 2), -EINVAL);
	items[1] = tutti_value_none();
	CHECK_EQ(tutti_value_dict(&v, items, 1), TUTTI_ETYPE);
	CHECK(!v);
	tutti_value_unref(list);
}

static void texts(void)
{
	static const char *const bad[] = { "\x80", "a\xff", "\xc3", "\xc0\x80", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
		"12345678\xc3(", "\xe2\x82" };
	tutti_value *v = NULL;
	tutti_bytes b;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_EQ(tutti_value_text(&v, bad[i], strlen(bad[i])), -EINVAL);
	CHECK(!v);
	CHECK_EQ(tutti_value_text(&v, "a\0b", 3), 0);
	CHECK_EQ(tutti_value_as_bytes(v, &b), 0);
	CHECK(b.size == 3 && memcmp(b.data, "a\0b", 4) == 0 && !b.owner);
	CHECK_EQ(tutti_value_size(v), 3);
	check_repr(v, "'a\\x00b'");
	CHECK_EQ(tutti_value_text(&v, "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 10), 0);
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_as_bytes(tutti_value_none(), &b), TUTTI_ETYPE);
}

/* -- depth ------------------------------------------------------------------------------------ */

static tutti_value *nested(int depth)
{
	tutti_value *v = tutti_value_int(1), *outer;

	for (int i = 0; i < depth; i++) {
		CHECK_EQ(i % 2 ? tutti_value_tuple(&outer, &v, 1) : tutti_value_list(&outer, &v, 1),
			0);
		tutti_value_unref(v);
		v = outer;
	}
	return v;
}

/* In a task, whose stack is small. */
static void *goes_deep(void *arg)
{
	tutti_value *v = nested(TUTTI_VALUE_DEPTH_MAX), *again, *more = NULL;
	tutti_bytes bytes, json;

	CHECK_EQ(tutti_value_list(&more, &v, 1), -E2BIG);
	CHECK_EQ(tutti_value_pack(&more, "{s:O}", "x", v), -E2BIG);
	CHECK_EQ(tutti_value_encode(&bytes, v), 0);
	CHECK_EQ(tutti_value_decode(&again, bytes.data, bytes.size, NULL), 0);
	CHECK(tutti_value_equal(v, again) && tutti_value_hash(v) == tutti_value_hash(again));
	tutti_value_unref(again);
	CHECK_EQ(tutti_value_to_json(&json, v, NULL, NULL), 0);
	CHECK_EQ(tutti_value_from_json(&again, json.data, json.size, NULL, NULL), 0);
	CHECK(!tutti_value_equal(v, again)); /* its tuples are lists */
	tutti_value_unref(again);
	tutti_bytes_free(&bytes);
	tutti_bytes_free(&json);
	CHECK_EQ(tutti_value_repr(&bytes, v), 0);
	tutti_bytes_free(&bytes);
	tutti_value_unref(v);
	CHECK(!more);
	return arg;
}

static void deep(void)
{
	tutti_future *f = tutti_task_start(goes_deep, NULL, NULL);

	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
}

/* -- references ------------------------------------------------------------------------------- */

enum { SHARERS = 4, TURNS = 20000 };

static void *refs(void *arg)
{
	tutti_value *v = arg;

	for (int i = 0; i < TURNS; i++) {
		tutti_value *kept = tutti_value_ref(v), *outer = PACK("[O]", kept);

		CHECK(tutti_value_at(outer, 0) == v);
		tutti_value_unref(kept);
		tutti_value_unref(outer);
	}
	tutti_value_unref(v);
	return NULL;
}

static void counted(void)
{
	tutti_value *v = PACK("[ss]", "some", "text");
	tutti_future *f[SHARERS];

	for (int i = 0; i < SHARERS; i++)
		f[i] = tutti_thread_start(refs, tutti_value_ref(v), NULL);
	tutti_value_unref(v);
	CHECK_EQ(tutti_join_all(f, SHARERS), 0);
}

/* Every allocation fails once; nothing is lost, and out stays as it was. */
static void no_memory(void)
{
	tutti_value *v = NULL, *big = NULL, *far = tutti_value_float(1e300);
	size_t before;
	int rc;

	CHECK_EQ(tutti_value_digits(&big, "1234567890123456789012345", 25), 0);
	before = test_alloc_live();
	for (uint64_t n = 1;; n++) {
		test_alloc_fail_at(n);
		rc = tutti_value_pack(&v,
			"{s:[Lddsy], s:(OO), s:<sss>, s:{iiiiiiiiiiiiiiiiiiiiii}}", "a", INT64_MAX,
			1e300, 0.5, "text", tutti_bytes_text("bytes"), "b", big, far, "c", "x", "y",
			"z", "d", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
			20, 21, 22);
		if (test_alloc_fail_at(0) > 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
		CHECK(!v);
		CHECK_EQ(test_alloc_live(), before);
	}
	CHECK_EQ(rc, 0);
	CHECK_EQ(tutti_value_size(tutti_value_key(v, "d")), 11);
	tutti_value_unref(v);
	tutti_value_unref(big);
	tutti_value_unref(far);
}

int main(void)
{
	size_t before;

	suite_begin();
	before = test_alloc_live();
	RUN(kinds);
	RUN(ints);
	RUN(big_ints);
	RUN(beyond_doubles);
	RUN(floats);
	RUN(equality);
	RUN(not_a_number);
	RUN(kinds_differ);
	RUN(dicts);
	RUN(equal_keys);
	RUN(sets);
	RUN(no_keys);
	RUN(texts);
	RUN(no_memory);
	CHECK_EQ(test_alloc_live(), before);
	RUN(deep);
	RUN(counted);
	return suite_end();
}
