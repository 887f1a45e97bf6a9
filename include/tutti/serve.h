/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SERVE_H
#define TUTTI_SERVE_H

#include <tutti/listener.h>

/*
 * serve.h - one server on all cores: several loops accept at one place, each with a task for every
 * connection that it has got. What runs a loop is a word:
 *
 *     "processes"   a process each: tutti_cpu_count() of them, "processes:4" four
 *     "threads"     a thread each, likewise
 *     "tasks"       the caller's own loop alone, as tutti_listener_serve
 *
 * All accept from the one socket of the listener, which the caller's process keeps open. So who has
 * connected and is not accepted yet waits there for any of them: a worker that dies or is held up
 * takes only those along whom it has accepted. (With a socket for each, by SO_REUSEPORT, those who
 * wait at one whose worker dies are cut off.)
 *
 * Processes are looked after. One that ends, however, is replaced and that is reported: at once, or
 * after a pause that doubles, up to five seconds, while the next ones live no longer than that. As
 * long as any of them has come to accept it goes on so for ever; if six in a row end before they
 * do, it gives up. They are daemons (process.h), and end with their parent, however that ends.
 *
 * It ends when the process gets SIGINT or SIGTERM, or the caller is cancelled: then no more is
 * accepted than have connected by then, and connections have a while to end by themselves; what is
 * left is cancelled, and processes that do not end by that in another second are killed. A second
 * signal shortens the while to nothing. A worker that gets SIGTERM itself ends in that way alone.
 *
 * Example:
 *
 *     #include <tutti/serve.h>
 *
 *     static int greet(tutti_stream *s, void *arg)
 *     {
 *             (void)arg;
 *             return tutti_stream_write(s, "hello\n", 6);
 *     }
 *     int serve_greetings(const char *where)
 *     {
 *             tutti_listener *l;
 *             int rc = tutti_listener_create(&l, ":7000", NULL);
 *
 *             if (rc == 0) {
 *                     rc = tutti_serve(l, where, greet, NULL, NULL);
 *                     tutti_listener_free(l);
 *             }
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_serve_options {
	size_t arg_size;      /* bytes of arg, of which each worker has a copy; 0: they share it */
	tutti_time grace;     /* connections have so long once it is to end; 0: ten seconds */
	bool no_signals;      /* SIGINT and SIGTERM are the program's: only a cancel ends it */
	uint64_t reserved[5]; /* 0 */
} tutti_serve_options;

/*
 * Accept and serve until it is to end: see above.
 *
 * l          the listener, which is closed then
 * where      as above
 * fn         as in tutti_listener_serve; in a process it is found as a job is (job.h), so it is the
 *            program's or a library's that it has loaded
 * arg        for fn; in processes only with arg_size, and without pointers in it
 * options    NULL: all defaults
 * Returns    0; it was ended by a signal
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 *            TUTTI_ENOENGINE   no such word
 *            -EINVAL           no fn; options; a number that is none; arg in processes
 *            -EBADF            l was closed, before or meanwhile
 *            TUTTI_ECRASHED    the processes end before they accept; the reports say how
 *            -EAGAIN, -ENOMEM, -EMFILE and the like: workers cannot be had
 *            -ENOSPC           64 listen for signals already (signals.h)
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_serve(tutti_listener *l, const char *where,
	int (*fn)(tutti_stream *s, void *arg), void *arg, const tutti_serve_options *options);

TUTTI_END

#endif
