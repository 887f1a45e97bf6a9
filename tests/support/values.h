/* SPDX-License-Identifier: MIT */
/* values.h - values that are hard to carry: one of every kind, deep ones, large ones. */
#ifndef TESTS_SUPPORT_VALUES_H
#define TESTS_SUPPORT_VALUES_H

#include "support/test.h"

#include <tutti/tutti.h>

enum { LARGE_TEXT = 64 << 20 };

static inline tutti_value *value_of_all_kinds(void)
{
	static const char json[] = "{\"big\": -123456789012345678901234567890123456789012345678901,"
				   " \"last\": 9223372036854775807, \"over\": 9223372036854775808,"
				   " \"tea\": [\"\\u8336\", 1.5, 1e300, null, true, {}, []]}";
	tutti_value *v, *parsed;

	CHECK_EQ(tutti_value_from_json(&parsed, json, sizeof json - 1, NULL, NULL), 0);
	CHECK_EQ(tutti_value_pack(&v, "{s:O, s:<iisid>, s:(y()[]), i:n}", "json", parsed, "set", 3,
			 300, "three", 3, 0.5, "tuple", tutti_bytes_of("a\0b", 3), 7),
		0);
	tutti_value_unref(parsed);
	return v;
}

static inline tutti_value *value_as_deep_as_can_be(void)
{
	char text[2 * TUTTI_VALUE_DEPTH_MAX];
	tutti_value *v;

	memset(text, '[', TUTTI_VALUE_DEPTH_MAX);
	memset(text + TUTTI_VALUE_DEPTH_MAX, ']', TUTTI_VALUE_DEPTH_MAX);
	CHECK_EQ(tutti_value_from_json(&v, text, sizeof text, NULL, NULL), 0);
	return v;
}

static inline tutti_value *value_of_text(size_t bytes)
{
	char *text = calloc(1, bytes + 1);
	tutti_value *v;

	CHECK(text);
	for (size_t i = 0; i < bytes; i++)
		text[i] = (char)('a' + i % 23);
	CHECK_EQ(tutti_value_pack(&v, "S", tutti_bytes_of(text, bytes)), 0);
	free(text);
	return v;
}

static inline tutti_value *value_of_many_items(size_t n)
{
	tutti_value **items = malloc(n * sizeof(*items)), *v;

	CHECK(items);
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(tutti_value_pack(&items[i], "(is)", (int)i, "item"), 0);
	CHECK_EQ(tutti_value_list(&v, items, n), 0);
	for (size_t i = 0; i < n; i++)
		tutti_value_unref(items[i]);
	free(items);
	return v;
}

/* The n-th of them; NULL: there are fewer. */
static inline tutti_value *value_hard_to_carry(int n)
{
	switch (n) {
	case 0:
		return tutti_value_none();
	case 1:
		return value_of_all_kinds();
	case 2:
		return value_as_deep_as_can_be();
	case 3:
		return value_of_many_items(20000);
	case 4:
		return value_of_text(LARGE_TEXT);
	case 5:
		return value_of_text(0);
	default:
		return NULL;
	}
}

/* It is equal to that, down to the kinds; both are given back. */
static inline void check_same_value(tutti_value *got, tutti_value *expected)
{
	tutti_bytes a, b;

	CHECK_EQ(tutti_value_encode(&a, got), 0);
	CHECK_EQ(tutti_value_encode(&b, expected), 0);
	CHECK_EQ(a.size, b.size);
	CHECK_EQ(memcmp(a.data, b.data, a.size), 0);
	CHECK(tutti_value_equal(got, expected));
	tutti_bytes_free(&a);
	tutti_bytes_free(&b);
	tutti_value_unref(got);
	tutti_value_unref(expected);
}

#endif
