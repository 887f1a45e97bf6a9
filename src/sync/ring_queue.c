/* SPDX-License-Identifier: MIT */
/*
 * ring_queue.c - a ring, and three lines in the parking lot for those who find it full, empty or
 * unfinished.
 *
 * A line's counter says how many stand in it; it changes under the bucket's lock. Who has moved the
 * ring looks at the counter of the other side; who wants to sleep counts itself and then looks at
 * the ring again:
 *
 *     moving the ring                    going to sleep
 *     tail or head moves      (seq)      counter + 1               (seq)
 *     look at the counter     (seq)      look at head and tail     (seq)
 *
 * At least one of the two sees the other, so nobody sleeps beside an item or a free place. As in
 * every queue here a sleeper is let go to look for itself, and others may be quicker.
 */
#include "core/alloc.h"
#include "core/wait.h"
#include "core/worker.h"
#include "sync/queue.h"
#include "sync/ring.h"

#include <errno.h>

enum { SPINS = 8 };

struct ring_queue {
	tutti_queue queue;
	struct tu_ring ring;
	/* Written seldom, read by all: apart from what the ring writes. */
	_Alignas(128) uint32_t getters;
	uint32_t putters;
	uint32_t joiners;
	_Alignas(128) uint64_t finished; /* atomic: task_done so far, and items dropped */
};

static struct ring_queue *of(const tutti_queue *q)
{
	return (struct ring_queue *)q;
}

/* -- the lines -------------------------------------------------------------------------------- */

