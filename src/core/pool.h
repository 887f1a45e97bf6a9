/* SPDX-License-Identifier: MIT */
/*
 * pool.h - blocks of one size, kept by the thread that frees them for its next allocation.
 *
 * A block may be freed by another thread than the one that took it. Each thread keeps at most
 * TU_POOL_KEPT, the rest goes back to the allocator. Under ASan nothing is kept, so that a use
 * after free is seen.
 */
#ifndef TU_CORE_POOL_H
#define TU_CORE_POOL_H

#include "core/alloc.h"
#include "core/worker.h"

enum {
	TU_POOL_BLOCK = 88,
#if defined(__SANITIZE_ADDRESS__)
	TU_POOL_KEPT = 0,
#else
	TU_POOL_KEPT = 4096,
#endif
};

struct tu_pool_block {
	struct tu_pool_block *next;
};

/* w is the caller's worker in both. */
static inline void *tu_pool_take(struct tu_worker *w)
{
	struct tu_pool_block *block = w->pool;

	if (tu_unlikely(!block))
		return tu_alloc(TU_POOL_BLOCK);
	w->pool = block->next;
	w->pooled--;
	return block;
}

static inline void tu_pool_give(struct tu_worker *w, void *p)
{
	struct tu_pool_block *block = p;

	if (tu_unlikely(w->pooled + 1 > TU_POOL_KEPT)) {
		tu_free(block);
		return;
	}
	block->next = w->pool;
	w->pool = block;
	w->pooled++;
}

/* Hand all that w keeps back to the allocator: its thread ends. */
static inline void tu_pool_empty(struct tu_worker *w)
{
	while (w->pool) {
		struct tu_pool_block *block = w->pool;

		w->pool = block->next;
		tu_free(block);
	}
	w->pooled = 0;
}

#endif
