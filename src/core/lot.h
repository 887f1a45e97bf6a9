/* SPDX-License-Identifier: MIT */
/*
 * lot.h - the parking lot: queues of waiters, found by the address of what they wait for.
 *
 * So a lock or a semaphore is a word or two and needs no list, no allocation and no destroy. The
 * state of an object that concerns its waiters is changed under the lock of its address' bucket:
 *
 *     wait:   tu_lot_lock(object); look again; tu_lot_enqueue(&me); unlock; rc = tu_wait(&me, ...)
 *     wake:   tu_lot_lock(object); w = tu_lot_first(object); change; tu_lot_grant(w, &wakes);
 *             unlock; tu_wakes_flush(&wakes)
 *
 * Grant, deadline and cancel are decided under that lock: whoever takes the waiter off the queue
 * first has won. A grant always counts: a waiter that was granted returns 0, however late it is.
 *
 * Waiters of one address form a ring, oldest first; a bucket chains the oldest of each address.
 */
#ifndef TU_CORE_LOT_H
#define TU_CORE_LOT_H

#include "base/wheel.h"
#include "core/context.h"

struct tu_bucket {
	uint32_t lock;            /* a tu_mutex */
	struct tu_waiter *oldest; /* chain over addresses; under lock */
};

/* On the waiter's stack. All but granted under the bucket's lock while it is queued. */
struct tu_waiter {
	const void *key;            /* what it waits for; changes only in tu_lot_move. Atomic */
	struct tu_waiter *chain;    /* the next address in the bucket; of the oldest only */
	struct tu_waiter *next;     /* ring of one address; NULL: not queued */
	struct tu_waiter *prev;     /* of the oldest: the youngest */
	struct tu_context *context; /* NULL: a watcher, see exec/watch.h */
	uint32_t granted;           /* atomic; the granter's last word */
	uint32_t ask;               /* the object's: what it wants */
	int32_t answer;             /* the object's: what it got; written before granted */
	uint32_t op;                /* enum tu_op, for who looks from outside; and what it is */
	const void *object;         /* done to, a number for a descriptor; NULL: key itself */
	int64_t since;              /* the object's: when it began to wait */
	bool looks_again;           /* fixed: its owner does not believe a grant, see tu_lot_keep */
	bool optional;              /* fixed: it is part of a tu_option */
	bool in_order;              /* it keeps behind others like it, see tu_lot_any */
};

/*
 * One of several waiters of a context, in queues of several addresses, of which one alone is to be
 * granted. Who comes to grant one claims it; who finds that another was claimed before goes on to
 * the next in the queue, so that no grant is spent on who is served already.
 */
struct tu_option {
	struct tu_waiter waiter;
	uint32_t *taken; /* atomic, the same for all of them: number of the claimed one; 0: none */
	uint32_t number; /* from 1 */
};

/* Workers to be woken when no lock is held any more. */
struct tu_wakes {
	unsigned n;
	struct tu_worker *worker[6];
};

struct tu_bucket *tu_lot_lock(const void *key);
void tu_lot_unlock(struct tu_bucket *b);

/* All below: under the lock of key's bucket. */
struct tu_waiter *tu_lot_first(struct tu_bucket *b, const void *key); /* the oldest, or NULL */
static inline struct tu_waiter *tu_lot_after(struct tu_waiter *first, struct tu_waiter *w)
{
	return w->next == first ? NULL : w->next;
}

/*
 * The first or, if a simulation chooses so, any of those behind it: for objects that promise no
 * order to those who wait, but for those of them that are in_order. NULL if first is.
 */
struct tu_waiter *tu_lot_any_slowly(struct tu_waiter *first);
static inline struct tu_waiter *tu_lot_any(struct tu_waiter *first)
{
	return tu_probed() ? tu_lot_any_slowly(first) : first;
}

void tu_lot_enqueue(struct tu_bucket *b, struct tu_waiter *w, const void *key);
void tu_lot_enqueue_first(struct tu_bucket *b, struct tu_waiter *w, const void *key);
void tu_lot_remove(struct tu_bucket *b, struct tu_waiter *w);

bool tu_lot_claim_option(struct tu_bucket *b, struct tu_waiter *w);

/* May w be granted? false: an option, of which there was a better: it is off the queue. */
static inline bool tu_lot_claim(struct tu_bucket *b, struct tu_waiter *w)
{
	return tu_likely(!w->optional) || tu_lot_claim_option(b, w);
}

/* Take w, which is no option or was claimed, off its queue and let it go on with answer. */
void tu_lot_grant(struct tu_bucket *b, struct tu_waiter *w, int answer, struct tu_wakes *wakes);

/* Lock the buckets of two addresses, which may be one bucket; in an order that cannot deadlock. */
void tu_lot_lock_both(const void *a, const void *b, struct tu_bucket *out[2]);
void tu_lot_unlock_both(struct tu_bucket *both[2]);

/* Let w wait for key instead, behind those who do. Under both locks. */
void tu_lot_move(
	struct tu_bucket *from, struct tu_bucket *to, struct tu_waiter *w, const void *key);

/* The bucket that w is queued in, or was last, locked. */
struct tu_bucket *tu_lot_lock_waiter(struct tu_waiter *w);

/* Remember worker, unless it is NULL, for the flush. */
void tu_wakes_add(struct tu_wakes *wakes, struct tu_worker *worker);
void tu_wakes_flush(struct tu_wakes *wakes);

/* Forget the waiters of those contexts for which gone says so: they will never go on. */
void tu_lot_forget(bool (*gone)(const struct tu_context *c));

/* Forget all waiters: they were other threads, and this is a forked child. */
void tu_lot_after_fork(void);

/*
 * But for w, which waits on the one thread that is left. It queues again, alone; one that looks
 * again is granted instead with answer 0, as what it waits for may be gone.
 */
void tu_lot_keep(struct tu_waiter *w);

/*
 * In a forked child: ids given before the fork, of whose owners only these go on: the caller, and
 * what runs on its thread's own stack. Written when the child has one thread.
 */
extern struct tu_fork_ids {
	uint64_t below;
	uint64_t caller, native;
} tu_fork_ids;

static inline bool tu_lost_in_fork(uint64_t id)
{
	return id != 0 && id < tu_fork_ids.below && id != tu_fork_ids.caller &&
	       id != tu_fork_ids.native;
}

#endif
