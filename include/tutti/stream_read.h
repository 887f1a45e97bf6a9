/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_STREAM_READ_H
#define TUTTI_STREAM_READ_H

#include <tutti/bytes.h>
#include <tutti/stream.h>

/*
 * stream_read.h - pieces of a stream whose length or end is known: so many bytes, a line. What came
 * with them and belongs to the next piece is kept in the stream, and every read takes it from there
 * first. If a piece does not come whole, because of a deadline or a cancel, what has come of it is
 * kept too: nothing is lost, and the same call may be made again. Of what is kept the descriptor
 * does not tell: before a wait for that (tutti_case_fd) read with a deadline in the past.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/stream_read.h>
 *
 *     int show_lines(tutti_stream *s)
 *     {
 *             tutti_bytes line;
 *             int rc;
 *
 *             while ((rc = tutti_stream_read_past(s, "\n", 1, 65536, &line)) == 0) {
 *                     printf("%.*s", (int)line.size, (const char *)line.data);
 *                     tutti_bytes_free(&line);
 *             }
 *             return rc == TUTTI_EDONE ? 0 : rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Read so many bytes, no more and no less.
 *
 * s          the stream
 * data       receives them; after an error undefined
 * size       how many
 * Returns    0
 * Errors     TUTTI_EDONE       the stream has ended, and there was no byte left
 *            TUTTI_EPROTO      it ended in the middle; what came can still be read
 *            -ENOMEM           no memory to keep what has come of it; that is lost then
 *            and those of tutti_stream_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_read_exactly(tutti_stream *s, void *data, size_t size);

/*
 * The same with a deadline.
 *
 * s          the stream
 * data       receives them; after an error undefined
 * size       how many
 * deadline   absolute; in the past: only if they are there
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not all of them came by then
 *            and those of tutti_stream_read_exactly, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_read_exactly_until(
	tutti_stream *s, void *data, size_t size, tutti_time deadline);

/*
 * Read up to a mark, such as the end of a line, and past it. What follows the last mark of a stream
 * that ends without one is read with tutti_stream_read.
 *
 * s          the stream
 * mark       what the piece ends with
 * size       of the mark, bytes, > 0
 * most       how long the piece may be, with its mark
 * piece      receives it, with its mark
 * Returns    0; *piece is the caller's to free
 * Errors     TUTTI_EDONE       the stream has ended, and there was no byte left
 *            TUTTI_EPROTO      it ended before the mark; what came can still be read
 *            -EMSGSIZE         no mark among the first `most` bytes; they can still be read
 *            -EINVAL           no mark
 *            -ENOMEM           no memory; nothing is lost
 *            and those of tutti_stream_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_read_past(
	tutti_stream *s, const void *mark, size_t size, size_t most, tutti_bytes *piece);

/*
 * The same with a deadline.
 *
 * s          the stream
 * mark       what the piece ends with
 * size       of the mark, bytes, > 0
 * most       how long the piece may be, with its mark
 * piece      receives it, with its mark
 * deadline   absolute; in the past: only if it is there
 * Returns    0; *piece is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   it did not come whole by then
 *            and those of tutti_stream_read_past, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_read_past_until(tutti_stream *s, const void *mark, size_t size,
	size_t most, tutti_bytes *piece, tutti_time deadline);

TUTTI_END

#endif
