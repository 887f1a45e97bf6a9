/* SPDX-License-Identifier: MIT */
/* cpus.h - of the contract of a port, see os.h: which CPUs there are, and what they are like. */
#ifndef TU_OS_CPUS_H
#define TU_OS_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CPUs this process may use: online, affinity, cgroup quota along the path; at least 1. */
int tu_os_cpu_usable(void);

/* CPUs that are online in the machine, at least 1. */
int tu_os_cpu_online(void);

/* CPUs in the caller's affinity mask; 0: cannot be known. */
int tu_os_cpu_affinity(void);

/* CPUs that the control groups allow, rounded down but at least 1; 0: no limit. */
int tu_os_cpu_quota(void);

/* The CPU that the caller runs on, or did just now; -1: cannot be known. */
int tu_os_cpu_current(void);

/* Tell the CPU that this is a spin loop. */
static inline void tu_os_pause(void)
{
#if defined(TU_MODEL)
	void model_ground_pause(void);

	model_ground_pause();
#elif defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory");
#else
	__asm__ volatile("" ::: "memory");
#endif
}

#endif
