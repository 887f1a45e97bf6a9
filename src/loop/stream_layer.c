/* SPDX-License-Identifier: MIT */
/*
 * stream_layer.c - a stream of functions instead of a descriptor. stream.c keeps the order of who
 * reads and writes and what is ahead; here is only whom to ask.
 */
#include "loop/stream.h"

#include "core/alloc.h"
#include "core/wait.h"

#include <errno.h>
#include <tutti/stream_file.h>

int tutti_stream_layer_open(
	tutti_stream **s, const tutti_stream_layer *layer, void *arg, tutti_stream *below)
{
	tutti_stream *made;

	if (!layer)
		return -EINVAL;
	made = tu_stream_make(-1, false);
	if (!made)
		return -ENOMEM;
	made->layer = layer;
	made->arg = arg;
	made->below = below;
	*s = made;
	return 0;
}

void *tutti_stream_layer_arg(const tutti_stream *s, const tutti_stream_layer *layer)
{
	return s->layer == layer ? s->arg : NULL;
}

void tu_layer_free(tutti_stream *s)
{
	if (s->layer->free)
		s->layer->free(s->arg);
}

ssize_t tu_layer_read(tutti_stream *s, void *data, size_t size, tutti_time deadline)
{
	if (s->layer->read)
		return s->layer->read(s->arg, data, size, deadline);
	return s->below ? tutti_stream_read_until(s->below, data, size, deadline) : -ENOTSUP;
}

/* What the stream below cannot take back it knows itself: so *done is the layer's alone. */
int tu_layer_write(
	tutti_stream *s, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	*done = 0;
	if (size == 0)
		return 0;
	if (s->layer->write)
		return s->layer->write(s->arg, data, size, done, deadline);
	return s->below ? tutti_stream_write_until(s->below, data, size, deadline) : -ENOTSUP;
}

static int shutdown_now(tutti_stream *s, tutti_time deadline)
{
	if (s->layer->shutdown)
		return s->layer->shutdown(s->arg, deadline);
	return s->below ? tutti_stream_shutdown_until(s->below, deadline) : -ENOTSUP;
}

int tu_layer_shutdown(tutti_stream *s, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0)
		rc = tu_stream_take(&s->writes);
	if (rc < 0)
		return rc;
	if (!s->ended) {
		rc = shutdown_now(s, deadline);
		s->ended = rc >= 0;
		s->broken |= s->ended;
	}
	tu_stream_leave(&s->writes);
	return rc < 0 ? rc : 0;
}
