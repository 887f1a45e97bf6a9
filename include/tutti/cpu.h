/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_CPU_H
#define TUTTI_CPU_H

#include <tutti/api.h>

/*
 * cpu.h - how many threads can run at once: what this process may use, which in a container is less
 * than what the machine has.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void show_cpus(void)
 *     {
 *             printf("%d of %d\n", tutti_cpu_count(), tutti_cpu_count_online());
 *     }
 */

TUTTI_BEGIN

/*
 * Count the CPUs that this process may use: the least of those online, its affinity and its
 * cgroup's quota, which is rounded down, but at least to 1. A positive number in the environment's
 * TUTTI_CPUS overrides that.
 *
 * Returns    CPUs, at least 1
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_cpu_count(void);

/*
 * Count the CPUs that are online in this machine.
 *
 * Returns    CPUs, at least 1
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_cpu_count_online(void);

TUTTI_END

#endif
