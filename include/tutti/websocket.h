/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_WEBSOCKET_H
#define TUTTI_WEBSOCKET_H

#include <tutti/http_exchange.h>
#include <tutti/tls.h>

/*
 * websocket.h - WebSockets (RFC 6455), both ends: messages both ways over a connection that began
 * as HTTP (libtutti-net). Here is how they begin and end; the messages are websocket_message.h.
 *
 * A handler of the HTTP server (http_server.h) turns its connection into one with
 * tutti_websocket_accept, and has it until it returns. A client connects to "ws://host:port/path",
 * or, encrypted, to "wss://...". What comes out is the same at both ends.
 *
 * One may read while others write, from whatever threads and tasks; writers take turns, and each
 * message arrives whole. While somebody reads, pings are answered and, if wished for, the other
 * side is pinged itself.
 *
 * An end that was said is one by a close frame, with a code: 1000 is the usual one, 1001 that one
 * goes away, from 4000 on they are the program's own. A connection that just ends was cut.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/websocket_message.h>
 *
 *     int ask(const char *url, const char *question)
 *     {
 *             tutti_websocket_fault fault;
 *             tutti_websocket_message answer;
 *             tutti_websocket *ws;
 *             int rc = tutti_websocket_connect(&ws, url, NULL, &fault); // "ws://127.0.0.1:80/"
 *
 *             if (rc < 0) {
 *                     fprintf(stderr, "%s\n", fault.text);
 *                     return rc;
 *             }
 *             rc = tutti_websocket_write(ws, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text(question));
 *             if (rc == 0)
 *                     rc = tutti_websocket_read(ws, &answer);
 *             if (rc == 0)
 *                     puts((const char *)answer.bytes.data);
 *             tutti_websocket_close(ws, 1000, NULL);
 *             tutti_websocket_free(ws);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_websocket tutti_websocket;

enum { TUTTI_WEBSOCKET_SERVER, TUTTI_WEBSOCKET_CLIENT };

/* Why there was no connection. */
typedef struct tutti_websocket_fault {
	int status;     /* that the server answered with; 0: it did not answer */
	char text[256]; /* in a sentence; empty if nothing went wrong */
} tutti_websocket_fault;

/* 0 in any is what stands there. Durations are in ns. */
typedef struct tutti_websocket_options {
	const char *const *protocols; /* spoken within, the best first, behind them NULL; none */
	size_t message_max;           /* bytes of a message that is read; 16 MiB */
	tutti_time ping_time;  /* nothing came for so long: ping; and for so long again: the other
				  side has gone. Only while somebody reads; never */
	tutti_time close_time; /* that the other side has to end it too; 5 s */
	const char *const *origins; /* accept: pages of these, "https://example.org", behind them
				       NULL, and whoever is no page; whosever */
	const char *const *headers; /* connect: "name", "value", ..., NULL, of the request; none */
	tutti_tls_client *tls;      /* connect: the settings of wss; all defaults */
	uint64_t reserved[4];       /* 0 */
} tutti_websocket_options;

