/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_ARRAY_H
#define TUTTI_ARRAY_H

#include <tutti/handle.h>
#include <tutti/lock.h>

/*
 * array.h - values of one type that processes share, with a lock of their own. A single value is an
 * array of one.
 *
 * Whoever opens or attaches says the size of an item and gets an error if the array has another;
 * TUTTI_AT says the type at each use and checks its size. The lock is a TUTTI_SHARED one (lock.h):
 * it outlives a holder that is killed. Names and memory are as in shm.h.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/array.h>
 *
 *     int deposit(tutti_handle account, double amount)
 *     {
 *             tutti_array *a;
 *             int rc = tutti_array_attach(&a, account, sizeof(double));
 *
 *             if (rc < 0)
 *                     return rc;
 *             TUTTI_WITH(tutti_array_lock(a)) {
 *                     *TUTTI_AT(double, a, 0) += amount;
 *             }
 *             tutti_array_free(a);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_array tutti_array;

/*
 * Make an array of zeroed items.
 *
 * a          receives it
 * item_size  bytes of each, at least 1; plain data without pointers
 * count      how many, at least 1
 * name       a name as for tutti_shm_create_named; NULL: none
 * Returns    0; *a is the caller's to free, and with it the name
 * Errors     -EINVAL   item_size or count is 0, or no such name
 *            -EEXIST   a living process has made something of that name
 *            -EFBIG    more than the process may have
 *            -ENOMEM   no memory; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_array_create(tutti_array **a, size_t item_size, size_t count, const char *name);

/*
 * Have the array of that name, if its maker lives and has not freed it.
 *
 * a          receives it
 * name       as it was made by
 * item_size  as it was made with
 * Returns    0; *a is the caller's to free
 * Errors     -ENOENT       there is none
 *            -EINVAL       no such name
 *            TUTTI_ETYPE   it is no array, or its items have another size
 *            and those of tutti_shm_attach
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_array_open(tutti_array **a, const char *name, size_t item_size);

/*
 * Have the array that a handle names.
 *
 * a          receives it
 * handle     of an array
 * item_size  as it was made with
 * Returns    0; *a is the caller's to free
 * Errors     TUTTI_ETYPE   it is no array, or its items have another size
 *            and those of tutti_shm_attach
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_array_attach(tutti_array **a, tutti_handle handle, size_t item_size);

/*
 * Name the array, for another process.
 *
 * a          the array
 * Returns    its handle; good as handle.h says
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_handle tutti_array_handle(const tutti_array *a);

/*
 * Have the array's own lock, which guards what its users agree on. Nobody else takes it.
 *
 * a          the array
 * Returns    a shared lock; there until the last tutti_array_free of this process
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_lock *tutti_array_lock(tutti_array *a);

/*
 * See where an item is. TUTTI_AT is the same with its type.
 *
 * a          the array
 * item_size  bytes of each; another number than the array's stops the program, as does an index
 *            past the end: this is C, but it need not be a riddle
 * i          which, from 0
 * Returns    the item
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void *tutti_array_at(tutti_array *a, size_t item_size, size_t i);

/* The i-th item as a pointer to its type: *TUTTI_AT(int64_t, a, 0) = 5; */
#define TUTTI_AT(type, a, i) ((type *)tutti_array_at((a), sizeof(type), (i)))

/*
 * See how many items there are.
 *
 * a          the array
 * Returns    items, as it was made
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_array_count(const tutti_array *a);

/*
 * Give it back. Others keep what they have of it. Once for each time that this process has made,
 * opened or attached it.
 *
 * a          NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_array_free(tutti_array *a);

TUTTI_END

#endif
