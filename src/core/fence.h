/* SPDX-License-Identifier: MIT */
/*
 * fence.h - one fence for two sides, paid by the one that comes seldom.
 *
 *     often                       seldom
 *     store mine                  store mine
 *     tu_fence_light              tu_fence_heavy
 *     look at yours               look at yours
 *
 * At least one of the two sees the other's store, as if there were a full fence on both sides. The
 * light one only keeps the compiler from reordering; the heavy one has the kernel run a fence in
 * every thread. Where the kernel cannot, the light one is a full fence after all.
 */
#ifndef TU_CORE_FENCE_H
#define TU_CORE_FENCE_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdint.h>

/* Both are right at any time: 0 while it is not known yet, and where the kernel cannot. */
extern uint32_t tu_fence_split; /* atomic */

static inline void tu_fence_light(void)
{
	/* Relaxed: whoever sees 0 does more than is needed; heavy does not depend on it. */
	if (tu_unlikely(tu_load_rlx(&tu_fence_split) == 0))
		tu_fence_seq();
	else
		tu_fence_compiler();
}

void tu_fence_heavy(void);

#endif
