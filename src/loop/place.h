/* SPDX-License-Identifier: MIT */
/* place.h - from the text of an address to where a socket can be connected or bound. */
#ifndef TU_LOOP_PLACE_H
#define TU_LOOP_PLACE_H

#include "os/socket.h"

#include <tutti/time.h>

enum { TU_PLACES = 16 };

/* A host may have several addresses. */
struct tu_place {
	int n; /* at least one */
	struct tu_os_address at[TU_PLACES];
};

/*
 * Read an address as stream.h describes it. here: one to listen at, which may be without a host.
 * A name is looked up, for which the caller waits. 0; -EINVAL; -ENOENT, -EAGAIN; TUTTI_ETIMEDOUT,
 * TUTTI_ECANCELED; -ENOMEM. A cancellation point if there is a name.
 */
int tu_place_find(struct tu_place *p, const char *text, bool here, tutti_time deadline);

#endif
