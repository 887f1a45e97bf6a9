/* SPDX-License-Identifier: MIT */
/* frame.c - see frame.h. */
#include "dist/frame.h"

#include <errno.h>
#include <tutti/error.h>

enum { LONG_HEAD = -1 };

static void put(unsigned char *to, uint64_t n, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
}

static uint64_t get(const unsigned char *from, unsigned bytes)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | from[i];
	return n;
}

size_t tu_frame_head(unsigned char head[TU_FRAME_HEAD_LONG], uint64_t body)
{
	if (body <= INT32_MAX) {
		put(head, body, TU_FRAME_HEAD);
		return TU_FRAME_HEAD;
	}
	put(head, UINT32_MAX, TU_FRAME_HEAD);
	put(head + TU_FRAME_HEAD, body, TU_FRAME_HEAD_LONG - TU_FRAME_HEAD);
	return TU_FRAME_HEAD_LONG;
}

int tu_frame_look(struct tu_frame *f, const void *data, size_t size, uint64_t body_max)
{
	uint64_t body;

	*f = (struct tu_frame){ 0 };
	if (size < TU_FRAME_HEAD)
		return 0;
	body = get(data, TU_FRAME_HEAD);
	f->head = TU_FRAME_HEAD;
	if ((int32_t)(uint32_t)body == LONG_HEAD) {
		if (size < TU_FRAME_HEAD_LONG) {
			f->head = 0;
			return 0;
		}
		body = get((const unsigned char *)data + TU_FRAME_HEAD,
			TU_FRAME_HEAD_LONG - TU_FRAME_HEAD);
		f->head = TU_FRAME_HEAD_LONG;
	} else if (body > INT32_MAX) {
		return TUTTI_EPROTO;
	}
	if (body > body_max || body > SIZE_MAX - TU_FRAME_HEAD_LONG)
		return -E2BIG;
	f->body = (size_t)body;
	return size - f->head >= f->body;
}
