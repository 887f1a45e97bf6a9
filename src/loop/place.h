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

/* The same without a name, for which nothing is waited. 0; -EINVAL: a name, too. */
int tu_place_read(struct tu_os_address *a, const char *text, bool here);

/*
 * Make room for a Unix socket that is to be bound there: have its folder locked, until
 * tu_os_address_unlock is called with what this returns, and remove a file that nobody listens at.
 * Where the folder cannot be locked it is done all the same; where somebody has it for seconds
 * the file stays. TUTTI_ECANCELED; a cancellation point if it is locked.
 */
int tu_place_clear(const struct tu_os_address *a);

#endif
