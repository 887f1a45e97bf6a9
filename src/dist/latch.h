/* SPDX-License-Identifier: MIT */
/*
 * latch.h - what Lock, RLock and Condition have in common: somebody holds it, or nobody. Who holds
 * it is a client, by its connection; when that has gone it is held still.
 */
#ifndef TU_DIST_LATCH_H
#define TU_DIST_LATCH_H

#include "dist/object.h"

/* Calls for it wait in this list of the object. */
enum { TU_AWAITS_LATCH = 1 };

struct tu_latch {
	bool recursive;     /* its holder may have it several times; fixed */
	const void *holder; /* who acquired it; NULL: has gone, or it is free */
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

/* For the kind's undo, of an acquire. */
void tu_latch_undo(struct tu_latch *l, struct tu_object *o, const struct tu_call *c);

/* For its left: a client to come may be at the same address, and is not the holder. */
void tu_latch_forget(struct tu_latch *l, const void *caller);

#endif
