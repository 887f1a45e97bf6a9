/* SPDX-License-Identifier: MIT */
/* start.h - processes for the library's own use. */
#ifndef TU_PROC_START_H
#define TU_PROC_START_H

#include <tutti/process.h>

/* What the caller has printed comes before what a child of it prints, in a pipe too. */
void tu_process_write_out(void);

/*
 * As tutti_process_start, but never as a copy of the caller, whatever the usual method is. errors:
 * its error stream, a descriptor that stays the caller's; -1: as usual.
 */
tutti_process *tu_process_start_elsewhere(
	tutti_job *job, const void *arg, const tutti_process_options *options, int errors);

#endif
