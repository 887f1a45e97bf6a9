/* SPDX-License-Identifier: MIT */
/*
 * table.h - something by a number or an address: open addressing, one probe as a rule.
 *
 * All bytes zero is an empty table. Keys are not 0. One thread at a time.
 */
#ifndef TU_OBSERVE_TABLE_H
#define TU_OBSERVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tu_table {
	struct tu_table_slot {
		uint64_t key; /* 0: free */
		void *value;
	} * slots;
	size_t size; /* a power of two, or 0; at least twice used */
	size_t used;
	unsigned shift; /* of a hash, to a slot's index */
};

static inline size_t tu_table_home(const struct tu_table *t, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> t->shift);
}

/* The slot of key, to be read and written until the table changes; NULL: it is not there. */
static inline void **tu_table_at(const struct tu_table *t, uint64_t key)
{
	size_t i;

	if (t->used == 0)
		return NULL;
	for (i = tu_table_home(t, key); t->slots[i].key; i = (i + 1) & (t->size - 1))
		if (t->slots[i].key == key)
			return &t->slots[i].value;
	return NULL;
}

static inline void *tu_table_find(const struct tu_table *t, uint64_t key)
{
	void **at = tu_table_at(t, key);

	return at ? *at : NULL;
}

static inline uint64_t tu_table_key(const void *address)
{
	return (uint64_t)(uintptr_t)address;
}

/* Have room for n in all. false: no memory. */
bool tu_table_reserve(struct tu_table *t, size_t n);

/* Is there no room for another key in what it has? */
static inline bool tu_table_is_full(const struct tu_table *t)
{
	return 2 * (t->used + 1) > t->size;
}

/* Forget the keys of NULL, and have room for as many as are left. Without memory: nothing. */
void tu_table_sweep(struct tu_table *t);

/* A key that is not there yet. false: no memory. */
bool tu_table_put(struct tu_table *t, uint64_t key, void *value);

/* Nothing happens if it is not there. */
void tu_table_remove(struct tu_table *t, uint64_t key);

void tu_table_free(struct tu_table *t); /* it is empty then */

#endif
