/* SPDX-License-Identifier: MIT */
/* ring.c - see ring.h. */
#include "sync/ring.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/check.h"
#include "core/alloc.h"
#include "core/context.h"

#include <errno.h>
#include <string.h>

struct slot {
	uint64_t stamp; /* atomic */
	char item[];
};

static inline struct slot *slot_at(const struct tu_ring *r, uint64_t position)
{
	return (struct slot *)(r->slots + (position & (r->closed - 1)) * r->slot_bytes);
}

/* Eight bytes are by far the most common: a pointer, a number. */
static inline void copy(void *to, const void *from, size_t bytes)
{
	if (tu_likely(bytes == 8))
		memcpy(to, from, 8);
	else
		memcpy(to, from, bytes);
}

static inline uint64_t after(const struct tu_ring *r, uint64_t position)
{
	if ((position & (r->closed - 1)) + 1 < r->capacity)
		return position + 1;
	return (position & ~(r->lap - 1)) + r->lap;
}

int tu_ring_init(struct tu_ring *r, size_t item_bytes, size_t capacity)
{
	size_t bytes;

	r->item_bytes = item_bytes;
	r->slot_bytes = tu_align_up(sizeof(struct slot) + item_bytes, 16);
	r->capacity = capacity;
	r->closed = tu_pow2_up(capacity + 1);
	r->lap = r->closed * 2;
	r->head = r->tail = 0;
	if (item_bytes > SIZE_MAX / 2 || r->closed == 0 || r->lap == 0 ||
		__builtin_mul_overflow(capacity, r->slot_bytes, &bytes))
		return -ENOMEM;
	r->slots = tu_alloc(bytes);
	if (!r->slots)
		return -ENOMEM;
	for (uint64_t i = 0; i < capacity; i++)
		slot_at(r, i)->stamp = i;
	return 0;
}

void tu_ring_free(struct tu_ring *r)
{
	tu_free(r->slots);
}

int tu_ring_put(struct tu_ring *r, const void *item)
{
	uint64_t tail = tu_load_rlx(&r->tail); /* a guess; the exchange tells */

	for (;;) {
		struct slot *slot = slot_at(r, tail);
		/* [ring-1] acquire: the get before has read the slot; from tu_ring_get */
		uint64_t stamp = tu_load_acq(&slot->stamp);

		if (tail & r->closed)
			return TU_RING_CLOSED;
		if (stamp == tail) {
			/* seq: before we look for sleepers, who look at tail; see ring_queue.c */
			if (tu_cas_weak_seq(&r->tail, &tail, after(r, tail))) {
				copy(slot->item, item, r->item_bytes);
				/* [ring-2] release: the item; acquired in tu_ring_get */
				tu_store_rel(&slot->stamp, tail + 1);
				return TU_RING_DONE;
			}
			continue;
		}
		/* Still holds the item of the lap before, unless tail is old. */
		if (stamp + r->lap == tail + 1 && tu_load_seq(&r->head) + r->lap == tail)
			return TU_RING_NO;
		tu_pause_briefly();
		tail = tu_load_rlx(&r->tail);
	}
}

static inline __attribute__((always_inline)) int get(struct tu_ring *r, void *item, size_t bytes)
{
	uint64_t head = tu_load_rlx(&r->head); /* a guess; the exchange tells */

	for (;;) {
		struct slot *slot = slot_at(r, head);
		/* [ring-2] acquire: the item; from tu_ring_put */
		uint64_t stamp = tu_load_acq(&slot->stamp);

		if (stamp == head + 1) {
			/* seq: before we look for sleepers, who look at head; see ring_queue.c */
			if (tu_cas_weak_seq(&r->head, &head, after(r, head))) {
				copy(item, slot->item, bytes);
				/* [ring-1] release: the slot is read; acquired in tu_ring_put */
				tu_store_rel(&slot->stamp, head + r->lap);
				return TU_RING_DONE;
			}
			continue;
		}
		if (stamp == head) { /* nothing in it yet, unless head is old */
			uint64_t tail = tu_load_seq(&r->tail);

			if ((tail & ~r->closed) == head)
				return tail & r->closed ? TU_RING_CLOSED : TU_RING_NO;
		}
		tu_pause_briefly();
		head = tu_load_rlx(&r->head);
	}
}

int tu_ring_get(struct tu_ring *r, void *item)
{
	return get(r, item, r->item_bytes);
}

int tu_ring_drop(struct tu_ring *r)
{
	char nothing;

	return get(r, &nothing, 0);
}

void tu_ring_close(struct tu_ring *r)
{
	tu_or_seq(&r->tail, r->closed); /* no put claims a position after this */
}

static uint64_t count(const struct tu_ring *r, uint64_t position)
{
	return position / r->lap * r->capacity + (position & (r->closed - 1));
}

/* seq, here and below: a sleeper's look after it has counted itself; see ring_queue.c */
uint64_t tu_ring_puts(const struct tu_ring *r)
{
	return count(r, tu_load_seq(&r->tail)); /* see above */
}

uint64_t tu_ring_gets(const struct tu_ring *r)
{
	return count(r, tu_load_seq(&r->head)); /* see above */
}

bool tu_ring_is_closed(const struct tu_ring *r)
{
	return tu_load_seq(&r->tail) & r->closed; /* see above */
}
