/* SPDX-License-Identifier: MIT */
/*
 * wheel.c - a hierarchical timer wheel with a heap at its hub.
 *
 * Deadlines are biased to unsigned (see biased) and read as digits: the lowest TU_WHEEL_TICK_BITS
 * are below the resolution of the slots, then comes one 6-bit digit per level. A timer lies at the
 * level of the highest digit in which it differs from position, in the slot of its own digit there.
 *
 * Invariants
 *   - position never goes back. A timer whose tick (deadline without the lowest bits) is at or
 *     before that of position is in the heap near; every other one is in a slot.
 *   - So each timer of near is due before each in a slot, and each of a lower level before each of
 *     a higher one; within a level, slots are in order and none at or below position's digit is
 *     in use. The earliest timer of all is in the lowest slot of the lowest level.
 *   - A bit of occupied is set exactly if its slot is not empty, a bit of levels exactly if any bit
 *     of the level is. A slot whose bit is clear holds garbage: so nobody has to touch it first.
 *   - next is a lower bound of all deadlines, or UNKNOWN; the latter only between a timer that was
 *     popped and the next look if the wheel is watched, and then due_by is the deadline of some
 *     timer that is there.
 *
 * A slot is a few unordered chains through next and where; child is NULL there. This makes
 * unlinking from a slot and from a heap of one node the same, and adding touches no line but the
 * timer's, its slot's and that of the timer added there before. Order costs nothing until a slot is
 * reached: moving position to its start spreads its timers over the levels below, at last into the
 * heap.
 *
 * The widths were chosen by measuring a million timers due within a second, where cache misses are
 * all there is: 64 slots and ticks of 4 us keep what is spread next within the second-level cache
 * and the heap at a handful of timers; eight chains keep as many misses under way at a time (one
 * chain makes firing three times as slow).
 */
#include "base/wheel.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/check.h"
#include "base/list.h"

#include <string.h>

#define UNKNOWN INT64_MIN

/* How many timers of a slot tu_wheel_next looks at to answer exactly. */
enum { LOOK_MAX = 8 };

/* Flips the sign bit, so that unsigned order is the order of instants, negative ones included. */
static uint64_t biased(int64_t instant)
{
	return (uint64_t)instant ^ UINT64_C(1) << 63;
}

static int64_t unbiased(uint64_t at)
{
	return (int64_t)(at ^ UINT64_C(1) << 63);
}

static void know(struct tu_wheel *w);

static struct tu_timer *timer_of(struct tu_heap_node *node)
{
	return tu_container_of(node, struct tu_timer, node);
}

static inline bool due_before(const struct tu_heap_node *a, const struct tu_heap_node *b)
{
	const struct tu_timer *x = tu_container_of(a, const struct tu_timer, node);
	const struct tu_timer *y = tu_container_of(b, const struct tu_timer, node);

	return x->deadline != y->deadline ? x->deadline < y->deadline : x->seq < y->seq;
}

void tu_wheel_init(struct tu_wheel *w, int64_t now)
{
	tu_show(&w->watched, 0u);
	tu_show(&w->due_by, INT64_MAX);
	w->position = biased(now);
	w->next = UNKNOWN;
	w->seq = 0;
	w->count = 0;
	w->near.root = NULL;
	w->levels = 0;
	memset(w->occupied, 0, sizeof(w->occupied));
}

static unsigned level_shift(unsigned level)
{
	return TU_WHEEL_TICK_BITS + level * TU_WHEEL_DIGIT_BITS;
}

static void put_in_slot(struct tu_wheel *w, struct tu_timer *timer, unsigned level, unsigned digit)
{
	struct tu_heap_node *node = &timer->node, **chain;
	struct tu_wheel_slot *slot = &w->slots[level][digit];
	uint64_t bit = UINT64_C(1) << digit;

	if (!(w->occupied[level] & bit)) {
		*slot = (struct tu_wheel_slot){ 0 };
		w->occupied[level] |= bit;
		w->levels |= UINT64_C(1) << level;
	}
	chain = &slot->chain[timer->seq % TU_WHEEL_CHAINS];
	node->child = NULL;
	node->where = chain;
	node->next = *chain;
	if (node->next)
		node->next->where = &node->next;
	*chain = node;
}

static void place(struct tu_wheel *w, struct tu_timer *timer)
{
	uint64_t at = biased(timer->deadline);
	unsigned level;

	if (at >> TU_WHEEL_TICK_BITS <= w->position >> TU_WHEEL_TICK_BITS) {
		tu_heap_add(&w->near, &timer->node, due_before);
		return;
	}
	level = (tu_log2(at ^ w->position) - TU_WHEEL_TICK_BITS) / TU_WHEEL_DIGIT_BITS;
	put_in_slot(w, timer, level, at >> level_shift(level) & (TU_WHEEL_SLOTS - 1));
}

void tu_wheel_add(struct tu_wheel *w, struct tu_timer *timer)
{
	tu_check(!tu_timer_pending(timer), "a timer was added twice");
	timer->seq = w->seq++;
	if (timer->deadline < w->next)
		w->next = timer->deadline;
	if (tu_unlikely(w->watched) && timer->deadline < w->due_by)
		tu_show(&w->due_by, timer->deadline);
	w->count++;
	place(w, timer);
}

static bool slot_empty(const struct tu_wheel_slot *slot)
{
	struct tu_heap_node *any = NULL;

	for (int i = 0; i < TU_WHEEL_CHAINS && !any; i++)
		any = slot->chain[i];
	return !any;
}

