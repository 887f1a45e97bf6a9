/* SPDX-License-Identifier: MIT */
/*
 * segment.h - memory that processes share, which says of itself what it is.
 *
 * Every segment is an object of the registry (handles.h), and begins with a head. What is in it
 * after the head is the kind's. As locks may be in it, whoever has it is of one family
 * (core/family.h): the handle leads there too, and who attaches joins.
 */
#ifndef TU_PROC_SEGMENT_H
#define TU_PROC_SEGMENT_H

#include "proc/handles.h"

struct tu_segment_head {
	uint64_t magic;
	uint32_t layout; /* another one after each change of any kind */
	uint32_t kind;   /* enum tu_object_kind */
	uint64_t key, bytes;
};

struct tu_segment {
	struct tu_object object;      /* fds: the memory; the family's, not to be closed */
	struct tu_segment_head *head; /* mapped, all of it. Fixed */
};

enum { TU_SEGMENT_ROOM = 128 }; /* what the head takes; the kind's begins there */

/*
 * Make a segment of bytes, the head among them, in s, which is not in the registry yet. spare: see
 * tu_os_memory_map. 0; -EFBIG, -EMFILE, -ENFILE, -ENOMEM.
 */
int tu_segment_create(struct tu_segment *s, enum tu_object_kind kind, uint64_t bytes, bool spare);

/*
 * The same from a handle of another process: 0; -EINVAL, -ESRCH, -ESTALE, -EACCES, TUTTI_ETYPE,
 * TUTTI_EPROTO: of a library with another layout; -EBUSY: of another family than ours is already;
 * -EMFILE, -ENFILE, -ENOMEM.
 */
int tu_segment_attach(struct tu_segment *s, enum tu_object_kind kind, tutti_handle h, bool spare);

/* Unmap and close; the memory goes with its last user. */
void tu_segment_close(struct tu_segment *s);

#endif
