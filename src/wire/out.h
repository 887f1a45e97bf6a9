/* SPDX-License-Identifier: MIT */
/* out.h - bytes that grow while they are written. Missing memory is told at the end. */
#ifndef TU_WIRE_OUT_H
#define TU_WIRE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <tutti/bytes.h>

struct tu_out {
	char *data; /* NULL: nothing yet */
	size_t size, room;
	tutti_bytes bytes;
	bool failed; /* no memory */
};

/* Room for n more at data + size, at least; false: no memory. */
bool tu_out_grow(struct tu_out *o, size_t n);

/* Where n bytes may be put, after which size is the caller's to move; NULL: no memory. */
static inline char *tu_out_room(struct tu_out *o, size_t n)
{
	return o->room - o->size >= n || tu_out_grow(o, n) ? o->data + o->size : NULL;
}

static inline void tu_out_put(struct tu_out *o, const void *data, size_t n)
{
	char *to = tu_out_room(o, n);

	if (!to)
		return;
	if (n > 0)
		memcpy(to, data, n);
	o->size += n;
}

static inline void tu_out_byte(struct tu_out *o, unsigned byte)
{
	char *to = tu_out_room(o, 1);

	if (!to)
		return;
	*to = (char)byte;
	o->size++;
}

static inline void tu_out_text(struct tu_out *o, const char *text)
{
	tu_out_put(o, text, strlen(text));
}

void tu_out_repeat(struct tu_out *o, char c, size_t n);

/* Hand the bytes over, a zero behind them, if rc is 0: 0, -ENOMEM; else give them back: rc. */
int tu_out_end(struct tu_out *o, tutti_bytes *bytes, int rc);

#endif
