/* SPDX-License-Identifier: MIT */
/* pool.c - see pool.h. */
#include "core/pool.h"

#include "core/alloc.h"
#include "core/sanitize.h"
#include "core/worker.h"

struct block {
	struct block *next;
};

void *tu_pool_take(struct tu_worker *w)
{
	struct block *block = w->pool;

	if (tu_unlikely(!block))
		return tu_alloc(TU_POOL_BLOCK);
	w->pool = block->next;
	w->pooled--;
	return block;
}

void tu_pool_give(struct tu_worker *w, void *p)
{
	struct block *block = p;

#ifndef TU_ASAN
	if (tu_likely(w->pooled < TU_POOL_KEPT)) {
		block->next = w->pool;
		w->pool = block;
		w->pooled++;
		return;
	}
#else
	(void)w;
#endif
	tu_free(block);
}

void tu_pool_empty(struct tu_worker *w)
{
	while (w->pool) {
		struct block *block = w->pool;

		w->pool = block->next;
		tu_free(block);
	}
	w->pooled = 0;
}
