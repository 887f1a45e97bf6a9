/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_RESPONSE_H
#define TUTTI_HTTP_RESPONSE_H

#include <sys/types.h>
#include <tutti/bytes.h>
#include <tutti/error.h>
#include <tutti/value.h>

/*
 * http_response.h - the answer to a request of a client (http_client.h): status, headers, body.
 *
 * What it lends lasts until it is freed. One thread or task uses it at a time; while its body is
 * read piece by piece that is one of the thread that asked.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/http_client.h>
 *
 *     int save(tutti_http_session *s, const char *url, FILE *to)
 *     {
 *             static char piece[65536];
 *             tutti_http_response r;
 *             ssize_t n = tutti_http_open(s, &r, "GET", url, NULL);
 *
 *             if (n < 0)
 *                     return (int)n;
 *             while ((n = tutti_http_response_read(&r, piece, sizeof(piece))) > 0)
 *                     fwrite(piece, 1, (size_t)n, to);
 *             tutti_http_response_free(&r);
 *             return (int)n;
 *     }
 */

TUTTI_BEGIN

/* What went wrong, in a sentence; empty if nothing did. */
typedef struct tutti_http_fault {
	char text[256];
} tutti_http_fault;

typedef struct tutti_http_response {
	int status;       /* 200 and so on */
	tutti_bytes body; /* borrowed; a zero follows, not counted; empty from tutti_http_open */
	void *priv;
} tutti_http_response;

/*
 * Get a header.
 *
 * r          the response
 * name       in whatever case
 * Returns    its value, borrowed; of several of that name all, with ", " between them; NULL: there
 *            is none, or no memory to join them
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_header(const tutti_http_response *r, const char *name);

/*
 * Get the headers one by one, in the order in which they came.
 *
 * r          the response
 * i          from 0
 * name       receives the name, borrowed; may be NULL
 * value      receives the value, borrowed; may be NULL
 * Returns    0
 * Errors     -ENOENT   there are not so many
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_header_at(
	const tutti_http_response *r, size_t i, const char **name, const char **value);

/*
 * Get the url that has answered: after redirects, with params, without a login.
 *
 * r          the response
 * Returns    the url, borrowed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_url(const tutti_http_response *r);

/*
 * Get the length of the body as the server says it (Content-Length): compressed, if it is.
 *
 * r          the response
 * Returns    bytes; -1: it does not say
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int64_t tutti_http_size(const tutti_http_response *r);

/*
 * Make an error of a status that says there was one.
 *
 * r          the response
 * Returns    0; the status is below 400
 * Errors     TUTTI_ESTATUS   it is 400 or more; the fault of the request's options has the words
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_check(const tutti_http_response *r);

/*
 * Get the body as a text in UTF-8, from the charset that Content-Type names, or a byte order mark
 * that is there, or else UTF-8. What cannot be read in it is U+FFFD. Again, the same text.
 *
 * r          the response, not from tutti_http_open
 * text       receives it, borrowed; a zero follows, not counted
 * Returns    0
 * Errors     -EINVAL   the charset is not known here
 *            -EBUSY    from tutti_http_open
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_text(tutti_http_response *r, tutti_bytes *text);

/*
 * Read the body as JSON.
 *
 * r          the response, not from tutti_http_open
 * value      receives it
 * Returns    0; *value is the caller's to unref
 * Errors     -EBUSY    from tutti_http_open
 *            and those of tutti_value_from_json, TUTTI_EPROTO among them
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_json(tutti_http_response *r, tutti_value **value);

/*
 * Read of the body what has come, waiting until there is something. What came before a failure is
 * read before that is told.
 *
 * r          from tutti_http_open
 * data       receives it
 * size       room, bytes
 * Returns    how many bytes; 0: that was all of it, or size is 0
 * Errors     -EBUSY            not from tutti_http_open: the body is there
 *            -EPERM            another thread asked for it
 *            TUTTI_ECANCELED   the caller was cancelled; nothing was read, and it can go on
 *            and those of tutti_http_request; each further call says the same
 * Context    a thread or task of the loop that asked
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_http_response_read(tutti_http_response *r, void *data, size_t size);

/*
 * Give it back. A body that was not read to its end is given up with its connection.
 *
 * r          made empty; an empty one does nothing
 * Context    any thread or task; unless it is read to its end best one of the loop that asked
 * Waits      never
 */
TUTTI_API void tutti_http_response_free(tutti_http_response *r);

TUTTI_END

#endif
