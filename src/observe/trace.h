/* SPDX-License-Identifier: MIT */
/*
 * trace.h - a story put on paper, in one of three forms.
 *
 * Whoever draws hands the paper to more now and then, if that is given: who writes a file then
 * takes what is on it, so that it need not be in memory as a whole.
 */
#ifndef TU_OBSERVE_TRACE_H
#define TU_OBSERVE_TRACE_H

#include "core/paper.h"
#include "observe/story.h"

#include <tutti/trace.h>

struct tu_trace_sheet {
	struct tu_paper paper;
	const struct tu_story *story;
	tutti_trace_chart chart;
	void (*full)(struct tu_trace_sheet *sheet); /* NULL: keep it */
	void *arg;                                  /* for that */
	bool begun;                                 /* there is something before what follows */
};

/* Now and then. */
static inline void tu_trace_turn_over(struct tu_trace_sheet *s)
{
	if (s->full && s->paper.size >= 1 << 16)
		s->full(s);
}

void tu_trace_json(struct tu_trace_sheet *s);
void tu_trace_svg(struct tu_trace_sheet *s);
void tu_trace_text(struct tu_trace_sheet *s);

#endif
