/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_INFO_H
#define TUTTI_INFO_H

#include <tutti/api.h>

/*
 * info.h - what the library found here and what it does with it: for a report of a fault, and for
 * whoever wonders why. `tutti info` prints it.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void show_guards(void)
 *     {
 *             tutti_info info;
 *
 *             tutti_info_get(&info);
 *             puts(info.guard_markers ? "a million stacks" : "some ten thousand stacks");
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_info {
	const char *version;  /* of the library */
	const char *compiler; /* that built it, and for which CPU */
	int cpus;             /* what tutti_cpu_count says, the least of these: */
	int cpus_online;      /* what tutti_cpu_count_online says */
	int cpus_affinity;    /* in the caller's mask; 0: not known */
	int cpus_quota;       /* of the control group; 0: none */
	int cpus_told;        /* TUTTI_CPUS, which overrides them; 0: not set */
	bool guard_markers;   /* a stack's guard is a marker in the page table; else mprotect, and
	                         then vm.max_map_count bounds how many stacks have one */
	bool barrier_remote;  /* a rare side fences all threads with membarrier(2), and the common
	                         side needs no fence; else each has one of its own */
	bool large_pages;     /* the kernel gives large pages to those who ask */
	size_t page_bytes;
	size_t stack_bytes_least; /* a stack is a power of two of bytes, from this */
	size_t stack_bytes_usual; /* for a task that does not say */
	size_t stack_bytes_most;  /* to this */
	const char *poller;       /* what descriptors are waited for and written with: poller.h */
	uint64_t reserved[7];     /* 0 */
} tutti_info;

/*
 * Find out. Reads some files of the kernel's each time.
 *
 * info       receives it; its texts are static
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_info_get(tutti_info *info);

TUTTI_END

#endif
