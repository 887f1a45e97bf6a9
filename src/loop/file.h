/* SPDX-License-Identifier: MIT */
/* file.h - how calls are made that may block. */
#ifndef TU_LOOP_FILE_H
#define TU_LOOP_FILE_H

#include <tutti/task.h>

/*
 * Call fn, elsewhere if it would hold somebody up, and wait for its end. 0; TUTTI_ECANCELED: it was
 * not called; -ENOMEM, -EAGAIN. A cancellation point.
 */
int tu_file_call(tutti_fn fn, void *arg);

#endif
