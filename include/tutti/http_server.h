/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_SERVER_H
#define TUTTI_HTTP_SERVER_H

#include <tutti/http_exchange.h>
#include <tutti/stream.h>

/*
 * http_server.h - a server for HTTP/1.1 (libtutti-net). A handler is a plain function that reads
 * the request and replies (http_exchange.h); each connection is a task of its own, so handlers may
 * wait as they like while others run. Keep-alive, pipelining and chunked bodies need nothing of
 * them.
 *
 * A route is a method and a path. In the path {name} stands for one segment and {name...}, at its
 * end, for all that is left; without a method it is for any, and GET is for HEAD too. Of several
 * that match the one that is more exact is taken: segment by segment a text before a {name} before
 * a {name...}, then a method before any. What no route matches is answered 404; if only the method
 * does not, 405. Segments are compared decoded: /a%62 is /ab, and %2F is no slash.
 *
 * Requests that others might read differently are refused, with 400: without Host or with two,
 * white space before the colon, folded headers, bare line feeds, two lengths, a length and chunks,
 * zero bytes. Methods that are unknown are 501. A head that is too long is 431, or 414 if it is the
 * address that is; one that does not come in time 408.
 *
 * Example:
 *
 *     #include <tutti/http_server.h>
 *
 *     static int hello(tutti_http_exchange *x, void *arg)
 *     {
 *             (void)arg;
 *             return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text("hello\n"));
 *     }
 *
 *     int serve_hello(void)
 *     {
 *             tutti_http_server *s;
 *             int rc = tutti_http_server_create(&s, "127.0.0.1:8080");
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_http_server_route(s, "GET /", hello, NULL);
 *             if (rc == 0)
 *                     rc = tutti_http_server_serve(s);
 *             tutti_http_server_free(s);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_http_server tutti_http_server;

/* 0 in any is what stands there. Durations are in ns. */
typedef struct tutti_http_server_options {
	size_t head_max;       /* bytes of a request's head; 32 KiB, at most 1 MiB */
	size_t body_max;       /* bytes that tutti_http_body reads; 1 MiB */
	tutti_time head_time;  /* for a whole head, from its first byte on; 10 s */
	tutti_time idle_time;  /* a connection may be open without a request; 75 s */
	tutti_time stall_time; /* no byte of a body comes, or 256 KiB of a reply do not go; 60 s */
	tutti_time grace;      /* for those that run when serving ends; 5 s; -1: none */
	bool cancel_when_gone; /* a handler, in a task of its own for that, is cancelled once its
				  client has left; false: it finds out when it writes, or asks
				  tutti_http_peer_gone */
	uint64_t reserved[5];  /* 0 */
} tutti_http_server_options;

/*
 * Serve one request: read what is wanted of it, and reply once.
 *
 * x          the request, to be replied to; only until this returns
 * arg        as the route was made with
 * Returns    0
 * Errors     any code: if nothing was replied, the client gets status 500, and of what it did wrong
 *            413 or 400, as tutti_http_body and tutti_http_read said; tutti_fail's text goes to the
 *            reporter (report.h), not to the client. If the reply had begun it is cut
 * Context    a task of the loop that serves
 * Waits      as it likes; cancelled when the client has to be given up, and with cancel_when_gone
 *            when it has left
 */
typedef int (*tutti_http_handler)(tutti_http_exchange *x, void *arg);

/*
 * Make a server, which listens at once: connections that come before it serves are kept waiting.
 *
 * s          receives it
 * address    as for a listener (listener.h): "127.0.0.1:8080", "[::]:0", "unix:/run/my.sock"; NULL:
 *            it does not listen, and serves what tutti_http_server_serve_stream is given
 * Returns    0; *s is the caller's to free
 * Errors     those of tutti_listener_create, -EADDRINUSE among them
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      may, to look a host name up; cancellation point
 */
TUTTI_API int tutti_http_server_create(tutti_http_server **s, const char *address);

/*
 * Set its limits.
 *
 * s          not serving yet
 * options    copied
 * Returns    0
 * Errors     -EINVAL   a negative duration, head_max beyond 1 MiB, or reserved is not 0
 *            -EBUSY    it serves
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_server_configure(
	tutti_http_server *s, const tutti_http_server_options *options);

/*
 * Add a route.
 *
 * s          not serving yet
 * route      "GET /users/{id}", "/static/{path...}"; copied
 * fn         serves what matches
 * arg        for fn; lent as long as the server
 * Returns    0
 * Errors     -EINVAL   it cannot be read, or names a method that is none; a name is there twice or
 *                      has other than letters, digits and _; a {...} is not the last; fn is NULL
 *            -EEXIST   there is one for just the same
 *            -EBUSY    it serves
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_server_route(
	tutti_http_server *s, const char *route, tutti_http_handler fn, void *arg);

/*
 * Serve, in tasks of the caller's loop, until the caller is cancelled; then no more are accepted,
 * idle connections closed, and those that are at work may finish within the time of grace. That is
 * the end of its listening: serving once more is -EBADF.
 *
 * s          the server
 * Returns    never 0
 * Errors     TUTTI_ECANCELED   the caller was cancelled; all connections are closed
 *            -EBUSY            it serves already
 *            and those of tutti_listener_serve
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_server_serve(tutti_http_server *s);

/*
 * Serve one connection that came from elsewhere, until it ends: for other ways to accept, on many
 * loops or over TLS. It has the signature that tutti_listener_serve wants.
 *
 * stream     stays the caller's
 * server     a tutti_http_server, which any number of threads and tasks may use at once
 * Returns    0
 * Errors     what ended it other than the client's leave: -EPIPE, -ECONNRESET and so on
 *            TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_server_serve_stream(tutti_stream *stream, void *server);

/*
 * Have its connections end: idle ones, with half a head at most, now, those at work with the reply
 * that they are at, new ones after their first; WebSockets are told that it goes away. For streams
 * that come from elsewhere; tutti_http_server_serve does this itself when it is cancelled. There is
 * no way back.
 *
 * s          served by any number of threads and tasks
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_http_server_shutdown(tutti_http_server *s);

/*
 * Get the port, for one that was made with port 0.
 *
 * s          the server
 * Returns    the port; 0: it has none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_server_port(const tutti_http_server *s);

/*
 * Give it back; it listens no more.
 *
 * s          nobody serves it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_http_server_free(tutti_http_server *s);

TUTTI_END

#endif
