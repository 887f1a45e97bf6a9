/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_STREAM_LAYER_H
#define TUTTI_STREAM_LAYER_H

#include <tutti/stream.h>

/*
 * stream_layer.h - a stream of something other than a descriptor: a table of functions says how its
 * bytes are read and written. Whoever has it uses it as any other; all of stream.h, stream_read.h
 * and stream_file.h is there. So encryption, compression, a limit on the rate, or a test that
 * hands bytes over one at a time is a layer over the stream below. It may also be over none.
 *
 * What its functions can rely on: one reads and one writes at a time, but a read and a write may be
 * under way together, on two threads. The caller is not cancelled yet when they begin, and size is
 * never 0. They wait as all else does, and hand the deadline on to what they call.
 *
 * Example:
 *
 *     #include <tutti/stream_layer.h>
 *
 *     struct counted {
 *             tutti_stream *below;
 *             size_t bytes; // read so far
 *     };
 *
 *     static ssize_t read_counted(void *arg, void *data, size_t size, tutti_time deadline)
 *     {
 *             struct counted *c = (struct counted *)arg;
 *             ssize_t n = tutti_stream_read_until(c->below, data, size, deadline);
 *
 *             c->bytes += n > 0 ? (size_t)n : 0;
 *             return n;
 *     }
 *     int count(tutti_stream **s, struct counted *c)
 *     {
 *             static const tutti_stream_layer counting = { .read = read_counted };
 *
 *             return tutti_stream_layer_open(s, &counting, c, c->below); // writes go straight on
 *     }
 */

TUTTI_BEGIN

/* What is NULL is done by the stream below; where there is none, it is -ENOTSUP. */
typedef struct tutti_stream_layer {
	/*
	 * Read some, waiting until there is something: as tutti_stream_read_until, results and
	 * errors alike. After TUTTI_ETIMEDOUT and TUTTI_ECANCELED nothing may be lost.
	 */
	ssize_t (*read)(void *arg, void *data, size_t size, tutti_time deadline);
	/*
	 * Write all of it: as tutti_stream_write_until. *done is 0 at first, and after an error how
	 * much cannot be taken back: if any, the write was broken off, and all later ones are
	 * -EPIPE without a call.
	 */
	int (*write)(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline);
	/* Say that there will be no more writes; after 0 there are none, and no second call. */
	int (*shutdown)(void *arg, tutti_time deadline);
	/* Give arg back. Not to wait, and no cancellation point. NULL: there is nothing to do. */
	void (*free)(void *arg);
	uint64_t reserved[4]; /* 0 */
} tutti_stream_layer;

/*
 * Make a stream of functions.
 *
 * s          receives the stream
 * layer      the functions; they stay where they are as long as s
 * arg        handed to each of them; s' own from now on, if there is a free
 * below      whose descriptor and peer are those of s, and which does what the layer does not;
 *            still the caller's, to be freed after s, unless the layer's free does; NULL: none
 * Returns    0; *s is the caller's to free
 * Errors     -EINVAL   no layer
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_stream_layer_open(
	tutti_stream **s, const tutti_stream_layer *layer, void *arg, tutti_stream *below);

/*
 * Get what a layer of one's own was opened with.
 *
 * s          any stream
 * layer      the functions
 * Returns    its arg, borrowed; NULL: s is not of that layer
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void *tutti_stream_layer_arg(const tutti_stream *s, const tutti_stream_layer *layer);

TUTTI_END

#endif
