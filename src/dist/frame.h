/* SPDX-License-Identifier: MIT */
/*
 * frame.h - messages in a stream, as Python's multiprocessing.connection has them: four bytes of
 * size, the highest first, and so many bytes. Beyond 2 GiB - 1 the four are ff, and eight follow.
 */
#ifndef TU_DIST_FRAME_H
#define TU_DIST_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum { TU_FRAME_HEAD = 4, TU_FRAME_HEAD_LONG = 12 };

struct tu_frame {
	size_t head; /* bytes before its body; 0: that is not known yet */
	size_t body; /* bytes */
};

/* What goes before a body of so many bytes; returns how many bytes that is. */
size_t tu_frame_head(unsigned char head[TU_FRAME_HEAD_LONG], uint64_t body);

/*
 * Look at what has come, which begins with a frame. 1: all of it is there; 0: not yet, and f says
 * what is known: memory for the body is to be got as it comes. TUTTI_EPROTO: no frame. -E2BIG: its
 * body has more than body_max bytes.
 */
int tu_frame_look(struct tu_frame *f, const void *data, size_t size, uint64_t body_max);

#endif
