/* SPDX-License-Identifier: MIT */
/* cpu.h - the word on CPUs of whoever runs the program. */
#ifndef TU_CORE_CPU_H
#define TU_CORE_CPU_H

/* TUTTI_CPUS in the environment; 0: not set, or not a number of CPUs, which is reported. */
int tu_cpu_told(void);

#endif
