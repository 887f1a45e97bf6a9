/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - what is wrong with the run: noted while it goes on, and told once it is over.
 *
 * There is one machine, and so one run. It is used by who has it run: check.c for a test in this
 * process, program.c for the process itself.
 */
#ifndef TU_SIM_VERDICT_H
#define TU_SIM_VERDICT_H

#include "sim/machine.h"
#include "sim/report.h"

extern struct tu_verdict {
	enum tu_trouble trouble; /* NONE: nothing yet */
	struct tu_page words;    /* why, if there is more to say than that */
} tu_verdict;

/* A run begins. */
void tu_verdict_begin(void);

/* trouble, unless it had some before. */
void tu_verdict_note(enum tu_trouble trouble);

/* What there is to say; NULL: nothing. Until the next run begins. */
const char *tu_verdict_words(void);

/* Add to that. */
void tu_verdict_add(const char *text);

/* Add to a report what the simulation cannot do for this program; as a rule that is nothing. */
void tu_verdict_warn(struct tu_page *report);

/* The test says so: that is the trouble, whatever was noted before, and the run is over. */
void tu_verdict_failed(const char *text);

/* For the machine's options of the same names. */
void tu_verdict_held(struct tu_context *c);
bool tu_verdict_reported(int code, const char *text);

#endif
