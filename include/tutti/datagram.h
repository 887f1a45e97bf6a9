/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_DATAGRAM_H
#define TUTTI_DATAGRAM_H

#include <tutti/stream.h>

/*
 * datagram.h - single packets, over UDP or a Unix socket: each arrives whole, once, several times
 * or not at all, in any order. Any number of threads and tasks may read and write at once.
 *
 * Example:
 *
 *     #include <tutti/datagram.h>
 *
 *     ssize_t ask(const char *server, char *answer, size_t n)
 *     {
 *             tutti_datagram *d;
 *             ssize_t rc = tutti_datagram_open(&d, NULL, server);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_datagram_write(d, "time?", 5, NULL);
 *             if (rc == 0)
 *                     rc = tutti_datagram_read_until(
 *                             d, answer, n, NULL, 0, tutti_after(TUTTI_SECONDS(1)));
 *             tutti_datagram_free(d);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_datagram tutti_datagram;

/*
 * Open a socket for packets.
 *
 * d          receives it
 * local      where it receives, as in listener.h; NULL: the system chooses when something is sent,
 *            but over Unix sockets: there nobody can answer then
 * peer       with whom alone it is to exchange packets, as in stream.h; NULL: with anybody. Of
 *            several addresses of a name the first to which there is a way from here, and from
 *            local; whether anybody receives there nobody knows
 * Returns    0; *d is the caller's to free
 * Errors     -EINVAL           an address cannot be read; or neither is given
 *            -ENOENT           no such host, or no such file
 *            -EAGAIN           names cannot be looked up just now
 *            -EADDRINUSE       somebody receives there
 *            -EADDRNOTAVAIL    that is no address of this machine
 *            -EACCES           not allowed; also -ECONNREFUSED and what else the system says; of
 *                              several addresses, of the last one tried
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EMFILE           no descriptor; also -ENFILE
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_datagram_open(tutti_datagram **d, const char *local, const char *peer);

/*
 * Write a packet.
 *
 * d          the socket
 * data       its bytes; may be NULL if size is 0
 * size       how many
 * to         where, as tutti_datagram_read has given it: numbers, no name; NULL: to the peer
 * Returns    0; it is on its way
 * Errors     -EINVAL           the address cannot be read
 *            -EDESTADDRREQ     no address, and no peer
 *            -EMSGSIZE         longer than such packets can be
 *            -ECONNREFUSED     the peer has said that nobody receives there, now or before
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EMFILE, -ENOMEM and the like, at a thread's first wait: as tutti_fd_wait
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_datagram_write(
	tutti_datagram *d, const void *data, size_t size, const char *to);

/*
 * Read a packet, waiting until one has come.
 *
 * d          the socket
 * data       receives its bytes
 * size       room, bytes
 * from       receives who has sent it, as a text that can be sent to; NULL: not wanted
 * from_size  room, bytes; TUTTI_ADDRESS_SIZE is enough for any
 * Returns    how many bytes it has, also 0
 * Errors     -EMSGSIZE         it had more than there was room for, and is lost
 *            -ECONNREFUSED     the peer has said that nobody receives there
 *            TUTTI_ECANCELED   the caller was cancelled; no packet was taken
 *            -EMFILE, -ENOMEM and the like, at a thread's first wait: as tutti_fd_wait
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_datagram_read(
	tutti_datagram *d, void *data, size_t size, char *from, size_t from_size);

/*
 * The same with a deadline.
 *
 * d          the socket
 * data       receives its bytes
 * size       room, bytes
 * from       receives who has sent it; NULL: not wanted
 * from_size  room, bytes
 * deadline   absolute; in the past: only one that has come
 * Returns    as tutti_datagram_read
 * Errors     TUTTI_ETIMEDOUT   none came by then
 *            and those of tutti_datagram_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_datagram_read_until(tutti_datagram *d, void *data, size_t size, char *from,
	size_t from_size, tutti_time deadline);

/*
 * Get where it receives, with the port that it was given.
 *
 * d          the socket
 * text       receives it, cut to fit, with a final zero; may be NULL if size is 0
 * size       room, bytes; TUTTI_ADDRESS_SIZE is enough for any
 * Returns    how long it is without the zero, cut or not
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_datagram_address(const tutti_datagram *d, char *text, size_t size);

/*
 * Get the descriptor, for options of the socket: joining groups, allowing broadcasts.
 *
 * d          the socket
 * Returns    the descriptor, borrowed as long as d; not to be closed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_datagram_fd(const tutti_datagram *d);

/*
 * Close it and give it back. A socket file that it has made is removed, but not by a forked child.
 *
 * d          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_datagram_free(tutti_datagram *d);

TUTTI_END

#endif
