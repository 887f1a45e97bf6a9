/* SPDX-License-Identifier: MIT */
/*
 * wheel.h - a timer wheel: millions of deadlines, exact order, no allocation, nothing can fail.
 *
 * Timers come out ordered by deadline to the nanosecond, equal deadlines in the order in which they
 * were added. A wheel and its timers belong to one thread (owner); nothing here is atomic but what
 * it shows.
 *
 *     struct tu_timer timer = { .deadline = now + 5000000, .fire = wake_me };
 *     tu_wheel_add(&wheel, &timer);
 *     ...
 *     wait until tu_wheel_next(&wheel), then:
 *     for (struct tu_timer *t; (t = tu_wheel_pop(&wheel, now)) != NULL;)
 *             t->fire(t);
 */
#ifndef TU_BASE_WHEEL_H
#define TU_BASE_WHEEL_H

#include "base/heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Must begin with zeroed links; deadline and fire are the caller's and fixed while it is pending.
 * The memory must stay where it is until the timer was popped or removed.
 */
struct tu_timer {
	int64_t deadline; /* ns, any value */
	uint64_t seq;     /* written by the wheel: order of adding */
	struct tu_heap_node node;
	void (*fire)(struct tu_timer *timer); /* called by who popped it, never by the wheel */
};

enum {
	TU_WHEEL_TICK_BITS = 12, /* the finest slot is 2^12 ns, 4 us; below it a heap sorts */
	TU_WHEEL_DIGIT_BITS = 6,
	TU_WHEEL_SLOTS = 1 << TU_WHEEL_DIGIT_BITS,
	TU_WHEEL_LEVELS = (64 - TU_WHEEL_TICK_BITS + TU_WHEEL_DIGIT_BITS - 1) / TU_WHEEL_DIGIT_BITS,
	TU_WHEEL_CHAINS = 8, /* of a slot: see spread in wheel.c */
};

struct tu_wheel_slot {
	struct tu_heap_node *chain[TU_WHEEL_CHAINS];
};

/*
 * 37 KiB, of which only the pages of levels in use are ever touched: one or two for timers of the
 * next seconds. See wheel.c for what the fields promise.
 */
struct tu_wheel {
	uint32_t watched; /* due_by is kept; this and the next are shown to other threads */
	int64_t due_by;   /* by then some timer is due, INT64_MAX: not known of any */
	uint64_t position;
	int64_t next;
	uint64_t seq;
	size_t count;
	struct tu_heap near;
	uint64_t levels;
	uint64_t occupied[TU_WHEEL_LEVELS];
	struct tu_wheel_slot slots[TU_WHEEL_LEVELS][TU_WHEEL_SLOTS];
};

/* Make w an empty wheel; now is any instant, best a recent one. */
void tu_wheel_init(struct tu_wheel *w, int64_t now);

/* Let timer, which must not be pending, come out of w once its deadline has come. O(1). */
void tu_wheel_add(struct tu_wheel *w, struct tu_timer *timer);

/* Forget timer; nothing happens if it is not pending. O(1), O(log n) amortised when nearly due. */
void tu_wheel_remove(struct tu_wheel *w, struct tu_timer *timer);

/*
 * Take out the timer that is due first, NULL if none has a deadline at or before now. O(1)
 * amortised in the number of timers far away, O(log n) in those of the same 4 us. now may go
 * back between calls; that costs nothing and brings nothing back.
 */
struct tu_timer *tu_wheel_pop(struct tu_wheel *w, int64_t now);

/*
 * An instant before which pop has nothing to give: the first deadline, or an earlier instant if
 * finding that would take long. In the latter case pop at that instant moves the timers in question
 * one level down, so at most one wake-up per level comes too early. INT64_MAX if w is empty.
 */
int64_t tu_wheel_next(struct tu_wheel *w);

/*
 * Keep due_by from now on, or no longer: the first deadline, or a later one of those that are near
 * if finding the first would take long. It costs a look at some timers after each that leaves.
 */
void tu_wheel_watch(struct tu_wheel *w, uint32_t watched);

/* Is timer in a wheel, neither popped nor removed? */
static inline bool tu_timer_pending(const struct tu_timer *timer)
{
	return tu_heap_has(&timer->node);
}

static inline size_t tu_wheel_count(const struct tu_wheel *w)
{
	return w->count;
}

#endif
