/* SPDX-License-Identifier: MIT */
/* channel.c - between two processes: bytes, descriptors, and memory by descriptor. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int tu_os_channel_open(int end[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0 ? -errno : 0;
}

/* Room for the descriptors that go along. */
union rights {
	char bytes[CMSG_SPACE(TU_OS_FDS_MOST * sizeof(int))];
	struct cmsghdr align;
};

static void attach(struct msghdr *m, union rights *rights, const int *fds, int nfds)
{
	struct cmsghdr *c;

	memset(rights, 0, sizeof(*rights));
	m->msg_control = rights->bytes;
	m->msg_controllen = CMSG_SPACE((size_t)nfds * sizeof(int));
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)nfds * sizeof(int));
	memcpy(CMSG_DATA(c), fds, (size_t)nfds * sizeof(int));
}

int tu_os_channel_send(int fd, const void *data, size_t n, const int *fds, int nfds)
{
	const char *at = data;

	while (n > 0) {
		struct iovec part = { (void *)at, n };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
		union rights rights;
		ssize_t sent;

		if (nfds > 0)
			attach(&m, &rights, fds, nfds);
		sent = sendmsg(fd, &m, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		nfds = 0; /* they went with the first part */
		at += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* Those that came, beyond the got that were there; what there is no room for is closed. */
static int detach(struct msghdr *m, int *fds, int nfds, int got)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t n =
			c->cmsg_len > CMSG_LEN(0) ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (got < nfds)
				fds[got++] = fd;
			else
				close(fd);
		}
	}
	return got;
}

static void close_all(int *fds, int n)
{
	for (int i = 0; i < n; i++) {
		close(fds[i]);
		fds[i] = -1;
	}
}

int tu_os_channel_receive(int fd, void *data, size_t n, int *fds, int nfds)
{
	char *at = data;
	int got = 0;

	for (int i = 0; i < nfds; i++)
		fds[i] = -1;
	while (n > 0) {
		struct iovec part = { at, n };
		union rights rights;
		struct msghdr m = { .msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = rights.bytes,
			.msg_controllen = sizeof(rights.bytes) };
		ssize_t came = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

		if (came < 0 && errno == EINTR)
			continue;
		if (came <= 0)
			return came == 0 || errno == ECONNRESET ? -EPIPE : -errno;
		got = detach(&m, fds, nfds, got);
		if (m.msg_flags & MSG_CTRUNC) { /* some have not come */
			close_all(fds, got);
			return -EMFILE;
		}
		at += came;
		n -= (size_t)came;
	}
	return 0;
}

int tu_os_channel_look(int fd, void *data, size_t n)
{
	ssize_t came;

	do
		came = recv(fd, data, n > 1 << 20 ? 1 << 20 : n, MSG_DONTWAIT);
	while (came < 0 && errno == EINTR);
	if (came < 0)
		return errno == ECONNRESET ? 0 : -errno;
	return (int)came;
}

/*
 * Linux takes a piece of half the limit, less 64 bytes, if what is there already is below the
 * limit; and there is no limit below 4608.
 */
size_t tu_os_channel_room(int fd)
{
	socklen_t size = sizeof(int);
	int limit;

	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &limit, &size) < 0 || limit < 4608)
		return TU_OS_ROOM_LEAST;
	return (size_t)limit / 2 - 64;
}

void tu_os_channel_end(int fd)
{
	shutdown(fd, SHUT_RDWR);
}

void tu_os_close(int fd)
{
	close(fd);
}

/* They often came together, with numbers in a row: then one call does. */
void tu_os_close_all(const int *fds, int n)
{
	for (int i = 0, end; i < n; i = end) {
		end = i + 1;
		if (fds[i] < 0)
			continue;
		while (end < n && fds[end] == fds[end - 1] + 1)
			end++;
		if (end - i < 2 || close_range((unsigned)fds[i], (unsigned)fds[end - 1], 0) < 0)
			for (int j = i; j < end; j++)
				close(fds[j]);
	}
}

bool tu_os_is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

int tu_os_fd_copy(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? -errno : copy;
}

/* -- memory by descriptor ---------------------------------------------------------------------- */

static int write_all(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, at, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno == ENOSPC ? -ENOMEM : -errno;
		at += written;
		n -= (size_t)written;
	}
	return 0;
}

int tu_os_blob_open(const void *data, size_t n)
{
	int fd = tu_os_memory_make("tutti", n), rc; /* so large or not at all */

	if (fd < 0)
		return fd;
	rc = write_all(fd, data, n);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

const void *tu_os_blob_map(int fd, size_t n)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0 || st.st_size < 0 || (size_t)st.st_size < n)
		return NULL;
	p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

void tu_os_blob_unmap(const void *data, size_t n)
{
	munmap((void *)data, n);
}
