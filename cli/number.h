/* SPDX-License-Identifier: MIT */
/* number.h - whole numbers of 64 bits in text, and sums and products of them, which take 128. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <tutti/api.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_unsigned;

enum { WIDE_DIGITS = 42 }; /* room for any wide, its sign and the final zero */

/* Parse all of text, blanks around it aside: true and *out, from -2^63 to 2^64 - 1. */
bool number_parse(const char *text, size_t size, wide *out);

/* Print n into out and return it. */
const char *number_show(wide_unsigned n, bool negative, char out[WIDE_DIGITS]);

#endif
