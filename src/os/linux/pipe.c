/* SPDX-License-Identifier: MIT */
/* pipe.c - pipes that keep the bounds of what is written, without SIGPIPE. */
#include "os/linux/quiet.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 20 }; /* each packet takes a page of it, however small */

int tu_os_pipe_open(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK | O_DIRECT) != 0)
		return errno == EINVAL ? -ENOTSUP : -errno;
	fcntl(ends[1], F_SETPIPE_SZ, ROOM); /* as much as the user may have: less will do */
	return 0;
}

void tu_os_pipe_close(int fd)
{
	close(fd);
}

uint64_t tu_os_pipe_id(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) ? st.st_ino : 0;
}

static ssize_t write_quietly(int fd, const struct iovec *parts)
{
	struct quiet quiet;
	ssize_t n;

	quiet_begin(&quiet);
	n = writev(fd, parts, 2);
	quiet_end(&quiet, n < 0 && errno == EPIPE);
	return n;
}

int tu_os_pipe_write(int fd, const void *a, size_t na, const void *b, size_t nb)
{
	const struct iovec parts[] = { { (void *)a, na }, { (void *)b, nb } };

	return write_quietly(fd, parts) < 0 ? -errno : 0;
}

int tu_os_pipe_read(int fd, void *packet)
{
	ssize_t n;

	do
		n = read(fd, packet, TU_OS_PACKET);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : (int)n;
}

/* Flags belong to an end, so only the reader's own is without waiting. */
int tu_os_stream_open(int ends[2])
{
	int rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	rc = -errno;
	close(ends[0]);
	close(ends[1]);
	return rc;
}

int tu_os_stream_read(int fd, void *bytes, size_t n)
{
	ssize_t got;

	do
		got = read(fd, bytes, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : (int)got;
}

int tu_os_stream_write(int fd, const void *bytes, size_t n)
{
	const struct iovec parts[] = { { (void *)bytes, n }, { NULL, 0 } };
	ssize_t written;

	do
		written = write_quietly(fd, parts);
	while (written < 0 && errno == EINTR);
	return written < 0 ? -errno : (int)written;
}

/*
 * A lock on the open file, which each process that opened it for itself has for itself. To become
 * its only holder works for the last one alone; of two who try at once the first has let go.
 */
void tu_os_user_enter(int fd)
{
	flock(fd, LOCK_SH | LOCK_NB);
}

bool tu_os_user_leave(int fd)
{
	bool last = flock(fd, LOCK_EX | LOCK_NB) == 0;

	flock(fd, LOCK_UN);
	return last;
}
