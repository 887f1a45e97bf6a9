/* SPDX-License-Identifier: MIT */
/* lot.c - see lot.h. */
#include "core/lot.h"

#include "base/bits.h"
#include "base/facts.h"
#include "base/list.h"
#include "core/mutex.h"
#include "os/os.h"

enum {
#ifdef TU_MODEL
	BUCKET_BITS = 2,
#else
	BUCKET_BITS = 16, /* 1 MiB of zeroes, of which only pages in use exist */
#endif
};

static struct tu_bucket buckets[1 << BUCKET_BITS];

struct tu_fork_ids tu_fork_ids;

static struct tu_bucket *bucket_of(const void *key)
{
	return &buckets[tu_hash_pointer(key) >> (64 - BUCKET_BITS)];
}

struct tu_bucket *tu_lot_lock(const void *key)
{
	struct tu_bucket *b = bucket_of(key);

	tu_mutex_lock(&b->lock);
	return b;
}

void tu_lot_unlock(struct tu_bucket *b)
{
	tu_mutex_unlock(&b->lock);
}

void tu_lot_lock_both(const void *a, const void *b, struct tu_bucket *out[2])
{
	struct tu_bucket *low, *high;

	out[0] = bucket_of(a);
	out[1] = bucket_of(b);
	low = out[0] < out[1] ? out[0] : out[1];
	high = out[0] < out[1] ? out[1] : out[0];
	tu_mutex_lock(&low->lock);
	if (high != low)
		tu_mutex_lock(&high->lock);
}

void tu_lot_unlock_both(struct tu_bucket *both[2])
{
	tu_mutex_unlock(&both[0]->lock);
	if (both[1] != both[0])
		tu_mutex_unlock(&both[1]->lock);
}

struct tu_bucket *tu_lot_lock_waiter(struct tu_waiter *w)
{
	for (;;) {
		/* Relaxed: under the bucket's lock it cannot change, and there it is compared. */
		const void *key = tu_load_rlx(&w->key);
		struct tu_bucket *b = tu_lot_lock(key);

		if (tu_load_rlx(&w->key) == key)
			return b;
		tu_lot_unlock(b);
	}
}

/* The link that points to the oldest waiter for key, or where it would stand. */
static struct tu_waiter **find(struct tu_bucket *b, const void *key)
{
	struct tu_waiter **link = &b->oldest;

	while (*link && tu_load_rlx(&(*link)->key) != key)
		link = &(*link)->chain;
	return link;
}

struct tu_waiter *tu_lot_first(struct tu_bucket *b, const void *key)
{
	return *find(b, key);
}

/* The one with this number, which counts down, of those that may go first; NULL: there is none. */
static struct tu_waiter *candidate(struct tu_waiter *first, unsigned *number)
{
	bool ordered = false;

	for (struct tu_waiter *w = first; w; w = tu_lot_after(first, w)) {
		if (w->in_order && ordered)
			continue;
		ordered |= w->in_order;
		if ((*number)-- == 0)
			return w;
	}
	return NULL;
}

struct tu_waiter *tu_lot_any_slowly(struct tu_waiter *first)
{
	unsigned none = UINT32_MAX, chosen;

	if (!first || !tu_simulated())
		return first;
	candidate(first, &none);
	chosen = tu_choose(TU_CHOICE_WAITER, UINT32_MAX - none);
	return candidate(first, &chosen);
}

/* Link w into key's ring just before the oldest, that is as the youngest. */
static struct tu_waiter **insert(struct tu_bucket *b, struct tu_waiter *w, const void *key)
{
	struct tu_waiter **link = find(b, key), *oldest = *link;

	tu_store_rlx(&w->key, key); /* under the lock that readers take before they believe it */
	if (!oldest) {
		w->next = w->prev = w;
		w->chain = NULL;
		*link = w;
	} else {
		w->next = oldest;
		w->prev = oldest->prev;
		oldest->prev->next = w;
		oldest->prev = w;
	}
	return link;
}

void tu_lot_enqueue(struct tu_bucket *b, struct tu_waiter *w, const void *key)
{
	w->granted = 0; /* it is not waiting yet: nobody else looks */
	insert(b, w, key);
}

