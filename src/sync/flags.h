/* SPDX-License-Identifier: MIT */
/* flags.h - what every _init says to the flags it is given. */
#ifndef TU_SYNC_FLAGS_H
#define TU_SYNC_FLAGS_H

#include <errno.h>
#include <tutti/api.h>

/* 0, or why an object that knows only the flags in known cannot be made with these. */
static inline int tu_flags_check(unsigned flags, unsigned known)
{
	if (flags & ~(known | TUTTI_SHARED))
		return -EINVAL;
	return flags & TUTTI_SHARED ? -ENOTSUP : 0;
}

#endif
