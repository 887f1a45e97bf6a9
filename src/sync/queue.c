/* SPDX-License-Identifier: MIT */
/*
 * queue.c - queues: a store of items under a short lock, and three lines in the parking lot.
 *
 * The lines stand at the addresses of getters, putters and joiners. Who finds nothing to take joins
 * its line while still holding the queue's lock, so that no put can come in between; lock order is
 * the queue's, then the bucket's. An item is not handed to a sleeper: the sleeper is let go and
 * takes what is there, and an item that somebody else took meanwhile is one more wait. So items
 * barge, sleepers are first in first out, and a getter that is cancelled on its way leaves the item
 * to others: it looks for an item before it looks for a cancel.
 */
#include "core/alloc.h"
#include "core/mutex.h"
#include "core/wait.h"
#include "sync/flags.h"
#include "sync/store.h"

#include <tutti/queue.h>

struct tutti_queue {
	uint32_t lock;    /* a tu_mutex, of all below */
	uint32_t getters; /* how many stand in each line */
	uint32_t putters;
	uint32_t joiners;
	size_t maxsize; /* fixed; 0: no bound */
	size_t unfinished;
	bool shutdown;
	struct tu_store store;
};

static int check(size_t item_size, const tutti_queue_options *o)
{
	int rc = tu_flags_check(o->flags, TUTTI_LIFO);

	if (rc == 0 && (item_size == 0 || (o->compare && (o->flags & TUTTI_LIFO))))
		rc = -EINVAL;
	return rc;
}

int tutti_queue_create(tutti_queue **out, size_t item_size, const tutti_queue_options *options)
{
	static const tutti_queue_options none;
	const tutti_queue_options *o = options ? options : &none;
	tutti_queue *q;
	int rc = check(item_size, o);

	if (rc < 0)
		return rc;
	q = tu_alloc_zero(sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->maxsize = o->maxsize;
	tu_store_init(&q->store, item_size, o->flags & TUTTI_LIFO, o->compare);
	*out = q;
	return 0;
}

void tutti_queue_free(tutti_queue *q)
{
	if (!q)
		return;
	tu_store_free(&q->store);
	tu_free(q);
}

/* -- the lines -------------------------------------------------------------------------------- */

/* Let up to n of a line go. Under q's lock. */
static void let_go(uint32_t *line, uint32_t n, struct tu_wakes *wakes)
{
	struct tu_waiter *w;
	struct tu_bucket *b;

	if (*line == 0)
		return;
	b = tu_lot_lock(line);
	for (; n > 0 && (w = tu_lot_first(b, line)) != NULL; n--) {
		(*line)--;
		tu_lot_grant(b, w, 0, wakes);
	}
	tu_lot_unlock(b);
}

/*
 * Stand in line, giving up q's lock, which is held again afterwards. 0: let go; else as tu_wait.
 * If the wait is given up the count is put right under q's lock, which comes before the bucket's:
 * in between the line may be one shorter than its count, which let_go takes in its stride.
 */
static int stand_in_line(
	tutti_queue *q, uint32_t *line, struct tu_context *self, tutti_time deadline)
{
	struct tu_waiter me = { .context = self };
	struct tu_bucket *b = tu_lot_lock(line);
	int rc;

	(*line)++;
	tu_lot_enqueue(b, &me, line);
	tu_lot_unlock(b);
	tu_mutex_unlock(&q->lock);
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0)
		tu_lot_unlock(b);
	tu_mutex_lock(&q->lock);
	if (rc < 0)
		(*line)--;
	return rc;
}

/* -- putting and taking ----------------------------------------------------------------------- */

static bool has_room(const tutti_queue *q)
{
	return q->maxsize == 0 || q->store.count < q->maxsize;
}

/* Under q's lock. 1: no room. */
static int try_put(tutti_queue *q, const void *item, struct tu_wakes *wakes)
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
static int try_take(tutti_queue *q, void *item, struct tu_wakes *wakes)
{
	if (q->store.count == 0)
		return q->shutdown ? TUTTI_ESHUTDOWN : 1;
	tu_store_take(&q->store, item);
	let_go(&q->putters, 1, wakes);
	return 0;
}

/* A put or get that found no room or nothing: what the two have in common. */
struct attempt {
	int (*again)(tutti_queue *q, void *item, struct tu_wakes *wakes);
	uint32_t *line;
	int tried; /* the code if the deadline was past at the call */
};

static int put_again(tutti_queue *q, void *item, struct tu_wakes *wakes)
{
	return try_put(q, item, wakes);
}

/* Under q's lock, which it gives up. */
static int attempt(tutti_queue *q, void *item, tutti_time deadline, const struct attempt *a,
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

int tutti_queue_put_until(tutti_queue *q, const void *item, tutti_time deadline)
{
	const struct attempt again = { put_again, &q->putters, TUTTI_EFULL };
	struct tu_wakes wakes = { 0 };
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	tu_mutex_lock(&q->lock);
	rc = try_put(q, item, &wakes);
	if (rc == 1)
		return attempt(q, (void *)item, deadline, &again, &wakes);
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(&wakes);
	return rc;
}

int tutti_queue_get_until(tutti_queue *q, void *item, tutti_time deadline)
{
	const struct attempt again = { try_take, &q->getters, TUTTI_EEMPTY };
	struct tu_wakes wakes = { 0 };
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	tu_mutex_lock(&q->lock);
	rc = try_take(q, item, &wakes);
	if (rc == 1)
		return attempt(q, item, deadline, &again, &wakes);
	tu_mutex_unlock(&q->lock);
	tu_wakes_flush(&wakes);
	return rc;
}

int tutti_queue_put(tutti_queue *q, const void *item)
{
	return tutti_queue_put_until(q, item, TUTTI_FOREVER);
}

int tutti_queue_get(tutti_queue *q, void *item)
{
	return tutti_queue_get_until(q, item, TUTTI_FOREVER);
}

/* -- looking ---------------------------------------------------------------------------------- */

size_t tutti_queue_size(const tutti_queue *q)
{
	return tu_load_rlx(&q->store.count); /* old news anyway */
}

bool tutti_queue_empty(const tutti_queue *q)
{
	return tutti_queue_size(q) == 0;
}

bool tutti_queue_full(const tutti_queue *q)
{
	return q->maxsize > 0 && tutti_queue_size(q) >= q->maxsize;
}

size_t tutti_queue_unfinished(const tutti_queue *q)
{
	return tu_load_rlx(&q->unfinished); /* old news anyway */
}

bool tutti_queue_is_shutdown(const tutti_queue *q)
{
	return tu_load_rlx(&q->shutdown); /* old news anyway */
}

/* -- joining and shutting down ---------------------------------------------------------------- */

/* Under q's lock. */
static void finished(tutti_queue *q, size_t n, struct tu_wakes *wakes)
{
	q->unfinished -= n;
	if (q->unfinished == 0)
		let_go(&q->joiners, UINT32_MAX, wakes);
}

int tutti_queue_task_done(tutti_queue *q)
{
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

int tutti_queue_join_until(tutti_queue *q, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	tu_mutex_lock(&q->lock);
	if (q->unfinished > 0) /* let go means: it was 0 at that moment, which is enough */
		rc = tu_past(deadline) ? TUTTI_ETIMEDOUT
				       : stand_in_line(q, &q->joiners, self, deadline);
	tu_mutex_unlock(&q->lock);
	return rc;
}

int tutti_queue_join(tutti_queue *q)
{
	return tutti_queue_join_until(q, TUTTI_FOREVER);
}

int tutti_queue_shutdown(tutti_queue *q, bool immediate)
{
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
