/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_CONNECTION_H
#define TUTTI_CONNECTION_H

#include <tutti/listener.h>
#include <tutti/value_pickle.h>

/*
 * connection.h - messages between two programs, as Python's multiprocessing.connection has them
 * with Listener and Client (libtutti-net). The other side may be C or Python.
 *
 * One may send while another receives, from whatever threads and tasks; two at the same side at
 * once are -EBUSY, as of streams.
 *
 * Example:
 *
 *     #include <tutti/connection.h>
 *
 *     int ask(const char *address, const tutti_value *question, tutti_value **answer)
 *     {
 *             tutti_connection *c;
 *             int rc = tutti_connection_connect(&c, address, tutti_bytes_text("key"),
 *                     tutti_after(TUTTI_SECONDS(5)));
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_connection_send(c, question);
 *             if (rc == 0)
 *                     rc = tutti_connection_recv(c, answer);
 *             tutti_connection_free(c);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_connection tutti_connection;

/*
 * Connect: Python's Client(address, authkey=key).
 *
 * c          receives it
 * address    as in stream.h
 * key        read during the call; empty: nothing is to be proved
 * deadline   absolute
 * Returns    0; *c is the caller's to free
 * Errors     TUTTI_EAUTH       the keys differ
 *            TUTTI_EPROTO      the other side says something else
 *            TUTTI_EDONE       it has closed the connection
 *            TUTTI_ETIMEDOUT   not by then
 *            and those of tutti_stream_connect, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_connect(
	tutti_connection **c, const char *address, tutti_bytes key, tutti_time deadline);

/*
 * Accept the next who connects: Python's Listener(address, authkey=key).accept(). Who fails to
 * prove the key is turned away, and said so; one that does not answer takes ten seconds at most, so
 * a listener that many use accepts in several tasks.
 *
 * c          receives it
 * l          a listener of the caller's
 * key        read during the call; empty: nothing is to be proved
 * deadline   absolute
 * Returns    0; *c is the caller's to free
 * Errors     TUTTI_EAUTH       the keys differ; the listener is as before
 *            TUTTI_EPROTO      the other side says something else, or nothing; the same
 *            TUTTI_EDONE       it has closed the connection; the same
 *            TUTTI_ETIMEDOUT   nobody by then
 *            and those of tutti_listener_accept, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_accept(
	tutti_connection **c, tutti_listener *l, tutti_bytes key, tutti_time deadline);

/*
 * Send a value.
 *
 * c          the connection
 * v          lent
 * Returns    0
 * Errors     -EPIPE            the other side has gone; also -ECONNRESET
 *            TUTTI_ETYPE       it cannot be written (tutti_value_to_pickle)
 *            TUTTI_ECANCELED   the caller was cancelled; part of it may be sent, so that only
 *                              freeing is left
 *            -EINVAL           v is NULL
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_send(tutti_connection *c, const tutti_value *v);

/*
 * Receive a value. What our values have no kind for is opaque (value_pickle.h).
 *
 * c          the connection
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     TUTTI_EDONE       the other side has closed the connection
 *            TUTTI_EPROTO      that is no message, or it ended within one
 *            -E2BIG            more than 64 MiB, or another limit of tutti_pickle_options
 *            -ELOOP            a list or dict that contains itself
 *            TUTTI_ECANCELED   the caller was cancelled; the message can still be received
 *            -ENOMEM           no memory
 *            and those of tutti_stream_read
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_recv(tutti_connection *c, tutti_value **v);

/*
 * The same with a deadline.
 *
 * c          the connection
 * v          receives it
 * deadline   absolute; in the past: only what is there
 * Returns    0; *v is the caller's to unref
 * Errors     TUTTI_ETIMEDOUT   not all of it by then; it can still be received
 *            and those of tutti_connection_recv, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_recv_until(
	tutti_connection *c, tutti_value **v, tutti_time deadline);

/*
 * Send bytes, which are received as such: Python's send_bytes.
 *
 * c          the connection
 * data       read during the call
 * size       bytes
 * Returns    0
 * Errors     those of tutti_connection_send, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_send_bytes(tutti_connection *c, const void *data, size_t size);

/*
 * Receive a message as bytes: Python's recv_bytes.
 *
 * c          the connection
 * out        receives them
 * deadline   absolute; in the past: only what is there
 * Returns    0; *out is the caller's to free
 * Errors     those of tutti_connection_recv_until, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_connection_recv_bytes(
	tutti_connection *c, tutti_bytes *out, tutti_time deadline);

/*
 * Get the stream below, for its peer or its descriptor.
 *
 * c          the connection
 * Returns    the stream, which stays the connection's
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_stream *tutti_connection_stream(const tutti_connection *c);

/*
 * Close and free it.
 *
 * c          nobody is in a call of it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_connection_free(tutti_connection *c);

TUTTI_END

#endif
