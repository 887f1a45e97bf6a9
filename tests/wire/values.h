/* SPDX-License-Identifier: MIT */
/* values.h - what the tests of values share. */
#ifndef TESTS_WIRE_VALUES_H
#define TESTS_WIRE_VALUES_H

#include <tutti/tutti.h>

#include "support/test.h"

/* Pack, which must be possible. */
#define PACK(...)                                                     \
	({                                                            \
		tutti_value *packed_;                                 \
		CHECK_EQ(tutti_value_pack(&packed_, __VA_ARGS__), 0); \
		packed_;                                              \
	})

static inline tutti_value *from_json(const char *text)
{
	tutti_value *v;
	tutti_value_fault fault = { 0 };
	tutti_json_options options = { .nan = true };

	if (tutti_value_from_json(&v, text, strlen(text), &options, &fault) < 0) {
		fprintf(stderr, "%s: %s\n", text, fault.text);
		check_end();
	}
	return v;
}

/* Its repr is that; gives v back. */
static inline void check_repr(tutti_value *v, const char *repr)
{
	tutti_bytes text;

	CHECK_EQ(tutti_value_repr(&text, v), 0);
	CHECK_STR((const char *)text.data, repr);
	tutti_bytes_free(&text);
	tutti_value_unref(v);
}

#endif
