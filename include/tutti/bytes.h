/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_BYTES_H
#define TUTTI_BYTES_H

#include <tutti/api.h>

/*
 * bytes.h - bytes of any length, as the argument or result of a job.
 *
 * Bytes that you pass are read during the call and copied where needed. Bytes that a call hands out
 * to you are a reference of your own: tutti_bytes_free them. Borrowed ones, from tutti_bytes_of and
 * tutti_bytes_text, have no owner; freeing those does nothing. The contents are never changed.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int show(int n)
 *     {
 *             tutti_bytes b;
 *             int rc = tutti_bytes_printf(&b, "%d squared is %d", n, n * n);
 *
 *             if (rc < 0)
 *                     return rc;
 *             printf("%.*s\n", (int)b.size, (const char *)b.data);
 *             tutti_bytes_free(&b);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_bytes {
	const void *data;
	size_t size; /* bytes */
	void *owner; /* tutti's; NULL: borrowed */
} tutti_bytes;

/*
 * Borrow memory as bytes.
 *
 * data       borrowed as long as the bytes are used; may be NULL if size is 0
 * size       bytes
 * Returns    the bytes, without an owner
 * Context    any thread or task; signal
 * Waits      never
 */
TUTTI_API tutti_bytes tutti_bytes_of(const void *data, size_t size);

/*
 * Borrow a text as bytes, without its final zero.
 *
 * text       borrowed as long as the bytes are used; NULL gives no bytes
 * Returns    the bytes, without an owner
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_bytes tutti_bytes_text(const char *text);

/*
 * Copy memory into bytes of your own.
 *
 * out        receives the bytes
 * data       read during the call; may be NULL if size is 0
 * size       bytes
 * Returns    0; *out is the caller's to free
 * Errors     -ENOMEM   no memory
 *            -EINVAL   data is NULL, and size is not 0
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_bytes_copy(tutti_bytes *out, const void *data, size_t size);

/*
 * Print into bytes of your own. A zero follows the last byte and is not counted.
 *
 * out        receives the bytes
 * format     as printf
 * Returns    0; *out is the caller's to free
 * Errors     -ENOMEM   no memory
 *            -EINVAL   the format cannot be printed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_bytes_printf(tutti_bytes *out, const char *format, ...) TUTTI_PRINTF(2, 3);

/*
 * See whether bytes are a text: UTF-8, strictly, without surrogates. What a program has printed may
 * be anything.
 *
 * bytes      read during the call
 * place      receives how many bytes are; all, or up to the first that is not. May be NULL
 * Returns    0; it is a text
 * Errors     -EILSEQ   it is none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_bytes_check_utf8(tutti_bytes bytes, size_t *place);

/*
 * Give your reference back and make *bytes empty.
 *
 * bytes      NULL, empty or borrowed ones do nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_bytes_free(tutti_bytes *bytes);

TUTTI_END

#endif
