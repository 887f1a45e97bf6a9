/* SPDX-License-Identifier: MIT */
/* shared_queue.h - the third kind of queue, for front, which chooses. */
#ifndef TU_PROC_SHARED_QUEUE_H
#define TU_PROC_SHARED_QUEUE_H

#include <tutti/queue.h>

/* What tutti_queue_create says with TUTTI_SHARED. */
int tu_shared_queue_create(tutti_queue **q, size_t item_size, const tutti_queue_options *o);

#endif
