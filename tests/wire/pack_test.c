/* SPDX-License-Identifier: MIT */
/* pack_test.c - values to and from C's by format. */
#include <errno.h>

#include "support/suite.h"
#include "wire/values.h"

static void packs(void)
{
	tutti_value *v = PACK("[i]", 1);

	check_repr(PACK(""), "None");
	check_repr(PACK("n"), "None");
	check_repr(PACK("s", NULL), "None");
	check_repr(PACK("b", true), "True");
	check_repr(PACK("i", -5), "-5");
	check_repr(PACK("L", INT64_MIN), "-9223372036854775808");
	check_repr(PACK("K", UINT64_MAX), "18446744073709551615");
	check_repr(PACK("d", 1.0), "1.0");
	check_repr(PACK("s", "gr\xc3\xbc\xc3\x9f"), "'gr\xc3\xbc\xc3\x9f'");
	check_repr(PACK("S", tutti_bytes_of("a\0b", 3)), "'a\\x00b'");
	check_repr(PACK("S", tutti_bytes_of(NULL, 0)), "''");
	check_repr(PACK("y", tutti_bytes_of("a\0'\"\xff", 5)), "b'a\\x00\\'\"\\xff'");
	check_repr(PACK("O", v), "[1]");
	check_repr(PACK("i, s", 1, "x"), "(1, 'x')");
	check_repr(PACK(" ( i ) ", 4), "(4,)");
	check_repr(PACK("([i], (), [], {}, <>)", 1), "([1], (), [], {}, set())");
	check_repr(PACK("{s:i, s : [i i]}", "a", 1, "b", 2, 3), "{'a': 1, 'b': [2, 3]}");
	check_repr(PACK("[O, O]", v, v), "[[1], [1]]");
	tutti_value_unref(v);
}

static void packs_not(void)
{
	static const char *const bad[] = { "(", ")", "[i", "(i]", "{i}", "x", "i)", "[",
		"{s:", "s:?", "<i", "[}", "i\x7f" };
	tutti_value *v = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_EQ(tutti_value_pack(&v, bad[i], "a", "b"), -EINVAL);
	CHECK_EQ(tutti_value_pack(&v, "[s, s]", "fine", "\xff"), -EINVAL);
	CHECK_EQ(tutti_value_pack(&v, "[s, O]", "fine", NULL), -EINVAL);
	CHECK(!v);
}

static void unpacks(void)
{
	tutti_value *v = PACK("(n, b, i, L, K, d, s, S, y, [i i], {s:i, s:s})", true, -7, INT64_MAX,
		UINT64_MAX, 0.5, "text", tutti_bytes_of("x\0y", 3), tutti_bytes_of("z", 1), 1, 2,
		"a", 3, "b", "four");
	bool b;
	int i, first, second, a;
	int64_t l;
	uint64_t k;
	double d;
	const char *s, *four;
	tutti_bytes sized, bytes;
	const tutti_value *o;

	CHECK_EQ(tutti_value_unpack(v, "(nbiLKdsSy(ii){s:i, s:s})", &b, &i, &l, &k, &d, &s, &sized,
			 &bytes, &first, &second, "a", &a, "b", &four),
		0);
	CHECK(b && i == -7 && l == INT64_MAX && k == UINT64_MAX && d == 0.5);
	CHECK_STR(s, "text");
	CHECK_STR(four, "four");
	CHECK(sized.size == 3 && memcmp(sized.data, "x\0y", 3) == 0 && !sized.owner);
	CHECK(bytes.size == 1 && *(const char *)bytes.data == 'z');
	CHECK(first == 1 && second == 2 && a == 3);
	CHECK_EQ(tutti_value_unpack(v, "O", &o), 0);
	CHECK(o == v);
	/* several pieces are a tuple's */
	CHECK_EQ(tutti_value_unpack(v, "nbOOOOOOOOO", &b, &o, &o, &o, &o, &o, &o, &o, &o, &o), 0);
	CHECK(o == tutti_value_at(v, 10));
	CHECK_EQ(tutti_value_unpack(tutti_value_none(), ""), 0);
	CHECK_EQ(tutti_value_unpack(tutti_value_int(3), "d", &d), 0);
	CHECK(d == 3);
	CHECK_EQ(tutti_value_unpack(tutti_value_bool(true), "i", &i), 0);
	CHECK_EQ(i, 1);
	tutti_value_unref(v);
}

static void optional_keys(void)
{
	tutti_value *v = PACK("{s:i, s:[i, i]}", "a", 1, "p", 2, 3);
	int a = 0, b = 0, c = 10, x = 0, y = 0;

	CHECK_EQ(tutti_value_unpack(v, "{s:i, s?:i, s?(ii), s?:{s:i}, s:[ii]}", "a", &a, "b", &c,
			 "q", &c, &c, "z", "zz", &c, "p", &x, &y),
		0);
	CHECK(a == 1 && c == 10 && x == 2 && y == 3);
	CHECK_EQ(tutti_value_unpack(v, "{s:i, s:i}", "a", &b, "b", &c), TUTTI_ETYPE);
	CHECK(b == 0);
	CHECK_EQ(tutti_value_unpack(v, "{s?:s}", "a", &b), TUTTI_ETYPE);
	tutti_value_unref(v);
}

/* Nothing is filled in unless all is. */
static void unpacks_not(void)
{
	tutti_value *v = PACK("[i, s, d]", 1, "x", 2.5), *big = tutti_value_uint(UINT64_MAX);
	int i = 7;
	int64_t l = 7;
	uint64_t k = 7;
	double d = 7;
	const char *s = "as it was";

	CHECK_EQ(tutti_value_unpack(v, "[isi]", &i, &s, &i), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "[is]", &i, &s), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "[isdi]", &i, &s, &d, &i), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "isd n", &i, &s, &d), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "{s:i}", "a", &i), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "[ddd]", &d, &d, &d), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "[nsd]", &s, &d), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "[bsd]", &i, &s, &d), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(v, "[iyd]", &i, &s, &d), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(NULL, "i", &i), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_unpack(big, "L", &l), -ERANGE);
	CHECK_EQ(tutti_value_unpack(tutti_value_int(-1), "K", &k), -ERANGE);
	CHECK_EQ(tutti_value_unpack(tutti_value_int(INT64_C(1) << 31), "i", &i), -ERANGE);
	tutti_value_unref(v);
	tutti_value_unref(big);
	v = PACK("[iS]", 1, tutti_bytes_of("a\0b", 3));
	CHECK_EQ(tutti_value_unpack(v, "[is]", &i, &s), -EINVAL);
	tutti_value_unref(v);
	CHECK(i == 7 && l == 7 && k == 7 && d == 7);
	CHECK_STR(s, "as it was");
}

static void no_format(void)
{
	static const char *const bad[] = { "(", ")", "[i", "x", "{i:i}", "{s}", "{s:", "<i>", "i]",
		"{s?}", "[{s:i]" };
	tutti_value *dict = PACK("{s:i}", "a", 1), *list = PACK("[O]", dict);
	int i = 7;

	for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
		CHECK(tutti_value_unpack(dict, bad[k], "a", &i, &i) < 0);
		CHECK(tutti_value_unpack(list, bad[k], "a", &i, &i) < 0);
	}
	CHECK_EQ(i, 7);
	tutti_value_unref(dict);
	tutti_value_unref(list);
}

int main(void)
{
	suite_begin();
	RUN(packs);
	RUN(packs_not);
	RUN(unpacks);
	RUN(optional_keys);
	RUN(unpacks_not);
	RUN(no_format);
	return suite_end();
}
