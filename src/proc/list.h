/* SPDX-License-Identifier: MIT */
/* list.h - the children that are alive; each is there with a reference. */
#ifndef TU_PROC_LIST_H
#define TU_PROC_LIST_H

#include "proc/process.h"

void tu_process_list(struct tu_process *p);

/* The first that is a daemon, or that is none, as a reference; NULL: there is none. */
struct tu_process *tu_process_next(bool daemon);

#endif
