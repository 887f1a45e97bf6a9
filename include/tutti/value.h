/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_VALUE_H
#define TUTTI_VALUE_H

#include <tutti/bytes.h>

/*
 * value.h - a value as Python has them: None, bool, int of any size, float, bytes, str, list,
 * tuple, dict, set. What jobs take and give where the types are not known when compiling, or where
 * the other side is not C. value_make.h makes them one by one, value_codec.h writes and reads them.
 *
 * A value never changes, so that any thread may read it, and none can contain itself. Values are
 * counted: a tutti_value * that a call hands out is a reference of your own, for tutti_value_unref;
 * a const tutti_value * is borrowed and lasts as long as what it was found in. None, bools, most
 * ints and most floats need no memory at all; they may be unref'd like others.
 *
 * Formats, of pack and unpack; white space, commas and colons between them mean nothing:
 *
 *     n  None               b  bool            i  int          L  int64_t      K  uint64_t
 *     d  double             s  const char *, UTF-8 with a final zero           O  a value
 *     S  tutti_bytes, as a str                 y  tutti_bytes, as bytes
 *     (...)  tuple          [...]  list        <...>  set      {key:value ...}  dict
 *
 * Texts are UTF-8 without surrogates. Equality is Python's: 1 == 1.0 == True, a list is no tuple, a
 * dict is equal whatever its order. A dict keeps the order of its keys; keys and members of sets
 * are whatever has no list, dict or set in it.
 *
 * Example:
 *
 *     int lookup(int64_t *count)
 *     {
 *             tutti_value *v;
 *             int rc = tutti_value_pack(&v, "{s:[LL], s:d}", "counts", INT64_C(3), INT64_C(4),
 *                     "ratio", 0.75);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_value_as_int(tutti_value_at(tutti_value_key(v, "counts"), 1), count);
 *             tutti_value_unref(v);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_value tutti_value;

/* clang-format off */
enum {
	TUTTI_VALUE_NONE, TUTTI_VALUE_BOOL, TUTTI_VALUE_INT, TUTTI_VALUE_FLOAT, TUTTI_VALUE_BYTES,
	TUTTI_VALUE_TEXT, TUTTI_VALUE_LIST, TUTTI_VALUE_TUPLE, TUTTI_VALUE_DICT, TUTTI_VALUE_SET,
	TUTTI_VALUE_OPAQUE /* of a pickle, which is kept as it is: value_pickle.h */
};
/* clang-format on */

/* Lists within lists, at most; a value nested deeper cannot be made, nor read. */
enum { TUTTI_VALUE_DEPTH_MAX = 200 };

/*
 * Make a value of C's, by a format; the letters that stand for something take an argument each. No
 * format gives None, several give a tuple of them. An O keeps a reference of its own; a NULL text
 * is None.
 *
 * out        receives the value
 * format     see above
 * Returns    0; *out is the caller's to unref
 * Errors     -ENOMEM       no memory
 *            -EINVAL       the format is none, an O is NULL, or a text is not UTF-8
 *            -E2BIG        nested deeper than TUTTI_VALUE_DEPTH_MAX
 *            TUTTI_ETYPE   a key of a dict or a member of a set that cannot be one
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_pack(tutti_value **out, const char *format, ...);

/*
 * Take a value apart into C's, by a format; each letter that stands for something takes a pointer
 * to it. b is a bool alone, an int is a bool too, d an int too. O is const tutti_value *. () and []
 * each are a list or tuple of just so many. In {} a key is "s", which takes the key's text, and may
 * be followed by ? : it may be missing, and its pointers are then left as they are; other keys are
 * left alone. Texts, bytes and values are borrowed.
 *
 * v          lent; what was taken from it lasts as long
 * format     see above, without < >
 * Returns    0; all are filled in
 * Errors     TUTTI_ETYPE   v is not like the format; nothing is filled in
 *            -ERANGE       an int is too large for its place; nothing is filled in
 *            -EINVAL       the format is none, or an s has a zero byte in it
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_unpack(const tutti_value *v, const char *format, ...);

/*
 * Find an item of a list or tuple by its place, a key of a dict, a member of a set.
 *
 * v          lent
 * index      from 0
 * Returns    the item, borrowed from v; NULL: there is none, or v has no items
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_value *tutti_value_at(const tutti_value *v, size_t index);

/*
 * Find what a dict has under a text.
 *
 * v          lent
 * key        UTF-8
 * Returns    the value, borrowed from v; NULL: there is none, or v is no dict
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_value *tutti_value_key(const tutti_value *v, const char *key);

/*
 * Find what a dict has under a key of any kind, or the member of a set that is equal to it.
 *
 * v          lent
 * key        lent
 * Returns    the value, borrowed from v; NULL: there is none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_value *tutti_value_find(const tutti_value *v, const tutti_value *key);

/*
 * Find what a dict has at a place in its order; tutti_value_at gives the key.
 *
 * v          lent
 * index      from 0
 * Returns    the value, borrowed from v; NULL: there is none, or v is no dict
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_value *tutti_value_under(const tutti_value *v, size_t index);

/*
 * Say which kind of value it is.
 *
 * v          lent
 * Returns    TUTTI_VALUE_NONE and so on; -EINVAL of NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_kind(const tutti_value *v);

/*
 * Say what Python calls that kind: "NoneType", "int", "str".
 *
 * v          lent
 * Returns    the word, for ever; "nothing" of NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_value_type(const tutti_value *v);

/*
 * Say how many items it has; of a text, of bytes and of what is opaque, how many bytes.
 *
 * v          lent
 * Returns    that; 0 of others
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_value_size(const tutti_value *v);

/*
 * Get an int; a bool is 0 or 1.
 *
 * v          lent
 * out        receives the number
 * Returns    0
 * Errors     TUTTI_ETYPE   no int
 *            -ERANGE       it has more than 64 bits
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_as_int(const tutti_value *v, int64_t *out);

/*
 * Get a float; of an int, the nearest to it.
 *
 * v          lent
 * out        receives the number
 * Returns    0
 * Errors     TUTTI_ETYPE   neither float nor int
 *            -ERANGE       an int beyond all doubles
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_as_float(const tutti_value *v, double *out);

/*
 * Get the UTF-8 of a text, or bytes. A zero follows the last, not counted.
 *
 * v          lent
 * out        receives them, borrowed from v
 * Returns    0
 * Errors     TUTTI_ETYPE   neither text nor bytes
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_as_bytes(const tutti_value *v, tutti_bytes *out);

/*
 * Compare as Python's == does. Of floats that are no number none is equal to any, but an item is to
 * itself.
 *
 * a          lent
 * b          lent
 * Returns    whether they are equal
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_value_equal(const tutti_value *a, const tutti_value *b);

/*
 * Get a number that is the same for values that are equal, in this process.
 *
 * v          lent; a list, dict or set in it counts by its kind and size
 * Returns    the number
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint64_t tutti_value_hash(const tutti_value *v);

/*
 * Take one more reference.
 *
 * v          NULL does nothing
 * Returns    v, the caller's to unref
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_value *tutti_value_ref(tutti_value *v);

/*
 * Give a reference back.
 *
 * v          NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_value_unref(tutti_value *v);

TUTTI_END

#endif
