/* SPDX-License-Identifier: MIT */
/* grant.h - let those of an object's waiters go that ask for one thing and not for another. */
#ifndef TU_SYNC_GRANT_H
#define TU_SYNC_GRANT_H

#include "core/lot.h"

/*
 * Grant each waiter of key that has one of the bits of asks in its ask, oldest first. Under the
 * bucket's lock. The object itself is not touched: the first who goes may end its life.
 */
static inline void tu_grant_each(
	struct tu_bucket *b, const void *key, uint32_t asks, int answer, struct tu_wakes *wakes)
{
	struct tu_waiter *first = tu_lot_first(b, key), *next;

	for (struct tu_waiter *w = first; w; w = next) {
		next = tu_lot_after(first, w);
		if (!(w->ask & asks))
			continue;
		if (w == first)
			first = next;
		tu_lot_grant(b, w, answer, wakes);
	}
}

#endif
