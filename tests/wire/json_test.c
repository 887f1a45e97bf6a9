/* SPDX-License-Identifier: MIT */
/* rows: F46 +values */
/* json_test.c - JSON: what is written, what is read, what is refused and where. */
#include <errno.h>
#include <locale.h>
#include <math.h>

#include "support/memory.h"
#include "support/suite.h"
#include "wire/values.h"

/* Written so, with these options. Gives v back. */
static void written(tutti_value *v, const tutti_json_options *options, const char *json)
{
	tutti_bytes out;

	CHECK_EQ(tutti_value_to_json(&out, v, options, NULL), 0);
	CHECK_STR((const char *)out.data, json);
	tutti_bytes_free(&out);
	tutti_value_unref(v);
}

/* rows: F46 */
static void layouts(void)
{
	static const tutti_json_options python = { .spaced = true, .ascii = true },
					lines = { .indent = 2 };

	written(PACK("{s:i}", "count", 1), NULL, "{\"count\":1}");
	written(PACK("{s:i}", "count", 1), &python, "{\"count\": 1}");
	written(PACK("[i(ib)nd]", 1, 2, true, 1.0), NULL, "[1,[2,true],null,1.0]");
	written(PACK("[s]", "\xc3\xa4\n\"\\\x01\x7f/"), NULL,
		"[\"\xc3\xa4\\n\\\"\\\\\\u0001\x7f/\"]");
	written(PACK("[s]", "\xc3\xa4\x7f\xf0\x9f\x98\x80"), &python,
		"[\"\\u00e4\\u007f\\ud83d\\ude00\"]");
	written(PACK("{n:i b:i i:i d:i}", 1, false, 2, 7, 3, 0.5, 4), NULL,
		"{\"null\":1,\"false\":2,\"7\":3,\"0.5\":4}");
	written(PACK("{s:[i,i],s:{},s:[]}", "a", 1, 2, "b", "c"), &lines,
		"{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}");
}

static void written_not(void)
{
	tutti_bytes out = { NULL, 0, NULL };
	tutti_value_fault fault;
	tutti_value *v = PACK("[i, y]", 1, tutti_bytes_text("x"));

	CHECK_EQ(tutti_value_to_json(&out, v, NULL, &fault), TUTTI_ETYPE);
	CHECK_STR(fault.text, "at byte 3: JSON has no bytes");
	tutti_value_unref(v);
	v = PACK("{(i):i}", 1, 2);
	CHECK_EQ(tutti_value_to_json(&out, v, NULL, &fault), TUTTI_ETYPE);
	CHECK_STR(fault.text, "at byte 1: a tuple is no key in JSON");
	tutti_value_unref(v);
	v = PACK("<i>", 1);
	CHECK_EQ(tutti_value_to_json(&out, v, NULL, NULL), TUTTI_ETYPE);
	tutti_value_unref(v);
	v = PACK("[d]", HUGE_VAL);
	CHECK_EQ(tutti_value_to_json(&out, v, NULL, &fault), -ERANGE);
	CHECK_STR(fault.text, "at byte 1: JSON has no infinity");
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_to_json(&out, NULL, NULL, NULL), -EINVAL);
	CHECK(!out.data);
}

static void reads_as(const char *json, const char *repr)
{
	check_repr(from_json(json), repr);
}

static void reads(void)
{
	reads_as("1", "1");
	reads_as("1.0", "1.0");
	reads_as("-0", "0");
	reads_as("-0.0", "-0.0");
	reads_as("1e2", "100.0");
	reads_as("1E+2", "100.0");
	reads_as("12345678901234567890123", "12345678901234567890123");
	reads_as("9223372036854775807", "9223372036854775807");
	reads_as("0.1", "0.1");
	reads_as("123456789012345678", "123456789012345678");
	reads_as(" \t\r\n[ ] ", "[]");
	reads_as("{}", "{}");
	reads_as("{\"a\":1,\"b\":2,\"a\":3}", "{'a': 3, 'b': 2}");
	reads_as("\"\\u00e4\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\"",
		"'\xc3\xa4\xf0\x9f\x98\x80/\\x08\\x0c\\n\\r\\t\"\\\\'");
	reads_as("\"\\u0000\"", "'\\x00'");
	reads_as("[true,false,null]", "[True, False, None]");
	reads_as("0e99999999999999999999", "0.0");
	reads_as("1e-99999999999999999999", "0.0");
	reads_as("[1.7976931348623158e308]", "[1.7976931348623157e+308]");
	reads_as("2.4703282292062328e-324", "5e-324");
	reads_as("2.4703282292062327e-324", "0.0");
}

