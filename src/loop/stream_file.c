/* SPDX-License-Identifier: MIT */
/* stream_file.c - from a file into a stream. */
#include "loop/stream.h"

#include "core/wait.h"
#include "os/socket.h"
#include "sync/source.h"

#include <errno.h>
#include <tutti/fd.h>
#include <tutti/stream_file.h>

/* Through the program, where the system cannot do it: into a pipe, or from a file of some kinds. */
static ptrdiff_t copy_some(tutti_stream *s, int fd, int64_t offset, size_t size)
{
	char block[16384];
	ptrdiff_t n =
		tu_os_file_read_at(fd, block, size < sizeof(block) ? size : sizeof(block), offset);

	if (n <= 0)
		return n;
	return s->is_socket ? tu_os_socket_write(s->source.fd, block, (size_t)n)
			    : tu_os_fd_write(s->source.fd, block, (size_t)n);
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

static int send_all(
	tutti_stream *s, int fd, int64_t offset, size_t size, size_t *done, tutti_time deadline)
{
	*done = 0;
	while (*done < size) {
		ptrdiff_t n = send_some(s, fd, offset + (int64_t)*done, size - *done);
		int rc;

		if (n == 0)
			return TUTTI_EPROTO;
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
		rc = send_all(s, fd, offset, size, &done, deadline);
		s->broken = rc < 0 && rc != TUTTI_EPROTO && done > 0;
	}
	tu_stream_leave(&s->writes);
	return rc;
}

int tutti_stream_send_file(tutti_stream *s, int fd, int64_t offset, size_t size)
{
	return tutti_stream_send_file_until(s, fd, offset, size, TUTTI_FOREVER);
}
