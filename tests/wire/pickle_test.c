/* SPDX-License-Identifier: MIT */
/* rows: +pickle */
/*
 * pickle_test.c - pickles in their bytes: what Python writes is read, what is written is what all
 * versions of it read, each opcode makes what it says.
 */
#include "support/memory.h"
#include "support/suite.h"
#include "wire/pickles.h"

#include <math.h>

static void each_protocol(void)
{
	for (size_t i = 0; i < PICKLED; i++)
		check_repr(of_hex(mixed[i]), mixed_repr);
}

/* Messages as they were seen between Pythons. */
static void messages(void)
{
	check_repr(of_hex("8004951000000000000000284e8c0564756d6d7994297d9474942e"),
		"(None, 'dummy', (), {})");
	check_repr(
		of_hex("8004950e000000000000008c072352455455524e944e86942e"), "('#RETURN', None)");
	check_repr(of_hex("8004952300000000000000284e8c06637265617465948c0e6765745f7461736b5f717565"
			  "75659485947d9474942e"),
		"(None, 'create', ('get_task_queue',), {})");
	check_repr(of_hex("8004952b00000000000000284e8c116163636570745f636f6e6e656374696f6e948c0b4d"
			  "61696e50726f636573739485947d9474942e"),
		"(None, 'accept_connection', ('MainProcess',), {})");
	check_repr(of_hex("8004952900000000000000288c0c376663633237346430666430948c0367657494297d94"
			  "8c0774696d656f7574944b017374942e"),
		"('7fcc274d0fd0', 'get', (), {'timeout': 1})");
	check_repr(of_hex("80049510000000000000008c072352455455524e944de80386942e"),
		"('#RETURN', 1000)");
}

/* The smallest there is. */
static void is_written(void)
{
	check_pickle(PACK("sn", "#RETURN"), "80048c072352455455524e4e862e");
	check_pickle(PACK("sb", "#RETURN", true), "80048c072352455455524e88862e");
	check_pickle(PACK("si", "#RETURN", 1000), "80048c072352455455524e4ae8030000862e");
	check_pickle(PACK("sd", "#RETURN", 1.5), "80048c072352455455524e473ff8000000000000862e");
	check_pickle(PACK("ss", "#RETURN", "hi"), "80048c072352455455524e8c026869862e");
	check_pickle(PACK("sy", "#RETURN", tutti_bytes_text("hi")),
		"80048c072352455455524e43026869862e");
	check_pickle(
		PACK("s[is]", "#RETURN", 1, "a"), "80048c072352455455524e5d284b018c016165862e");
	check_pickle(
		PACK("s{s:i}", "#RETURN", "a", 1), "80048c072352455455524e7d288c01614b0175862e");
	check_pickle(PACK("ns(){}", "dummy"), "8004284e8c0564756d6d79297d742e");
	check_pickle(PACK("ns(s){}", "create", "get_task_queue"),
		"8004284e8c066372656174658c0e6765745f7461736b5f7175657565857d742e");
	check_pickle(
		PACK("ss(i){}", "q1", "put", 1000), "8004288c0271318c037075744ae8030000857d742e");
	check_pickle(PACK("ss(){s:i}", "q1", "get", "timeout", 10),
		"8004288c0271318c03676574297d288c0774696d656f75744b0a75742e");
	check_pickle(PACK("[<><i>]", 1), "80045d288f8f284b0190652e");
}

/* What the page of the protocol writes for the last two: an empty batch. */
static void empty_batches_are_read(void)
{
	check_repr(of_hex("8004284e8c0564756d6d79297d2875742e"), "(None, 'dummy', (), {})");
	check_repr(of_hex("80045d28652e"), "[]");
	check_repr(of_hex("80048f28902e"), "set()");
}

static void check_int(const char *digits, const char *hex)
{
	tutti_value *v, *again;
	char whole[300];

	CHECK_EQ(tutti_value_digits(&v, digits, strlen(digits)), 0);
	snprintf(whole, sizeof(whole), "8004%s2e", hex);
	again = of_hex(whole);
	CHECK(tutti_value_equal(v, again));
	tutti_value_unref(again);
	check_pickle(v, whole);
}

