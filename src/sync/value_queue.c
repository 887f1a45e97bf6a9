/* SPDX-License-Identifier: MIT */
/*
 * value_queue.c - a queue of values: one of pointers, which keeps a reference to what is in it.
 *
 * The queue beneath does all the work, and stands in the lot for those who wait. What it would drop
 * is taken out of it one by one, as a getter would, and given back.
 */
#include "base/value_word.h"
#include "core/alloc.h"
#include "sync/queue.h"

#include <errno.h>

struct value_queue {
	tutti_queue queue;
	tutti_queue *beneath; /* fixed */
};

static tutti_queue *beneath(const tutti_queue *q)
{
	return ((const struct value_queue *)q)->beneath;
}

static int value_put(tutti_queue *queue, const void *item, tutti_time deadline)
{
	tutti_queue *q = beneath(queue);
	tutti_value *v = *(tutti_value *const *)item;
	int rc;

	if (!v)
		return -EINVAL;
	tu_value_keep(v); /* before somebody has got it, and given it back */
	rc = q->kind->put(q, &v, deadline);
	if (rc < 0)
		tu_value_drop(v);
	return rc;
}

static int value_get(tutti_queue *queue, void *item, tutti_time deadline)
{
	tutti_queue *q = beneath(queue);

	return q->kind->get(q, item, deadline);
}

static size_t value_size(const tutti_queue *queue)
{
	const tutti_queue *q = beneath(queue);

	return q->kind->size(q);
}

static size_t value_unfinished(const tutti_queue *queue)
{
	const tutti_queue *q = beneath(queue);

	return q->kind->unfinished(q);
}

static bool value_is_shutdown(const tutti_queue *queue)
{
	const tutti_queue *q = beneath(queue);

	return q->kind->is_shutdown(q);
}

static int value_task_done(tutti_queue *queue)
{
	tutti_queue *q = beneath(queue);

	return q->kind->task_done(q);
}

static int value_join(tutti_queue *queue, tutti_time deadline)
{
	tutti_queue *q = beneath(queue);

	return q->kind->join(q, deadline);
}

/* Nothing is put any more; somebody else may get. Each counts as done. */
static void drop_all(tutti_queue *q)
{
	tutti_value *v;

	while (q->kind->get(q, &v, 0) == 0) {
		tu_value_drop(v);
		q->kind->task_done(q);
	}
}

static int value_shutdown(tutti_queue *queue, bool immediate)
{
	tutti_queue *q = beneath(queue);
	int rc = q->kind->shutdown(q, false);

	if (rc == 0 && immediate)
		drop_all(q);
	return rc;
}

static bool value_enqueue(tutti_queue *queue, bool to_put, struct tu_waiter *me)
{
	tutti_queue *q = beneath(queue);

	return q->kind->enqueue(q, to_put, me);
}

static void value_free(tutti_queue *queue)
{
	tutti_queue *q = beneath(queue);

	drop_all(q);
	q->kind->free(q);
	tu_free(queue);
}

tutti_queue *tu_value_queue_create(tutti_queue *beneath_it)
{
	static const struct tu_queue_kind kind = { value_put, value_get, value_size,
		value_unfinished, value_is_shutdown, value_task_done, value_join, value_shutdown,
		value_enqueue, value_free, NULL, NULL };
	struct value_queue *q = tu_alloc_zero(sizeof(*q));

	if (!q)
		return NULL;
	q->queue.kind = &kind;
	q->queue.maxsize = beneath_it->maxsize;
	q->beneath = beneath_it;
	return &q->queue;
}
