/* SPDX-License-Identifier: MIT */
/*
 * shrink.h - a failed run made simpler: which of its choices does the failure need?
 *
 * Most answers of a run that was found at random have nothing to do with what is wrong. To shrink
 * it is to let some of them be 0, the usual course of things, and to see whether it fails in the
 * same way yet: first all at once, then halves, quarters and so on, down to single ones. If several
 * are left, another may do it alone: that is tried too, where the run is short. Whoever does this
 * asks for a list to be tried, runs it, and tells what came of it:
 *
 *     tu_shrink_begin(&s, made, most);
 *     while (tu_shrink_next(&s))
 *             tu_shrink_tried(&s, the run with s.list fails likewise, what it made);
 *
 * The outcome depends on the runs alone. s.best is that of a run that was made, so it can be
 * repeated as any other.
 */
#ifndef TU_SIM_SHRINK_H
#define TU_SIM_SHRINK_H

#include "sim/choices.h"

struct tu_shrink {
	struct tu_choices best; /* its answers are our own */
	struct tu_answered *list;
	size_t count;             /* of list, which is to be tried */
	unsigned found, switches; /* answers that are not 0: of the run that was found, of best */
	unsigned at, chunk; /* of those of best: the next to be left out, and how many at once */
	bool better;        /* something could be left out since at was 0 */
	bool alone;         /* at is an answer of best that is to be the only switch, */
	unsigned answer;    /* and be this */
	unsigned tries, most;
};

/* most: so many tries; 0: none. */
void tu_shrink_begin(struct tu_shrink *s, const struct tu_choices *made, unsigned most);

/* false: it is as simple as it gets, or there have been most tries. */
bool tu_shrink_next(struct tu_shrink *s);
void tu_shrink_tried(struct tu_shrink *s, bool same, const struct tu_choices *made);

void tu_shrink_end(struct tu_shrink *s);

/* How many of its answers are not 0. */
unsigned tu_shrink_switches(const struct tu_choices *made);

/* Do they say the same, but for numbers? NULL is "". */
bool tu_shrink_same_words(const char *a, const char *b);

#endif