/*
 * In a handler of an HTTP server, which has not replied: take its connection over. From now on the
 * exchange has nothing to write or to read, and the server's limits of time do not count. When the
 * handler returns the server closes it, with 1000, or 1011 if the handler failed, or 1001 if the
 * server ends, and frees it; before that the handler may do so. What a read said it may return: it
 * is not reported.
 *
 * x          a GET that asks for a WebSocket, version 13
 * ws         receives it
 * options    NULL: all defaults. Texts are lent during the call
 * Returns    0; *ws is the caller's until the handler returns
 * Errors     TUTTI_EPROTO      it asks for none: the client gets 400, or 426 with what there is, if
 *                              the handler returns without a reply of its own
 *            -EACCES           a page of another origin; likewise 403
 *            TUTTI_ESHUTDOWN   the server ends; likewise 503
 *            -EINVAL           options
 *            -EALREADY         the reply has begun
 *            -ENOMEM           no memory
 *            and those of tutti_http_reply, TUTTI_ECANCELED among them
 * Context    the handler's task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_accept(
	tutti_http_exchange *x, tutti_websocket **ws, const tutti_websocket_options *options);

/*
 * Connect to a server.
 *
 * ws         receives it
 * url        "ws://example.org/chat?room=1", "wss://[::1]:8443/"; without user, without fragment
 * options    NULL: all defaults. Texts are lent during the call
 * fault      receives what is wrong; may be NULL
 * Returns    0; *ws is the caller's to free
 * Errors     -EINVAL           the url cannot be read; or options
 *            -EPROTONOSUPPORT  its scheme is neither ws nor wss
 *            TUTTI_EREMOTE     the server's answer is another status than 101: fault has it
 *            TUTTI_EPROTO      what answers is no WebSocket: a wrong key, a protocol that was not
 *                              offered, no HTTP at all
 *            -ECONNRESET       the connection ended meanwhile
 *            -ENOMEM           no memory
 *            and those of tutti_stream_connect and, for wss, of tutti_tls_connect,
 *            TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_connect(tutti_websocket **ws, const char *url,
	const tutti_websocket_options *options, tutti_websocket_fault *fault);

/*
 * The same with a deadline.
 *
 * ws         receives it
 * url        as above
 * options    NULL: all defaults
 * fault      receives what is wrong; may be NULL
 * deadline   absolute, for all of it
 * Returns    0; *ws is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   not ready by then
 *            and those of tutti_websocket_connect, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_connect_until(tutti_websocket **ws, const char *url,
	const tutti_websocket_options *options, tutti_websocket_fault *fault, tutti_time deadline);

/*
 * Make one of a stream on which the handshake is over.
 *
 * ws         receives it
 * stream     still the caller's, who leaves it alone and frees it after *ws
 * end        TUTTI_WEBSOCKET_SERVER or TUTTI_WEBSOCKET_CLIENT: which one this is
 * options    of which message_max and the durations count; NULL: all defaults
 * Returns    0; *ws is the caller's to free
 * Errors     -EINVAL   end or options
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_websocket_wrap(tutti_websocket **ws, tutti_stream *stream, int end,
	const tutti_websocket_options *options);

/*
 * Get the protocol that was agreed on.
 *
 * ws         the WebSocket
 * Returns    one of the options'; borrowed as long as ws; NULL: none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_websocket_protocol(const tutti_websocket *ws);

/*
 * Get the stream below, for what it tells: tutti_stream_peer, tls_info.h.
 *
 * ws         the WebSocket
 * Returns    the stream, borrowed; not to be read or written
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_stream *tutti_websocket_stream(const tutti_websocket *ws);

/*
 * Close it: say so, and read until the other side says so too; what still comes is dropped. If
 * another reads, that goes on until it has read the end. No more can be written. How long it may
 * take is the options' close_time.
 *
 * ws         the WebSocket
 * code       1000; what is allowed: 1000 to 1003, 1007 to 1014, 3000 to 4999
 * reason     for people, UTF-8, at most 123 bytes; NULL: none
 * Returns    0, also of a second time; both have said it
 * Errors     -EINVAL           code or reason
 *            TUTTI_ETIMEDOUT   the other side did not say it in time
 *            -ECONNRESET       it went without a word; also what else reading says
 *            TUTTI_EPROTO      it did not keep to the protocol; also -EMSGSIZE, see reading
 *            TUTTI_ECANCELED   the caller was cancelled; what is to be said is said
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_close(tutti_websocket *ws, int code, const char *reason);

/*
 * The same with a deadline.
 *
 * ws         the WebSocket
 * code       as above
 * reason     as above
 * deadline   absolute, instead of close_time; in the past: says so, and reads what is there
 * Returns    0
 * Errors     as tutti_websocket_close, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_websocket_close_until(
	tutti_websocket *ws, int code, const char *reason, tutti_time deadline);

/*
 * Get how the other side ended it.
 *
 * ws         the WebSocket, on which a read or a close said that it has ended
 * reason     receives what it said for people, empty if nothing, borrowed; may be NULL
 * Returns    its code; 1005: it said none; 1006: it went without a word, or its words were
 *            not to be understood; 0: it has not ended
 * Context    any thread or task, not while another reads
 * Waits      never
 */
TUTTI_API int tutti_websocket_code(const tutti_websocket *ws, const char **reason);

/*
 * Give it back, and with it the connection, if it made that itself. Without a close before it this
 * is an end without a word.
 *
 * ws         nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_websocket_free(tutti_websocket *ws);

TUTTI_END

#endif
