/* SPDX-License-Identifier: MIT */
/* rows: +values */
/*
 * binary_test.c - tutti's own form: the bytes that docs/values.md shows, and what is refused, with
 * its place.
 */
#include <errno.h>
#include <math.h>

#include "support/memory.h"
#include "support/suite.h"
#include "wire/values.h"

/* v is written as these bytes, which read back as v. Gives v back. */
static void same(tutti_value *v, const char *bytes, size_t size)
{
	tutti_bytes out;
	tutti_value *again;

	CHECK_EQ(tutti_value_encode(&out, v), 0);
	for (size_t i = 0; i < out.size && i < size; i++)
		CHECK_EQ(((const unsigned char *)out.data)[i], (unsigned char)bytes[i]);
	CHECK_EQ(out.size, size);
	CHECK_EQ(tutti_value_decode(&again, bytes, size, NULL), 0);
	CHECK(tutti_value_equal(v, again));
	CHECK_EQ(tutti_value_kind(v), tutti_value_kind(again));
	tutti_bytes_free(&out);
	tutti_value_unref(again);
	tutti_value_unref(v);
}

#define SAME(v, bytes) same((v), bytes, sizeof(bytes) - 1)

static tutti_value *big(const char *digits)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_digits(&v, digits, strlen(digits)), 0);
	return v;
}

