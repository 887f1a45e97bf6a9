/* SPDX-License-Identifier: MIT */
/* hints.h - in a simulated run: notifications that nobody heard, and may be missing now. */
#ifndef TU_SIM_HINTS_H
#define TU_SIM_HINTS_H

#include "core/context.h"

/* The last one of a condition for which nobody waited. */
struct tu_hint {
	const void *condition; /* NULL: none */
	const void *where;
	uint64_t step;
	char name[64]; /* of the thread or task that notified */
};

void tu_hints_begin(void);

/* self is about to notify. */
void tu_hints_notify(const struct tu_context *self, const struct tu_doing *doing);

/* NULL: each that was notified had somebody waiting, or it is too long ago. */
const struct tu_hint *tu_hint_of(const void *condition);

#endif
