/* SPDX-License-Identifier: MIT */
/*
 * store.h - where a queue keeps its items: in order of arrival or the reverse, or by priority. Not
 * locked: the queue's lock is held around every call.
 */
#ifndef TU_SYNC_STORE_H
#define TU_SYNC_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tu_store {
	char *items;       /* room slots of slot_bytes; NULL at first */
	size_t item_bytes; /* fixed */
	size_t slot_bytes; /* fixed; by priority an arrival number stands behind the item */
	size_t room;       /* a power of two; 0 at first */
	size_t count;
	size_t first;                                 /* index of the oldest, in order of arrival */
	bool lifo;                                    /* fixed */
	int (*compare)(const void *a, const void *b); /* fixed; NULL: not by priority */
	uint64_t arrivals;
};

void tu_store_init(struct tu_store *s, size_t item_bytes, bool lifo,
	int (*compare)(const void *, const void *));

/* -ENOMEM if it had to grow and could not. */
int tu_store_put(struct tu_store *s, const void *item);

/* count must not be 0. */
void tu_store_take(struct tu_store *s, void *item);

void tu_store_clear(struct tu_store *s);
void tu_store_free(struct tu_store *s);

#endif
