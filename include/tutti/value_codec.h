/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_VALUE_CODEC_H
#define TUTTI_VALUE_CODEC_H

#include <tutti/value.h>

/*
 * value_codec.h - values as text, as JSON, and as few bytes as can be; docs/values.md says how each
 * looks. What is read need not be trusted: it is refused with the place where it goes wrong.
 *
 * What is written has a zero behind its last byte that is not counted.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int show(const char *json, size_t size)
 *     {
 *             tutti_value *v;
 *             tutti_bytes text;
 *             tutti_value_fault fault;
 *             int rc = tutti_value_from_json(&v, json, size, NULL, &fault);
 *
 *             if (rc < 0) {
 *                     fprintf(stderr, "%s\n", fault.text);
 *                     return rc;
 *             }
 *             rc = tutti_value_repr(&text, v);
 *             if (rc == 0) {
 *                     printf("%s\n", (const char *)text.data);
 *                     tutti_bytes_free(&text);
 *             }
 *             tutti_value_unref(v);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_value_fault {
	size_t at;      /* byte of the input; of writing: of the output */
	char text[120]; /* with that place, as in "at byte 17: a comma is missing" */
} tutti_value_fault;

typedef struct tutti_json_options {
	int indent;  /* spaces for each level, and a line for each item; 0: all on one line */
	bool spaced; /* a space behind each comma and colon, as Python's json.dumps has them */
	bool ascii;  /* what is not ASCII as \u escapes, as there */
	bool nan;    /* NaN, Infinity and -Infinity too, which JSON does not have; Python does. They
			are what a number beyond the doubles reads as, else that is an error */
	uint64_t reserved[2]; /* 0 */
} tutti_json_options;

/*
 * Write a value as Python's repr does.
 *
 * out        receives the text, UTF-8
 * v          lent
 * Returns    0; *out is the caller's to free
 * Errors     -ENOMEM   no memory
 *            -EINVAL   v is NULL
 *            -E2BIG    an int of more than TUTTI_VALUE_DIGITS_MAX digits
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_repr(tutti_bytes *out, const tutti_value *v);

/*
 * Write a value as Python's str does: a text as it is, all others by repr.
 *
 * out        receives the text, UTF-8
 * v          lent
 * Returns    0; *out is the caller's to free
 * Errors     those of tutti_value_repr
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_str(tutti_bytes *out, const tutti_value *v);

/*
 * Write a value as JSON. A tuple becomes an array; keys that are None, bool, int or float become
 * texts, as with Python's json.dumps.
 *
 * out        receives it, UTF-8
 * v          lent
 * options    NULL: as short as can be, strict
 * fault      receives what is wrong; may be NULL
 * Returns    0; *out is the caller's to free
 * Errors     TUTTI_ETYPE   bytes, sets, keys of other kinds: JSON has none
 *            -ERANGE       NaN or an infinity, and not options->nan
 *            -E2BIG        an int of more than TUTTI_VALUE_DIGITS_MAX digits
 *            -ENOMEM       no memory
 *            -EINVAL       v is NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_to_json(tutti_bytes *out, const tutti_value *v,
	const tutti_json_options *options, tutti_value_fault *fault);

/*
 * Read JSON. Numbers without fraction and exponent are ints, of any size; of equal keys the last
 * one's value stays. White space may surround it, nothing else.
 *
 * out        receives the value
 * text       UTF-8, without a byte order mark; read during the call
 * size       bytes
 * options    only nan is looked at; NULL: strict
 * fault      receives what is wrong, and where; may be NULL
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_EPROTO   no JSON, or a \u escape of half a character
 *            -ERANGE        a number beyond the doubles, and not options->nan
 *            -E2BIG         nested too deep, or too many digits in an int
 *            -ENOMEM        no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_from_json(tutti_value **out, const void *text, size_t size,
	const tutti_json_options *options, tutti_value_fault *fault);

/*
 * Write a value as bytes, in tutti's own form: every kind, exactly, and only one way for each.
 *
 * out        receives them
 * v          lent
 * Returns    0; *out is the caller's to free
 * Errors     -ENOMEM   no memory
 *            -EINVAL   v is NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_encode(tutti_bytes *out, const tutti_value *v);

/*
 * Read a value from such bytes.
 *
 * out        receives the value
 * data       read during the call
 * size       bytes; all must belong to it
 * fault      receives what is wrong, and where; may be NULL
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_EPROTO   these are no such bytes, or not the ones that encode writes
 *            -E2BIG         nested too deep
 *            -ENOMEM        no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_decode(
	tutti_value **out, const void *data, size_t size, tutti_value_fault *fault);

TUTTI_END

#endif
