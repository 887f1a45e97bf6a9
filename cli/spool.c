/* SPDX-License-Identifier: MIT */
/*
 * spool.c - see spool.h.
 *
 * A command may leave somebody behind who still holds its output and writes later. That must not
 * come out as the output of the next, so a file is used again only when it is ours alone. The
 * kernel tells by granting a write lease: hence each command gets a way of its own into the file,
 * opened anew through /proc.
 */
#define _GNU_SOURCE
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL_BYTES = 1 << 14 };

static int create_elsewhere(const char *directory)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/tutti-XXXXXX", directory) < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC | O_APPEND);
	if (fd < 0)
		fd = -errno;
	else
		unlink(path);
	free(path);
	return fd;
}

static int create(const char **why)
{
	const char *directory = getenv("TMPDIR");
	int fd;

	if (!directory || !*directory)
		directory = "/tmp";
	*why = directory;
	fd = open(directory, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* a file system, or a kernel, that has none without a name */
	if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)
		return create_elsewhere(directory);
	return -errno;
}

int spool_writer(struct spool *s, const char **why)
{
	char path[40];
	int fd;

	if (s->fd < 0) {
		s->fd = create(why);
		if (s->fd < 0)
			return s->fd;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", s->fd);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	s->shared = fd < 0;
	if (fd < 0)
		fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
	*why = "standard output of a command";
	return fd < 0 ? -errno : fd;
}

static bool is_ours_alone(const struct spool *s)
{
	if (s->shared || fcntl(s->fd, F_SETLEASE, F_WRLCK) < 0)
		return false;
	fcntl(s->fd, F_SETLEASE, F_UNLCK);
	return true;
}

/* Make it fit for the next command, if it can be. */
static void reuse(struct spool *s, off_t size)
{
	if (!is_ours_alone(s) || (size > 0 && ftruncate(s->fd, 0) < 0))
		spool_close(s);
}

void spool_drop(struct spool *s)
{
	struct stat st;

	if (s->fd >= 0)
		reuse(s, fstat(s->fd, &st) < 0 ? 1 : st.st_size);
}

static int take_small(struct spool *s, struct kept *out)
{
	ssize_t n;

	out->data = malloc((size_t)out->size);
	if (!out->data)
		return -ENOMEM;
	n = pread(s->fd, out->data, (size_t)out->size, 0);
	if (n == out->size)
		return 0;
	kept_free(out);
	return n < 0 ? -errno : -EIO;
}

int spool_take(struct spool *s, struct kept *out)
{
	struct stat st;
	int rc = 0;

	*out = (struct kept){ .fd = -1 };
	if (s->fd < 0)
		return 0;
	if (fstat(s->fd, &st) < 0)
		return -errno;
	out->size = st.st_size;
	if (st.st_size > SMALL_BYTES) {
		out->fd = s->fd;
		s->fd = -1;
		return 0;
	}
	if (st.st_size > 0)
		rc = take_small(s, out);
	reuse(s, st.st_size);
	return rc;
}

void spool_close(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	*s = SPOOL_NONE;
}

ssize_t kept_read(const struct kept *k, off_t at, void *data, size_t size)
{
	ssize_t n;

	if ((off_t)size > k->size - at)
		size = (size_t)(k->size - at);
	if (k->data || size == 0) {
		if (size > 0)
			memcpy(data, k->data + at, size);
		return (ssize_t)size;
	}
	n = pread(k->fd, data, size, at);
	return n < 0 ? -errno : n;
}

void kept_free(struct kept *k)
{
	free(k->data);
	if (!k->data && k->size > 0)
		close(k->fd);
	*k = (struct kept){ 0 };
}
