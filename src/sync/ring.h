/* SPDX-License-Identifier: MIT */
/*
 * ring.h - a bounded ring for many putters and getters at once. Never waits; lock-free but for a
 * putter or getter that stops between its claim and its stamp, which holds up that one slot.
 *
 * Positions count places put into or taken from, in laps: the low bits are the slot's index, then
 * one bit that closes the ring (tail only), above it the lap. A slot's stamp says what it awaits:
 *
 *     stamp == position        free, for the put at that position
 *     stamp == position + 1    full, for the get at that position
 *
 * A put claims its position by moving tail, writes the item, then stamps; a get likewise with head.
 * The lap in the stamp keeps a slow claimant from taking a slot for that of a later lap (no ABA
 * until 2^64 items). Slots are freed with the ring.
 */
#ifndef TU_SYNC_RING_H
#define TU_SYNC_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tu_ring {
	_Alignas(128) uint64_t head; /* atomic; getters */
	_Alignas(128) uint64_t tail; /* atomic; putters, and whoever closes it */
	_Alignas(128) char *slots;   /* fixed, like all below: each a stamp and an item */
	size_t slot_bytes, item_bytes;
	uint64_t capacity;
	uint64_t closed; /* the bit */
	uint64_t lap;    /* one lap's worth */
};

enum { TU_RING_DONE, TU_RING_NO, TU_RING_CLOSED };

/* 0 or -ENOMEM. capacity at least 1. */
int tu_ring_init(struct tu_ring *r, size_t item_bytes, size_t capacity);
void tu_ring_free(struct tu_ring *r);

/* NO: full; empty. CLOSED: closed; closed and drained. */
int tu_ring_put(struct tu_ring *r, const void *item);
int tu_ring_get(struct tu_ring *r, void *item);
int tu_ring_drop(struct tu_ring *r); /* a get whose item nobody wants */
void tu_ring_close(struct tu_ring *r);

/* Puts and gets so far; seq, for those who then decide to sleep. */
uint64_t tu_ring_puts(const struct tu_ring *r);
uint64_t tu_ring_gets(const struct tu_ring *r);
bool tu_ring_is_closed(const struct tu_ring *r);

#endif
