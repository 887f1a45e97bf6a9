/* SPDX-License-Identifier: MIT */
/* stream.c - a stream: reading, writing, its ends. */
#include "loop/stream.h"

#include "core/alloc.h"
#include "core/batch.h"
#include "core/wait.h"
#include "os/socket.h"
#include "sync/source.h"

#include <errno.h>
#include <string.h>
#include <tutti/fd.h>

tutti_stream *tu_stream_make(int fd, bool is_socket)
{
	tutti_stream *s = tu_alloc_zero(sizeof(*s));

	if (!s)
		return NULL;
	s->source.fd = fd;
	s->is_socket = is_socket;
	return s;
}

tutti_stream *tu_stream_make_of(int fd, const struct tu_os_address *kind)
{
	tutti_stream *s = tu_stream_make(fd, true);

	if (s)
		s->gives_all = !tu_os_address_is_unix(kind);
	return s;
}

int tutti_stream_open(tutti_stream **s, int fd)
{
	int rc = tu_os_fd_nonblocking(fd);

	if (rc < 0)
		return rc;
	*s = tu_stream_make(fd, rc > 0);
	return *s ? 0 : -ENOMEM;
}

void tutti_stream_free(tutti_stream *s)
{
	if (!s)
		return;
	if (s->layer)
		tu_layer_free(s);
	else
		tu_os_socket_close(s->source.fd);
	tu_free(s->ahead);
	tu_free(s);
}

int tutti_stream_fd(const tutti_stream *s)
{
	while (s->layer) {
		if (!s->below)
			return -ENOTSUP;
		s = s->below;
	}
	return s->source.fd;
}

int tutti_stream_peer(const tutti_stream *s, char *text, size_t size)
{
	struct tu_os_address a;
	int rc;

	while (s->layer && s->below)
		s = s->below;
	rc = s->is_socket ? tu_os_socket_peer(s->source.fd, &a) : -ENOTSUP;

	return rc < 0 ? rc : tu_os_address_text(&a, text, size);
}

int tutti_stream_shutdown_until(tutti_stream *s, tutti_time deadline)
{
	if (s->layer)
		return tu_layer_shutdown(s, deadline);
	return s->is_socket ? tu_os_socket_shutdown(s->source.fd) : -ENOTSUP;
}

int tutti_stream_shutdown(tutti_stream *s)
{
	return tutti_stream_shutdown_until(s, TUTTI_FOREVER);
}

int tu_stream_take(uint64_t *side)
{
	uint64_t held = 0, me = tu_self()->id;

	/* [stream-1] acquire: all that the one before did with it */
	if (tu_likely(tu_cas_acq(side, &held, me)))
		return 0;
	/* Relaxed, if it fails: another one has taken it. [stream-1] acquire as above */
	return tu_lost_in_fork(held) && tu_cas_acq(side, &held, me) ? 0 : -EBUSY;
}

void tu_stream_leave(uint64_t *side)
{
	/* [stream-1] release: for the next one */
	tu_store_rel(side, (uint64_t)0);
}

void tu_stream_be_fair(uint8_t *in_a_row)
{
	enum { MOST = 32 };

	if (++*in_a_row < MOST)
		return;
	*in_a_row = 0;
	tu_yield(tu_self());
}

/* -- what is ahead ----------------------------------------------------------------------------- */

/* Of ten thousand that wait, none has any. */
static void give_back_if_empty(tutti_stream *s)
{
	if (s->begin < s->end)
		return;
	tu_free(s->ahead);
	s->ahead = NULL;
	s->begin = s->end = s->room = 0;
}

size_t tu_stream_take_ahead(tutti_stream *s, void *data, size_t size)
{
	size_t n = s->end - s->begin;

	if (n > size)
		n = size;
	if (n == 0)
		return 0;
	memcpy(data, s->ahead + s->begin, n);
	s->begin += n;
	give_back_if_empty(s);
	return n;
}

static int make_room(tutti_stream *s, size_t size)
{
	size_t n = s->end - s->begin, room = s->room ? s->room : 4096;
	unsigned char *ahead;

	if (s->room - s->end >= size)
		return 0;
	while (room - n < size)
		room *= 2;
	ahead = tu_alloc(room);
	if (!ahead)
		return -ENOMEM;
	if (n > 0)
		memcpy(ahead, s->ahead + s->begin, n);
	tu_free(s->ahead);
	s->ahead = ahead;
	s->room = room;
	s->begin = 0;
	s->end = n;
	return 0;
}

int tu_stream_put_back(tutti_stream *s, const void *data, size_t size)
{
	size_t n = s->end - s->begin;
	int rc;

	if (size == 0)
		return 0;
	if (s->begin < size) {
		rc = make_room(s, size);
		if (rc < 0)
			return rc;
		memmove(s->ahead + s->begin + size, s->ahead + s->begin, n);
		s->end += size;
	} else {
		s->begin -= size;
	}
	memcpy(s->ahead + s->begin, data, size);
	return 0;
}

