/* SPDX-License-Identifier: MIT */
/*
 * queue_object.c - the kind Queue: queue.Queue as a manager serves it. Items are kept as they came;
 * of one that was taken the node goes with the call until the answer was delivered, so that it can
 * be put back to the head without memory.
 */
#include "dist/bound.h"
#include "dist/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* What its calls may wait for. */
enum { ITEM = 1, ROOM = 2, NOTHING_UNFINISHED = 3 };

struct item {
	struct item *next;
	tutti_value *v;
	size_t weight; /* bytes, of limits->queue_bytes_max */
};

struct queue {
	struct tu_object object;
	int64_t maxsize; /* 0: no bound; fixed */
	/* under object.lock */
	struct item *first, **end;
	size_t n, weight;
	uint64_t unfinished;
};

/* -- life ------------------------------------------------------------------------------------- */

static int make(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *maxsize;
	struct queue *q;
	int64_t n = 0;
	int rc = tu_call_bind(c, "maxsize", 0, &maxsize);

	if (rc == 0 && maxsize)
		rc = tutti_value_as_int(maxsize, &n);
	if (rc == TUTTI_ETYPE && c->text[0] == '\0')
		tu_call_fail(c, rc, "maxsize must be an int, not %s", tutti_value_type(maxsize));
	if (rc < 0)
		return rc == -ERANGE ? -EINVAL : rc;
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	tu_object_init(&q->object, &tu_kind_queue);
	q->maxsize = n > 0 ? n : 0;
	q->end = &q->first;
	*o = &q->object;
	return 0;
}

static void free_item(struct item *i)
{
	tutti_value_unref(i->v);
	free(i);
}

static void free_queue(struct tu_object *o)
{
	struct queue *q = (struct queue *)o;

	while (q->first) {
		struct item *i = q->first;

		q->first = i->next;
		free_item(i);
	}
	free(q);
}

/* -- items ------------------------------------------------------------------------------------ */

static size_t weight_max(const struct queue *q)
{
	return q->object.limits ? q->object.limits->queue_bytes_max : SIZE_MAX;
}

static bool is_full(const struct queue *q, size_t weight)
{
	return (q->maxsize > 0 && q->n >= (size_t)q->maxsize) || weight > weight_max(q) - q->weight;
}

static void tell(struct queue *q, unsigned of)
{
	if (q->object.waiting[of].first)
		q->object.changed = true;
}

static int append(struct queue *q, const tutti_value *v, size_t weight)
{
	struct item *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	i->v = tutti_value_ref((tutti_value *)v);
	i->weight = weight;
	*q->end = i;
	q->end = &i->next;
	q->n++;
	q->weight += weight;
	q->unfinished++;
	tell(q, ITEM);
	return 0;
}

static struct item *take_first(struct queue *q)
{
	struct item *i = q->first;

	q->first = i->next;
	if (!q->first)
		q->end = &q->first;
	q->n--;
	q->weight -= i->weight;
	tell(q, ROOM);
	return i;
}

static void put_first(struct queue *q, struct item *i)
{
	i->next = q->first;
	if (!q->first)
		q->end = &i->next;
	q->first = i;
	q->n++;
	q->weight += i->weight;
	tell(q, ITEM);
}

/* -- methods ---------------------------------------------------------------------------------- */

/* Until when to wait: c->deadline, or *now: not at all. */
static int read_patience(
	struct tu_call *c, const tutti_value *block, const tutti_value *timeout, bool *now)
{
	double seconds = 0;
	int rc;

	*now = !tu_truth(block, true);
	if (*now)
		return 0;
	rc = tu_timeout(timeout, &c->deadline, &seconds);
	if (rc < 0)
		return tu_call_fail(c, rc, "'timeout' must be a number or None");
	if (seconds < 0)
		return tu_call_fail(c, -EINVAL, "'timeout' must be a non-negative number");
	*now = c->deadline != TUTTI_FOREVER && seconds <= 0;
	return 0;
}

static int wait_for(struct tu_call *c, unsigned what)
{
	c->awaits = what;
	c->step = 1;
	return TU_CALL_WAITS;
}

static int take(struct queue *q, struct tu_call *c)
{
	struct item *i = take_first(q);

	c->result = tutti_value_ref(i->v);
	c->mark = (uint64_t)(uintptr_t)i;
	return 0;
}

