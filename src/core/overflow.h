/* SPDX-License-Identifier: MIT */
/* overflow.h - stack overflows are named. */
#ifndef TU_CORE_OVERFLOW_H
#define TU_CORE_OVERFLOW_H

#include "core/context.h"

/* Say "task 'NAME'" for what runs on c; set by exec. In a signal handler: no lock, no memory. */
extern const char *(*tu_context_name)(const struct tu_context *c, char *buf, size_t n);

/* "thread 'reader'", where a thread has a record, which w->thread is. Set likewise. */
extern const char *(*tu_worker_name)(const struct tu_worker *w, char *buf, size_t n);

/* From now on. When the first stack of ours is made. */
void tu_overflow_watch(void);

#endif
