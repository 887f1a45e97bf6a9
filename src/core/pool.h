/* SPDX-License-Identifier: MIT */
/*
 * pool.h - blocks of a few sizes, kept by the thread that frees them for its next allocation.
 *
 * A block may be freed by another thread than the one that took it. A thread keeps at most two
 * magazines of TU_POOL_MAGAZINE blocks of each size; whole magazines go to the depot, which all
 * share, and come from there. See pool.c for where blocks come from and how they go back.
 *
 * Where the program has its own allocator, and under ASan, so that a use after free is seen, every
 * block is an allocation of its own.
 */
#ifndef TU_CORE_POOL_H
#define TU_CORE_POOL_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tu_pool_size {
	TU_POOL_64,
	TU_POOL_128,
	TU_POOL_256,
	TU_POOL_SIZES,
};

enum { TU_POOL_MAGAZINE = 256 };

struct tu_pool_block {
	struct tu_pool_block *next;
	struct tu_pool_block *next_magazine; /* of the first one of a magazine in the depot */
	uint32_t count;                      /* likewise: how many it has */
};

/* A worker's, one for each size. Owner only. */
struct tu_pool {
	struct tu_pool_block *free;
	uint32_t count; /* of free */
	uint32_t most;  /* TU_POOL_MAGAZINE, or 0: nothing is kept, or not asked yet */
	bool asked;     /* whether the program has its own allocator, at the first block */
	struct tu_pool_block *full; /* a whole magazine, or NULL */
	char *fresh, *fresh_end;    /* never used */
};

void tu_pool_begin(struct tu_pool pools[TU_POOL_SIZES]);
void *tu_pool_take_slowly(struct tu_pool *pool, enum tu_pool_size size);
void tu_pool_give_slowly(struct tu_pool *pool, enum tu_pool_size size, void *p);

/* A block of the size, aligned to 64 bytes; NULL: no memory. pools are the caller's worker's. */
static inline void *tu_pool_take(struct tu_pool pools[TU_POOL_SIZES], enum tu_pool_size size)
{
	struct tu_pool *pool = &pools[size];
	struct tu_pool_block *block = pool->free;

	if (tu_unlikely(!block))
		return tu_pool_take_slowly(pool, size);
	pool->free = block->next;
	pool->count--;
	return block;
}

static inline void tu_pool_give(
	struct tu_pool pools[TU_POOL_SIZES], enum tu_pool_size size, void *p)
{
	struct tu_pool *pool = &pools[size];
	struct tu_pool_block *block = p;

	if (tu_unlikely(pool->count >= pool->most)) {
		tu_pool_give_slowly(pool, size, p);
		return;
	}
	block->next = pool->free;
	pool->free = block;
	pool->count++;
}

/* Hand all that is kept to the depot: its thread ends. */
void tu_pool_end(struct tu_pool pools[TU_POOL_SIZES]);

/* Has the depot so much that it is worth sorting, and a bounded step of that; when idle. */
bool tu_pool_plenty(void);
void tu_pool_trim(void);

/* Around a fork: the depot must be whole. */
void tu_pool_lock(void);
void tu_pool_unlock(void);

#endif