static __attribute__((noinline)) void let_go(uint32_t *line, uint32_t n)
{
	struct tu_bucket *b = tu_lot_lock(line);
	struct tu_wakes wakes = { 0 };
	struct tu_waiter *w;

	while (n > 0 && (w = tu_lot_first(b, line)) != NULL) {
		tu_queue_line_add(line, -1);
		if (!tu_lot_claim(b, w))
			continue;
		tu_lot_grant(b, w, 0, &wakes);
		n--;
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

static inline void let_one_go(uint32_t *line)
{
	if (tu_unlikely(tu_load_seq(line) != 0)) /* see the top */
		let_go(line, 1);
}

/* Queue me in a line if blocked(q). */
static bool get_in_line(struct ring_queue *q, uint32_t *line,
	bool (*blocked)(const struct ring_queue *q), struct tu_waiter *me)
{
	struct tu_bucket *b = tu_lot_lock(line);
	bool waits;

	tu_queue_line_add(line, 1); /* before the look below; see the top */
	waits = blocked(q);
	if (waits)
		tu_lot_enqueue(b, me, line);
	else
		tu_queue_line_add(line, -1);
	tu_lot_unlock(b);
	return waits;
}

/* Sleep in a line while blocked(q). 0: look again; else as tu_wait. */
static int stand_in_line(struct ring_queue *q, enum tu_op op, uint32_t *line,
	bool (*blocked)(const struct ring_queue *q), tutti_time deadline)
{
	struct tu_waiter me = { .context = tu_self(), .op = op, .object = q };
	struct tu_bucket *b;
	int rc;

	if (!get_in_line(q, line, blocked, &me))
		return 0;
	rc = tu_wait(me.context, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0) {
		tu_queue_line_add(line, -1);
		tu_lot_unlock(b);
	}
	return rc;
}

static uint64_t items(const struct ring_queue *q)
{
	/* Gets first: the other way round gets of later puts would make it negative. */
	uint64_t gets = tu_ring_gets(&q->ring);

	return tu_ring_puts(&q->ring) - gets;
}

static bool is_full(const struct ring_queue *q)
{
	return items(q) >= q->queue.maxsize && !tu_ring_is_closed(&q->ring);
}

static bool is_empty(const struct ring_queue *q)
{
	return items(q) == 0 && !tu_ring_is_closed(&q->ring);
}

static uint64_t unfinished(const struct ring_queue *q)
{
	uint64_t finished = tu_load_seq(&q->finished); /* a joiner's look; see the top */

	return tu_ring_puts(&q->ring) - finished;
}

static bool is_unfinished(const struct ring_queue *q)
{
	return unfinished(q) != 0;
}

/*
 * The other side is probably running on another CPU and about to move: a look costs less than to
 * sleep and be woken. Not if our own thread has something else to do; the other side may be that.
 */
static void spin(struct ring_queue *q, bool (*blocked)(const struct ring_queue *q))
{
	const struct tu_worker *w = tu_worker_self();

	if (tu_single_cpu())
		return;
	for (int i = 0; i < SPINS && !w->head && blocked(q); i++)
		tu_pause_briefly();
}

/* -- putting and taking ----------------------------------------------------------------------- */

static __attribute__((noinline)) int put_slowly(
	struct ring_queue *q, const void *item, tutti_time deadline)
{
	int rc = tu_past(deadline) ? TUTTI_EFULL : 0, done = TU_RING_NO;

	if (rc < 0)
		return rc;
	spin(q, is_full);
	while ((done = tu_ring_put(&q->ring, item)) == TU_RING_NO && rc == 0)
		rc = stand_in_line(q, TU_OP_QUEUE_PUT, &q->putters, is_full, deadline);
	if (done == TU_RING_DONE) {
		let_one_go(&q->getters);
		return 0;
	}
	return done == TU_RING_CLOSED ? TUTTI_ESHUTDOWN : rc;
}

static int ring_put(tutti_queue *queue, const void *item, tutti_time deadline)
{
	struct ring_queue *q = of(queue);
	int done = tu_ring_put(&q->ring, item);

	if (tu_unlikely(done != TU_RING_DONE))
		return done == TU_RING_CLOSED ? TUTTI_ESHUTDOWN : put_slowly(q, item, deadline);
	let_one_go(&q->getters);
	return 0;
}

static __attribute__((noinline)) int get_slowly(
	struct ring_queue *q, void *item, tutti_time deadline)
{
	int rc = tu_past(deadline) ? TUTTI_EEMPTY : 0, done = TU_RING_NO;

	if (rc < 0)
		return rc;
	spin(q, is_empty);
	while ((done = tu_ring_get(&q->ring, item)) == TU_RING_NO && rc == 0)
		rc = stand_in_line(q, TU_OP_QUEUE_GET, &q->getters, is_empty, deadline);
	if (done == TU_RING_DONE) {
		let_one_go(&q->putters);
		return 0;
	}
	return done == TU_RING_CLOSED ? TUTTI_ESHUTDOWN : rc;
}

static int ring_get(tutti_queue *queue, void *item, tutti_time deadline)
{
	struct ring_queue *q = of(queue);
	int done = tu_ring_get(&q->ring, item);

	if (tu_unlikely(done != TU_RING_DONE))
		return done == TU_RING_CLOSED ? TUTTI_ESHUTDOWN : get_slowly(q, item, deadline);
	let_one_go(&q->putters);
	return 0;
}

/* -- looking ---------------------------------------------------------------------------------- */

static size_t ring_size(const tutti_queue *q)
{
	uint64_t n = items(of(q));

	return n > q->maxsize ? q->maxsize
			      : (size_t)n; /* gets may have gone on since they were read */
}

static size_t ring_unfinished(const tutti_queue *q)
{
	return (size_t)unfinished(of(q));
}

static bool ring_is_shutdown(const tutti_queue *q)
{
	return tu_ring_is_closed(&of(q)->ring);
}

/* -- joining and shutting down ---------------------------------------------------------------- */

/* Joiners and task_done meet as sleepers and movers do: see the top. */
static void finish_if_last(struct ring_queue *q)
{
	if (!is_unfinished(q) && tu_load_seq(&q->joiners) != 0)
		let_go(&q->joiners, UINT32_MAX);
}

/* false: nothing is unfinished, there was one call of task_done too many. */
static bool finish_one(struct ring_queue *q)
{
	uint64_t finished = tu_load_rlx(&q->finished); /* a guess; the exchange tells */

	do {
		if (finished == tu_ring_puts(&q->ring))
			return false;
		/* seq: released to joiners, and before the look at them */
	} while (!tu_cas_weak_seq(&q->finished, &finished, finished + 1));
	finish_if_last(q);
	return true;
}

static int ring_task_done(tutti_queue *queue)
{
	return finish_one(of(queue)) ? 0 : -EINVAL;
}

static int ring_join(tutti_queue *queue, tutti_time deadline)
{
	struct ring_queue *q = of(queue);

	if (!is_unfinished(q))
		return 0;
	/* Let go means: nothing was unfinished at that moment, which is enough. Not having had to
	   sleep means the same. */
	return tu_past(deadline)
		       ? TUTTI_ETIMEDOUT
		       : stand_in_line(q, TU_OP_QUEUE_JOIN, &q->joiners, is_unfinished, deadline);
}

static int ring_shutdown(tutti_queue *queue, bool immediate)
{
	struct ring_queue *q = of(queue);

	tu_ring_close(&q->ring);
	while (immediate && tu_ring_drop(&q->ring) == TU_RING_DONE)
		finish_one(q);
	let_go(&q->getters, UINT32_MAX);
	let_go(&q->putters, UINT32_MAX);
	return 0;
}

/* -- as a case -------------------------------------------------------------------------------- */

static bool ring_enqueue(tutti_queue *queue, bool to_put, struct tu_waiter *me)
{
	struct ring_queue *q = of(queue);

	return to_put ? get_in_line(q, &q->putters, is_full, me)
		      : get_in_line(q, &q->getters, is_empty, me);
}

static void ring_free(tutti_queue *q)
{
	tu_ring_free(&of(q)->ring);
	tu_free_aligned(q);
}

tutti_queue *tu_ring_queue_create(size_t item_size, size_t maxsize)
{
	static const struct tu_queue_kind kind = { ring_put, ring_get, ring_size, ring_unfinished,
		ring_is_shutdown, ring_task_done, ring_join, ring_shutdown, ring_enqueue, ring_free,
		NULL, NULL };
	struct ring_queue *q = tu_alloc_aligned(sizeof(*q), 128);

	if (!q)
		return NULL;
	q->queue.kind = &kind;
	q->queue.maxsize = maxsize;
	q->getters = q->putters = q->joiners = 0;
	q->finished = 0;
	if (tu_ring_init(&q->ring, item_size, maxsize) == 0)
		return &q->queue;
	tu_free_aligned(q);
	return NULL;
}
