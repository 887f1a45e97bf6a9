/* SPDX-License-Identifier: MIT */
/* rows: F150 */
/* progress_line_test.c - from numbers and a width to a line, and when a line is due. */
#include <string.h>

#include "observe/progress_line.h"
#include "support/suite.h"

#define SECOND INT64_C(1000000000)

static const char *bar_of(
	const char *label, uint64_t done, uint64_t total, double seconds, int columns, bool utf8)
{
	static struct tu_line line;
	struct tu_progress_view v = { label, done, total, (int64_t)(seconds * 1e9), false };

	tu_progress_bar(&line, &v, columns, utf8);
	CHECK(line.columns < columns);
	CHECK_EQ(line.n, strlen(line.text));
	return line.text;
}

static const char *plain_of(const char *label, uint64_t done, uint64_t total, double seconds)
{
	static struct tu_line line;
	struct tu_progress_view v = { label, done, total, (int64_t)(seconds * 1e9), false };

	tu_progress_plain(&line, &v, false);
	CHECK_EQ(line.n, strlen(line.text));
	return line.text;
}

static void has_its_pieces(void)
{
	CHECK_STR(bar_of("files", 0, 8, 0, 80, false),
		"files   0% [....................] 0/8 0.0/s 0:00");
	CHECK_STR(bar_of("files", 2, 8, 4, 80, false),
		"files  25% [#####...............] 2/8 0.5/s 0:04, 0:12 left");
	CHECK_STR(bar_of("files", 8, 8, 3725, 80, false),
		"files 100% [####################] 8/8 0.1/min 1:02:05");
	CHECK_STR(bar_of("", 3, 4, 1, 80, false),
		" 75% [###############.....] 3/4 3.0/s 0:01, 0:00 left");
}

static void knows_no_total(void)
{
	CHECK_STR(bar_of("lines", 0, 0, 0, 80, false), "lines 0 0.0/s 0:00");
	CHECK_STR(bar_of("lines", 123456789012, 0, 100, 80, false),
		"lines 123456789012 1234567890/s 1:40");
	CHECK_STR(plain_of("lines", 5, 0, 2), "lines 5 2.5/s 0:02");
}

/* What is left is none of less than nothing, and it is not 100 % before it is. */
static void stays_in_bounds(void)
{
	CHECK_STR(bar_of("n", 5, 2, 1, 80, false), "n 100% [####################] 5/2 5.0/s 0:01");
	CHECK_STR(bar_of("n", 1999, 2000, 1, 80, false),
		"n  99% [###################.] 1999/2000 1999/s 0:01, 0:00 left");
	CHECK_STR(bar_of("n", UINT64_MAX, UINT64_MAX, 1, 200, false) + strlen("n 100% [") + 40,
		"] 18446744073709551615/18446744073709551615 18446744073709551616/s 0:01");
	CHECK_STR(bar_of("n", 1, 1000000000, 3600 * 100, 80, false),
		"n   0% [....................] 1/1000000000 0.0/h 100:00:00, 1000:00:00 left");
	CHECK_STR(bar_of("n", 1, 2, -1, 80, false), "n  50% [##########..........] 1/2 0.0/s 0:00");
}

static void tells_slow_rates(void)
{
	CHECK_STR(plain_of("", 1, 0, 10), "1 0.1/s 0:10");
	CHECK_STR(plain_of("", 1, 0, 20), "1 3.0/min 0:20");
	CHECK_STR(plain_of("", 1, 0, 1200), "1 3.0/h 20:00");
	CHECK_STR(plain_of("", 12345, 0, 1), "12345 12345/s 0:01");
}

static void fits(void)
{
	CHECK_STR(bar_of("files", 450, 1000, 36, 200, false),
		"files  45% [##################......................]"
		" 450/1000 12/s 0:36, 0:44 left");
	CHECK_STR(bar_of("files", 450, 1000, 36, 60, false),
		"files  45% [###.....] 450/1000 12/s 0:36, 0:44 left");
	CHECK_STR(bar_of("files", 450, 1000, 36, 50, false),
		"files  45% [###.....] 450/1000 0:36, 0:44 left");
	CHECK_STR(bar_of("files", 450, 1000, 36, 44, false),
		"files  45% 450/1000 12/s 0:36, 0:44 left");
	CHECK_STR(bar_of("files", 450, 1000, 36, 40, false), "files  45% 450/1000 0:36, 0:44 left");
	CHECK_STR(bar_of("files", 450, 1000, 36, 32, false), "files  45% 450/1000 0:44 left");
	CHECK_STR(bar_of("files", 450, 1000, 36, 20, false), "files  45% 450/1000");
	CHECK_STR(bar_of("a label that is long", 450, 1000, 36, 20, false), "a labe  45% 450/100");
	CHECK_STR(bar_of("files", 450, 1000, 36, 8, false), "fi  45%");
}

/* At every width, with every label: never as wide as the terminal, and of whole characters. */
static void fits_everywhere(void)
{
	static const char *const labels[] = { "", "files", "\xe6\x96\x87\xe4\xbb\xb6\xe6\x96\x87",
		"a label that is far too long for one line of any terminal that there is" };

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		for (int columns = 8; columns < 300; columns++)
			for (int utf8 = 0; utf8 < 2; utf8++)
				bar_of(labels[i], 123456, 987654321, 7777, columns, utf8);
}

