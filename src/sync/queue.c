/* SPDX-License-Identifier: MIT */
/* queue.c - queues as the program sees them: checks, and which kind does the work. */
#include "sync/queue.h"

#include "core/wait.h"
#include "sync/choice.h"
#include "sync/flags.h"

#include <tutti/value.h>

static int check(size_t item_size, const tutti_queue_options *o)
{
	int rc = tu_flags_check(o->flags, TUTTI_LIFO | TUTTI_VALUES);

	if (rc == 0 && (item_size == 0 || (o->compare && (o->flags & TUTTI_LIFO))))
		rc = -EINVAL;
	if (rc == 0 && (o->flags & TUTTI_VALUES) && item_size != sizeof(tutti_value *))
		rc = -EINVAL;
	return rc;
}

static tutti_queue *create_plain(size_t item_size, const tutti_queue_options *o)
{
	if (o->maxsize > 0 && !o->compare && !(o->flags & TUTTI_LIFO))
		return tu_ring_queue_create(item_size, o->maxsize);
	return tu_store_queue_create(item_size, o);
}

static tutti_queue *create_of_values(size_t item_size, const tutti_queue_options *o)
{
	tutti_queue *beneath = create_plain(item_size, o);
	tutti_queue *made = beneath ? tu_value_queue_create(beneath) : NULL;

	if (beneath && !made)
		tutti_queue_free(beneath);
	return made;
}

int tu_queue_create(tutti_queue **q, size_t item_size, const tutti_queue_options *o)
{
	tutti_queue *made;
	int rc = check(item_size, o);

	if (rc < 0)
		return rc;
	made = o->flags & TUTTI_VALUES ? create_of_values(item_size, o)
				       : create_plain(item_size, o);
	if (!made)
		return -ENOMEM;
	*q = made;
	return 0;
}

void tutti_queue_free(tutti_queue *q)
{
	if (q)
		q->kind->free(q);
}

/* How a put or get ended: one that only tried, in vain, has polled. */
static inline __attribute__((always_inline)) int tried(int rc)
{
	if (tu_unlikely(rc == TUTTI_EFULL || rc == TUTTI_EEMPTY))
		tu_polled();
	return rc;
}

static int put(tutti_queue *q, const void *item, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	return rc < 0 ? rc : tried(q->kind->put(q, item, deadline));
}

int tutti_queue_put_until(tutti_queue *q, const void *item, tutti_time deadline)
{
	tu_point(TU_OP_QUEUE_PUT, q);
	return put(q, item, deadline);
}

int tutti_queue_put(tutti_queue *q, const void *item)
{
	tu_point(TU_OP_QUEUE_PUT, q);
	return put(q, item, TUTTI_FOREVER);
}

static int get(tutti_queue *q, void *item, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	return rc < 0 ? rc : tried(q->kind->get(q, item, deadline));
}

int tutti_queue_get_until(tutti_queue *q, void *item, tutti_time deadline)
{
	tu_point(TU_OP_QUEUE_GET, q);
	return get(q, item, deadline);
}

int tutti_queue_get(tutti_queue *q, void *item)
{
	tu_point(TU_OP_QUEUE_GET, q);
	return get(q, item, TUTTI_FOREVER);
}

/* Those who ask how a queue stands, again and again, are waiting for it to change. */

size_t tutti_queue_size(const tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_LOOK, q);
	tu_polled();
	return q->kind->size(q);
}

bool tutti_queue_empty(const tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_LOOK, q);
	tu_polled();
	return q->kind->size(q) == 0;
}

bool tutti_queue_full(const tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_LOOK, q);
	tu_polled();
	return q->maxsize > 0 && q->kind->size(q) >= q->maxsize;
}

size_t tutti_queue_unfinished(const tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_LOOK, q);
	tu_polled();
	return q->kind->unfinished(q);
}

bool tutti_queue_is_shutdown(const tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_LOOK, q);
	return tu_polled_unless(q->kind->is_shutdown(q));
}

int tutti_queue_task_done(tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_CHANGE, q);
	return q->kind->task_done(q);
}

static int join(tutti_queue *q, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	return rc < 0 ? rc : q->kind->join(q, deadline);
}

int tutti_queue_join_until(tutti_queue *q, tutti_time deadline)
{
	int rc;

	tu_point(TU_OP_QUEUE_JOIN, q);
	rc = join(q, deadline);
	if (rc == TUTTI_ETIMEDOUT)
		tu_polled();
	return rc;
}

int tutti_queue_join(tutti_queue *q)
{
	tu_point(TU_OP_QUEUE_JOIN, q);
	return join(q, TUTTI_FOREVER);
}

int tutti_queue_shutdown(tutti_queue *q, bool immediate)
{
	tu_point(TU_OP_QUEUE_CHANGE, q);
	return q->kind->shutdown(q, immediate);
}

/* -- as a case -------------------------------------------------------------------------------- */

static void left(void *line, struct tu_bucket *b)
{
	(void)b;
	tu_queue_line_add(line, -1);
}

static bool is_shared(const void *object)
{
	const tutti_queue *q = object;

	return q->kind->announce != NULL;
}

static int get_look(const tutti_case *c)
{
	tutti_queue *q = c->priv.object;
	int rc = q->kind->get(q, c->priv.item, 0);

	return rc == TUTTI_EEMPTY || rc == TUTTI_ETIMEDOUT ? TU_CASE_WAITS : rc;
}

static int get_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	tutti_queue *q = c->priv.object;

	return q->kind->enqueue(q, false, me);
}

static bool get_announce(const tutti_case *c, uint32_t **word, uint32_t *value)
{
	tutti_queue *q = c->priv.object;

	return q->kind->announce(q, false, word, value);
}

static void get_pass_on(const tutti_case *c)
{
	tutti_queue *q = c->priv.object;

	q->kind->pass_on(q, false);
}

static const struct tu_case_words get_words = { is_shared, get_announce, get_pass_on, NULL };

const struct tu_case_kind tu_case_get = { get_look, get_enqueue, left, .given = false,
	.words = &get_words };

static int put_look(const tutti_case *c)
{
	tutti_queue *q = c->priv.object;
	int rc = q->kind->put(q, c->priv.item, 0);

	return rc == TUTTI_EFULL || rc == TUTTI_ETIMEDOUT ? TU_CASE_WAITS : rc;
}

static int put_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	tutti_queue *q = c->priv.object;

	return q->kind->enqueue(q, true, me);
}

static bool put_announce(const tutti_case *c, uint32_t **word, uint32_t *value)
{
	tutti_queue *q = c->priv.object;

	return q->kind->announce(q, true, word, value);
}

static void put_pass_on(const tutti_case *c)
{
	tutti_queue *q = c->priv.object;

	q->kind->pass_on(q, true);
}

static const struct tu_case_words put_words = { is_shared, put_announce, put_pass_on, NULL };

const struct tu_case_kind tu_case_put = { put_look, put_enqueue, left, .given = false,
	.words = &put_words };
