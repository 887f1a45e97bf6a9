/* SPDX-License-Identifier: MIT */
/*
 * trace.h - the trace ring: what happened lately, written by everybody, at one branch when off.
 *
 *     tu_trace(TU_TRACE_PARK, self->id, (uint64_t)(uintptr_t)lock, deadline);
 *
 * The newest records replace the oldest. Emitting never waits and never allocates; a record that a
 * writer was slow to finish, or that was overtaken, is skipped by readers, never shown in pieces.
 */
#ifndef TU_BASE_TRACE_H
#define TU_BASE_TRACE_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tu_trace_kind {
	TU_TRACE_NONE,
#define X(kind, name, a, b) TU_TRACE_##kind,
#include "base/trace_kinds.h"
	TU_TRACE_KINDS /* how many there are, that one included */
};

struct tu_trace_record {
	int64_t time; /* ns, of tu_trace_clock */
	uint64_t id;  /* the context; 0 where there is none */
	uint64_t a, b;
	uint16_t kind; /* enum tu_trace_kind */
};

/* A record's place in the ring, 48 bytes; for trace.c alone to look into. */
struct tu_trace_cell {
	uint64_t stamp, time, id, kind, a, b;
};

/* Not 0 while emitting is worth the call. Written by start and stop only. */
extern uint32_t tu_trace_on;

/* Where the time of records comes from; always 0 until os sets it, before the first start. */
extern int64_t (*tu_trace_clock)(void);

#define tu_trace(kind, id, a, b)                                                           \
	do {                                                                               \
		/* relaxed: a record more or less around start and stop does not matter */ \
		if (tu_unlikely(tu_load_rlx(&tu_trace_on)))                                \
			tu_trace_emit((kind), (id), (uint64_t)(a), (uint64_t)(b));         \
	} while (0)

/* Append a record. Any thread, also a signal handler. Call it through tu_trace. */
void tu_trace_emit(enum tu_trace_kind kind, uint64_t id, uint64_t a, uint64_t b);

/*
 * Trace from now on. The first time, into cells: n of them, a power of two, all zero bytes. They
 * are given for good, because a writer may be about to use them even after stop; so later starts
 * go on in the same ones and must pass NULL and 0. One thread at a time.
 *
 * Returns false, having done nothing, where memory is missing, given twice or no power of two.
 */
bool tu_trace_start(struct tu_trace_cell *cells, size_t n);

/* From now on nothing is appended; what is there can be read still. */
void tu_trace_stop(void);

/* How many records have been appended so far: the position behind the newest. */
uint64_t tu_trace_end(void);

/*
 * Copy up to n records, oldest first, beginning at position *from, and move *from behind the last
 * one looked at. What was replaced in the meantime, or is being written at the moment, is jumped
 * over. To read all there is begin at 0; to go on, with the *from that the call before left.
 *
 * lost       NULL, or is increased by the number of records jumped over
 * Returns    how many were copied; less than n: there are no more now
 */
size_t tu_trace_read(uint64_t *from, struct tu_trace_record *out, size_t n, uint64_t *lost);

/* "park" for TU_TRACE_PARK; what a and b of that kind hold, "" if unused. Never NULL. */
const char *tu_trace_kind_name(unsigned kind);
const char *tu_trace_kind_a(unsigned kind);
const char *tu_trace_kind_b(unsigned kind);

#endif
