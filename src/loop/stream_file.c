/* SPDX-License-Identifier: MIT */
/* stream_file.c - from a file into a stream. */
#include "loop/stream.h"

#include "core/alloc.h"
#include "core/wait.h"
#include "os/socket.h"
#include "sync/source.h"

#include <errno.h>
#include <tutti/fd.h>
#include <tutti/stream_file.h>

/* Through the program, where the system cannot do it: into a pipe, or from a file of some kinds. */
static ptrdiff_t copy_some(tutti_stream *s, int fd, int64_t offset, size_t size)
{
	enum { MOST = 16384 }; /* a task may have no stack for that */
	size_t room = size < MOST ? size : MOST;
	char *block = tu_alloc(room);
	ptrdiff_t n;

	if (!block)
		return -ENOMEM;
	n = tu_os_file_read_at(fd, block, room, offset);
	if (n > 0)
		n = s->is_socket ? tu_os_socket_write(s->source.fd, block, (size_t)n)
				 : tu_os_fd_write(s->source.fd, block, (size_t)n);
	tu_free(block);
	return n;
}

/* How many went now; 0: the file has ended; -EAGAIN: the other side does not keep up. */
static ptrdiff_t send_some(tutti_stream *s, int fd, int64_t offset, size_t size)
{
	enum { MOST = 1 << 20 }; /* others of this thread wait so long */
	ptrdiff_t n = -EINVAL;

	if (!tu_source_may(&s->source, TUTTI_WRITABLE))
		return -EAGAIN;
	if (size > MOST)
		size = MOST;
	if (s->is_socket)
		n = tu_os_socket_send_file(s->source.fd, fd, offset, size);
	return n == -EINVAL || n == -ENOSYS ? copy_some(s, fd, offset, size) : n;
}

/* What there was is written wholly: nothing was broken off. */
static int file_has_ended(size_t *done)
{
	*done = 0;
	return TUTTI_EPROTO;
}

static int send_all(
	tutti_stream *s, int fd, int64_t offset, size_t size, size_t *done, tutti_time deadline)
{
	*done = 0;
	while (*done < size) {
		ptrdiff_t n;
		int rc;

		tu_stream_be_fair(&s->written);
		n = send_some(s, fd, offset + (int64_t)*done, size - *done);
		if (n == 0)
			return file_has_ended(done);
		if (n > 0) {
			*done += (size_t)n;
			continue;
		}
		if (n != -EAGAIN)
			return (int)n;
		tu_source_none(&s->source, TUTTI_WRITABLE);
		rc = tu_source_wait(&s->source, TUTTI_WRITABLE, deadline);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A layer sees the bytes; one that does not write leaves the file to the stream below. */
static int send_through(
	tutti_stream *s, int fd, int64_t offset, size_t size, size_t *done, tutti_time deadline)
{
	enum { MOST = 16384 }; /* a task may have no stack for that */
	char *block;
	int rc = 0;

	*done = 0;
	if (!s->layer->write && s->below)
		return tutti_stream_send_file_until(s->below, fd, offset, size, deadline);
	block = tu_alloc(MOST);
	if (!block)
		return -ENOMEM;
	while (*done < size && rc == 0) {
		size_t most = size - *done < MOST ? size - *done : MOST, written;
		ptrdiff_t n = tu_os_file_read_at(fd, block, most, offset + (int64_t)*done);

		if (n <= 0) {
			rc = n == 0 ? file_has_ended(done) : (int)n;
			break;
		}
		rc = tu_layer_write(s, block, (size_t)n, &written, deadline);
		*done += rc < 0 ? written : (size_t)n;
	}
	tu_free(block);
	return rc;
}

int tutti_stream_send_file_until(
	tutti_stream *s, int fd, int64_t offset, size_t size, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());
	size_t done;

	if (offset < 0)
		return -EINVAL;
	if (rc == 0)
		rc = tu_stream_take(&s->writes);
	if (rc < 0)
		return rc;
	if (s->broken) {
		rc = -EPIPE;
	} else {
		rc = s->layer ? send_through(s, fd, offset, size, &done, deadline)
			      : send_all(s, fd, offset, size, &done, deadline);
		s->broken = rc < 0 && done > 0;
	}
	tu_stream_leave(&s->writes);
	return rc;
}

int tutti_stream_send_file(tutti_stream *s, int fd, int64_t offset, size_t size)
{
	return tutti_stream_send_file_until(s, fd, offset, size, TUTTI_FOREVER);
}
