/* SPDX-License-Identifier: MIT */
/* trace.h - a run's result while it is being written. */
#ifndef TU_SCHED_TRACE_H
#define TU_SCHED_TRACE_H

#include <tutti/sched.h>

struct tu_sched_trace {
	tutti_sched_result *result;
	size_t slices_room, changes_room;
	uint64_t slices_max;
};

/* Zero the result but for a copy of the processes, and room for their measures. 0, or -ENOMEM. */
int tu_sched_trace_begin(struct tu_sched_trace *t, const tutti_sched_process *processes, size_t n);

/* 0, -ENOMEM, or of slices -E2BIG. */
int tu_sched_trace_slice(struct tu_sched_trace *t, const tutti_sched_slice *slice);
int tu_sched_trace_change(struct tu_sched_trace *t, const tutti_sched_change *change);

/* All is there but what follows from it: slices in order, begin, end, means, switches. -ENOMEM. */
int tu_sched_trace_end(struct tu_sched_trace *t);

/* A copy of processes in one piece, names made up where there are none; NULL: no memory. */
tutti_sched_process *tu_sched_copy(const tutti_sched_process *processes, size_t n);

#endif
