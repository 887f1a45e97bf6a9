/* SPDX-License-Identifier: MIT */
/*
 * deque.h - the parts that a context has forked and not joined: its own end at function-call
 * prices, thieves at the other.
 *
 *     slots    0 ........ tail ........ split ........ head
 *              stolen     shared        private
 *
 * Only what lies below split can be stolen, so the owner pushes and pops above it without any
 * atomic operation. It moves split up when thieves say that they are hungry, and down when it needs
 * what is there itself. tail and split are one word and change by compare-and-swap: a thief that
 * has read an old split gets nothing.
 *
 * A deque belongs to a context, not to a thread: calls nest on a stack, so the owner pops in the
 * reverse order of its pushes whatever other tasks of the thread do meanwhile. It is never freed,
 * so that thieves may look at it at any time; contexts use it in turns.
 */
#ifndef TU_EXEC_DEQUE_H
#define TU_EXEC_DEQUE_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tu_context;
struct tu_deque;

/*
 * The outermost parts are shared when they are forked, wanted or not: their owner may be busy with
 * a part that forks nothing, or wait in it, and then would not see that somebody is hungry.
 */
enum { TU_DEQUE_PARTS = 4096, TU_DEQUE_AT_ONCE = 8 };

/* What a part's taken word says; anything else is the deque of the thief that is at it. */
enum {
	TU_PART_FREE = 0, /* nobody has taken it, or its thief has not said so yet */
	TU_PART_DONE = 1,
	TU_PART_WATCHED = 2, /* a bit beside the thief's deque: the owner waits to be woken */
};

struct tu_part {
	void (*fn)(void *arg);
	void *arg;
	uintptr_t taken; /* atomic, see above */
};

struct tu_deque {
	/* Owner only. */
	struct tu_part *head;  /* the next to use */
	struct tu_part *split; /* the first that is private */
	struct tu_part *end;
	struct tu_deque *next_free;
	/* Read by thieves all the time, written seldom. */
	_Alignas(64) uint64_t shared; /* atomic: tail, and split << 32 */
	struct tu_part
		*share_below;     /* atomic: what is pushed below it is shared at once, see there */
	struct tu_context *owner; /* fixed while anything is in it */
	struct tu_deque *next;    /* fixed: all there are */
	_Alignas(64) struct tu_part parts[TU_DEQUE_PARTS];
};

static inline uint64_t tu_deque_shared(size_t tail, size_t split)
{
	return tail | (uint64_t)split << 32;
}

/* Push; NULL if it is full. The owner asks tu_deque_wants afterwards. */
static inline struct tu_part *tu_deque_push(struct tu_deque *d, void (*fn)(void *), void *arg)
{
	struct tu_part *part = d->head;

	if (tu_unlikely(part == d->end))
		return NULL;
	part->fn = fn;
	part->arg = arg;
	tu_store_rlx(&part->taken, TU_PART_FREE); /* published with the rest by sharing it */
	d->head = part + 1;
	return part;
}

/* Take back what was pushed last. false: it was shared, ask tu_deque_reclaim. */
static inline bool tu_deque_pop(struct tu_deque *d, struct tu_part *part)
{
	d->head = part;
	return tu_likely(part >= d->split);
}

/* Somebody wants more to be shared: everything that is pushed from now on is, until it is said that
   he has got it. Relaxed: a wish; seen late it is granted late. */
static inline void tu_deque_hungry(struct tu_deque *d)
{
	if (tu_load_rlx(&d->share_below) != d->end)
		tu_store_rlx(&d->share_below, d->end);
}

static inline bool tu_deque_is_hungry(const struct tu_deque *d)
{
	return tu_load_rlx(&d->share_below) == d->end; /* relaxed, as above */
}

/* Is what was just pushed to be shared? */
static inline bool tu_deque_wants(const struct tu_deque *d, const struct tu_part *part)
{
	return part < tu_load_rlx(&d->share_below); /* relaxed, as above */
}

/* Let thieves have half of what is private; nobody is hungry then. */
void tu_deque_share(struct tu_deque *d);

/* part, the last one, was shared: true if it is the owner's again, false if it was stolen. */
bool tu_deque_reclaim(struct tu_deque *d, struct tu_part *part);

/* part was stolen and is done: what is left is empty from there on. */
void tu_deque_settle(struct tu_deque *d, struct tu_part *part);

/* Steal the oldest; NULL: nothing is shared now. Any thread. */
struct tu_part *tu_deque_steal(struct tu_deque *d);

/* Is anything shared? seq: for one who then decides to sleep. */
bool tu_deque_has_shared(const struct tu_deque *d);

/* Make it empty and new. */
void tu_deque_init(struct tu_deque *d);

#endif