static void ints(void)
{
	check_int("0", "4b00");
	check_int("255", "4bff");
	check_int("256", "4a00010000");
	check_int("-1", "4affffffff");
	check_int("2147483647", "4affffff7f");
	check_int("-2147483648", "4a00000080");
	check_int("2147483648", "8a050000008000");
	check_int("-2147483649", "8a05ffffff7fff");
	check_int("549755813887", "8a05ffffffff7f");
	check_int("549755813888", "8a06000000008000");
	check_int("-549755813888", "8a050000000080");
	check_int("9223372036854775807", "8a08ffffffffffffff7f");
	check_int("-9223372036854775808", "8a080000000000000080");
	check_int("9223372036854775808", "8a09000000000000008000");
	check_int("-9223372036854775809", "8a09ffffffffffffff7fff");
	check_int("18446744073709551615", "8a09ffffffffffffffff00");
	check_int("18446744073709551616", "8a09000000000000000001");
	check_int("-18446744073709551616", "8a090000000000000000ff");
	check_int(
		"170141183460469231731687303715884105727", "8a10ffffffffffffffffffffffffffffff7f");
	check_int(
		"-170141183460469231731687303715884105728", "8a1000000000000000000000000000000080");
}

/* Forms of ints that are not the shortest, and one that needs four bytes for its size. */
static void odd_ints(void)
{
	tutti_value *v, *again;
	tutti_bytes data;
	char digits[800];

	check_repr(of_hex("80048a002e"), "0");
	check_repr(of_hex("80048a030100002e"), "1");
	check_repr(of_hex("80048a03ffffff2e"), "-1");
	check_repr(of_hex("80048b02000000ff7f2e"), "32767");
	memset(digits, '7', sizeof(digits));
	CHECK_EQ(tutti_value_digits(&v, digits, sizeof(digits)), 0);
	CHECK_EQ(tutti_value_to_pickle(&data, v), 0);
	CHECK_EQ(((const unsigned char *)data.data)[2], 0x8b);
	CHECK_EQ(tutti_value_from_pickle(&again, data.data, data.size, NULL, NULL), 0);
	CHECK(tutti_value_equal(v, again));
	tutti_bytes_free(&data);
	tutti_value_unref(v);
	tutti_value_unref(again);
}

static void floats(void)
{
	check_repr(of_hex("800447bff80000000000002e"), "-1.5");
	check_repr(of_hex("80044780000000000000002e"), "-0.0");
	check_repr(of_hex("8004477ff00000000000002e"), "inf");
	check_repr(of_hex("8004477ff80000000000002e"), "nan");
	check_pickle(tutti_value_float(-INFINITY), "800447fff00000000000002e");
	check_pickle(tutti_value_float(5e-324), "80044700000000000000012e");
}

static void strings(void)
{
	static char large[70000];
	tutti_value *v, *again;
	tutti_bytes data;

	check_repr(of_hex("80045803000000e282ac2e"), "'\xe2\x82\xac'");
	check_repr(of_hex("80048d0100000000000000612e"), "'a'");
	check_repr(of_hex("800442020000006162 2e"), "b'ab'");
	check_repr(of_hex("80048e0100000000000000612e"), "b'a'");
	memset(large, 'x', sizeof(large));
	for (size_t n = 255; n < sizeof(large); n = n < 300 ? n + 1 : n * 7) {
		CHECK_EQ(tutti_value_pack(
				 &v, "Sy", tutti_bytes_of(large, n), tutti_bytes_of(large, n)),
			0);
		CHECK_EQ(tutti_value_to_pickle(&data, v), 0);
		CHECK_EQ(((const unsigned char *)data.data)[2], n < 256 ? 0x8c : 'X');
		CHECK_EQ(tutti_value_from_pickle(&again, data.data, data.size, NULL, NULL), 0);
		CHECK(tutti_value_equal(v, again));
		tutti_bytes_free(&data);
		tutti_value_unref(v);
		tutti_value_unref(again);
	}
}

