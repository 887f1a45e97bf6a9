/* SPDX-License-Identifier: MIT */
/* resolve.h - from the name of a host to its addresses, by whom the program wants it done. */
#ifndef TU_LOOP_RESOLVE_H
#define TU_LOOP_RESOLVE_H

#include "loop/place.h"

/* Longer than any name may be. */
enum { TU_HOST_BYTES = 256 };

/* As tutti_resolve_until, for names; how many there are is in p. 0, or an error. */
int tu_resolve(struct tu_place *p, const char *host, uint16_t port, tutti_time deadline);

#endif