static void clear_occupied(struct tu_wheel *w, unsigned level, unsigned digit)
{
	w->occupied[level] &= ~(UINT64_C(1) << digit);
	if (!w->occupied[level])
		w->levels &= ~(UINT64_C(1) << level);
	w->next = UNKNOWN;
}

/* A chain has become empty, the one that where is the head of. */
static void chain_ended(struct tu_wheel *w, struct tu_heap_node **where)
{
	size_t i = (size_t)((char *)where - (char *)w->slots) / sizeof(struct tu_wheel_slot);
	unsigned level = (unsigned)(i / TU_WHEEL_SLOTS), digit = i % TU_WHEEL_SLOTS;

	if (slot_empty(&w->slots[level][digit]))
		clear_occupied(w, level, digit);
}

void tu_wheel_remove(struct tu_wheel *w, struct tu_timer *timer)
{
	struct tu_heap_node **where = timer->node.where;

	if (!where)
		return;
	if (timer->deadline == w->next)
		w->next = UNKNOWN;
	w->count--;
	/* A node in a slot has no children, so this only unlinks it and leaves the heap alone. */
	tu_heap_remove(&w->near, &timer->node, due_before);
	if (!*where && (uintptr_t)where - (uintptr_t)w->slots < sizeof w->slots)
		chain_ended(w, where);
	if (tu_unlikely(w->watched) && timer->deadline <= w->due_by)
		know(w);
}

/* The first slot in use; there must be one. */
static unsigned first_slot(const struct tu_wheel *w, unsigned *level)
{
	*level = tu_ctz64(w->levels);
	return tu_ctz64(w->occupied[*level]);
}

/* When the slot begins: position with its digit there, zeroes below. */
static uint64_t slot_start(const struct tu_wheel *w, unsigned level, unsigned digit)
{
	unsigned shift = level_shift(level);
	uint64_t prefix = w->position >> shift & ~(uint64_t)(TU_WHEEL_SLOTS - 1);

	return (prefix | digit) << shift;
}

/*
 * Place the timers of a slot anew. They were added far apart in time, so each is a cache miss: the
 * chains are walked in turns, and a chain's next timer is on its way while the others have theirs.
 */
static void spread(struct tu_wheel *w, unsigned level, unsigned digit)
{
	struct tu_wheel_slot from = w->slots[level][digit];
	bool more;

	clear_occupied(w, level, digit);
	do {
		more = false;
		for (int i = 0; i < TU_WHEEL_CHAINS; i++) {
			struct tu_heap_node *node = from.chain[i];

			if (!node)
				continue;
			more = true;
			from.chain[i] = node->next;
			__builtin_prefetch(node->next, 1);
			place(w, timer_of(node));
		}
	} while (more);
}

/* Move position on towards now until near has something or no slot begins by now. */
static void advance(struct tu_wheel *w, uint64_t now)
{
	while (!w->near.root && w->levels) {
		unsigned level, digit = first_slot(w, &level);
		uint64_t start = slot_start(w, level, digit);

		if (start > now)
			break;
		w->position = start;
		spread(w, level, digit);
	}
	/* Later timers then start as low as they can. No slot in use is skipped: see the break. */
	if (!w->near.root && now > w->position)
		w->position = now;
}

struct tu_timer *tu_wheel_pop(struct tu_wheel *w, int64_t now)
{
	struct tu_timer *first;

	if (now < w->next)
		return NULL;
	w->next = UNKNOWN;
	if (!w->near.root)
		advance(w, biased(now));
	first = w->near.root ? timer_of(w->near.root) : NULL;
	if (!first || first->deadline > now) {
		if (first)
			w->next = first->deadline;
		if (tu_unlikely(w->watched))
			know(w);
		return NULL;
	}
	tu_heap_take(&w->near, due_before);
	w->count--;
	if (tu_unlikely(w->watched)) /* until the caller has looked for more, which it will */
		tu_show(&w->due_by, INT64_MAX);
	return first;
}

/*
 * The earliest deadline of a slot, or the slot's start if it holds too many to look at. *least
 * receives the earliest of those looked at.
 */
static int64_t slot_bound(const struct tu_wheel *w, unsigned level, unsigned digit, int64_t *least)
{
	const struct tu_wheel_slot *slot = &w->slots[level][digit];
	int looked = 0;

	*least = INT64_MAX;
	for (int i = 0; i < TU_WHEEL_CHAINS; i++) {
		for (struct tu_heap_node *node = slot->chain[i]; node; node = node->next) {
			if (looked++ == LOOK_MAX)
				return unbiased(slot_start(w, level, digit));
			if (timer_of(node)->deadline < *least)
				*least = timer_of(node)->deadline;
		}
	}
	return *least;
}

/* Find next, and due_by if that is kept. */
static void know(struct tu_wheel *w)
{
	int64_t least = INT64_MAX;
	unsigned level, digit;

	w->next = INT64_MAX;
	if (w->near.root) {
		w->next = least = timer_of(w->near.root)->deadline;
	} else if (w->levels) {
		digit = first_slot(w, &level);
		w->next = slot_bound(w, level, digit, &least);
	}
	if (tu_unlikely(w->watched))
		tu_show(&w->due_by, least);
}

int64_t tu_wheel_next(struct tu_wheel *w)
{
	if (w->next == UNKNOWN)
		know(w);
	return w->next;
}

void tu_wheel_watch(struct tu_wheel *w, uint32_t watched)
{
	tu_show(&w->watched, watched);
	tu_show(&w->due_by, INT64_MAX);
	if (watched)
		know(w);
}
