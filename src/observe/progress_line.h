/* SPDX-License-Identifier: MIT */
/*
 * progress_line.h - how far it is, in words: from numbers and a width to text. No I/O, no clock.
 * Any thread.
 */
#ifndef TU_OBSERVE_PROGRESS_LINE_H
#define TU_OBSERVE_PROGRESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TU_LINE_BYTES = 1024, TU_LABEL_BYTES = 128 };

struct tu_progress_view {
	const char *label;    /* what is counted; "": nothing in front */
	uint64_t done, total; /* total 0: not known */
	int64_t elapsed;      /* ns */
	bool over;            /* it goes no further: nothing is left, however much is missing */
};

/* Text, without an end, and the columns that it fills. */
struct tu_line {
	char text[TU_LINE_BYTES];
	size_t n;
	int columns;
};

/*
 * With a bar, to fit a terminal of so many columns, of which the last stays free: terminals differ
 * in where they are once it is full. What there is no room for is left out, the bar before the
 * times and the count last of all.
 */
void tu_progress_bar(
	struct tu_line *line, const struct tu_progress_view *v, int columns, bool utf8);

/* Without one, for files and pipes. */
void tu_progress_plain(struct tu_line *line, const struct tu_progress_view *v, bool utf8);

/* When the last plain line was, and what it said. All zeros: none was yet. */
struct tu_progress_pace {
	int64_t elapsed;
	uint64_t done;
	unsigned tenths;
};

/*
 * Is it time for another plain line? Where the total is known there is one for each tenth of it, no
 * two within a second; else one in ten seconds; and one each minute however slow it is. *pace is
 * moved then. The end is the caller's: of what is done already nothing is due.
 */
bool tu_progress_due(struct tu_progress_pace *pace, const struct tu_progress_view *v);

/* As much of a label as there is room for, which ends with a whole character. */
void tu_label_copy(char out[TU_LABEL_BYTES], const char *label);

#endif
