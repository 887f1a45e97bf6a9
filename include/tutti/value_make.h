/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_VALUE_MAKE_H
#define TUTTI_VALUE_MAKE_H

#include <tutti/value.h>

/*
 * value_make.h - values one by one, where tutti_value_pack's format would have to be put together
 * first: of as many items as there are.
 *
 * Items that are passed stay the caller's; what is made keeps references of its own.
 *
 * Example:
 *
 *     int countdown(tutti_value **out)
 *     {
 *             tutti_value *items[10];
 *
 *             for (int i = 0; i < 10; i++)
 *                     items[i] = tutti_value_int(10 - i);
 *             return tutti_value_list(out, items, 10); // so small an int needs no unref
 *     }
 */

TUTTI_BEGIN

/*
 * Make None.
 *
 * Returns    it; never NULL, and may be unref'd
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_value *tutti_value_none(void);

/*
 * Make a bool.
 *
 * b          which
 * Returns    it; never NULL, and may be unref'd
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_value *tutti_value_bool(bool b);

/*
 * Make an int.
 *
 * n          which; one of 62 bits or fewer needs no memory, and so no unref
 * Returns    it, the caller's to unref; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_value *tutti_value_int(int64_t n);

/*
 * Make an int that is not negative.
 *
 * n          which; one of 61 bits or fewer needs no memory, and so no unref
 * Returns    it, the caller's to unref; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_value *tutti_value_uint(uint64_t n);

/*
 * Make an int of any size of its decimal digits.
 *
 * out        receives it
 * digits     with a sign or without; nothing else
 * size       bytes of them, at most TUTTI_VALUE_DIGITS_MAX and the sign
 * Returns    0; *out is the caller's to unref
 * Errors     -EINVAL   no number
 *            -E2BIG    too many digits
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_digits(tutti_value **out, const char *digits, size_t size);

/* Of an int as text, in JSON too: what time that takes grows with their square. */
enum { TUTTI_VALUE_DIGITS_MAX = 100000 };

/*
 * Make a float.
 *
 * x          which
 * Returns    it, the caller's to unref; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_value *tutti_value_float(double x);

/*
 * Make bytes.
 *
 * out        receives them
 * data       copied
 * size       bytes
 * Returns    0; *out is the caller's to unref
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_bytes(tutti_value **out, const void *data, size_t size);

/*
 * Make a text.
 *
 * out        receives it
 * text       UTF-8, copied; needs no final zero
 * size       bytes
 * Returns    0; *out is the caller's to unref
 * Errors     -EINVAL   not UTF-8, or surrogates in it
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_text(tutti_value **out, const char *text, size_t size);

/*
 * Make a list.
 *
 * out        receives it
 * items      n of them, none NULL
 * n          how many
 * Returns    0; *out is the caller's to unref
 * Errors     -EINVAL   an item is NULL
 *            -E2BIG    nested deeper than TUTTI_VALUE_DEPTH_MAX
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_list(tutti_value **out, tutti_value *const *items, size_t n);

/*
 * Make a tuple.
 *
 * out        receives it
 * items      n of them, none NULL
 * n          how many
 * Returns    0; *out is the caller's to unref
 * Errors     those of tutti_value_list
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_tuple(tutti_value **out, tutti_value *const *items, size_t n);

/*
 * Make a dict. Of keys that are equal the first stays, with the last one's value, as in Python.
 *
 * out        receives it
 * pairs      key, value, key, value; none NULL
 * n          how many pairs
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_ETYPE   a key has a list, dict or set in it
 *            and those of tutti_value_list
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_dict(tutti_value **out, tutti_value *const *pairs, size_t n);

/*
 * Make a set. Of members that are equal the first stays.
 *
 * out        receives it
 * items      n of them, none NULL
 * n          how many
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_ETYPE   a member has a list, dict or set in it
 *            and those of tutti_value_list
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_set(tutti_value **out, tutti_value *const *items, size_t n);

TUTTI_END

#endif
