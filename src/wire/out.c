/* SPDX-License-Identifier: MIT */
/* out.c - see out.h. */
#include "wire/out.h"

#include "core/bytes.h"

#include <errno.h>
#include <stdint.h>

enum { FIRST_ROOM = 240 };

bool tu_out_grow(struct tu_out *o, size_t n)
{
	size_t room = 2 * o->room + FIRST_ROOM;

	if (o->failed || n > SIZE_MAX / 4 || o->size > SIZE_MAX / 4)
		o->failed = true;
	else if (room < o->size + n)
		room = o->size + n;
	if (o->failed || tu_bytes_grow(&o->bytes, room) < 0) {
		o->failed = true;
		o->room = o->size; /* nothing fits from here on */
		return n == 0 && o->data;
	}
	o->data = (char *)o->bytes.data;
	o->room = room;
	return true;
}

void tu_out_repeat(struct tu_out *o, char c, size_t n)
{
	char *to = tu_out_room(o, n);

	if (!to)
		return;
	if (n > 0)
		memset(to, c, n);
	o->size += n;
}

int tu_out_end(struct tu_out *o, tutti_bytes *bytes, int rc)
{
	tu_out_byte(o, 0);
	if (rc == 0 && o->failed)
		rc = -ENOMEM;
	if (rc < 0) {
		tutti_bytes_free(&o->bytes);
		return rc;
	}
	o->bytes.size = o->size - 1;
	*bytes = o->bytes;
	return 0;
}
