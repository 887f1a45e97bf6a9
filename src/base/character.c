/* SPDX-License-Identifier: MIT */
/* character.c - see character.h. Widths are Unicode's, as most terminals have them. */
#include "base/character.h"

#include <stdbool.h>
#include <string.h>

struct range {
	uint32_t first, last;
};

/* Those of East Asian scripts, and pictures: as wide as two. */
static const struct range wide[] = { { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x23E9, 0x23EC },
	{ 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x26A1, 0x26A1 }, { 0x26BD, 0x26BE },
	{ 0x2705, 0x2705 }, { 0x270A, 0x270B }, { 0x2728, 0x2728 }, { 0x274C, 0x274C },
	{ 0x274E, 0x274E }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
	{ 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF },
	{ 0xA960, 0xA97C }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
	{ 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF },
	{ 0x1F7E0, 0x1F7EB }, { 0x1F900, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD } };

/* Those that are set on the one before, or join two. */
static const struct range joining[] = { { 0x300, 0x36F }, { 0x200C, 0x200D }, { 0x20D0, 0x20F0 },
	{ 0xFE00, 0xFE0F } };

/* Such as move the cursor, turn the direction of what follows, or are not to be seen. */
static const struct range controls[] = { { 0, 0x1F }, { 0x7F, 0x9F }, { 0x61C, 0x61C },
	{ 0x200B, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
	{ 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xFFFE, 0xFFFF } };

#define IS_IN(code, ranges) is_in(code, ranges, sizeof(ranges) / sizeof(*(ranges)))
static bool is_in(uint32_t code, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n && code >= ranges[i].first; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

/* How many bytes the first of them says that the character has; 0: it begins none. */
static unsigned bytes_of(unsigned char first)
{
	return first < 0x80   ? 1
	       : first < 0xC2 ? 0
	       : first < 0xE0 ? 2
	       : first < 0xF0 ? 3
	       : first < 0xF5 ? 4
			      : 0;
}

/* Not longer than need be, no surrogate, not beyond the last one. */
static bool is_code(uint32_t code, unsigned bytes)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return code >= least[bytes] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

struct tu_character tu_character_of(const char *text)
{
	static const struct tu_character none = { '?', 1, 1 };
	const unsigned char *t = (const unsigned char *)text;
	unsigned n = bytes_of(t[0]);
	uint32_t code = n < 2 ? t[0] : t[0] & (0xFFu >> (n + 1));
	struct tu_character c = { '?', (uint8_t)n, 1 };

	if (n == 0)
		return none;
	for (unsigned i = 1; i < n; i++) {
		if ((t[i] & 0xC0) != 0x80) /* the end too */
			return none;
		code = code << 6 | (t[i] & 0x3Fu);
	}
	if (!is_code(code, n))
		return none;
	if (IS_IN(code, controls))
		return c;
	c.code = code;
	c.columns = IS_IN(code, joining) ? 0 : IS_IN(code, wide) ? 2 : 1;
	return c;
}

int tu_character_columns(const char *text)
{
	int columns = 0;

	while (*text) {
		struct tu_character c = tu_character_of(text);

		columns += c.columns;
		text += c.bytes;
	}
	return columns;
}

size_t tu_character_fit(const char *text, size_t n)
{
	size_t used = 0;

	while (text[used]) {
		struct tu_character c = tu_character_of(text + used);

		if (used + c.bytes > n)
			break;
		used += c.bytes;
	}
	return used;
}

void tu_character_make_shown(char *text)
{
	char *to = text;

	while (*text) {
		struct tu_character c = tu_character_of(text);

		if (c.code == '?')
			*to++ = '?';
		else
			to = (char *)memmove(to, text, c.bytes) + c.bytes;
		text += c.bytes;
	}
	*to = 0;
}
