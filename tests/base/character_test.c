/* SPDX-License-Identifier: MIT */
/* character_test.c - what may be shown of a text, how wide it is, and where it may be cut. */
#include <string.h>

#include "base/character.h"
#include "support/suite.h"

static void is(const char *text, uint32_t code, int bytes, int columns)
{
	struct tu_character c = tu_character_of(text);

	CHECK_EQ(c.code, code);
	CHECK_EQ(c.bytes, bytes);
	CHECK_EQ(c.columns, columns);
}

static void knows_characters(void)
{
	is("a", 'a', 1, 1);
	is("\xC3\xA9", 0xE9, 2, 1);
	is("\xE6\x96\x87", 0x6587, 3, 2);
	is("\xF0\x9F\x98\x80", 0x1F600, 4, 2);
	is("\xE2\x9C\x85", 0x2705, 3, 2);
	is("\xCC\x81", 0x301, 2, 0);
	is("\xE2\x80\x8D", 0x200D, 3, 0); /* joins pictures */
	is("\xF4\x8F\xBF\xBD", 0x10FFFD, 4, 1);
}

/* Nothing of it reaches a terminal. */
static void hides_controls(void)
{
	is("\n", '?', 1, 1);
	is("\x1B[31m", '?', 1, 1);
	is("\x7F", '?', 1, 1);
	is("\xC2\x9B", '?', 2, 1);     /* as ESC [ */
	is("\xE2\x80\xAE", '?', 3, 1); /* from right to left */
	is("\xEF\xBB\xBF", '?', 3, 1);
}

static void refuses_what_is_no_utf8(void)
{
	static const char *const bad[] = { "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3",
		"\xE0\x80\x80", "\xE6\x96", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80", "\xF8\x90\x80\x80", "\xFC\x90\x80\x80\x80", "\xFE", "\xFF" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		is(bad[i], '?', 1, 1);
}

static void measures(void)
{
	CHECK_EQ(tu_character_columns(""), 0);
	CHECK_EQ(tu_character_columns("a\xE6\x96\x87\xFF\xCC\x81"), 4);
	CHECK_EQ(tu_character_fit("\xE6\x96\x87\xE6\x96\x87", 5), 3);
	CHECK_EQ(tu_character_fit("\xE6\x96\x87\xE6\x96\x87", 6), 6);
	CHECK_EQ(tu_character_fit("\xFF\xFF\xFF", 2), 2);
	CHECK_EQ(tu_character_fit("ab", 100), 2);
}

static void makes_shown(void)
{
	char text[] = "a\x1B[2J\xE6\x96\x87\xC2\x9B\xFF?\xE6\x96";

	tu_character_make_shown(text);
	CHECK_STR(text, "a?[2J\xE6\x96\x87?????");
	text[0] = 0;
	tu_character_make_shown(text);
	CHECK_STR(text, "");
}

int main(void)
{
	suite_begin();
	RUN(knows_characters);
	RUN(hides_controls);
	RUN(refuses_what_is_no_utf8);
	RUN(measures);
	RUN(makes_shown);
	return suite_end();
}
