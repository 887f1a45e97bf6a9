/* SPDX-License-Identifier: MIT */
/* barrier.h - the state bits of barriers of both kinds, in priv[2]; see barrier.c. */
#ifndef TU_SYNC_BARRIER_H
#define TU_SYNC_BARRIER_H

enum { TU_BARRIER_BROKEN = 1, TU_BARRIER_ACTING = 2, TU_BARRIER_SHARED = 4 };

#endif
