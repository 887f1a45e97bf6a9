/* SPDX-License-Identifier: MIT */
/* refuse.h - what a run cannot be made of. */
#ifndef TU_SCHED_REFUSE_H
#define TU_SCHED_REFUSE_H

#include <tutti/sched.h>

/* Write down why; fault may be NULL. Always -EINVAL. */
int tu_sched_refuse(tutti_sched_fault *fault, size_t line, const char *format, ...)
	TUTTI_PRINTF(3, 4);

/* Can this be run? 0, or -EINVAL and why. */
int tu_sched_check_processes(
	const tutti_sched_process *processes, size_t n, tutti_sched_fault *fault);
int tu_sched_check_options(const tutti_sched_options *options);

#endif
