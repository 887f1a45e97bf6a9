/* SPDX-License-Identifier: MIT */
/* holders.h - in a simulated run: who holds which lock, and where it was taken. */
#ifndef TU_SIM_HOLDERS_H
#define TU_SIM_HOLDERS_H

#include "core/context.h"

#define TU_SOME_READER UINT64_MAX

struct tu_holder {
	const void *object; /* NULL: an empty place */
	struct tu_context *context;
	uint64_t id; /* of what held it there; TU_SOME_READER: which is not kept */
	const void *where;
	int64_t since;
	unsigned number; /* in the order of first being taken, from 1 */
	unsigned held;   /* how often: readers share. 0: nobody holds it */
};

/* Nobody holds anything, and nothing has a number. */
void tu_holders_begin(void);

void tu_holders_took(struct tu_context *self, const struct tu_doing *doing);
void tu_holders_gave(struct tu_context *self, const void *object);

/* NULL: nobody holds it. */
const struct tu_holder *tu_holder_of(const void *object);

/* Its number, whether it is held or not; 0: it never was. */
unsigned tu_holder_number(const void *object);

/* One that c holds, i from 0; NULL: there are no more. */
const struct tu_holder *tu_held_by(const struct tu_context *c, unsigned i);

#endif
