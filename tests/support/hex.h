/* SPDX-License-Identifier: MIT */
/* hex.h - bytes as the tests of protocols write them; blanks mean nothing. */
#ifndef TESTS_SUPPORT_HEX_H
#define TESTS_SUPPORT_HEX_H

#include "support/test.h"

static inline size_t from_hex(unsigned char *out, size_t room, const char *hex)
{
	size_t n = 0;
	int used = 0;
	unsigned byte;

	for (; sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used) {
		CHECK(n < room);
		out[n++] = (unsigned char)byte;
	}
	return n;
}

#endif
