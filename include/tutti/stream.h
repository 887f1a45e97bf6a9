/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_STREAM_H
#define TUTTI_STREAM_H

#include <sys/types.h>
#include <tutti/time.h>

/*
 * stream.h - bytes in order, both ways, over TCP or a Unix socket. A task that waits for them
 * leaves its thread to others, so ten thousand connections are ten thousand tasks and one thread; a
 * thread that waits blocks. Pieces of a known length or end are read by stream_read.h; the side
 * that others connect to is listener.h.
 *
 * An address is a text: "example.org:80", "127.0.0.1:80", "[::1]:80", "unix:/run/my.sock", or, with
 * a name of Linux' own that is no file, "unix:@name". A host name is looked up without holding the
 * thread up; of its addresses all are tried, IPv6 and IPv4 in turn, a quarter of a second after one
 * another, until the first accepts (RFC 8305).
 *
 * One may read while another writes, from whatever threads and tasks. Two at the same side at once
 * are an error of the program and told so, -EBUSY: their bytes would mix. Waiting is cheapest in
 * the thread where it was before: a stream stays in that one's poller, until it is used elsewhere.
 *
 * Small writes are sent at once (TCP_NODELAY). That the other side has gone is -EPIPE or
 * -ECONNRESET, never a signal.
 *
 * Example:
 *
 *     #include <tutti/stream.h>
 *
 *     ssize_t ask(const char *address, char *answer, size_t n)
 *     {
 *             tutti_stream *s;
 *             ssize_t rc = tutti_stream_connect(&s, address, NULL);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_stream_write(s, "hello\n", 6);
 *             if (rc == 0)
 *                     rc = tutti_stream_read(s, answer, n);
 *             tutti_stream_free(s);
 *             return rc;
 *     }
 */

#include <tutti/error.h>

TUTTI_BEGIN

typedef struct tutti_stream tutti_stream;

typedef struct tutti_stream_options {
	const char *local; /* the address to connect from, without a name; NULL: any */
	bool gather;       /* let the system hold small writes back, to send them in one (Nagle) */
	uint64_t reserved[4]; /* 0 */
} tutti_stream_options;

