/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_WEBSOCKET_MESSAGE_H
#define TUTTI_WEBSOCKET_MESSAGE_H

#include <tutti/websocket.h>

/*
 * websocket_message.h - what goes over a WebSocket (websocket.h): messages, each a text or bytes.
 * A read gives a whole one, in however many fragments it came.
 *
 * What the other side must not do ends the connection: frames that are masked at the wrong end or
 * not at the right one, a text that is no UTF-8, reserved bits, unknown kinds. It is told why, and
 * reads say TUTTI_EPROTO from then on.
 *
 * Example:
 *
 *     #include <tutti/websocket_message.h>
 *
 *     // GET /echo, of a server
 *     int echo_messages(tutti_http_exchange *x, void *arg)
 *     {
 *             tutti_websocket_message m;
 *             tutti_websocket *ws;
 *             int rc = tutti_websocket_accept(x, &ws, NULL);
 *
 *             (void)arg;
 *             while (rc == 0 && (rc = tutti_websocket_read(ws, &m)) == 0)
 *                     rc = tutti_websocket_write(ws, m.kind, m.bytes);
 *             return rc; // TUTTI_EDONE: the other side has closed it
 *     }
 */

TUTTI_BEGIN

enum { TUTTI_WEBSOCKET_TEXT = 1, TUTTI_WEBSOCKET_BINARY = 2 };

typedef struct tutti_websocket_message {
	int kind;          /* one of those; a text is UTF-8 */
	tutti_bytes bytes; /* borrowed; a zero follows them, not counted */
} tutti_websocket_message;

/*
 * Read a message, waiting until there is one.
 *
 * ws         the WebSocket
 * message    receives it; its bytes last until the next read
 * Returns    0
 * Errors     TUTTI_EDONE       the other side has closed it: tutti_websocket_code says how
 *            -ECONNRESET       it went without a word, or the connection was cut
 *            TUTTI_ETIMEDOUT   it does not answer pings; for good
 *            TUTTI_EPROTO      it did not keep to the protocol
 *            -EMSGSIZE         its message is longer than message_max; the connection ends
 *            -EBUSY            another reads at this moment
 *            TUTTI_ECANCELED   the caller was cancelled; what has come of a message is kept
 *            -ENOMEM           no memory; the connection ends
 *            and those of tutti_stream_read
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_read(tutti_websocket *ws, tutti_websocket_message *message);

/*
 * The same with a deadline.
 *
 * ws         the WebSocket
 * message    receives it
 * deadline   absolute; in the past: only what is there
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   none came whole by then; what has come of one is kept
 *            and those of tutti_websocket_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_read_until(
	tutti_websocket *ws, tutti_websocket_message *message, tutti_time deadline);

/*
 * Write a message, waiting while the other side does not keep up, and for others that write.
 *
 * ws         the WebSocket
 * kind       TUTTI_WEBSOCKET_TEXT or TUTTI_WEBSOCKET_BINARY
 * bytes      lent
 * Returns    0; the system has all of it: that it arrived only an answer can tell
 * Errors     -EILSEQ           a text that is no UTF-8
 *            -EINVAL           another kind
 *            -EPIPE            it was closed, by either side, or has gone
 *            -ECONNRESET       the connection was cut; also what else the system says
 *            TUTTI_ECANCELED   the caller was cancelled; if part was sent, that was the end
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_write(tutti_websocket *ws, int kind, tutti_bytes bytes);

/*
 * The same with a deadline.
 *
 * ws         the WebSocket
 * kind       as above
 * bytes      lent
 * deadline   absolute; in the past: only what goes in at once
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not all of it by then; if part was sent, that was the end
 *            and those of tutti_websocket_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_write_until(
	tutti_websocket *ws, int kind, tutti_bytes bytes, tutti_time deadline);

/*
 * Give the next piece of a message.
 *
 * arg        as tutti_websocket_write_from was called with
 * data       receives it
 * size       room, bytes
 * Returns    how many bytes; 0: that was all
 * Errors     any code: the message is broken off, and with it, but for the first, the connection
 * Context    the task of the writer
 * Waits      as it likes, while others that write messages wait
 */
typedef ssize_t (*tutti_websocket_source)(void *arg, void *data, size_t size);

/*
 * Write a message that is never in memory as a whole: piece by piece, as fragments. Pongs and pings
 * go out between them.
 *
 * ws         the WebSocket
 * kind       as above; that a text is UTF-8 is the caller's to see to
 * next       gives the pieces
 * arg        for next
 * Returns    0
 * Errors     what next said, < 0; if pieces are out the connection is closed then, with 1011
 *            and those of tutti_websocket_write, TUTTI_ECANCELED among them, but -EILSEQ
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_write_from(
	tutti_websocket *ws, int kind, tutti_websocket_source next, void *arg);

TUTTI_END

#endif
