/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HASHSET_H
#define TUTTI_HASHSET_H

#include <tutti/value.h>

/*
 * hashset.h - a set of values that any threads and tasks of this process change, with no lock of
 * theirs. Each call happens at once, as if alone.
 *
 * Members are what a set of value.h may have as such. Values that are passed stay the caller's; the
 * set keeps references of its own. To go through all, take a snapshot.
 *
 * Example:
 *
 *     #include <tutti/hashset.h>
 *
 *     // Of many that meet the same address one gets true.
 *     bool is_mine(tutti_hashset *seen, tutti_value *address)
 *     {
 *             return tutti_hashset_add(seen, address) == 1;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_hashset tutti_hashset;

/*
 * Make an empty set.
 *
 * s          receives it
 * Returns    0; *s is the caller's to free
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_hashset_create(tutti_hashset **s);

/*
 * Let v be a member.
 *
 * s          the set
 * v          the set takes a reference of its own, if v is new
 * Returns    1: it is new; 0: one that equals it was there
 * Errors     TUTTI_ETYPE   v has a list, dict or set in it
 *            -EINVAL       v is NULL
 *            -E2BIG        it is nested so deep that no snapshot could hold it
 *            -ENOMEM       no memory; nothing was changed
 * Context    any thread or task
 * Waits      never for long: as others change the set
 */
TUTTI_API int tutti_hashset_add(tutti_hashset *s, tutti_value *v);

/*
 * Let v not be a member.
 *
 * s          the set
 * v          lent
 * Returns    0
 * Errors     -ENOENT       it was none
 *            TUTTI_ETYPE   it has a list, dict or set in it
 *            -EINVAL       v is NULL
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_hashset_remove(tutti_hashset *s, const tutti_value *v);

/*
 * Take some member out: the one that came last.
 *
 * s          the set
 * out        receives it, the caller's to unref
 * Returns    0
 * Errors     -ENOENT   there is none
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_hashset_pop(tutti_hashset *s, tutti_value **out);

/*
 * Say whether v is a member.
 *
 * s          the set
 * v          lent
 * Returns    whether it is; NULL and what cannot be one are not
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API bool tutti_hashset_contains(tutti_hashset *s, const tutti_value *v);

/*
 * Say how many members it has, which the next moment may change.
 *
 * s          the set
 * Returns    how many
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API size_t tutti_hashset_size(tutti_hashset *s);

/*
 * Get all members there are at one moment, as a value that does not change.
 *
 * s          the set
 * out        receives a set, the caller's to unref
 * Returns    0
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never for long; others wait while it is copied, a word for each member
 */
TUTTI_API int tutti_hashset_snapshot(tutti_hashset *s, tutti_value **out);

/*
 * Take all out.
 *
 * s          the set
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API void tutti_hashset_clear(tutti_hashset *s);

/*
 * Give it back.
 *
 * s          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_hashset_free(tutti_hashset *s);

TUTTI_END

#endif
