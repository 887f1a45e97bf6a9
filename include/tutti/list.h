/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LIST_H
#define TUTTI_LIST_H

#include <sys/types.h>
#include <tutti/value.h>

/*
 * list.h - a list of values that any threads and tasks of this process change, with no lock of
 * theirs. Each call happens at once, as if alone; of several calls that belong together others see
 * what is between them, unless all hold one lock (lock.h).
 *
 * Places are counted from 0, or from the end: -1 is the last. At either end adding and taking off
 * cost the same however long the list is, elsewhere what comes after is moved.
 *
 * Values that are passed stay the caller's; the list keeps references of its own. A value that is
 * handed out is a reference of the caller's, so nobody's change takes it away. To go through all,
 * take a snapshot. dict.h and hashset.h are the same for dicts and sets.
 *
 * Example:
 *
 *     #include <tutti/list.h>
 *     #include <tutti/value_make.h>
 *
 *     int note(tutti_list *results, int n)
 *     {
 *             return tutti_list_append(results, tutti_value_int(n));
 *     }
 *
 *     bool is_seen(tutti_list *results, int n)
 *     {
 *             return tutti_list_index(results, tutti_value_int(n)) >= 0;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_list tutti_list;

/*
 * Make an empty list.
 *
 * l          receives it
 * Returns    0; *l is the caller's to free
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_list_create(tutti_list **l);

/*
 * Add a value at the end.
 *
 * l          the list
 * v          the list takes a reference of its own
 * Returns    0
 * Errors     -EINVAL   v is NULL
 *            -E2BIG    v is nested so deep that no snapshot could hold it
 *            -ENOMEM   no memory; nothing was added
 * Context    any thread or task
 * Waits      never for long: as others change the list
 */
TUTTI_API int tutti_list_append(tutti_list *l, tutti_value *v);

/*
 * Add a value before what is at a place; beyond either end, at that end.
 *
 * l          the list
 * index      the place
 * v          the list takes a reference of its own
 * Returns    0
 * Errors     those of tutti_list_append
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_list_insert(tutti_list *l, int64_t index, tutti_value *v);

/*
 * Get what is at a place.
 *
 * l          the list
 * index      the place
 * out        receives it, the caller's to unref
 * Returns    0
 * Errors     -ERANGE   the list is not so long
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_list_get(tutti_list *l, int64_t index, tutti_value **out);

/*
 * Put a value in the place of another.
 *
 * l          the list
 * index      the place
 * v          the list takes a reference of its own
 * Returns    0
 * Errors     -ERANGE   the list is not so long
 *            -EINVAL, -E2BIG as tutti_list_append
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_list_set(tutti_list *l, int64_t index, tutti_value *v);

/*
 * Take a value off the list: -1 takes the last.
 *
 * l          the list
 * index      the place
 * out        receives it, the caller's to unref; NULL: it is not wanted
 * Returns    0
 * Errors     -ERANGE   the list is not so long
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_list_pop(tutti_list *l, int64_t index, tutti_value **out);

/*
 * Take the first that equals v off the list.
 *
 * l          the list
 * v          lent
 * Returns    0
 * Errors     -ENOENT   none does
 *            -EINVAL   v is NULL
 * Context    any thread or task
 * Waits      never for long; others wait while it compares
 */
TUTTI_API int tutti_list_remove(tutti_list *l, const tutti_value *v);

/*
 * Find the first that equals v.
 *
 * l          the list
 * v          lent
 * Returns    its place
 * Errors     -ENOENT   none does
 *            -EINVAL   v is NULL
 * Context    any thread or task
 * Waits      never for long; others wait while it compares
 */
TUTTI_API ssize_t tutti_list_index(tutti_list *l, const tutti_value *v);

/*
 * Say how long it is, which the next moment may change.
 *
 * l          the list
 * Returns    how many values
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API size_t tutti_list_size(tutti_list *l);

/*
 * Get all that is in it at one moment, as a value that does not change.
 *
 * l          the list
 * out        receives a list, the caller's to unref
 * Returns    0
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never for long; others wait while it is copied, a word for each value
 */
TUTTI_API int tutti_list_snapshot(tutti_list *l, tutti_value **out);

/*
 * Take all off.
 *
 * l          the list
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API void tutti_list_clear(tutti_list *l);

/*
 * Give it back.
 *
 * l          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_list_free(tutti_list *l);

TUTTI_END

#endif
