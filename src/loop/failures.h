/* SPDX-License-Identifier: MIT */
/*
 * failures.h - how the children of a group have failed: the first one's code, and the words of
 * some, which whoever has joined them can ask for (tutti_group_text).
 */
#ifndef TU_LOOP_FAILURES_H
#define TU_LOOP_FAILURES_H

#include "exec/future.h"

/* All zero: none. */
struct tu_failures {
	char *text;      /* of the first, then of others */
	int32_t error;   /* the first; 0: none */
	uint32_t others; /* beside the first */
};

/* f has failed with code, saying text. true: it is the first. */
bool tu_failures_note(struct tu_failures *s, const tutti_future *f, int code, const char *text);

/* Leave the words to self, in place of those of its last group. The first's code, or 0; s is as
   new. */
int tu_failures_tell(struct tu_failures *s, struct tu_context *self);

#endif
