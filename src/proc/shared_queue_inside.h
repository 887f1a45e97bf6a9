/* SPDX-License-Identifier: MIT */
/* shared_queue_inside.h - what a shared queue is, for shared_queue.c and shared_queue_life.c. */
#ifndef TU_PROC_SHARED_QUEUE_INSIDE_H
#define TU_PROC_SHARED_QUEUE_INSIDE_H

#include "proc/belt.h"
#include "proc/patience.h"
#include "proc/segment.h"
#include "sync/queue.h"

/* In the segment, behind its head. */
struct tu_shared {
	_Alignas(128) struct tu_belt belt;
	_Alignas(128) uint64_t done;    /* atomic: task_done so far */
	_Alignas(128) uint32_t getters; /* lines, see shared_queue.c */
	uint32_t putters, joiners;
	uint32_t shutdown;            /* atomic; under both locks */
	uint32_t put_cpu, get_cpu;    /* atomic: where it was done last. Seldom another */
	uint64_t item_bytes, maxsize; /* fixed; item_bytes 0: each is bytes */
	uint32_t values;              /* fixed: not 0: which are those of a value */
};

/* In each process. */
struct tu_shared_queue {
	tutti_queue queue;
	struct tu_segment segment;
	struct tu_shared *shared;
	struct tu_belt_view view;
	struct tu_patience getting, putting;
};

extern const struct tu_queue_kind tu_shared_queue_kind;

void tu_shared_queue_free(tutti_queue *q); /* the kind's */

static inline struct tu_shared_queue *tu_shared_queue_of(const tutti_queue *q)
{
	return (struct tu_shared_queue *)q;
}

#endif
