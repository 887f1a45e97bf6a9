/* SPDX-License-Identifier: MIT */
/* flags.h - what every _init says to the flags it is given. */
#ifndef TU_SYNC_FLAGS_H
#define TU_SYNC_FLAGS_H

#include "core/family.h"

#include <errno.h>
#include <tutti/api.h>

/*
 * 0, or why an object that knows only the flags in known cannot be made with these. Who makes a
 * shared one is in a family then, before it starts anybody to share it with.
 */
static inline int tu_flags_check(unsigned flags, unsigned known)
{
	if (flags & ~(known | TUTTI_SHARED))
		return -EINVAL;
	if (!(flags & TUTTI_SHARED))
		return 0;
	if (!(known & TUTTI_SHARED))
		return -ENOTSUP;
	return tu_family_self() != 0 ? 0 : -ENOMEM;
}

#endif