/* -- reading ----------------------------------------------------------------------------------- */

/* What is there now; -EAGAIN: nothing. */
static ptrdiff_t receive_now(tutti_stream *s, void *data, size_t size)
{
	ptrdiff_t n;

	if (!tu_source_may(&s->source, TUTTI_READABLE))
		return -EAGAIN;
	n = s->is_socket ? tu_os_socket_read(s->source.fd, data, size)
			 : tu_os_fd_read(s->source.fd, data, size);
	if (n == -EAGAIN)
		tu_source_none(&s->source, TUTTI_READABLE);
	else if (n > 0 && (size_t)n < size && s->gives_all)
		tu_source_used(&s->source);
	return n;
}

static int wait_to_read(tutti_stream *s, tutti_time deadline)
{
	s->in_a_row = 0;
	return tu_source_wait(&s->source, TUTTI_READABLE, deadline);
}

ssize_t tu_stream_receive(tutti_stream *s, void *data, size_t size, tutti_time deadline)
{
	tu_stream_be_fair(&s->in_a_row);
	if (s->layer)
		return tu_layer_read(s, data, size, deadline);
	for (;;) {
		ptrdiff_t n = receive_now(s, data, size);
		int rc;

		if (n != -EAGAIN)
			return n;
		rc = wait_to_read(s, deadline);
		if (rc < 0)
			return rc;
	}
}

ssize_t tu_stream_fill(tutti_stream *s, tutti_time deadline)
{
	enum { STEP = 4096 };

	tu_stream_be_fair(&s->in_a_row);
	for (;;) {
		int rc = make_room(s, STEP);
		ptrdiff_t n;

		if (rc < 0)
			return rc;
		n = s->layer ? tu_layer_read(s, s->ahead + s->end, s->room - s->end, deadline)
			     : receive_now(s, s->ahead + s->end, s->room - s->end);
		if (n > 0)
			s->end += (size_t)n;
		else
			give_back_if_empty(s);
		if (n != -EAGAIN || s->layer)
			return n;
		rc = wait_to_read(s, deadline);
		if (rc < 0)
			return rc;
	}
}

ssize_t tutti_stream_read_until(tutti_stream *s, void *data, size_t size, tutti_time deadline)
{
	ssize_t n = tu_cancel_pending(tu_self());

	if (n == 0)
		n = tu_stream_take(&s->reads);
	if (n < 0 || size == 0) {
		if (n == 0)
			tu_stream_leave(&s->reads);
		return n;
	}
	n = (ssize_t)tu_stream_take_ahead(s, data, size);
	if (n == 0)
		n = tu_stream_receive(s, data, size, deadline);
	tu_stream_leave(&s->reads);
	return n;
}

ssize_t tutti_stream_read(tutti_stream *s, void *data, size_t size)
{
	return tutti_stream_read_until(s, data, size, TUTTI_FOREVER);
}

/* -- writing ----------------------------------------------------------------------------------- */

/* All of it; what has been written by then is in *done. */
static int send_all(
	tutti_stream *s, const char *data, size_t size, size_t *done, tutti_time deadline)
{
	*done = 0;
	while (*done < size) {
		ptrdiff_t n = -EAGAIN;
		int rc;

		if (tu_source_may(&s->source, TUTTI_WRITABLE))
			n = s->is_socket ? tu_batch_write(s->source.fd, data + *done, size - *done)
					 : tu_os_fd_write(s->source.fd, data + *done, size - *done);
		if (n >= 0) {
			*done += (size_t)n;
			continue; /* after a short one the next says EAGAIN */
		}
		if (n != -EAGAIN)
			return (int)n;
		tu_source_none(&s->source, TUTTI_WRITABLE);
		s->written = 0;
		rc = tu_source_wait(&s->source, TUTTI_WRITABLE, deadline);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int tutti_stream_write_until(tutti_stream *s, const void *data, size_t size, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());
	size_t done;

	if (rc == 0)
		rc = tu_stream_take(&s->writes);
	if (rc < 0)
		return rc;
	if (s->broken) {
		rc = -EPIPE;
	} else {
		tu_stream_be_fair(&s->written);
		rc = s->layer ? tu_layer_write(s, data, size, &done, deadline)
			      : send_all(s, data, size, &done, deadline);
		s->broken = rc < 0 && done > 0;
	}
	tu_stream_leave(&s->writes);
	return rc;
}

int tutti_stream_write(tutti_stream *s, const void *data, size_t size)
{
	return tutti_stream_write_until(s, data, size, TUTTI_FOREVER);
}
