/* SPDX-License-Identifier: MIT */
/* threads.h - what others know of the engine "threads". */
#ifndef TU_EXEC_THREADS_H
#define TU_EXEC_THREADS_H

/* The next pool is "ThreadPoolExecutor-n"; what n would have been. */
unsigned tu_threads_names_from(unsigned n);

#endif
