/* SPDX-License-Identifier: MIT */
/* start.h - processes for the library's own use. */
#ifndef TU_PROC_START_H
#define TU_PROC_START_H

#include "proc/process.h"

/* What the caller has printed comes before what a child of it prints, in a pipe too. */
void tu_process_write_out(void);

/* What a process is handed besides. The descriptors stay the caller's. */
struct tu_luggage {
	int errors; /* its error stream; -1: as usual */
	struct tu_carried carried;
};

/* As tutti_process_start, but never as a copy of the caller, whatever the usual method is. */
tutti_process *tu_process_start_elsewhere(tutti_job *job, const void *arg,
	const tutti_process_options *options, const struct tu_luggage *luggage);

#endif
