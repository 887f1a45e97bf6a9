/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_EXCHANGE_H
#define TUTTI_HTTP_EXCHANGE_H

#include <sys/types.h>
#include <tutti/bytes.h>

/*
 * http_exchange.h - one request and its reply, as a handler of a server (http_server.h) has them.
 *
 * All texts of the request are borrowed: they last until the handler returns. A body that the
 * handler does not read is read and dropped if it is small, otherwise the connection is closed
 * after the reply.
 *
 * An exchange is used by the handler's task; while that waits for them, also by others, one at a
 * time.
 *
 * Example:
 *
 *     #include <tutti/http_exchange.h>
 *
 *     // POST /echo/{name}
 *     int echo(tutti_http_exchange *x, void *arg)
 *     {
 *             tutti_bytes body;
 *             int rc = tutti_http_body(x, &body);
 *
 *             (void)arg;
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_http_reply_header(x, "X-Name", tutti_http_path_value(x, "name"));
 *             if (rc == 0)
 *                     rc = tutti_http_reply(x, 200, "application/octet-stream", body);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_http_exchange tutti_http_exchange;

/*
 * Get the method.
 *
 * x          the exchange
 * Returns    "GET"
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_method(const tutti_http_exchange *x);

/*
 * Get the path as it came, without the query: still encoded.
 *
 * x          the exchange
 * Returns    "/a%20b"; "*" of OPTIONS *
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_path(const tutti_http_exchange *x);

/*
 * Get what stands in the path for a {name} of the route, decoded.
 *
 * x          the exchange
 * name       as in the route
 * Returns    the text; NULL: the route has no such name
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_path_value(tutti_http_exchange *x, const char *name);

/*
 * Get a parameter of the query, the first of that name, decoded; + is a blank.
 *
 * x          the exchange
 * name       decoded; NULL: all of the query is meant, as it came, without the question mark
 * Returns    the text, empty for one without a value; NULL: there is none, or it has a zero byte
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_query(tutti_http_exchange *x, const char *name);

/*
 * Get a header of the request; of several of that name the first.
 *
 * x          the exchange
 * name       in whatever case
 * Returns    its value, without white space around it; NULL: there is none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_http_request_header(const tutti_http_exchange *x, const char *name);

/*
 * Get one header after the other, as they came.
 *
 * x          the exchange
 * i          which, from 0 on
 * name       receives its name
 * value      receives its value, without white space around it
 * Returns    0
 * Errors     -ENOENT   there are not so many
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_request_header_at(
	const tutti_http_exchange *x, size_t i, const char **name, const char **value);

/*
 * Ask whether the client has left, for a handler that works long. One that has only ended its
 * sending, as `nc -N` does, counts as gone. To be cancelled instead: cancel_when_gone in
 * http_server.h.
 *
 * x          the exchange
 * Returns    true: nobody will read a reply; false: not that it is known, now or ever of a stream
 *            that has no descriptor
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_http_peer_gone(const tutti_http_exchange *x);

/*
 * Read the whole body. Again, the same bytes.
 *
 * x          the exchange
 * body       receives it, borrowed; a zero follows, not counted
 * Returns    0
 * Errors     -EMSGSIZE         it is longer than the server's body_max
 *            TUTTI_EPROTO      it cannot be read, or ended too early
 *            TUTTI_ETIMEDOUT   it did not get on
 *            -EBUSY            part of it was read by tutti_http_read
 *            -ENOMEM, and those of tutti_stream_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_body(tutti_http_exchange *x, tutti_bytes *body);

/*
 * Read of the body what has come, waiting until there is something; it may be of any length.
 *
 * x          the exchange
 * data       receives it
 * size       room, bytes
 * Returns    how many bytes; 0: that was all of it, or size is 0
 * Errors     those of tutti_http_body but -EMSGSIZE, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_http_read(tutti_http_exchange *x, void *data, size_t size);

/*
 * Add a header to the reply. Content-Length, Transfer-Encoding, Connection and Date are not the
 * handler's to say.
 *
 * x          nothing was replied yet
 * name       a token
 * value      without line breaks or other control characters; copied
 * Returns    0
 * Errors     -EINVAL   no such name or value, or one of those above
 *            -EALREADY the reply has begun
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_reply_header(tutti_http_exchange *x, const char *name, const char *value);

/*
 * Reply.
 *
 * x          nothing was replied yet
 * status     200 and so on
 * type       of the content, "text/html; charset=utf-8"; NULL: none is said
 * body       lent; for HEAD only its length is said; of 204, 205 and 304 nothing
 * Returns    0; the system has all of it
 * Errors     -EINVAL   status is not 200 to 599, or type cannot stand in a header
 *            -EALREADY the reply has begun
 *            TUTTI_ETIMEDOUT   the client did not take it
 *            TUTTI_ECANCELED   the caller was cancelled; also -EPIPE, -ECONNRESET and what else
 *                      tutti_stream_write says: the connection is closed then
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_reply(
	tutti_http_exchange *x, int status, const char *type, tutti_bytes body);

/*
 * Begin a reply whose body is written piece by piece; it ends when the handler returns.
 *
 * x          nothing was replied yet
 * status     200 and so on
 * type       as in tutti_http_reply
 * size       bytes that the pieces will have together; -1: that is not known
 * Returns    0
 * Errors     those of tutti_http_reply, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_reply_begin(
	tutti_http_exchange *x, int status, const char *type, int64_t size);

/*
 * Write a piece of the body of a reply that was begun.
 *
 * x          the exchange
 * data       the bytes; may be NULL if size is 0
 * size       how many
 * Returns    0; the system has them; of a reply to HEAD nothing is written
 * Errors     -EMSGSIZE   more than was said when it began
 *            -EINVAL     none was begun
 *            and those of tutti_http_reply, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_write(tutti_http_exchange *x, const void *data, size_t size);

TUTTI_END

#endif