/* The locale of the program does not matter. */
static void other_locale(void)
{
	static const char *const german[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR" };

	for (size_t i = 0; i < 4; i++)
		if (setlocale(LC_ALL, german[i]))
			break;
	reads_as("[0.1234567890123456789, 1.5]", "[0.12345678901234568, 1.5]");
	setlocale(LC_ALL, "C");
}

static void refused(const char *json, int code, const char *text)
{
	tutti_value *v = NULL;
	tutti_value_fault fault = { 0 };

	CHECK_EQ(tutti_value_from_json(&v, json, strlen(json), NULL, &fault), code);
	CHECK_STR(fault.text, text);
	CHECK(!v);
	CHECK_EQ(tutti_value_from_json(&v, json, strlen(json), NULL, NULL), code);
}

#define REFUSED(json, text) refused(json, TUTTI_EPROTO, text)

/* rows: F46 */
static void refuses(void)
{
	char deep[TUTTI_VALUE_DEPTH_MAX + 2];

	REFUSED("", "at byte 0: the end, where a value is missing");
	REFUSED("[1, 2", "at byte 5: the end, where a comma or ] is missing");
	REFUSED("[1 2]", "at byte 3: '2', where a comma or ] is missing");
	REFUSED("[1,]", "at byte 3: ']', where a value is missing");
	REFUSED("{\"a\" 1}", "at byte 5: '1', where a colon is missing");
	REFUSED("{\"a\":1,}", "at byte 7: '}', where a key is missing");
	REFUSED("{1:2}", "at byte 1: '1', where a key is missing");
	REFUSED("{\"a\":1]", "at byte 6: ']', where a comma or } is missing");
	REFUSED("1 2", "at byte 2: more behind the value");
	REFUSED("01", "at byte 0: a number that begins with 0");
	REFUSED("-", "at byte 1: the end, where a digit is missing");
	REFUSED("+1", "at byte 0: '+', where a value is missing");
	REFUSED("1.", "at byte 2: the end, where a digit behind the point is missing");
	REFUSED(".5", "at byte 0: '.', where a value is missing");
	REFUSED("1e", "at byte 2: the end, where a digit of the exponent is missing");
	REFUSED("1e+x", "at byte 3: 'x', where a digit of the exponent is missing");
	REFUSED("nul", "at byte 0: 'n', where a value is missing");
	REFUSED("nullx", "at byte 4: more behind the value");
	REFUSED("NaN", "at byte 0: 'N', where a value is missing");
	REFUSED("\"abc", "at byte 4: the end, within a text");
	REFUSED("\"abc\\", "at byte 5: the end, within a text");
	REFUSED("\"a\nb\"", "at byte 2: a control character within a text");
	REFUSED("\"a\xff\"", "at byte 2: not UTF-8");
	REFUSED("\"\\x\"", "at byte 2: 'x', where what a backslash may stand before is missing");
	REFUSED("\"\\u12g4\"", "at byte 5: 'g', where one of four hex digits is missing");
	REFUSED("[\"\\ud800\"]", "at byte 2: half a character: a lone surrogate");
	REFUSED("[\"\\udc00\"]", "at byte 2: half a character: a lone surrogate");
	REFUSED("[\"\\ud800\\u0041\"]", "at byte 2: half a character: a lone surrogate");
	REFUSED("\xef\xbb\xbf[]", "at byte 0: byte 0xef, where a value is missing");
	refused("[1e309]", -ERANGE, "at byte 1: a number beyond all doubles");
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	refused(deep, -E2BIG, "at byte 200: nested deeper than 200");
}

/* A file that is being written holds half of it: that is an error too. */
static void each_beginning(void)
{
	static const char json[] = "{\"count\": 1, \"list\": [1.5, \"a\\u00e4\", null, true]}";
	tutti_value *v = NULL;

	for (size_t size = 0; size < sizeof(json) - 1; size++) {
		char *part = malloc(size); /* its end is watched by the sanitizer */

		memcpy(part, json, size);
		CHECK_EQ(tutti_value_from_json(&v, part, size, NULL, NULL), TUTTI_EPROTO);
		free(part);
	}
	CHECK(!v);
}

static void no_memory(void)
{
	static const char json[] = "{\"a\\n\": [1e300, \"text\", 123456789012345678901234567890], "
				   "\"b\": {\"x\": [[]]}}";
	tutti_value *v = NULL;
	tutti_bytes out = { NULL, 0, NULL };
	size_t before = test_alloc_live();
	int rc = -1;

	for (uint64_t n = 1; rc < 0; n++) {
		test_alloc_fail_at(n);
		rc = tutti_value_from_json(&v, json, sizeof(json) - 1, NULL, NULL);
		CHECK(rc == 0 || (rc == -ENOMEM && !v && test_alloc_live() == before));
	}
	before = test_alloc_live();
	rc = -1;
	for (uint64_t n = 1; rc < 0; n++) {
		test_alloc_fail_at(n);
		rc = tutti_value_to_json(&out, v, NULL, NULL);
		CHECK(rc == 0 || (rc == -ENOMEM && !out.data && test_alloc_live() == before));
	}
	test_alloc_fail_at(0);
	tutti_bytes_free(&out);
	tutti_value_unref(v);
}

int main(void)
{
	size_t before;

	suite_begin();
	before = test_alloc_live();
	RUN(layouts);
	RUN(written_not);
	RUN(reads);
	RUN(other_locale);
	RUN(refuses);
	RUN(each_beginning);
	RUN(no_memory);
	CHECK_EQ(test_alloc_live(), before);
	return suite_end();
}