/*
 * Connect.
 *
 * s          receives the stream
 * address    as above
 * options    NULL: all defaults
 * Returns    0; *s is the caller's to free
 * Errors     -EINVAL           the address cannot be read; or options
 *            -ENOENT           no such host, or no such file
 *            -EAGAIN           names cannot be looked up just now
 *            -ECONNREFUSED     nobody listens there
 *            -ENETUNREACH      no way there; also -EHOSTUNREACH, -ETIMEDOUT, -EACCES and what else
 *                              the system says; of several addresses, of the last one tried
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EMFILE           no descriptor; also -ENFILE
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_connect(
	tutti_stream **s, const char *address, const tutti_stream_options *options);

/*
 * The same with a deadline.
 *
 * s          receives the stream
 * address    as above
 * options    NULL: all defaults
 * deadline   absolute; in the past: only what connects at once
 * Returns    0; *s is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   not connected by then
 *            and those of tutti_stream_connect, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_connect_until(tutti_stream **s, const char *address,
	const tutti_stream_options *options, tutti_time deadline);

/*
 * Make a stream of a descriptor: a socket, a pipe's end, a terminal. It is set not to block, which
 * all see that share it: of descriptor 1 that is printf, and of a terminal other programs too. What
 * open() gives for "/dev/stdout" is shared with nobody, but for a socket, which it cannot open.
 *
 * s          receives the stream
 * fd         the stream's from now on, which closes it; after an error still the caller's
 * Returns    0; *s is the caller's to free
 * Errors     -EBADF    not open
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_stream_open(tutti_stream **s, int fd);

/*
 * Read what is there, waiting until there is something.
 *
 * s          the stream
 * data       receives it
 * size       room, bytes
 * Returns    how many bytes, at most size; 0: the other side will send no more, or size is 0
 * Errors     -ECONNRESET       the connection was cut; also -ETIMEDOUT and what else there is
 *            -EBUSY            another reads at this moment
 *            TUTTI_ECANCELED   the caller was cancelled; nothing was read
 *            -EMFILE, -ENOMEM and the like, at a thread's first wait: as tutti_fd_wait
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_stream_read(tutti_stream *s, void *data, size_t size);

/*
 * The same with a deadline.
 *
 * s          the stream
 * data       receives it
 * size       room, bytes
 * deadline   absolute; in the past: only what is there
 * Returns    as tutti_stream_read
 * Errors     TUTTI_ETIMEDOUT   nothing came by then
 *            and those of tutti_stream_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_stream_read_until(
	tutti_stream *s, void *data, size_t size, tutti_time deadline);

/*
 * Write all of it, waiting while the other side does not keep up.
 *
 * s          the stream
 * data       the bytes; may be NULL if size is 0
 * size       how many
 * Returns    0; the system has all of it: that it arrived only an answer can tell
 * Errors     -EPIPE            the other side has gone, or the stream was shut down, or a write
 *                              was broken off before
 *            -ECONNRESET       the connection was cut; also what else the system says
 *            -EBUSY            another writes at this moment
 *            TUTTI_ECANCELED   the caller was cancelled; part may have been sent: then it was
 *                              broken off
 *            -EMFILE, -ENOMEM and the like, at a thread's first wait: as tutti_fd_wait
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_write(tutti_stream *s, const void *data, size_t size);

/*
 * The same with a deadline.
 *
 * s          the stream
 * data       the bytes; may be NULL if size is 0
 * size       how many
 * deadline   absolute; in the past: only what goes in at once
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not all of it by then; part may have been sent: broken off
 *            and those of tutti_stream_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_write_until(
	tutti_stream *s, const void *data, size_t size, tutti_time deadline);

/*
 * Say that no more will be written: the other side's reads come to an end, one's own go on. Half of
 * closing. What was written before arrives first.
 *
 * s          the stream; nobody writes just now
 * Returns    0, also of a second time
 * Errors     -ENOTSUP    it is not a socket
 *            -ENOTCONN   the connection was cut
 *            and, where the end is written as bytes, as with TLS, those of tutti_stream_write
 * Context    any thread or task
 * Waits      may: where the end is written as bytes, and is a cancellation point there
 */
TUTTI_API int tutti_stream_shutdown(tutti_stream *s);

/*
 * The same with a deadline.
 *
 * s          the stream; nobody writes just now
 * deadline   absolute; in the past: only what goes in at once
 * Returns    0, also of a second time
 * Errors     TUTTI_ETIMEDOUT   the end did not go in by then
 *            and those of tutti_stream_shutdown
 * Context    any thread or task
 * Waits      may: as tutti_stream_shutdown
 */
TUTTI_API int tutti_stream_shutdown_until(tutti_stream *s, tutti_time deadline);

/*
 * Get the descriptor, for what this header has not: options of the socket, tutti_case_fd.
 *
 * s          the stream
 * Returns    the descriptor, borrowed as long as s; not to be closed. Of a layer the one below
 * Errors     -ENOTSUP   a layer over no descriptor
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_stream_fd(const tutti_stream *s);

/*
 * Get whom it is connected to, as a text that can be connected to.
 *
 * s          the stream
 * text       receives it, cut to fit, with a final zero; may be NULL if size is 0
 * size       room, bytes; TUTTI_ADDRESS_SIZE is enough for any
 * Returns    how long it is without the zero, cut or not
 * Errors     -ENOTCONN   it is not connected; -ENOTSUP: it is no socket, nor is one below it
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_stream_peer(const tutti_stream *s, char *text, size_t size);

enum { TUTTI_ADDRESS_SIZE = 128 };

/*
 * Close it and give it back. What was written still arrives, if the other side reads.
 *
 * s          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_stream_free(tutti_stream *s);

TUTTI_END

#endif