static const struct {
	const char *hex, *repr;
} opcodes[] = { { "4e", "None" }, { "88", "True" }, { "89", "False" }, { "4d0001", "256" },
	{ "29", "()" }, { "4e85", "(None,)" }, { "4b014b0286", "(1, 2)" },
	{ "4b014b024b0387", "(1, 2, 3)" }, { "284b014b0274", "(1, 2)" }, { "2874", "()" },
	{ "5d", "[]" }, { "5d4b0161", "[1]" }, { "5d284b014b0265", "[1, 2]" },
	{ "284b014b026c", "[1, 2]" }, { "5d284b0165284b0265", "[1, 2]" }, { "7d", "{}" },
	{ "7d4b014b0273", "{1: 2}" }, { "7d284b014b024b034b0475", "{1: 2, 3: 4}" },
	{ "284b014b0264", "{1: 2}" }, { "7d284b014b024b014b0375", "{1: 3}" }, { "8f", "set()" },
	{ "8f284b0190", "{1}" }, { "4b014b0230", "1" }, { "4b01284b024b0331", "1" },
	{ "4b012830", "1" }, { "8c016194680086", "('a', 'a')" },
	{ "8c01617100680086", "('a', 'a')" }, { "8c01617200000000680086", "('a', 'a')" },
	{ "8c0161946a0000000086", "('a', 'a')" }, { "9500000000000000004e", "None" },
	{ "4b0194286800680074 86", "(1, (1, 1))" },
	/* A list that is called for, a set, as replies have them. */
	{ "8c086275696c74696e738c046c697374935d4b01618552", "[1]" },
	{ "8c086275696c74696e738c03736574935d284b014b02658552", "{1, 2}" },
	{ "635f636f646563730a656e636f64650a8c03c3bf618c066c6174696e318652", "b'\\xffa'" },
	{ "636275696c74696e730a62797465730a2952", "b''" } };

static void each_opcode(void)
{
	char whole[300];

	for (size_t i = 0; i < sizeof(opcodes) / sizeof(*opcodes); i++) {
		snprintf(whole, sizeof(whole), "8004%s2e", opcodes[i].hex);
		check_repr(of_hex(whole), opcodes[i].repr);
	}
}

/* What is several times in it is one value. */
static void shares(void)
{
	tutti_value *v = of_hex("80045d944b01616800862e");

	CHECK(tutti_value_at(v, 0) == tutti_value_at(v, 1));
	tutti_value_unref(v);
}

static void no_memory(void)
{
	unsigned char data[600];
	uint64_t n = 1;
	int rc = -ENOMEM;

	for (size_t i = 0; i < PICKLED; i++)
		for (rc = -ENOMEM, n = 1; rc < 0; n++) {
			size_t size = from_hex(data, sizeof(data), mixed[i]);
			tutti_value *v;

			test_alloc_fail_at(n);
			rc = tutti_value_from_pickle(&v, data, size, NULL, NULL);
			CHECK(rc == 0 || rc == -ENOMEM);
			if (rc == 0)
				tutti_value_unref(v);
		}
	test_alloc_fail_at(0);
}

static void no_memory_to_write(void)
{
	tutti_value *v = of_hex(mixed[2]);
	tutti_bytes data;
	int rc = -ENOMEM;

	for (uint64_t n = 1; rc < 0; n++) {
		test_alloc_fail_at(n);
		rc = tutti_value_to_pickle(&data, v);
		CHECK(rc == 0 || rc == -ENOMEM);
	}
	test_alloc_fail_at(0);
	tutti_bytes_free(&data);
	tutti_value_unref(v);
}

int main(void)
{
	size_t before;

	suite_begin();
	before = test_alloc_live();
	RUN(each_protocol);
	RUN(messages);
	RUN(is_written);
	RUN(empty_batches_are_read);
	RUN(ints);
	RUN(odd_ints);
	RUN(floats);
	RUN(strings);
	RUN(each_opcode);
	RUN(shares);
	RUN(no_memory);
	RUN(no_memory_to_write);
	CHECK_EQ(test_alloc_live(), before);
	return suite_end();
}
