/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SCHED_WORKLOAD_H
#define TUTTI_SCHED_WORKLOAD_H

#include <tutti/bytes.h>
#include <tutti/sched.h>

/*
 * sched_workload.h - workloads for the simulator of sched.h: read from a text, or made up.
 *
 * The text is a table with commas: a line for each process, with its name, its arrival, and its
 * bursts: on a core, I/O, on a core, and so on. A first line of titles is skipped, and so are empty
 * lines, those that begin with #, and empty fields at the end of a line. A name may stand between
 * double quotes, and has them doubled within.
 *
 *     name,arrival,cpu,io,cpu
 *     editor,0,2,10,1
 *     compiler,1,30
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int count_processes(const char *text)
 *     {
 *             tutti_sched_workload w;
 *             tutti_sched_fault fault;
 *             int rc = tutti_sched_workload_parse(&w, tutti_bytes_text(text), &fault);
 *
 *             if (rc < 0) {
 *                     fprintf(stderr, "line %zu: %s\n", fault.line, fault.text);
 *                     return rc;
 *             }
 *             rc = (int)w.processes_n;
 *             tutti_sched_workload_clear(&w);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/* Processes whose memory is all theirs. */
typedef struct tutti_sched_workload {
	tutti_sched_process *processes;
	size_t processes_n;
	void *owner; /* tutti's */
} tutti_sched_workload;

/*
 * Read a workload.
 *
 * w          receives it; the caller's to clear
 * text       as above, read during the call
 * fault      receives the line and what is wrong with it; NULL: not wanted
 * Returns    0
 * Errors     -EINVAL   it cannot be read; or there is no process in it, which is of line 0
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_workload_parse(
	tutti_sched_workload *w, tutti_bytes text, tutti_sched_fault *fault);

/*
 * Make one up: of three processes two are interactive, with many bursts of 1 to 4 ticks and I/O
 * between them, and one computes for 20 to 60. They arrive one after another, 0 to 8 ticks apart.
 *
 * w          receives it; the caller's to clear
 * seed       the same gives the same, on every machine
 * n          how many processes, at least 1
 * Returns    0
 * Errors     -EINVAL   n is 0
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_workload_random(tutti_sched_workload *w, uint64_t seed, size_t n);

/*
 * Free what a workload holds, and zero it. NULL: nothing happens.
 *
 * w          the workload
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_sched_workload_clear(tutti_sched_workload *w);

TUTTI_END

#endif
