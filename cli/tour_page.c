/* SPDX-License-Identifier: MIT */
/* tour_page.c - see tour.h: what a scene prints, in lines that fit the terminal. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tour.h"

enum { INDENT = 2, LABEL = 12, WORDS = 16, PARAGRAPH = 2000 };

static const char *paint(const struct tour *t, const char *code)
{
	return t->terminal.color ? code : "";
}

void tour_heading(const struct tour *t, const char *title)
{
	const char *rule = t->terminal.utf8 ? "\u2500" : "-";
	int used = printf(
		"%s%s%d. %s ", t->scene > 1 ? "\n" : "", paint(t, "\033[1m"), t->scene, title);

	used -= (int)strlen(paint(t, "\033[1m")) + (t->scene > 1);
	for (; used < t->width; used++)
		fputs(rule, stdout);
	printf("%s\n\n", paint(t, "\033[0m"));
	fflush(stdout); /* what follows takes its time */
}

void tour_text(const struct tour *t, const char *format, ...)
{
	char text[PARAGRAPH], *rest = text, *word;
	int column = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	while ((word = strsep(&rest, " ")) != NULL) {
		int length = (int)strlen(word);

		if (column > 0 && column + 1 + length > t->width) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%s", column > 0 ? " " : "", word);
	}
	fputs("\n\n", stdout);
	fflush(stdout);
}

void tour_lines(const struct tour *t, const char *lines)
{
	(void)t;
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		printf("%*s%.*s\n", length > 0 ? INDENT : 0, "", (int)length, lines);
		lines += length + (lines[length] == '\n');
	}
	putchar('\n');
	fflush(stdout);
}

void tour_bar(const struct tour *t, const char *label, double what, double all, const char *words)
{
	int room = t->width - INDENT - LABEL - WORDS - 2;
	int length = all > 0 ? (int)(what / all * room + 0.5) : 0;

	length = length < 1 ? 1 : length > room ? room : length;
	printf("%*s%-*s %s", INDENT, "", LABEL, label, paint(t, "\033[36m"));
	for (int i = 0; i < length; i++)
		fputs(t->terminal.utf8 ? "\u2588" : "#", stdout);
	printf("%s %s\n", paint(t, "\033[0m"), words);
	fflush(stdout);
}

int tour_failed(const char *what, int rc)
{
	fflush(stdout);
	say("tour: %s: %s", what, tutti_strerror(rc));
	return STATUS_FAILED;
}
