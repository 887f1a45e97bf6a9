/* SPDX-License-Identifier: MIT */
/* utf8.c - see utf8.h. */
#include "wire/utf8.h"

#include <errno.h>
#include <string.h>
#include <tutti/bytes.h>

/* How many bytes a character has that begins with this byte, which is not ASCII; 0: none does. */
static unsigned length_of(unsigned char first)
{
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Length of the character, not ASCII, at text of which left bytes are there; 0: it is none. */
static unsigned check_one(const unsigned char *text, size_t left)
{
	unsigned n = length_of(text[0]);

	if (n == 0 || n > left)
		return 0;
	for (unsigned i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if (text[0] == 0xe0 && text[1] < 0xa0) /* would fit into two */
		return 0;
	if (text[0] == 0xed && text[1] >= 0xa0) /* a surrogate */
		return 0;
	if (text[0] == 0xf0 && text[1] < 0x90) /* would fit into three */
		return 0;
	if (text[0] == 0xf4 && text[1] >= 0x90) /* beyond the last */
		return 0;
	return n;
}

size_t tu_utf8_check(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0;
	uint64_t eight;
	unsigned n;

	while (at < size) {
		if (size - at >= sizeof(eight)) {
			memcpy(&eight, bytes + at, sizeof(eight));
			if (!(eight & UINT64_C(0x8080808080808080))) {
				at += sizeof(eight);
				continue;
			}
		}
		n = bytes[at] < 0x80 ? 1 : check_one(bytes + at, size - at);
		if (n == 0)
			return at;
		at += n;
	}
	return at;
}

int tutti_bytes_check_utf8(tutti_bytes bytes, size_t *place)
{
	size_t n = bytes.size ? tu_utf8_check(bytes.data, bytes.size) : 0;

	if (place)
		*place = n;
	return n == bytes.size ? 0 : -EILSEQ;
}

uint32_t tu_utf8_next(const char **text)
{
	const unsigned char *bytes = (const unsigned char *)*text;
	unsigned n = bytes[0] < 0x80 ? 1 : length_of(bytes[0]);
	uint32_t code = n == 1 ? bytes[0] : bytes[0] & (0x7fu >> n);

	for (unsigned i = 1; i < n; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	*text += n;
	return code;
}

size_t tu_utf8_put(char *out, uint32_t code)
{
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (n == 1) {
		out[0] = (char)code;
		return 1;
	}
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(marks[n] | code);
	return n;
}

bool tu_code_printable(uint32_t code)
{
	size_t low = 0, high = tu_not_printable_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > tu_not_printable[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low == tu_not_printable_count || code < tu_not_printable[low].first;
}