void tu_lot_enqueue_first(struct tu_bucket *b, struct tu_waiter *w, const void *key)
{
	struct tu_waiter **link;

	w->granted = 0;
	link = insert(b, w, key);
	if (*link != w) { /* the youngest in the ring is the one before the oldest: turn the ring */
		w->chain = (*link)->chain;
		*link = w;
	}
}

void tu_lot_remove(struct tu_bucket *b, struct tu_waiter *w)
{
	struct tu_waiter *next = w->next; /* w itself if it is alone */
	struct tu_waiter **link = find(b, tu_load_rlx(&w->key));

	if (*link == w) {
		next->chain = w->chain;
		*link = next == w ? w->chain : next;
	}
	next->prev = w->prev;
	w->prev->next = next;
	w->next = NULL;
}

void tu_wakes_add(struct tu_wakes *wakes, struct tu_worker *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < wakes->n; i++)
		if (wakes->worker[i] == w)
			return;
	if (wakes->n == sizeof(wakes->worker) / sizeof(wakes->worker[0]))
		tu_wakes_flush(wakes);
	wakes->worker[wakes->n++] = w;
}

bool tu_lot_claim_option(struct tu_bucket *b, struct tu_waiter *w)
{
	struct tu_option *option = tu_container_of(w, struct tu_option, waiter);
	uint32_t none = 0;

	/* [flag-1] release: for tu_wait_for. The grant, which wakes, follows under this lock. */
	if (tu_cas_acqrel(option->taken, &none, option->number))
		return true;
	tu_lot_remove(b, w);
	return false;
}

void tu_lot_grant(struct tu_bucket *b, struct tu_waiter *w, int answer, struct tu_wakes *wakes)
{
	struct tu_worker *worker;

	tu_lot_remove(b, w);
	w->answer = answer;
	worker = tu_unpark_begin(w->context);
	/* [grant-1] release: the last we do to w, which may be gone now; acquired in tu_wait. A
	   waiter that runs before this sees no grant, takes the bucket's lock and so waits for
	   us. */
	tu_store_rel(&w->granted, 1);
	tu_wakes_add(wakes, worker);
}

void tu_lot_move(struct tu_bucket *from, struct tu_bucket *to, struct tu_waiter *w, const void *key)
{
	tu_lot_remove(from, w);
	insert(to, w, key);
}

void tu_wakes_flush(struct tu_wakes *wakes)
{
	for (unsigned i = 0; i < wakes->n; i++)
		tu_worker_wake(wakes->worker[i]);
	wakes->n = 0;
}

/* One of b's waiters that is gone, or NULL. */
static struct tu_waiter *find_gone(struct tu_bucket *b, bool (*gone)(const struct tu_context *c))
{
	for (struct tu_waiter *oldest = b->oldest; oldest; oldest = oldest->chain)
		for (struct tu_waiter *w = oldest; w; w = tu_lot_after(oldest, w))
			if (w->context && gone(w->context))
				return w;
	return NULL;
}

void tu_lot_forget(bool (*gone)(const struct tu_context *c))
{
	for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
		struct tu_bucket *b = &buckets[i];
		struct tu_waiter *w;

		if (!b->oldest)
			continue;
		tu_mutex_lock(&b->lock);
		while ((w = find_gone(b, gone)) != NULL)
			tu_lot_remove(b, w);
		tu_mutex_unlock(&b->lock);
	}
}

void tu_lot_after_fork(void)
{
	tu_os_pages_zero(buckets, sizeof(buckets)); /* to look at all would touch all */
}

void tu_lot_keep(struct tu_waiter *w)
{
	const void *key = tu_load_rlx(&w->key); /* alone here */

	if (!w->next)
		return; /* granted, if by one who did not come to say so: see tu_wait */
	w->next = NULL;
	if (!w->looks_again) {
		insert(bucket_of(key), w, key);
		return;
	}
	w->answer = 0;
	tu_store_rlx(&w->granted, 1); /* of one thread to itself */
}

/* clang-format off */
TU_FACTS(lot,
	TU_FACT_AT("waiter.key", struct tu_waiter, key),
	TU_FACT_AT("waiter.context", struct tu_waiter, context),
	TU_FACT_AT("waiter.ask", struct tu_waiter, ask),
	TU_FACT_AT("waiter.op", struct tu_waiter, op),
	TU_FACT_AT("waiter.object", struct tu_waiter, object),
	TU_FACT_SIZE("waiter.size", struct tu_waiter));
/* clang-format on */
