/* SPDX-License-Identifier: MIT */
/* task.h - what all kinds of tasks have in common beside call.h: their names. */
#ifndef TU_LOOP_TASK_H
#define TU_LOOP_TASK_H

#include "exec/future.h"

/* For the ops of a future whose size is the task's number. */
const char *tu_task_name(const tutti_future *f, char *buf, size_t n);

/* Its loop is being closed by hand, and it has not ended: say so. */
void tu_task_tell_lost(tutti_future *f);

#endif
