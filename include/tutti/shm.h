/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SHM_H
#define TUTTI_SHM_H

#include <tutti/handle.h>

/*
 * shm.h - memory that processes share: zeroed pages that are at another address in each. Put plain
 * data into them, and what has TUTTI_SHARED to guard it, but no pointers. For numbers with a lock
 * of their own see array.h.
 *
 * It is found by its handle, or by a name that processes agree on: one makes it by that name, the
 * others open it. The name goes when its maker frees the memory, or ends; a name whose maker was
 * killed is found out and used again by the next who makes it. The memory itself goes with the last
 * process that has it, however that ends: nothing is ever left behind.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/race.h>
 *     #include <tutti/shm.h>
 *
 *     int count_up(const char *name)
 *     {
 *             tutti_shm *m;
 *             int rc = tutti_shm_open(&m, name);
 *
 *             if (rc == 0) {
 *                     int *n = (int *)tutti_shm_data(m);
 *
 *                     TUTTI_STORE(n, TUTTI_LOAD(n) + 1);
 *                     tutti_shm_free(m);
 *             }
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_shm tutti_shm;

enum { TUTTI_NAME_MOST = 200 }; /* bytes of a name */

/*
 * Make memory that can be shared. Only pages that are touched take up any.
 *
 * m          receives it
 * size       bytes, at least 1; zeroed
 * Returns    0; *m is the caller's to free
 * Errors     -EINVAL   size is 0
 *            -EFBIG    more than the process may have
 *            -ENOMEM   no memory; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_shm_create(tutti_shm **m, size_t size);

/*
 * The same with a name for other processes of this user.
 *
 * m          receives it
 * name       1 to TUTTI_NAME_MOST bytes without a slash, but for one at the beginning, which does
 *            not count
 * size       bytes, at least 1; zeroed
 * Returns    0; *m is the caller's to free, and with it the name
 * Errors     -EEXIST   a living process has made memory of that name
 *            -EINVAL   size is 0, or no such name
 *            and those of tutti_shm_create; -EACCES, -ENOENT, -ENOSPC: the system
 *            has no place for names
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_shm_create_named(tutti_shm **m, const char *name, size_t size);

/*
 * Have the memory of that name, if its maker lives and has not freed it.
 *
 * m          receives it
 * name       as it was made by
 * Returns    0; *m is the caller's to free
 * Errors     -ENOENT   there is none
 *            -EINVAL   no such name
 *            and those of tutti_shm_attach
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_shm_open(tutti_shm **m, const char *name);

/*
 * Have the memory that a handle names.
 *
 * m          receives it
 * handle     of shared memory
 * Returns    0; *m is the caller's to free
 * Errors     -EINVAL        the handle names nothing
 *            -ESRCH         the process that gave it is gone
 *            -ESTALE        that process has freed it
 *            -EACCES        that process is another user's
 *            -EBUSY         both processes have shared with others before, see handle.h
 *            TUTTI_ETYPE    it names something else
 *            TUTTI_EPROTO   the other process has a version of tutti that does not fit
 *            -ENOMEM        no memory, or no room to map it; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_shm_attach(tutti_shm **m, tutti_handle handle);

/*
 * Name the memory, for another process.
 *
 * m          the memory
 * Returns    its handle; good as handle.h says
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_handle tutti_shm_handle(const tutti_shm *m);

/*
 * See where the memory is.
 *
 * m          the memory
 * Returns    its first byte, on a multiple of 64; there until this process' last tutti_shm_free
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void *tutti_shm_data(tutti_shm *m);

/*
 * See how much it is.
 *
 * m          the memory
 * Returns    bytes, as it was made
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_shm_size(const tutti_shm *m);

/*
 * Give it back. Others keep what they have of it. Once for each time that this process has made,
 * opened or attached it.
 *
 * m          NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_shm_free(tutti_shm *m);

TUTTI_END

#endif
