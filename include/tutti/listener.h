/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LISTENER_H
#define TUTTI_LISTENER_H

#include <tutti/stream.h>

/*
 * listener.h - where others connect to: an address, and a stream for each that comes. The usual
 * server is one call, tutti_listener_serve, which starts a task for each.
 *
 * Example:
 *
 *     #include <tutti/listener.h>
 *
 *     static int echo(tutti_stream *s, void *arg)
 *     {
 *             char block[4096];
 *             ssize_t n;
 *
 *             (void)arg;
 *             while ((n = tutti_stream_read(s, block, sizeof block)) > 0) {
 *                     int rc = tutti_stream_write(s, block, (size_t)n);
 *
 *                     if (rc < 0)
 *                             return rc;
 *             }
 *             return (int)n;
 *     }
 *     int serve_echo(void)
 *     {
 *             tutti_listener *l;
 *             int rc = tutti_listener_create(&l, "127.0.0.1:7000", NULL);
 *
 *             if (rc == 0) {
 *                     rc = tutti_listener_serve(l, echo, NULL);
 *                     tutti_listener_free(l);
 *             }
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_listener tutti_listener;

typedef struct tutti_listener_options {
	int backlog;     /* how many may have come and not been accepted; 0: as the system likes */
	bool share;      /* others may listen there too, and each gets its part (SO_REUSEPORT) */
	bool one_family; /* an IPv6 address takes no IPv4 (IPV6_V6ONLY) */
	bool gather;     /* of the streams, as in tutti_stream_options */
	tutti_time deadline;  /* of looking up a host's name, absolute; 0: none */
	uint64_t reserved[3]; /* 0 */
} tutti_listener_options;

/*
 * Listen. The place is free again at once after the end (SO_REUSEADDR); a socket file that nobody
 * listens at any more is replaced. Of several that begin there at the same moment, in whatever
 * processes, one gets it: its folder is locked meanwhile (flock).
 *
 * l          receives the listener
 * address    as in stream.h; ":80" is every address of this machine, IPv6 and IPv4; port 0 is one
 *            that is free
 * options    NULL: all defaults
 * Returns    0; *l is the caller's to free
 * Errors     -EINVAL          the address cannot be read; or options
 *            -ENOENT          no such host, or no such folder
 *            -EADDRINUSE      somebody listens there
 *            -EADDRNOTAVAIL   that is no address of this machine
 *            -EACCES          not allowed; also what else the system says
 *            TUTTI_ETIMEDOUT  the name was not found by options' deadline
 *            TUTTI_ECANCELED  the caller was cancelled
 *            -EMFILE          no descriptor; also -ENFILE
 *            -ENOMEM          no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_listener_create(
	tutti_listener **l, const char *address, const tutti_listener_options *options);

/*
 * Accept one that has come, waiting until there is one. Any number of threads and tasks may.
 *
 * l          the listener
 * s          receives the stream
 * Returns    0; *s is the caller's to free
 * Errors     -EMFILE           no descriptor for it, also -ENFILE, -ENOMEM; it waits on
 *            -EPERM            a firewall has refused the one that had come
 *            -EBADF            the listener was closed meanwhile
 *            TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_listener_accept(tutti_listener *l, tutti_stream **s);

/*
 * The same with a deadline.
 *
 * l          the listener
 * s          receives the stream
 * deadline   absolute; in the past: only one that is there
 * Returns    0; *s is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   none came by then
 *            and those of tutti_listener_accept, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_listener_accept_until(tutti_listener *l, tutti_stream **s, tutti_time deadline);

/*
 * Accept for ever, and run fn for each stream in a task of its own on the caller's loop. When a
 * task ends its stream is closed; that it failed is reported, but for the other side having gone.
 * If it cannot accept, as without descriptors, it says so, but not again within ten seconds, and
 * goes on when it can.
 *
 * l          the listener
 * fn         has the stream until it returns; < 0: it failed
 * arg        passed on
 * Returns    never 0
 * Errors     TUTTI_ECANCELED   the caller was cancelled; so are the tasks, and all have ended
 *            -EBADF            tutti_listener_close was called; the tasks have ended by themselves
 *            any other         it cannot be waited for: as tutti_fd_wait
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_listener_serve(
	tutti_listener *l, int (*fn)(tutti_stream *s, void *arg), void *arg);

/*
 * Let nobody connect any more, and those that accept go on with -EBADF. Streams are not touched.
 * Forked processes have the same socket: it is closed for all of them.
 *
 * l          the listener
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_listener_close(tutti_listener *l);

/*
 * Get where it listens, as a text that can be connected to; with the port that it was given.
 *
 * l          the listener, not closed
 * text       receives it, cut to fit, with a final zero; may be NULL if size is 0
 * size       room, bytes; TUTTI_ADDRESS_SIZE is enough for any
 * Returns    how long it is without the zero, cut or not
 * Errors     -EBADF   closed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_listener_address(const tutti_listener *l, char *text, size_t size);

/*
 * Get the port.
 *
 * l          the listener
 * Returns    1 to 65535; 0: it has none
 * Errors     -EBADF   closed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_listener_port(const tutti_listener *l);

/*
 * Close it, if it is not, and give it back. A socket file that it has made is removed. In a forked
 * child it is only given back: the parent goes on listening.
 *
 * l          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_listener_free(tutti_listener *l);

TUTTI_END

#endif
