/* SPDX-License-Identifier: MIT */
/* bytes.h - how futures hold the bytes that they were given. */
#ifndef TU_EXEC_BYTES_H
#define TU_EXEC_BYTES_H

#include <tutti/bytes.h>

/*
 * Make *out a reference that lasts: one more to bytes that are owned, a copy of borrowed ones.
 * 0, or -ENOMEM with *out untouched.
 */
int tu_bytes_keep(tutti_bytes *out, const tutti_bytes *bytes);

/* Make *out size bytes that are still to be written, where the answer says. NULL: no memory. */
void *tu_bytes_create(tutti_bytes *out, size_t size);

#endif
