/* SPDX-License-Identifier: MIT */
#include "observe/trace.h"
void tu_trace_text(struct tu_trace_sheet *s)
{
	tu_paper_text(&s->paper, "x");
}
