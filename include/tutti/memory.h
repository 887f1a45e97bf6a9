/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_MEMORY_H
#define TUTTI_MEMORY_H

#include <tutti/api.h>

/*
 * memory.h - where tutti gets its memory: malloc, unless the program says otherwise before anything
 * else of tutti's is used. Stacks are mapped from the system and do not go through here.
 *
 * The three functions may be called by any thread at any time, get arg as their last argument, must
 * not call tutti and behave as malloc, realloc and free do: NULL is "no memory", and tutti hands
 * -ENOMEM on.
 *
 * Example:
 *
 *     #include <stdlib.h>
 *
 *     static void *get(size_t size, void *count)
 *     {
 *             ++*(long *)count;
 *             return malloc(size);
 *     }
 *     static void *change(void *p, size_t size, void *count)
 *     {
 *             (void)count;
 *             return realloc(p, size);
 *     }
 *     static void put(void *p, void *count)
 *     {
 *             (void)count;
 *             free(p);
 *     }
 *     int count_allocations(long *count)
 *     {
 *             tutti_allocator a = { get, change, put, count };
 *             return tutti_set_allocator(&a);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_allocator {
	void *(*alloc)(size_t size, void *arg);           /* bytes, > 0; aligned as malloc */
	void *(*resize)(void *p, size_t size, void *arg); /* p may be NULL; size > 0 */
	void (*free)(void *p, void *arg);                 /* p may be NULL */
	void *arg;
} tutti_allocator;

/*
 * Choose where memory comes from. Must come before any other call into tutti, from one thread. What
 * runs before main does not count: jobs that register themselves use no memory, and what the
 * environment starts (TUTTI_DEBUG, TUTTI_WATCHDOG) has malloc's.
 *
 * a          copied; NULL: malloc again
 * Returns    0
 * Errors     -EBUSY    tutti has been used
 *            -EINVAL   one of the three functions is NULL
 * Context    the only thread that uses tutti so far
 * Waits      never
 */
TUTTI_API int tutti_set_allocator(const tutti_allocator *a);

TUTTI_END

#endif
