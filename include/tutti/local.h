/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LOCAL_H
#define TUTTI_LOCAL_H

#include <tutti/api.h>

/*
 * local.h - a pointer of which every thread and every task has its own.
 *
 * Tasks share the thread-local variables of the thread they run on; a tutti_local they do not
 * share. All bytes zero is a local without destroy; TUTTI_LOCAL_INIT names one. A local is used by
 * address and must outlive the threads and tasks that set it: make it static.
 *
 * destroy(value) is called for each value other than NULL when its thread or task ends, there and
 * before its future is done. The values of the main thread are left to the end of the process.
 *
 * Example:
 *
 *     #include <stdlib.h>
 *
 *     static tutti_local buffer = TUTTI_LOCAL_INIT(free);
 *
 *     char *my_buffer(void)
 *     {
 *             char *b = (char *)tutti_local_get(&buffer);
 *
 *             if (b == NULL && (b = (char *)malloc(4096)) != NULL)
 *                     tutti_local_set(&buffer, b);
 *             return b;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_local {
	uint32_t priv[2];
	void (*destroy)(void *value);
} tutti_local;

/* clang-format off */
#define TUTTI_LOCAL_INIT(destroy) { { 0, 0 }, destroy }
/* clang-format on */

/*
 * Get the caller's value.
 *
 * l          the local
 * Returns    what the calling thread or task has set; NULL at first
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void *tutti_local_get(const tutti_local *l);

/*
 * Set the caller's value. The value before is not destroyed: it was the caller's to deal with.
 *
 * l          the local
 * value      any pointer; NULL as at first
 * Returns    0
 * Errors     -ENOMEM   no memory for the slot; the value before stands
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_local_set(tutti_local *l, void *value);

TUTTI_END

#endif
