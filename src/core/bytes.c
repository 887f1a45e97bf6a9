/* SPDX-License-Identifier: MIT */
/*
 * bytes.c - counted bytes: the count stands in front of them, in one piece of memory.
 *
 * owner is that piece. Only the count is ever written once the bytes are handed out, so readers on
 * any thread need no lock.
 */
#include "core/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/atomic.h"
#include "core/alloc.h"

struct owner {
	size_t refs; /* written by whoever takes or gives back a reference */
	char data[];
};

/* room bytes with one reference, of which size count; NULL: no memory. */
static struct owner *owner_create(tutti_bytes *out, size_t room, size_t size)
{
	struct owner *o = room <= SIZE_MAX - sizeof *o ? tu_alloc(sizeof *o + room) : NULL;

	if (!o)
		return NULL;
	o->refs = 1;
	*out = (tutti_bytes){ o->data, size, o };
	return o;
}

tutti_bytes tutti_bytes_of(const void *data, size_t size)
{
	return (tutti_bytes){ data, size, NULL };
}

tutti_bytes tutti_bytes_text(const char *text)
{
	return tutti_bytes_of(text, text ? strlen(text) : 0);
}

int tutti_bytes_copy(tutti_bytes *out, const void *data, size_t size)
{
	struct owner *o;

	if (!data && size > 0)
		return -EINVAL;
	o = owner_create(out, size, size);
	if (!o)
		return -ENOMEM;
	if (size > 0)
		memcpy(o->data, data, size);
	return 0;
}

int tutti_bytes_printf(tutti_bytes *out, const char *format, ...)
{
	struct owner *o;
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	o = size < 0 ? NULL : owner_create(out, (size_t)size + 1, (size_t)size);
	if (o)
		vsnprintf(o->data, (size_t)size + 1, format, again);
	va_end(again);
	return size < 0 ? -EINVAL : o ? 0 : -ENOMEM;
}

int tu_bytes_grow(tutti_bytes *bytes, size_t room)
{
	struct owner *o = bytes->owner;

	o = room <= SIZE_MAX - sizeof *o ? tu_resize(o, sizeof *o + room) : NULL;
	if (!o)
		return -ENOMEM;
	o->refs = 1;
	*bytes = (tutti_bytes){ o->data, bytes->size, o };
	return 0;
}

int tu_bytes_keep(tutti_bytes *out, const tutti_bytes *bytes)
{
	struct owner *o = bytes->owner;

	if (!o)
		return tutti_bytes_copy(out, bytes->data, bytes->size);
	/* relaxed: whoever takes a reference has one, so nothing can be freed meanwhile */
	tu_add_rlx(&o->refs, (size_t)1);
	*out = *bytes;
	return 0;
}

void tutti_bytes_free(tutti_bytes *bytes)
{
	struct owner *o;

	if (!bytes)
		return;
	o = bytes->owner;
	*bytes = (tutti_bytes){ NULL, 0, NULL };
	/* [bytes-1] release and acquire: all have read their last before it is freed */
	if (o && tu_sub_acqrel(&o->refs, (size_t)1) == 1)
		tu_free(o);
}
