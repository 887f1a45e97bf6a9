/* SPDX-License-Identifier: MIT */
/*
 * latch.h - what Lock, RLock and Condition have in common: somebody holds it, or nobody. Who holds
 * it is a client, by its connection; of one that has gone it is free again.
 */
#ifndef TU_DIST_LATCH_H
#define TU_DIST_LATCH_H

#include "dist/object.h"

/* Calls for it wait in this list of the object. */
enum { TU_AWAITS_LATCH = 1 };

struct tu_latch {
	bool recursive;     /* its holder may have it several times; fixed */
	const void *holder; /* who acquired it; meaningless of one that is free */
	uint64_t count;     /* how many times; 0: free */
	uint64_t grants;    /* how often it was acquired: the number of the last */
};

/* acquire(blocking=True, timeout=-1), as a method. */
int tu_latch_acquire(struct tu_latch *l, struct tu_call *c);

/* Take one that is free, count times. */
void tu_latch_take(struct tu_latch *l, const void *holder, uint64_t count);

/* Let go of it altogether: who waits is asked. */
void tu_latch_free(struct tu_latch *l, struct tu_object *o);

/* Let go of it once. */
void tu_latch_release(struct tu_latch *l, struct tu_object *o);

bool tu_latch_held_by(const struct tu_latch *l, const void *caller);

/* For the kind's undo, of an acquire, and for its left. */
void tu_latch_undo(struct tu_latch *l, struct tu_object *o, const struct tu_call *c);
void tu_latch_left(struct tu_latch *l, struct tu_object *o, const void *caller);

#endif