static int get(struct tu_object *o, struct tu_call *c)
{
	struct queue *q = (struct queue *)o;
	const tutti_value *given[2];
	bool now = c->late;
	int rc = 0;

	if (c->step == 0)
		rc = tu_call_bind(c, "block timeout", 0, given);
	if (rc == 0 && c->step == 0)
		rc = read_patience(c, given[0], given[1], &now);
	if (rc < 0)
		return rc;
	if (q->n > 0)
		return take(q, c);
	return now ? TUTTI_EEMPTY : wait_for(c, ITEM);
}

static int get_nowait(struct tu_object *o, struct tu_call *c)
{
	struct queue *q = (struct queue *)o;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0)
		return rc;
	return q->n > 0 ? take(q, c) : TUTTI_EEMPTY;
}

/* 0, or why there is no room: TUTTI_EFULL, or that there never will be. */
static int try_put(struct queue *q, struct tu_call *c, const tutti_value *item)
{
	const struct tu_call *ahead = q->object.waiting[ROOM].first;
	size_t weight = tu_weigh(item);

	if (weight > weight_max(q))
		return tu_call_fail(
			c, -EINVAL, "an item of %zu bytes is more than a queue takes", weight);
	if (is_full(q, weight) || (ahead && ahead != c))
		return TUTTI_EFULL;
	return append(q, item, weight);
}

static int put(struct tu_object *o, struct tu_call *c)
{
	struct queue *q = (struct queue *)o;
	const tutti_value *given[3];
	bool now = c->late, first = c->step == 0, bounded = q->maxsize > 0;
	int rc = tu_call_bind(c, "item block timeout", 1, given);

	if (rc == 0 && first && bounded)
		rc = read_patience(c, given[1], given[2], &now);
	if (rc == 0)
		rc = try_put(q, c, given[0]);
	if (rc != TUTTI_EFULL)
		return rc;
	/* Of one without a bound Python does not look at them: here they matter once it is full. */
	rc = first && !bounded ? read_patience(c, given[1], given[2], &now) : 0;
	if (rc < 0)
		return rc;
	return now ? TUTTI_EFULL : wait_for(c, ROOM);
}

static int put_nowait(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *item;
	int rc = tu_call_bind(c, "item", 1, &item);

	return rc < 0 ? rc : try_put((struct queue *)o, c, item);
}

static int answer(struct tu_call *c, tutti_value *v)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	c->result = v; /* of the sort that needs no memory */
	return rc;
}

static int qsize(struct tu_object *o, struct tu_call *c)
{
	return answer(c, tutti_value_uint(((struct queue *)o)->n));
}

static int empty(struct tu_object *o, struct tu_call *c)
{
	return answer(c, tutti_value_bool(((struct queue *)o)->n == 0));
}

static int full(struct tu_object *o, struct tu_call *c)
{
	return answer(c, tutti_value_bool(is_full((struct queue *)o, 0)));
}

static int task_done(struct tu_object *o, struct tu_call *c)
{
	struct queue *q = (struct queue *)o;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0)
		return rc;
	if (q->unfinished == 0)
		return tu_call_fail(c, -EINVAL, "task_done() called too many times");
	if (--q->unfinished == 0)
		tell(q, NOTHING_UNFINISHED);
	return 0;
}

static int join(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0 || ((struct queue *)o)->unfinished == 0)
		return rc;
	return wait_for(c, NOTHING_UNFINISHED);
}

/* -- a call's end ----------------------------------------------------------------------------- */

static void undo(struct tu_object *o, struct tu_call *c)
{
	struct item *i = (struct item *)(uintptr_t)c->mark;

	c->mark = 0;
	if (i)
		put_first((struct queue *)o, i);
}

static void end(struct tu_call *c)
{
	struct item *i = (struct item *)(uintptr_t)c->mark;

	c->mark = 0;
	if (i)
		free_item(i);
}

/* Who stood before others may have been the one that waited for much room. */
static void dropped(struct tu_object *o, struct tu_call *c)
{
	tell((struct queue *)o, c->list);
}

static const struct tu_method methods[] = {
	{ "empty", empty },
	{ "full", full },
	{ "get", get },
	{ "get_nowait", get_nowait },
	{ "join", join },
	{ "put", put },
	{ "put_nowait", put_nowait },
	{ "qsize", qsize },
	{ "task_done", task_done },
};

const struct tu_kind tu_kind_queue = {
	.name = "Queue",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "queue",
	.make = make,
	.free = free_queue,
	.undo = undo,
	.end = end,
	.dropped = dropped,
};
