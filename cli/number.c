/* SPDX-License-Identifier: MIT */
/* number.c - by hand, since no strtol knows sizes in place of final zeros, nor 128 bits. */
#include "number.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool number_parse(const char *text, size_t size, wide *out)
{
	const char *end = text + size;
	wide n = 0;
	bool negative;

	while (text < end && is_blank(*text))
		text++;
	while (text < end && is_blank(end[-1]))
		end--;
	negative = text < end && *text == '-';
	text += negative;
	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (*text - '0');
		if (n > (negative ? (wide)INT64_MAX + 1 : (wide)UINT64_MAX))
			return false;
	}
	*out = negative ? -n : n;
	return true;
}

const char *number_show(wide_unsigned n, bool negative, char out[WIDE_DIGITS])
{
	char *at = out + WIDE_DIGITS - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + (int)(n % 10));
		n /= 10;
	} while (n > 0);
	if (negative)
		*--at = '-';
	return memmove(out, at, (size_t)(out + WIDE_DIGITS - at));
}
