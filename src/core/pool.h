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

#include <stddef.h>

struct tu_worker;

enum { TU_POOL_BLOCK = 88, TU_POOL_KEPT = 4096 };

void *tu_pool_take(struct tu_worker *w);
void tu_pool_give(struct tu_worker *w, void *block);

/* Hand all that w keeps back to the allocator: its thread ends. */
void tu_pool_empty(struct tu_worker *w);

#endif
