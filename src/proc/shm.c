/* SPDX-License-Identifier: MIT */
/* shm.c - shared memory as the program sees it, and arrays in it. */
#include "core/alloc.h"
#include "proc/named.h"
#include "proc/segment.h"

#include <errno.h>
#include <stddef.h>
#include <tutti/array.h>
#include <tutti/error.h>
#include <tutti/shm.h>

#include "base/check.h"

/* What is at the beginning of the segment, behind its head: fixed, but for the lock. */
struct shape {
	uint64_t size;             /* of shm: bytes asked for */
	uint64_t item_size, count; /* of an array */
	tutti_lock lock;
};

enum { SHAPE = TU_SEGMENT_ROOM, DATA = TU_SEGMENT_ROOM + 128 };

/* Both nouns are this. */
struct tutti_shm {
	struct tu_segment segment;
	struct tu_named named;
};

struct tutti_array {
	tutti_shm shm;
};

static struct shape *shape_of(const tutti_shm *m)
{
	return (struct shape *)((char *)m->segment.head + SHAPE);
}

static tutti_shm *of_object(struct tu_object *o)
{
	return tu_container_of(o, struct tutti_shm, segment.object);
}

/* -- life ------------------------------------------------------------------------------------- */

static void take_name_back(struct tu_object *o)
{
	tu_name_take_back(&of_object(o)->named);
}

static void free_object(struct tu_object *o)
{
	tutti_shm *m = of_object(o);

	tu_name_forget(&m->named);
	tu_segment_close(&m->segment);
	tu_free(m);
}

static const struct tu_object_ops ops = { .unused = take_name_back, .free = free_object };

static int create(tutti_shm **m, enum tu_object_kind kind, size_t size, const struct shape *shape)
{
	tutti_shm *made = tu_alloc_zero(sizeof(*made));
	int rc = !made ? -ENOMEM
		 : size > SIZE_MAX - DATA
			 ? -EFBIG
			 : tu_segment_create(&made->segment, kind, DATA + size, false);

	if (rc < 0) {
		tu_free(made);
		return rc;
	}
	*shape_of(made) = *shape;
	made->segment.object.ops = &ops;
	tu_object_add(&made->segment.object);
	*m = made;
	return 0;
}

static int attach_new(tutti_shm **m, enum tu_object_kind kind, tutti_handle handle)
{
	tutti_shm *made = tu_alloc_zero(sizeof(*made));
	struct tu_object *o;
	int rc = made ? tu_segment_attach(&made->segment, kind, handle, false) : -ENOMEM;

	if (rc < 0) {
		tu_free(made);
		return rc;
	}
	made->segment.object.ops = &ops;
	o = tu_object_add(&made->segment.object);
	if (o != &made->segment.object)
		free_object(&made->segment.object);
	*m = of_object(o);
	return 0;
}

static int attach(tutti_shm **m, enum tu_object_kind kind, tutti_handle handle)
{
	struct tu_object *o;
	int rc = tu_object_find(handle, kind, &o);

	if (rc == 0)
		return attach_new(m, kind, handle);
	if (rc < 0)
		return rc;
	*m = of_object(o);
	return 0;
}

/* What could be given no name is not made. */
static int name(tutti_shm *made, const char *text)
{
	int rc = tu_name_give(&made->named, text, tu_handle_of(&made->segment.object));

	if (rc < 0)
		tu_object_release(&made->segment.object);
	return rc;
}

/* -- shm -------------------------------------------------------------------------------------- */

int tutti_shm_create(tutti_shm **m, size_t size)
{
	const struct shape shape = { .size = size };

	return size > 0 ? create(m, TU_OBJECT_SHM, size, &shape) : -EINVAL;
}

int tutti_shm_create_named(tutti_shm **m, const char *text, size_t size)
{
	tutti_shm *made;
	int rc = tutti_shm_create(&made, size);

	if (rc == 0)
		rc = name(made, text);
	if (rc == 0)
		*m = made;
	return rc;
}

int tutti_shm_open(tutti_shm **m, const char *text)
{
	tutti_handle h;
	int rc = tu_name_find(text, &h);

	return rc < 0 ? rc : tutti_shm_attach(m, h);
}

int tutti_shm_attach(tutti_shm **m, tutti_handle handle)
{
	return attach(m, TU_OBJECT_SHM, handle);
}

tutti_handle tutti_shm_handle(const tutti_shm *m)
{
	return tu_handle_of(&m->segment.object);
}

void *tutti_shm_data(tutti_shm *m)
{
	return (char *)m->segment.head + DATA;
}

size_t tutti_shm_size(const tutti_shm *m)
{
	return shape_of(m)->size;
}

void tutti_shm_free(tutti_shm *m)
{
	if (m)
		tu_object_release(&m->segment.object);
}

/* -- array ------------------------------------------------------------------------------------ */

int tutti_array_create(tutti_array **a, size_t item_size, size_t count, const char *text)
{
	const struct shape shape = { .item_size = item_size, .count = count };
	tutti_shm *made;
	size_t size;
	int rc;

	if (item_size == 0 || count == 0)
		return -EINVAL;
	if (__builtin_mul_overflow(item_size, count, &size))
		return -EFBIG;
	rc = create(&made, TU_OBJECT_ARRAY, size, &shape);
	if (rc < 0)
		return rc;
	rc = tutti_lock_init(&shape_of(made)->lock, TUTTI_SHARED);
	if (rc < 0)
		tutti_shm_free(made);
	else if (text)
		rc = name(made, text);
	if (rc == 0)
		*a = (tutti_array *)made;
	return rc;
}

int tutti_array_open(tutti_array **a, const char *text, size_t item_size)
{
	tutti_handle h;
	int rc = tu_name_find(text, &h);

	return rc < 0 ? rc : tutti_array_attach(a, h, item_size);
}

int tutti_array_attach(tutti_array **a, tutti_handle handle, size_t item_size)
{
	tutti_shm *m;
	int rc = attach(&m, TU_OBJECT_ARRAY, handle);

	if (rc < 0)
		return rc;
	if (shape_of(m)->item_size != item_size) {
		tutti_shm_free(m);
		return TUTTI_ETYPE;
	}
	*a = (tutti_array *)m;
	return 0;
}

tutti_handle tutti_array_handle(const tutti_array *a)
{
	return tutti_shm_handle(&a->shm);
}

tutti_lock *tutti_array_lock(tutti_array *a)
{
	return &shape_of(&a->shm)->lock;
}

void *tutti_array_at(tutti_array *a, size_t item_size, size_t i)
{
	const struct shape *shape = shape_of(&a->shm);

	tu_check(item_size == shape->item_size, "a shared array's items have another size");
	tu_check(i < shape->count, "an index past the end of a shared array");
	return (char *)tutti_shm_data(&a->shm) + i * item_size;
}

size_t tutti_array_count(const tutti_array *a)
{
	return (size_t)shape_of(&a->shm)->count;
}

void tutti_array_free(tutti_array *a)
{
	if (a)
		tutti_shm_free(&a->shm);
}
