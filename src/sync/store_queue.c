/* SPDX-License-Identifier: MIT */
/*
 * store_queue.c - a store of items under a short lock, and three lines in the parking lot.
 *
 * The lines stand at the addresses of getters, putters and joiners. Who finds nothing to take joins
 * its line while still holding the queue's lock, so that no put can come in between; lock order is
 * the queue's, then the bucket's. An item is not handed to a sleeper: the sleeper is let go and
 * takes what is there, and an item that somebody else took meanwhile is one more wait. So items
 * barge, sleepers are first in first out, and a getter that is cancelled on its way leaves the item
 * to others: it looks for an item before it looks for a cancel.
 */
#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/wait.h"
#include "sync/queue.h"
#include "sync/store.h"

#include <errno.h>

struct store_queue {
	tutti_queue queue;
	uint32_t lock;              /* a tu_mutex, of all below */
	struct tu_fork_guard guard; /* of lock */
	uint32_t getters;           /* lines, see queue.h: longer under lock only */
	uint32_t putters;
	uint32_t joiners;
	size_t unfinished; /* atomic for those who only look; so is the store's count */
	bool shutdown;
	struct tu_store store;
};

static struct store_queue *of(const tutti_queue *q)
{
	return (struct store_queue *)q;
}

/* -- the lines -------------------------------------------------------------------------------- */

/* Let up to n of a line go. Under q's lock. */
static void let_go(uint32_t *line, uint32_t n, struct tu_wakes *wakes)
{
	struct tu_waiter *w;
	struct tu_bucket *b;

	if (tu_load_rlx(line) == 0) /* it grows under q's lock alone, which has the order */
		return;
	b = tu_lot_lock(line);
	while (n > 0 && (w = tu_lot_first(b, line)) != NULL) {
		tu_queue_line_add(line, -1);
		if (!tu_lot_claim(b, w))
			continue;
		tu_lot_grant(b, w, 0, wakes);
		n--;
	}
	tu_lot_unlock(b);
}

/* Under q's lock. */
static void get_in_line(uint32_t *line, struct tu_waiter *me)
{
	struct tu_bucket *b = tu_lot_lock(line);

	tu_queue_line_add(line, 1);
	tu_lot_enqueue(b, me, line);
	tu_lot_unlock(b);
}

/* Stand in line, giving up q's lock, which is held again afterwards. 0: let go; else as tu_wait. */
static int stand_in_line(
	struct store_queue *q, uint32_t *line, struct tu_context *self, tutti_time deadline)
{
	enum tu_op op = line == &q->getters   ? TU_OP_QUEUE_GET
			: line == &q->putters ? TU_OP_QUEUE_PUT
					      : TU_OP_QUEUE_JOIN;
	struct tu_waiter me = { .context = self, .op = op, .object = q };
	struct tu_bucket *b;
	int rc;

	get_in_line(line, &me);
	tu_mutex_unlock(&q->lock);
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0) {
		tu_queue_line_add(line, -1);
		tu_lot_unlock(b);
	}
	tu_mutex_lock(&q->lock);
	return rc;
}

/* -- putting and taking ----------------------------------------------------------------------- */

static bool has_room(const struct store_queue *q)
{
	return q->queue.maxsize == 0 || q->store.count < q->queue.maxsize;
}

/* Under q's lock. 1: no room. */
static int try_put(struct store_queue *q, const void *item, struct tu_wakes *wakes)
{
	int rc;

	if (q->shutdown)
		return TUTTI_ESHUTDOWN;
	if (!has_room(q))
		return 1;
	rc = tu_store_put(&q->store, item);
	if (rc == 0) {
		q->unfinished++;
		let_go(&q->getters, 1, wakes);
	}
	return rc;
}

/* Under q's lock. 1: nothing there. */
static int try_take(struct store_queue *q, void *item, struct tu_wakes *wakes)
{
	if (q->store.count == 0)
		return q->shutdown ? TUTTI_ESHUTDOWN : 1;
	tu_store_take(&q->store, item);
	let_go(&q->putters, 1, wakes);
	return 0;
}

/* A put or get that found no room or nothing: what the two have in common. */
struct attempt {
	int (*again)(struct store_queue *q, void *item, struct tu_wakes *wakes);
	uint32_t *line;
	int tried; /* the code if the deadline was past at the call */
};

static int put_again(struct store_queue *q, void *item, struct tu_wakes *wakes)
{
	return try_put(q, item, wakes);
}

/* Under q's lock, which it gives up. */
static int attempt(struct store_queue *q, void *item, tutti_time deadline, const struct attempt *a,
	struct tu_wakes *wakes)
{
	struct tu_context *self = tu_self();
	int rc = tu_past(deadline) ? a->tried : 1;

