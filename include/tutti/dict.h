/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_DICT_H
#define TUTTI_DICT_H

#include <tutti/value.h>

/*
 * dict.h - values under keys, which any threads and tasks of this process change, with no lock of
 * theirs. Each call happens at once, as if alone; of several calls that belong together others see
 * what is between them, unless all hold one lock (lock.h).
 *
 * Keys are what a dict of value.h may have as such, and 1 and 1.0 are one key. It keeps the order
 * in which its keys came. Finding, adding and taking off cost the same however many there are.
 *
 * Values and keys that are passed stay the caller's; the dict keeps references of its own. What is
 * handed out is a reference of the caller's, so nobody's change takes it away. To go through all,
 * take a snapshot.
 *
 * Example:
 *
 *     #include <tutti/dict.h>
 *     #include <tutti/lock.h>
 *     #include <tutti/value_make.h>
 *
 *     static tutti_lock counting; // of getting and setting, which belong together
 *
 *     int count_word(tutti_dict *counts, const char *word)
 *     {
 *             tutti_value *v = NULL;
 *             int64_t n = 0;
 *
 *             TUTTI_HOLD(&counting);
 *             if (tutti_dict_get_key(counts, word, &v) == 0)
 *                     tutti_value_as_int(v, &n);
 *             return tutti_dict_set_key(counts, word, tutti_value_int(n + 1));
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_dict tutti_dict;

/*
 * Make an empty dict.
 *
 * d          receives it
 * Returns    0; *d is the caller's to free
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_dict_create(tutti_dict **d);

/*
 * Put a value under a key, in the place of what was there.
 *
 * d          the dict
 * key        the dict takes a reference of its own
 * v          likewise
 * Returns    0
 * Errors     TUTTI_ETYPE   key has a list, dict or set in it
 *            -EINVAL       key or v is NULL
 *            -E2BIG        one of them is nested so deep that no snapshot could hold it
 *            -ENOMEM       no memory; nothing was changed
 * Context    any thread or task
 * Waits      never for long: as others change the dict
 */
TUTTI_API int tutti_dict_set(tutti_dict *d, tutti_value *key, tutti_value *v);

/*
 * The same under a text.
 *
 * d          the dict
 * key        UTF-8, copied
 * v          the dict takes a reference of its own
 * Returns    0
 * Errors     -EINVAL   key is not UTF-8
 *            and those of tutti_dict_set
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_dict_set_key(tutti_dict *d, const char *key, tutti_value *v);

/*
 * Put a value under a key unless there is one, and get the one that is there then: of many that do
 * this at once all get the same.
 *
 * d          the dict
 * key        the dict takes a reference of its own
 * v          likewise
 * out        receives what is there, the caller's to unref; NULL: it is not wanted
 * Returns    1: v was put; 0: something was there
 * Errors     those of tutti_dict_set
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_dict_set_default(
	tutti_dict *d, tutti_value *key, tutti_value *v, tutti_value **out);

/*
 * Get what is under a key.
 *
 * d          the dict
 * key        lent
 * out        receives it, the caller's to unref; NULL: only whether there is one
 * Returns    0
 * Errors     -ENOENT       nothing is
 *            TUTTI_ETYPE   key has a list, dict or set in it
 *            -EINVAL       key is NULL
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_dict_get(tutti_dict *d, const tutti_value *key, tutti_value **out);

/*
 * The same under a text, of which no value is made.
 *
 * d          the dict
 * key        UTF-8
 * out        receives it, the caller's to unref; NULL: only whether there is one
 * Returns    0
 * Errors     -ENOENT   nothing is
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_dict_get_key(tutti_dict *d, const char *key, tutti_value **out);

/*
 * Take a key out, and what is under it.
 *
 * d          the dict
 * key        lent
 * out        receives what was there, the caller's to unref; NULL: it is not wanted
 * Returns    0
 * Errors     those of tutti_dict_get
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API int tutti_dict_pop(tutti_dict *d, const tutti_value *key, tutti_value **out);

/*
 * Say how many keys it has, which the next moment may change.
 *
 * d          the dict
 * Returns    how many
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API size_t tutti_dict_size(tutti_dict *d);

/*
 * Get all that is in it at one moment, as a value that does not change.
 *
 * d          the dict
 * out        receives a dict, the caller's to unref
 * Returns    0
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never for long; others wait while it is copied, two words for each key
 */
TUTTI_API int tutti_dict_snapshot(tutti_dict *d, tutti_value **out);

/*
 * Take all out.
 *
 * d          the dict
 * Context    any thread or task
 * Waits      never for long
 */
TUTTI_API void tutti_dict_clear(tutti_dict *d);

/*
 * Give it back.
 *
 * d          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_dict_free(tutti_dict *d);

TUTTI_END

#endif
