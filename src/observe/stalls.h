/* SPDX-License-Identifier: MIT */
/* stalls.h - which loops stand still, found by looking at them again and again. One thread's. */
#ifndef TU_OBSERVE_STALLS_H
#define TU_OBSERVE_STALLS_H

#include <tutti/watchdog.h>

struct tu_stalls;

/* o is copied; its stall is not 0. NULL: no memory. */
struct tu_stalls *tu_stalls_create(const tutti_watchdog_options *o);
void tu_stalls_free(struct tu_stalls *s);

/*
 * Look at all workers, and tell what there is to tell. late: by how much this look comes too late,
 * as the caller was kept from the CPU; the others may have been, too.
 */
void tu_stalls_look(struct tu_stalls *s, tutti_time late);

#endif