	while (rc == 1) {
		int waited = stand_in_line(q, a->line, self, deadline);

		rc = a->again(q, item, wakes);
		if (rc == 1 && waited < 0)
			rc = waited;
	}
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(wakes);
	return rc;
}

static int store_put(tutti_queue *queue, const void *item, tutti_time deadline)
{
	struct store_queue *q = of(queue);
	const struct attempt again = { put_again, &q->putters, TUTTI_EFULL };
	struct tu_wakes wakes = { 0 };
	int rc;

	tu_mutex_lock(&q->lock);
	rc = try_put(q, item, &wakes);
	if (rc == 1)
		return attempt(q, (void *)item, deadline, &again, &wakes);
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(&wakes);
	return rc;
}

static int store_get(tutti_queue *queue, void *item, tutti_time deadline)
{
	struct store_queue *q = of(queue);
	const struct attempt again = { try_take, &q->getters, TUTTI_EEMPTY };
	struct tu_wakes wakes = { 0 };
	int rc;

	tu_mutex_lock(&q->lock);
	rc = try_take(q, item, &wakes);
	if (rc == 1)
		return attempt(q, item, deadline, &again, &wakes);
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(&wakes);
	return rc;
}

/* -- looking: old news by the time it is read, so no lock ------------------------------------- */

static size_t store_size(const tutti_queue *q)
{
	return tu_load_rlx(&of(q)->store.count); /* old news */
}

static size_t store_unfinished(const tutti_queue *q)
{
	return tu_load_rlx(&of(q)->unfinished); /* old news */
}

static bool store_is_shutdown(const tutti_queue *q)
{
	return tu_load_rlx(&of(q)->shutdown); /* old news */
}

/* -- joining and shutting down ---------------------------------------------------------------- */

/* Under q's lock. */
static void finished(struct store_queue *q, size_t n, struct tu_wakes *wakes)
{
	q->unfinished -= n;
	if (q->unfinished == 0)
		let_go(&q->joiners, UINT32_MAX, wakes);
}

static int store_task_done(tutti_queue *queue)
{
	struct store_queue *q = of(queue);
	struct tu_wakes wakes = { 0 };
	int rc = 0;

	tu_mutex_lock(&q->lock);
	if (q->unfinished > 0)
		finished(q, 1, &wakes);
	else
		rc = -EINVAL;
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(&wakes);
	return rc;
}

static int store_join(tutti_queue *queue, tutti_time deadline)
{
	struct store_queue *q = of(queue);
	int rc = 0;

	tu_mutex_lock(&q->lock);
	if (q->unfinished > 0) /* let go means: it was 0 at that moment, which is enough */
		rc = tu_past(deadline) ? TUTTI_ETIMEDOUT
				       : stand_in_line(q, &q->joiners, tu_self(), deadline);
	tu_mutex_unlock(&q->lock);
	return rc;
}

static int store_shutdown(tutti_queue *queue, bool immediate)
{
	struct store_queue *q = of(queue);
	struct tu_wakes wakes = { 0 };

	tu_mutex_lock(&q->lock);
	q->shutdown = true;
	if (immediate) {
		size_t dropped = q->store.count;

		tu_store_clear(&q->store);
		finished(q, dropped < q->unfinished ? dropped : q->unfinished, &wakes);
	}
	let_go(&q->getters, UINT32_MAX, &wakes);
	let_go(&q->putters, UINT32_MAX, &wakes);
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(&wakes);
	return 0;
}

/* -- as a case -------------------------------------------------------------------------------- */

static bool store_enqueue(tutti_queue *queue, bool to_put, struct tu_waiter *me)
{
	struct store_queue *q = of(queue);
	bool waits;

	tu_mutex_lock(&q->lock);
	waits = !q->shutdown && (to_put ? !has_room(q) : q->store.count == 0);
	if (waits)
		get_in_line(to_put ? &q->putters : &q->getters, me);
	tu_mutex_unlock(&q->lock);
	return waits;
}

static void store_free(tutti_queue *q)
{
	tu_fork_guard_remove(&of(q)->guard);
	tu_store_free(&of(q)->store);
	tu_free(q);
}

tutti_queue *tu_store_queue_create(size_t item_size, const tutti_queue_options *o)
{
	static const struct tu_queue_kind kind = { store_put, store_get, store_size,
		store_unfinished, store_is_shutdown, store_task_done, store_join, store_shutdown,
		store_enqueue, store_free, NULL, NULL };
	struct store_queue *q = tu_alloc_zero(sizeof(*q));

	if (!q)
		return NULL;
	q->queue.kind = &kind;
	q->queue.maxsize = o->maxsize;
	tu_store_init(&q->store, item_size, o->flags & TUTTI_LIFO, o->compare);
	q->guard.lock = &q->lock;
	tu_fork_guard_add(&q->guard);
	return &q->queue;
}