static void golden(void)
{
	SAME(PACK("n"), "\x81\xd0");
	SAME(PACK("b", false), "\x81\xd1");
	SAME(PACK("b", true), "\x81\xd2");
	SAME(PACK("i", 0), "\x81\x00");
	SAME(PACK("i", 127), "\x81\x7f");
	SAME(PACK("i", 128), "\x81\xd3\x00");
	SAME(PACK("i", 255), "\x81\xd3\x7f");
	SAME(PACK("i", 256), "\x81\xd3\x80\x01");
	SAME(PACK("i", -1), "\x81\x8f");
	SAME(PACK("i", -16), "\x81\x80");
	SAME(PACK("i", -17), "\x81\xd4\x00");
	SAME(PACK("L", INT64_MAX), "\x81\xd3\xff\xfe\xff\xff\xff\xff\xff\xff\x7f");
	SAME(PACK("L", INT64_MIN), "\x81\xd4\xef\xff\xff\xff\xff\xff\xff\xff\x7f");
	SAME(PACK("K", UINT64_C(1) << 63), "\x81\xd5\x08\0\0\0\0\0\0\0\x80");
	SAME(big("-9223372036854775809"), "\x81\xd6\x08\x01\0\0\0\0\0\0\x80");
	SAME(big("18446744073709551616"), "\x81\xd5\x09\0\0\0\0\0\0\0\0\x01");
	SAME(PACK("d", 1.5), "\x81\xd7\0\0\0\0\0\0\xf8\x3f");
	SAME(PACK("s", ""), "\x81\x90");
	SAME(PACK("s", "abc"), "\x81\x93"
			       "abc");
	SAME(PACK("s", "0123456789abcdef0123456789abcdef"), "\x81\xd8\x00"
							    "0123456789abcdef0123456789abcdef");
	SAME(PACK("y", tutti_bytes_of("\0\xff", 2)), "\x81\xd9\x02\0\xff");
	SAME(PACK("[is]", 1, "x"), "\x81\xb2\x01\x91x");
	SAME(PACK("(i)", 1), "\x81\xc1\x01");
	SAME(PACK("{s:i}", "a", 1), "\x81\xc9\x91"
				    "a\x01");
	SAME(PACK("[iiiiiiiiiiiiiiii]", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"\x81\xda\x00\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	SAME(PACK("(iiiiiiii)", 0, 0, 0, 0, 0, 0, 0, 0), "\x81\xdb\x00\0\0\0\0\0\0\0\0");
	SAME(PACK("{i:ii:ii:ii:ii:ii:ii:ii:i}", 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7),
		"\x81\xdc\x00\0\0\1\1\2\2\3\3\4\4\5\5\6\6\7\7");
	SAME(PACK("{s:i, s:[s, n]}", "id", 300, "tags", "a"),
		"\x81\xca\x92\x69\x64\xd3\xac\x01\x94\x74\x61\x67\x73\xb2\x91\x61\xd0");
	SAME(PACK("<>"), "\x81\xdd\x00");
	SAME(PACK("<sii>", "b", -1, 5), "\x81\xdd\x03\x05\x8f\x91"
					"b");
}

/* Sets of several NaNs are possible, as in Python. */
static void nan_set(void)
{
	tutti_value *v = PACK("<dd>", (double)NAN, (double)NAN), *again;
	tutti_bytes out, twice;

	CHECK_EQ(tutti_value_size(v), 2);
	CHECK_EQ(tutti_value_encode(&out, v), 0);
	CHECK_EQ(tutti_value_decode(&again, out.data, out.size, NULL), 0);
	CHECK_EQ(tutti_value_encode(&twice, again), 0);
	CHECK(out.size == twice.size && memcmp(out.data, twice.data, out.size) == 0);
	tutti_bytes_free(&out);
	tutti_bytes_free(&twice);
	tutti_value_unref(v);
	tutti_value_unref(again);
}

static void refused(const char *bytes, size_t size, int code, const char *text)
{
	tutti_value *v = NULL;
	tutti_value_fault fault = { 0 };

	CHECK_EQ(tutti_value_decode(&v, bytes, size, &fault), code);
	CHECK_STR(fault.text, text);
	CHECK(!v);
	CHECK_EQ(tutti_value_decode(&v, bytes, size, NULL), code);
}

#define REFUSED(bytes, text) refused(bytes, sizeof(bytes) - 1, TUTTI_EPROTO, text)

static void refuses(void)
{
	char deep[TUTTI_VALUE_DEPTH_MAX + 3];

	REFUSED("", "at byte 0: nothing");
	REFUSED("\x80\x04.", "at byte 0: 0x80, where 0x81 says that these are values");
	REFUSED("\x81", "at byte 1: the end, where a value is missing");
	REFUSED("\x81\x01\x01", "at byte 2: more than one value");
	REFUSED("\x81\xe0", "at byte 1: 0xe0 begins no value");
	REFUSED("\x81\xff", "at byte 1: 0xff begins no value");
	REFUSED("\x81\xb2\x01", "at byte 2: 2 items, of which 1 bytes are there");
	REFUSED("\x81\xb2\x01\xb1", "at byte 4: 1 items, of which 0 bytes are there");
	REFUSED("\x81\x93"
		"ab",
		"at byte 2: a text of 3 bytes, of which 2 are there");
	REFUSED("\x81\x92"
		"a\xff",
		"at byte 3: not UTF-8");
	REFUSED("\x81\xd3", "at byte 2: the end, within a number");
	REFUSED("\x81\xd3\x80", "at byte 3: the end, within a number");
	REFUSED("\x81\xd3\x80\x00",
		"at byte 3: a number longer than need be, or of more than 64 bits");
	REFUSED("\x81\xd3\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
		"at byte 11: a number longer than need be, or of more than 64 bits");
	REFUSED("\x81\xd3\x80\xff\xff\xff\xff\xff\xff\xff\x7f",
		"at byte 11: an int of more than 64 bits, as one of fewer");
	REFUSED("\x81\xd4\xf0\xff\xff\xff\xff\xff\xff\xff\x7f",
		"at byte 11: an int of more than 64 bits, as one of fewer");
	REFUSED("\x81\xd5\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
		"at byte 3: an int of 64 bits as a big one");
	REFUSED("\x81\xd6\x08\0\0\0\0\0\0\0\x80", "at byte 3: an int of 64 bits as a big one");
	REFUSED("\x81\xd5\x09\0\0\0\0\0\0\0\x80\0", "at byte 3: a big int longer than need be");
	REFUSED("\x81\xd5\x07\1\1\1\1\1\1\1", "at byte 3: a big int longer than need be");
	REFUSED("\x81\xd7\0\0\0", "at byte 2: the end, within a float");
	REFUSED("\x81\xd7\1\0\0\0\0\0\xf8\x7f",
		"at byte 2: a NaN that is not written like the others");
	REFUSED("\x81\xda\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		"at byte 11: 9223372036854775823 items or bytes, of which 0 bytes are there");
	REFUSED("\x81\xda\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"at byte 12: 15 items or bytes, of which 0 bytes are there");
	REFUSED("\x81\xd9\x05"
		"abcd",
		"at byte 3: 5 items or bytes, of which 4 bytes are there");
	REFUSED("\x81\xca\x01\x01\x01\x02", "at byte 2: two keys or members that are equal");
	REFUSED("\x81\xc9\xb0\x01", "at byte 2: a key or member that cannot be one");
	REFUSED("\x81\xdd\x02\x02\x01", "at byte 5: a set whose members are not in order");
	REFUSED("\x81\xdd\x02\x01\x01", "at byte 3: two keys or members that are equal");
	REFUSED("\x81\xdd\x02\x01\xd2", "at byte 3: two keys or members that are equal");
	REFUSED("\x81\xdd\x01\xdd\x00", "at byte 3: a key or member that cannot be one");

	deep[0] = '\x81';
	memset(deep + 1, 0xb1, TUTTI_VALUE_DEPTH_MAX + 1);
	deep[TUTTI_VALUE_DEPTH_MAX + 2] = 1;
	refused(deep, sizeof(deep), -E2BIG, "at byte 202: nested deeper than 200");
}

/* Bytes that promise much do not get it. */
static void no_bombs(void)
{
	static const char bomb[] = "\x81\xda\xff\xff\xff\xff\x0f";
	tutti_value *v;

	test_alloc_fail_at(1); /* not one allocation */
	CHECK_EQ(tutti_value_decode(&v, bomb, sizeof(bomb) - 1, NULL), TUTTI_EPROTO);
	CHECK_EQ(test_alloc_fail_at(0), 1);
}

static void no_memory(void)
{
	tutti_value *v = PACK("{s:[Ldsy], s:<sss>, i:i}", "a", INT64_MAX, 1e300, "text",
		tutti_bytes_text("bytes"), "b", "x", "y", "z", 1, 2);
	tutti_value *again = NULL;
	tutti_bytes out = { NULL, 0, NULL };
	size_t before = test_alloc_live();
	int rc = -1;

	for (uint64_t n = 1; rc < 0; n++) {
		test_alloc_fail_at(n);
		rc = tutti_value_encode(&out, v);
		CHECK(rc == 0 || rc == -ENOMEM);
		CHECK(rc == 0 || (!out.data && test_alloc_live() == before));
	}
	test_alloc_fail_at(0);
	before = test_alloc_live();
	rc = -1;
	for (uint64_t n = 1; rc < 0; n++) {
		test_alloc_fail_at(n);
		rc = tutti_value_decode(&again, out.data, out.size, NULL);
		CHECK(rc == 0 || rc == -ENOMEM);
		CHECK(rc == 0 || (!again && test_alloc_live() == before));
	}
	test_alloc_fail_at(0);
	CHECK(tutti_value_equal(v, again));
	tutti_bytes_free(&out);
	tutti_value_unref(v);
	tutti_value_unref(again);
}

int main(void)
{
	size_t before;

	suite_begin();
	before = test_alloc_live();
	RUN(golden);
	RUN(nan_set);
	RUN(refuses);
	RUN(no_bombs);
	RUN(no_memory);
	CHECK_EQ(test_alloc_live(), before);
	return suite_end();
}
