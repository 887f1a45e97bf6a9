/* SPDX-License-Identifier: MIT */
/* report.h - what a person is told about a failed run. */
#ifndef TU_SIM_REPORT_H
#define TU_SIM_REPORT_H

#include "sim/machine.h"
#include "sim/page.h"

struct tu_finding {
	enum tu_trouble trouble;
	const char *name; /* of the test or program */
	const char *strategy;
	uint64_t seed, run, runs; /* the run'th of at most so many */
	const char *words;        /* of who failed, or what was reported; NULL: none */
	unsigned found, switches; /* choices beside the usual course: when found, and in this run */
	unsigned tries;           /* it took to make it simpler */
	const char *again;        /* how to repeat it; NULL: it cannot be */
	const char *lost;         /* why not; NULL: it was not to be */
	const char *process;      /* of several, the one that found out; NULL: there is one */
	const char *text, *json;  /* of several, what they say of themselves, as by the next two */
};

/* Of this process alone: who is there, and what each does. */
void tu_finding_text_here(struct tu_page *t);
void tu_finding_json_here(struct tu_page *t);

/* On the stack of whoever noticed, with all others where they stand. */
void tu_finding_text(struct tu_page *t, const struct tu_finding *f);
void tu_finding_json(struct tu_page *t, const struct tu_finding *f);

/* The last lines: how many switches it took, and how to repeat it. */
void tu_finding_text_end(struct tu_page *t, const struct tu_finding *f);
void tu_finding_json_end(struct tu_page *t, const struct tu_finding *f);

/* Of one that has ended: "thread 'a' ended with lock 1 held, taken at ..." */
void tu_finding_held(struct tu_page *t, const struct tu_context *c);

/* "deadlock" */
const char *tu_trouble_word(enum tu_trouble trouble);

#endif
