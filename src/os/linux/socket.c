/* SPDX-License-Identifier: MIT */
/* socket.c - sockets, and other streams of bytes, without blocking and without SIGPIPE. */
#include "os/socket.h"

#include "os/linux/quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct sockaddr *system_form(const struct tu_os_address *a)
{
	return (const void *)a->bytes;
}

static int family(const struct tu_os_address *a)
{
	return system_form(a)->sa_family;
}

static int code(int rc)
{
	return rc < 0 ? -errno : rc;
}

static int set_option(int fd, int level, int name, int value)
{
	return code(setsockopt(fd, level, name, &value, sizeof(value)));
}

int tu_os_socket(const struct tu_os_address *a, bool stream)
{
	int type = stream ? SOCK_STREAM : SOCK_DGRAM;

	return code(socket(family(a), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void tu_os_socket_send_at_once(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* fails for what has no such delay */
}

int tu_os_socket_bind(int fd, const struct tu_os_address *a, unsigned flags)
{
	int rc = 0;

	if (family(a) != AF_UNIX && flags & TU_OS_REUSE)
		rc = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (rc == 0 && family(a) != AF_UNIX && flags & TU_OS_SHARE)
		rc = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (rc == 0 && family(a) == AF_INET6)
		rc = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, (flags & TU_OS_ONE_FAMILY) != 0);
	return rc < 0 ? rc : code(bind(fd, system_form(a), a->size));
}

int tu_os_socket_listen(int fd, int backlog)
{
	return code(listen(fd, backlog > 0 ? backlog : SOMAXCONN));
}

int tu_os_socket_connect(int fd, const struct tu_os_address *a)
{
	return code(connect(fd, system_form(a), a->size));
}

int tu_os_socket_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

/* What went wrong with a connection before it was accepted concerns nobody: the next one, then. */
static bool was_lost(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN ||
	       error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET ||
	       error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH;
}

int tu_os_socket_accept(int fd, struct tu_os_address *from)
{
	socklen_t size = sizeof(from->bytes);
	int rc;

	do
		rc = accept4(fd, from ? (void *)from->bytes : NULL, from ? &size : NULL,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (rc < 0 && was_lost(errno));
	if (rc >= 0 && from)
		from->size = size;
	return code(rc);
}

int tu_os_socket_name(int fd, struct tu_os_address *a)
{
	socklen_t size = sizeof(a->bytes);
	int rc = getsockname(fd, (void *)a->bytes, &size);

	a->size = size;
	return code(rc);
}

int tu_os_socket_peer(int fd, struct tu_os_address *a)
{
	socklen_t size = sizeof(a->bytes);
	int rc = getpeername(fd, (void *)a->bytes, &size);

	a->size = size;
	return code(rc);
}

int tu_os_socket_shutdown(int fd)
{
	return code(shutdown(fd, SHUT_WR));
}

void tu_os_socket_end(int fd)
{
	shutdown(fd, SHUT_RDWR);
}

ptrdiff_t tu_os_socket_read(int fd, void *data, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, data, size, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ptrdiff_t tu_os_socket_write(int fd, const void *data, size_t size)
{
	ssize_t n;

	do
		n = send(fd, data, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ptrdiff_t tu_os_fd_read(int fd, void *data, size_t size)
{
	ssize_t n;

	do
		n = read(fd, data, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ptrdiff_t tu_os_fd_write(int fd, const void *data, size_t size)
{
	struct quiet quiet;
	ssize_t n;

	quiet_begin(&quiet);
	do
		n = write(fd, data, size);
	while (n < 0 && errno == EINTR);
	n = n < 0 ? -errno : n;
	quiet_end(&quiet, n == -EPIPE);
	return n;
}

ptrdiff_t tu_os_socket_send_file(int fd, int file, int64_t offset, size_t size)
{
	off_t at = offset;
	struct quiet quiet;
	ssize_t n;

	quiet_begin(&quiet); /* sendfile has no MSG_NOSIGNAL */
	do
		n = sendfile(fd, file, &at, size);
	while (n < 0 && errno == EINTR);
	n = n < 0 ? -errno : n;
	quiet_end(&quiet, n == -EPIPE);
	return n;
}

ptrdiff_t tu_os_file_read_at(int file, void *data, size_t size, int64_t offset)
{
	ssize_t n;

	do
		n = pread(file, data, size, offset);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ptrdiff_t tu_os_packet_read(int fd, void *data, size_t size, struct tu_os_address *from, bool *cut)
{
	struct iovec piece = { data, size };
	struct msghdr m = { .msg_iov = &piece, .msg_iovlen = 1 };
	ssize_t n;

	if (from) {
		m.msg_name = from->bytes;
		m.msg_namelen = sizeof(from->bytes);
	}
	do
		n = recvmsg(fd, &m, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (from && m.msg_namelen == 0) /* of a Unix socket without a name it says nothing */
		*(struct sockaddr *)from->bytes = (struct sockaddr){ .sa_family = AF_UNIX };
	if (from)
		from->size = m.msg_namelen;
	*cut = m.msg_flags & MSG_TRUNC;
	return n;
}

ptrdiff_t tu_os_packet_write(int fd, const void *data, size_t size, const struct tu_os_address *to)
{
	ssize_t n;

	do
		n = sendto(fd, data, size, MSG_NOSIGNAL, to ? system_form(to) : NULL,
			to ? to->size : 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int tu_os_fd_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL), type;
	socklen_t size = sizeof(type);

	if (flags < 0 || (!(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0))
		return -errno;
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

void tu_os_socket_close(int fd)
{
	close(fd);
}
