/* SPDX-License-Identifier: MIT */
/* binary.h - the first bytes of tutti's own form; docs/values.md explains them. */
#ifndef TU_WIRE_BINARY_H
#define TU_WIRE_BINARY_H

#include <stdint.h>

enum {
	TU_BINARY_VERSION = 0x81, /* before all else */

	TU_BINARY_MINUS = 0x80, /* below: an int from 0 on; from here: from -16 on */
	TU_BINARY_TEXT = 0x90,  /* from here: of 0 bytes on */
	TU_BINARY_LIST = 0xb0,  /* of no items on */
	TU_BINARY_TUPLE = 0xc0,
	TU_BINARY_DICT = 0xc8,
	TU_BINARY_NONE = 0xd0,
	TU_BINARY_FALSE,
	TU_BINARY_TRUE,
	TU_BINARY_LARGE_INT,
	TU_BINARY_LARGE_MINUS,
	TU_BINARY_BIG_INT,
	TU_BINARY_BIG_MINUS,
	TU_BINARY_FLOAT,
	TU_BINARY_LONG_TEXT,
	TU_BINARY_BYTES,
	TU_BINARY_LONG_LIST,
	TU_BINARY_LONG_TUPLE,
	TU_BINARY_LONG_DICT,
	TU_BINARY_SET,
	TU_BINARY_OPAQUE,
	TU_BINARY_OPAQUE_LEGACY, /* with class names of Python 2 */
	TU_BINARY_END            /* none from here on */
};

enum {
	TU_BINARY_SMALL_INTS = TU_BINARY_MINUS,
	TU_BINARY_SMALL_MINUS = TU_BINARY_TEXT - TU_BINARY_MINUS,
	TU_BINARY_SHORT_TEXT = TU_BINARY_LIST - TU_BINARY_TEXT,
	TU_BINARY_SHORT_LIST = TU_BINARY_TUPLE - TU_BINARY_LIST,
	TU_BINARY_SHORT_TUPLE = TU_BINARY_DICT - TU_BINARY_TUPLE,
	TU_BINARY_SHORT_DICT = TU_BINARY_NONE - TU_BINARY_DICT,
	TU_VARINT_MOST = 10 /* bytes */
};

/* A number as its bytes stand in the form, or back. */
static inline uint64_t tu_little_endian(uint64_t n)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? n : __builtin_bswap64(n);
}

#endif
