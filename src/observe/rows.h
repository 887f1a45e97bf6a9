/* SPDX-License-Identifier: MIT */
/*
 * rows.h - lanes in rows of a chart, so that all of them are to be seen: each in one of its own; if
 * they are too many, those of one kind of name that follow each other in one; of a kind that takes
 * too many all the same, all in one, which tells how many there were.
 */
#ifndef TU_OBSERVE_ROWS_H
#define TU_OBSERVE_ROWS_H

#include "observe/story.h"

struct tu_row {
	size_t first, n; /* in tu_rows.lanes */
	unsigned process;
	bool folded; /* its lanes overlap in time */
};

struct tu_rows {
	struct tu_lane **lanes; /* those of a row stand together, in order of time */
	struct tu_row *rows;
	size_t n, left_out; /* rows; lanes that are in none */
	size_t *row_of;     /* by number of the lane; SIZE_MAX: in none */
};

/* No more than most rows. 0 or -ENOMEM. */
int tu_rows_make(struct tu_rows *r, const struct tu_story *s, size_t most);
void tu_rows_free(struct tu_rows *r);

/* "thread 'reader'", "3 x task 'fetch'", "9980 x task 'Task-*'". Returns buf. */
const char *tu_row_label(const struct tu_rows *r, const struct tu_row *row, char *buf, size_t n);

/* How many of its lanes there were at the same time, at most. */
size_t tu_row_at_once(const struct tu_rows *r, const struct tu_row *row);

/* How long of a place in time what was in each state, added up over lanes; and how many lived. */
struct tu_share {
	double state[TU_STATES];
};

/* Fill n shares, zero at first, of the time from..to in equal places. */
void tu_row_shares(const struct tu_story *s, const struct tu_rows *r, const struct tu_row *row,
	struct tu_share *shares, size_t n);

#endif
