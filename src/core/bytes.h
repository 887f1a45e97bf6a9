/* SPDX-License-Identifier: MIT */
/* bytes.h - how bytes are kept that somebody else handed over, and how they come to be. */
#ifndef TU_CORE_BYTES_H
#define TU_CORE_BYTES_H

#include <tutti/bytes.h>

/*
 * Make *out a reference that lasts: one more to bytes that are owned, a copy of borrowed ones.
 * 0, or -ENOMEM with *out untouched.
 */
int tu_bytes_keep(tutti_bytes *out, const tutti_bytes *bytes);

/*
 * Have room for so many bytes behind *bytes, which nobody else has seen yet: empty, or from an
 * earlier call. What is there stays, and may move. size is the caller's to set. 0, or -ENOMEM.
 */
int tu_bytes_grow(tutti_bytes *bytes, size_t room);

#endif
