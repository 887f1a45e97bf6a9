/* SPDX-License-Identifier: MIT */
/* pickles.h - what the tests of pickles share: what Python writes, in hex. */
#ifndef TESTS_WIRE_PICKLES_H
#define TESTS_WIRE_PICKLES_H

#include "support/hex.h"
#include "wire/values.h"

#include <errno.h>

/* As all CPythons from 3.8 to 3.13 write it; 3.14 too, whose default is protocol 5. */
static const char mixed_repr[] = "{'a': [1, 255, 256, 65535, -1, 2147483648, 9223372036854775808, "
				 "-1180591620717411303424, 1.5, None, True"
				 ", False, [0, 1, 2]], 'b': (b'xy', 't\xe2\x82\xac', "
				 "(), ('k',), (1, 2), (1, 2, 3), {}), (1, 2, 3, 4): 'a', 's': {7}}";

#define MIXED_4                                                                                    \
	"959000000000000000"                                                                       \
	"7d94288c0161945d94284b014bff4d00014dffff4affffffff8a0500000080008a090000000000000080"     \
	"008a090000000000000000c0473ff80000000000004e88895d94284b004b014b0265658c0162942843027879" \
	"948c0474e282ac94298c016b9485944b014b0286944b014b024b0387947d947494284b014b024b034b047494" \
	"68018c0173948f94284b0790752e"

static const char *const mixed[] = {
	"80027d71002858010000006171015d7102284b014bff4d00014dffff4affffffff8a0500000080008a090000"
	"000000000080008a090000000000000000c0473ff80000000000004e88895d7103284b004b014b0265655801"
	"00000062710428635f636f646563730a656e636f64650a710558020000007879710658060000006c6174696e"
	"317107867108527109580400000074e282ac710a2958010000006b710b85710c4b014b0286710d4b014b024b"
	"0387710e7d710f747110284b014b024b034b0474711168015801000000737112635f5f6275696c74696e5f5f"
	"0a7365740a71135d71144b0761857115527116752e",
	"80037d71002858010000006171015d7102284b014bff4d00014dffff4affffffff8a0500000080008a090000"
	"000000000080008a090000000000000000c0473ff80000000000004e88895d7103284b004b014b0265655801"
	"00000062710428430278797105580400000074e282ac71062958010000006b71078571084b014b028671094b"
	"014b024b0387710a7d710b74710c284b014b024b034b0474710d6801580100000073710e636275696c74696e"
	"730a7365740a710f5d71104b0761857111527112752e",
	"8004" MIXED_4, "8005" MIXED_4
};
enum { PICKLED = sizeof(mixed) / sizeof(*mixed) };

static inline int read_hex(tutti_value **v, const char *hex, const tutti_pickle_options *options)
{
	unsigned char data[4096];
	tutti_value_fault fault = { .at = SIZE_MAX };
	size_t size = from_hex(data, sizeof(data), hex);
	unsigned char *exact = malloc(size + 1); /* the sanitizers see each byte beyond */
	int rc;

	memcpy(exact, data, size);
	rc = tutti_value_from_pickle(v, exact, size, options, &fault);
	free(exact);
	if (rc < 0)
		CHECK(fault.at <= size && strncmp(fault.text, "at byte ", 8) == 0);
	return rc;
}

static inline tutti_value *of_hex(const char *hex)
{
	tutti_value *v;
	int rc = read_hex(&v, hex, NULL);

	if (rc < 0) {
		fprintf(stderr, "%s: %d\n", hex, rc);
		check_end();
	}
	return v;
}

/* It is written as that. Gives v back. */
static inline void check_pickle(tutti_value *v, const char *hex)
{
	unsigned char right[4096];
	size_t size = from_hex(right, sizeof(right), hex);
	tutti_bytes data;

	CHECK_EQ(tutti_value_to_pickle(&data, v), 0);
	CHECK_EQ(data.size, size);
	CHECK(memcmp(data.data, right, size) == 0);
	tutti_bytes_free(&data);
	tutti_value_unref(v);
}

#endif
