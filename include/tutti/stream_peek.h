/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_STREAM_PEEK_H
#define TUTTI_STREAM_PEEK_H

#include <tutti/stream.h>

/*
 * stream_peek.h - look at what a stream will give before taking it, where it lies: for parsers that
 * learn from the bytes how many they need. Nothing is copied, and a stream that waits for the first
 * byte has no memory for it.
 *
 * Example:
 *
 *     #include <string.h>
 *     #include <tutti/stream_peek.h>
 *
 *     // Read a length byte and so many bytes.
 *     ssize_t read_short(tutti_stream *s, char text[256])
 *     {
 *             const unsigned char *at;
 *             const void *data;
 *             ssize_t n = 0;
 *
 *             do {
 *                     n = tutti_stream_peek(s, (size_t)n, &data);
 *                     at = data;
 *             } while (n > 0 && n < 1 + at[0]);
 *             if (n <= 0)
 *                     return n;
 *             n = at[0];
 *             memcpy(text, at + 1, (size_t)n);
 *             tutti_stream_skip(s, 1 + (size_t)n);
 *             return n;
 *     }
 */

TUTTI_BEGIN

/*
 * Look at what has come and was not taken, waiting until it is more than was seen before.
 *
 * s          the stream
 * seen       so many bytes are not enough; 0: any will do
 * data       receives where they are, until the next call that reads s
 * Returns    how many there are, more than seen
 * Errors     TUTTI_EDONE       the stream has ended, and there was no byte left
 *            TUTTI_EPROTO      it ended, and there are no more than seen; they can still be read
 *            -ENOMEM           no memory
 *            and those of tutti_stream_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_stream_peek(tutti_stream *s, size_t seen, const void **data);

/*
 * The same with a deadline.
 *
 * s          the stream
 * seen       so many bytes are not enough; 0: any will do
 * data       receives where they are, until the next call that reads s
 * deadline   absolute; in the past: only what is there
 * Returns    as tutti_stream_peek
 * Errors     TUTTI_ETIMEDOUT   no more than seen came by then
 *            and those of tutti_stream_peek, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_stream_peek_until(
	tutti_stream *s, size_t seen, const void **data, tutti_time deadline);

/*
 * Take bytes off that were seen.
 *
 * s          the stream
 * size       how many, at most as many as the last peek returned; more are as many as there are
 * Context    any thread or task, the one that reads s
 * Waits      never
 */
TUTTI_API void tutti_stream_skip(tutti_stream *s, size_t size);

TUTTI_END

#endif
