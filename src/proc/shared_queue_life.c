/* SPDX-License-Identifier: MIT */
/* shared_queue_life.c - how a process comes to a shared queue, and leaves it. */
#include "proc/shared_queue.h"

#include "core/alloc.h"
#include "core/sanitize.h"
#include "proc/shared_queue_inside.h"

#include <errno.h>
#include <tutti/shared_queue.h>
#include <tutti/value.h>

enum { RECORDS = 4096 }; /* where they begin in the segment */

_Static_assert(TU_SEGMENT_ROOM + sizeof(struct tu_shared) <= RECORDS, "records overlap");

static const uint64_t least = UINT64_C(64) << 20, most = UINT64_C(32) << 30;
static const uint64_t watched = UINT64_C(256) << 20; /* Valgrind keeps book of all that is mapped */

void tu_shared_queue_free(tutti_queue *q)
{
	tu_object_release(&tu_shared_queue_of(q)->segment.object);
}

static struct tu_shared_queue *of_object(struct tu_object *o)
{
	return tu_container_of(o, struct tu_shared_queue, segment.object);
}

static void free_object(struct tu_object *o)
{
	struct tu_shared_queue *q = of_object(o);

	tu_segment_close(&q->segment);
	tu_free(q);
}

static const struct tu_object_ops ops = { .free = free_object };

/* The segment is there: the rest, and into the registry. */
static void begin(struct tu_shared_queue *q)
{
	char *base = (char *)q->segment.head;

	q->segment.object.ops = &ops;
	q->shared = (struct tu_shared *)(base + TU_SEGMENT_ROOM);
	q->view = (struct tu_belt_view){ &q->shared->belt, base + RECORDS, q->segment.object.fds[0],
		RECORDS };
	q->queue.kind = &tu_shared_queue_kind;
}

static int check(size_t item_size, const tutti_queue_options *o)
{
	unsigned what = o->flags & (TUTTI_BYTES | TUTTI_VALUES);

	if (o->flags & ~(unsigned)(TUTTI_SHARED | TUTTI_LIFO | TUTTI_BYTES | TUTTI_VALUES))
		return -EINVAL;
	if (o->compare || (o->flags & TUTTI_LIFO))
		return -ENOTSUP;
	if (what == TUTTI_BYTES)
		return item_size == sizeof(tutti_bytes) ? 0 : -EINVAL;
	if (what == TUTTI_VALUES)
		return item_size == sizeof(tutti_value *) ? 0 : -EINVAL;
	return item_size > 0 && what == 0 ? 0 : -EINVAL;
}

/* As much as the process may have. */
static int create_segment(struct tu_segment *s)
{
	uint64_t bytes = RUNNING_ON_VALGRIND ? watched : most;
	int rc;

	do {
		rc = tu_segment_create(s, TU_OBJECT_SHARED_QUEUE, bytes, true);
		bytes /= 2;
	} while ((rc == -ENOMEM || rc == -EFBIG) && bytes >= least);
	return rc;
}

int tu_shared_queue_create(tutti_queue **q, size_t item_size, const tutti_queue_options *o)
{
	struct tu_shared_queue *made;
	int rc = check(item_size, o);

	if (rc < 0)
		return rc;
	made = tu_alloc_zero(sizeof(*made));
	rc = made ? create_segment(&made->segment) : -ENOMEM;
	if (rc < 0) {
		tu_free(made);
		return rc == -EFBIG ? -ENOMEM : rc;
	}
	begin(made);
	made->shared->item_bytes = o->flags & (TUTTI_BYTES | TUTTI_VALUES) ? 0 : item_size;
	made->shared->values = (o->flags & TUTTI_VALUES) != 0;
	made->shared->maxsize = made->queue.maxsize = o->maxsize > UINT32_MAX ? 0 : o->maxsize;
	tu_belt_begin(&made->shared->belt, made->segment.head->bytes - RECORDS);
	tu_object_add(&made->segment.object);
	*q = &made->queue;
	return 0;
}

static int attach(tutti_queue **q, tutti_handle handle)
{
	struct tu_shared_queue *made = tu_alloc_zero(sizeof(*made));
	struct tu_object *o;
	int rc = made ? tu_segment_attach(&made->segment, TU_OBJECT_SHARED_QUEUE, handle, true)
		      : -ENOMEM;

	if (rc < 0) {
		tu_free(made);
		return rc;
	}
	begin(made);
	made->queue.maxsize = made->shared->maxsize;
	o = tu_object_add(&made->segment.object);
	if (o != &made->segment.object)
		free_object(&made->segment.object);
	*q = &of_object(o)->queue;
	return 0;
}

int tutti_queue_attach(tutti_queue **q, tutti_handle handle)
{
	struct tu_object *o;
	int rc = tu_object_find(handle, TU_OBJECT_SHARED_QUEUE, &o);

	if (rc == 0)
		return attach(q, handle);
	if (rc < 0)
		return rc;
	*q = &of_object(o)->queue;
	return 0;
}

tutti_handle tutti_queue_handle(const tutti_queue *q)
{
	if (q->kind != &tu_shared_queue_kind)
		return (tutti_handle){ { 0, 0 } };
	return tu_handle_of(&tu_shared_queue_of(q)->segment.object);
}
