/* SPDX-License-Identifier: MIT */
/* deque.c - the ends of a deque that thieves see. See deque.h. */
#include "exec/deque.h"

static size_t tail_of(uint64_t shared)
{
	return (uint32_t)shared;
}

static size_t split_of(uint64_t shared)
{
	return shared >> 32;
}

void tu_deque_init(struct tu_deque *d)
{
	d->head = d->split = d->parts;
	d->end = d->parts + TU_DEQUE_PARTS;
	d->shared = 0;
	d->share_below = d->end;
}

void tu_deque_share(struct tu_deque *d)
{
	size_t more = ((size_t)(d->head - d->split) + 1) / 2;
	uint64_t old = tu_load_rlx(&d->shared), grown; /* a guess; the exchange tells */

	/* Relaxed: a wish that is being granted. */
	tu_store_rlx(&d->share_below, &d->parts[TU_DEQUE_AT_ONCE]);
	do {
		grown = tu_deque_shared(tail_of(old), split_of(old) + more);
		/* [deque-1] release: the slots, for steal. seq: before the look at who sleeps */
	} while (!tu_cas_weak_seq(&d->shared, &old, grown));
	d->split += more;
}

bool tu_deque_reclaim(struct tu_deque *d, struct tu_part *part)
{
	size_t i = (size_t)(part - d->parts);
	uint64_t old = tu_load_rlx(&d->shared), less; /* a guess; the exchange tells */

	do {
		size_t tail = tail_of(old);

		if (tail > i)
			return false;
		less = tu_deque_shared(tail, tail + (i - tail) / 2);
		/* Nothing is published by taking something back; who loses has seen a steal. */
	} while (!tu_cas_weak_acqrel(&d->shared, &old, less));
	d->split = d->parts + split_of(less);
	return true;
}

void tu_deque_settle(struct tu_deque *d, struct tu_part *part)
{
	size_t i = (size_t)(part - d->parts);

	/* All below i are stolen too and nothing is shared, so that no thief competes. */
	tu_store_rlx(&d->shared, tu_deque_shared(i, i));
	d->split = part;
}

struct tu_part *tu_deque_steal(struct tu_deque *d)
{
	uint64_t old = tu_load_rlx(&d->shared); /* a guess; the exchange tells */

	while (tail_of(old) < split_of(old)) {
		uint64_t less = tu_deque_shared(tail_of(old) + 1, split_of(old));

		/* [deque-1] acquire: the part's contents; from share */
		if (tu_cas_weak_acqrel(&d->shared, &old, less))
			return &d->parts[tail_of(old)];
	}
	return NULL;
}

bool tu_deque_has_shared(const struct tu_deque *d)
{
	uint64_t shared = tu_load_seq(&d->shared); /* against share: see deque.h */

	return tail_of(shared) < split_of(shared);
}
