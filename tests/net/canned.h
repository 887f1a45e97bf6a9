/* SPDX-License-Identifier: MIT */
/*
 * canned.h - a connection that is all there already: a stream that reads from a block, in pieces of
 * a given size, and writes into another. Nobody waits, so a server can be called as a function.
 */
#ifndef TESTS_NET_CANNED_H
#define TESTS_NET_CANNED_H

#include "base/prng.h"
#include "support/test.h"

#include <errno.h>
#include <tutti/net.h>
#include <tutti/stream_layer.h>

struct canned {
	const char *in;
	size_t in_size, in_at;
	size_t cut;            /* the first piece ends here; 0: there is no such */
	size_t step;           /* bytes of a piece; 0: all there is */
	struct tu_prng *steps; /* or of as many as this says; NULL: not so */
	size_t hang_up;        /* writes fail beyond so many bytes; 0: never */
	size_t most;           /* bytes of one write */
	char *out;             /* with a final zero */
	size_t out_size, out_room;
	bool ended; /* the server has said that it writes no more */
};

static inline ssize_t canned_read(void *arg, void *data, size_t size, tutti_time deadline)
{
	struct canned *c = arg;
	size_t n = c->in_size - c->in_at;

	(void)deadline;
	if (c->cut > c->in_at && n > c->cut - c->in_at)
		n = c->cut - c->in_at;
	else if (c->steps && n > 0)
		n = 1 + tu_prng_below(c->steps, n < 40 ? n : 40);
	else if (c->step > 0 && n > c->step)
		n = c->step;
	n = n < size ? n : size;
	if (n > 0)
		memcpy(data, c->in + c->in_at, n);
	c->in_at += n;
	return (ssize_t)n;
}

static inline int canned_write(
	void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	struct canned *c = arg;

	(void)deadline, (void)done;
	CHECK(!c->ended);
	c->most = size > c->most ? size : c->most;
	if (c->hang_up > 0 && c->out_size + size > c->hang_up)
		return -EPIPE;
	if (c->out_size + size >= c->out_room) {
		c->out_room = 2 * (c->out_size + size) + 1024;
		c->out = realloc(c->out, c->out_room);
		CHECK(c->out);
	}
	memcpy(c->out + c->out_size, data, size);
	c->out_size += size;
	c->out[c->out_size] = '\0';
	return 0;
}

static inline int canned_shutdown(void *arg, tutti_time deadline)
{
	struct canned *c = arg;

	(void)deadline;
	c->ended = true;
	return 0;
}

/* Serve what c->in holds; c->out is what was answered, "" if nothing. What serving returned. */
static inline int canned_serve(struct canned *c, tutti_http_server *server)
{
	static const tutti_stream_layer layer = {
		.read = canned_read, .write = canned_write, .shutdown = canned_shutdown
	};
	tutti_stream *stream;
	int rc;

	c->in_at = 0;
	c->out_size = 0;
	c->ended = false;
	if (!c->out) {
		c->out_room = 1024;
		c->out = malloc(c->out_room);
		CHECK(c->out);
	}
	c->out[0] = '\0';
	CHECK_EQ(tutti_stream_layer_open(&stream, &layer, c, NULL), 0);
	rc = tutti_http_server_serve_stream(stream, server);
	tutti_stream_free(stream);
	return rc;
}

/* Takes the dates out, which are not the same each time. */
static inline void canned_undate(struct canned *c)
{
	char *at = c->out, *end = c->out + c->out_size;

	while ((at = memmem(at, (size_t)(end - at), "\r\nDate: ", 8)) != NULL) {
		memmove(at, at + 37, (size_t)(end - at) - 37 + 1);
		end -= 37;
	}
	c->out_size = (size_t)(end - c->out);
}

#endif
