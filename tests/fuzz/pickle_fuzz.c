/* SPDX-License-Identifier: MIT */
/*
 * pickle_fuzz.c - pickles: what is read is written, and read again as the same, and so is what is
 * in it that stays opaque. The first byte says with which options.
 */
#include "driver.h"

#include <tutti/tutti.h>

static bool same(const tutti_bytes *a, const tutti_bytes *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static void look_into(const tutti_value *v)
{
	tutti_value *more;
	tutti_bytes text;

	if (tutti_value_repr(&text, v) == 0)
		tutti_bytes_free(&text);
	if (tutti_value_object(&more, v) == 0)
		tutti_value_unref(more);
	if (tutti_value_from_opaque(&more, v, NULL, NULL) == 0)
		tutti_value_unref(more);
	if (tutti_value_kind(v) != TUTTI_VALUE_OPAQUE)
		for (size_t i = 0; i < tutti_value_size(v) && i < 4; i++)
			if (tutti_value_at(v, i))
				look_into(tutti_value_at(v, i));
}

static void again(const tutti_value *v, const tutti_pickle_options *options)
{
	tutti_bytes first, second, own, own_again;
	tutti_value *copy;

	FUZZ_CHECK(tutti_value_to_pickle(&first, v) == 0);
	FUZZ_CHECK(tutti_value_from_pickle(&copy, first.data, first.size, options, NULL) == 0);
	FUZZ_CHECK(tutti_value_to_pickle(&second, copy) == 0);
	FUZZ_CHECK(same(&first, &second));
	tutti_value_unref(copy);
	FUZZ_CHECK(tutti_value_encode(&own, v) == 0);
	FUZZ_CHECK(tutti_value_decode(&copy, own.data, own.size, NULL) == 0);
	FUZZ_CHECK(tutti_value_encode(&own_again, copy) == 0);
	FUZZ_CHECK(same(&own, &own_again));
	tutti_value_unref(copy);
	tutti_bytes_free(&first);
	tutti_bytes_free(&second);
	tutti_bytes_free(&own);
	tutti_bytes_free(&own_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Small, so that what was read can be looked at in a moment. */
	tutti_pickle_options options = { .whole_max = 1 << 20 };
	tutti_value_fault fault = { .at = SIZE_MAX };
	tutti_value *v = NULL;
	int rc;

	if (size == 0)
		return 0;
	options.whole_from = data[0] & 3;
	options.plain = data[0] & 4;
	options.classes = data[0] >> 3 & 3;
	rc = tutti_value_from_pickle(&v, data + 1, size - 1, &options, &fault);
	if (rc < 0) {
		FUZZ_CHECK(!v && fault.at < size && strncmp(fault.text, "at byte ", 8) == 0);
		return 0;
	}
	look_into(v);
	options.whole_max = 0; /* ints may be longer by a byte or two as they are written */
	again(v, &options);
	tutti_value_unref(v);
	return 0;
}

FUZZ_MAIN("pickle", 200000)