static void draws_in_eighths(void)
{
	CHECK_STR(bar_of("", 1, 160, 0, 80, true), "  0% [▏                   ] 1/160 0.0/s 0:00");
	CHECK_STR(
		bar_of("", 79, 160, 0, 80, true), " 49% [█████████▉          ] 79/160 0.0/s 0:00");
	CHECK_STR(
		bar_of("", 80, 160, 0, 80, true), " 50% [██████████          ] 80/160 0.0/s 0:00");
	CHECK_STR(bar_of("", 160, 160, 0, 80, true),
		"100% [████████████████████] 160/160 0.0/s 0:00");
}

static void shows_labels_of_any_kind(void)
{
	char label[TU_LABEL_BYTES];
	char many[3 * TU_LABEL_BYTES];

	CHECK_STR(bar_of("文件", 1, 0, 0, 80, true), "文件 1 0.0/s 0:00");
	CHECK_STR(bar_of("文件", 1, 0, 0, 80, false), "?? 1 0.0/s 0:00");
	CHECK_STR(bar_of("文件文件", 1, 0, 0, 20, true), "文件文 1 0.0/s 0:00");
	CHECK_STR(bar_of("文件文件", 1, 0, 0, 18, true),
		"文件 1 0.0/s 0:00"); /* five columns: two and a half */
	CHECK_STR(bar_of("a\tb\r\033[31m\x7f", 1, 0, 0, 80, false), "a?b??[31m? 1 0.0/s 0:00");
	CHECK_STR(bar_of("\xc2\x9b"
			 "31m \xff\xe6\x96",
			  1, 0, 0, 80, true),
		"?31m ??? 1 0.0/s 0:00");
	tu_label_copy(label, "files");
	CHECK_STR(label, "files");
	memset(many, 0, sizeof(many));
	for (int i = 0; i < TU_LABEL_BYTES; i++)
		strcat(many, "é");
	tu_label_copy(label, many);
	CHECK_EQ(strlen(label), TU_LABEL_BYTES - 2);
	tu_label_copy(label, many + 1);
	CHECK_EQ(strlen(label), TU_LABEL_BYTES - 1);
}

static void is_plain_elsewhere(void)
{
	CHECK_STR(plain_of("files", 2, 8, 4), "files 25% 2/8 0.5/s 0:04, 0:12 left");
	CHECK_STR(plain_of("", 8, 8, 4), "100% 8/8 2.0/s 0:04");
}

/* One that is given up: what is missing is not on its way. */
static void ends_before_it_is_whole(void)
{
	struct tu_progress_view v = { "files", 2, 8, 4 * SECOND, true };
	struct tu_line line;

	tu_progress_bar(&line, &v, 80, false);
	CHECK_STR(line.text, "files  25% [#####...............] 2/8 0.5/s 0:04");
	tu_progress_plain(&line, &v, false);
	CHECK_STR(line.text, "files 25% 2/8 0.5/s 0:04");
}

/* How many lines there are of what counts once a period. */
static int lines_of(uint64_t total, uint64_t counts, double period)
{
	struct tu_progress_pace pace = { 0 };
	int lines = 0;

	for (uint64_t i = 1; i <= counts; i++) {
		struct tu_progress_view v = { "", i, total, (int64_t)((double)i * period * 1e9),
			false };

		lines += tu_progress_due(&pace, &v);
	}
	return lines;
}

static void is_due_now_and_then(void)
{
	CHECK_EQ(lines_of(3, 3, 1), 2);           /* the last one is not its to say */
	CHECK_EQ(lines_of(1000, 1000, 0.1), 9);   /* one for each tenth */
	CHECK_EQ(lines_of(1000, 1000, 0.001), 0); /* too short for any */
	CHECK_EQ(lines_of(1000, 1000, 0.005), 4); /* no two within a second */
	CHECK_EQ(lines_of(0, 100, 1), 10);        /* nobody knows how many: one in ten seconds */
	CHECK_EQ(lines_of(0, 720, 1), 12 + 9);    /* later one a minute */
	CHECK_EQ(lines_of(100, 0, 1), 0);
}

static void says_that_nothing_moves(void)
{
	struct tu_progress_pace pace = { 0 };
	struct tu_progress_view v = { "", 0, 10, 0, false };
	int lines = 0;

	for (; v.elapsed < 600 * SECOND; v.elapsed += SECOND)
		lines += tu_progress_due(&pace, &v);
	CHECK_EQ(lines, 9);
}

int main(void)
{
	suite_begin();
	RUN(has_its_pieces);
	RUN(knows_no_total);
	RUN(stays_in_bounds);
	RUN(tells_slow_rates);
	RUN(fits);
	RUN(fits_everywhere);
	RUN(draws_in_eighths);
	RUN(shows_labels_of_any_kind);
	RUN(is_plain_elsewhere);
	RUN(ends_before_it_is_whole);
	RUN(is_due_now_and_then);
	RUN(says_that_nothing_moves);
	return suite_end();
}
