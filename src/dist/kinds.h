/* SPDX-License-Identifier: MIT */
/* kinds.h - the kinds of objects, each in a file of its own; object.h says what they are. */
#ifndef TU_DIST_KINDS_H
#define TU_DIST_KINDS_H

#include "dist/object.h"

extern const struct tu_kind tu_kind_array;
extern const struct tu_kind tu_kind_barrier;
extern const struct tu_kind tu_kind_bounded_semaphore;
extern const struct tu_kind tu_kind_condition;
extern const struct tu_kind tu_kind_dict;
extern const struct tu_kind tu_kind_event;
extern const struct tu_kind tu_kind_jobs;
extern const struct tu_kind tu_kind_list;
extern const struct tu_kind tu_kind_lock;
extern const struct tu_kind tu_kind_namespace;
extern const struct tu_kind tu_kind_queue;
extern const struct tu_kind tu_kind_rlock;
extern const struct tu_kind tu_kind_semaphore;
extern const struct tu_kind tu_kind_value;

/* The name of the i-th that create can make; NULL: there are no more. */
const char *tu_kind_name(size_t i);

#endif
