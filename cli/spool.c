/* SPDX-License-Identifier: MIT */
/* spool.c - see spool.h. */
#define _GNU_SOURCE
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY_BYTES = 1 << 15 }; /* of each, and some thousand may wait for their turn */

static int create_elsewhere(const char *directory)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/tutti-XXXXXX", directory) < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	else
		unlink(path);
	free(path);
	return fd;
}

int spool_create(const char **where)
{
	const char *directory = getenv("TMPDIR");
	int fd;

	if (!directory || !*directory)
		directory = "/tmp";
	*where = directory;
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* a file system, or a kernel, that has none without a name */
	if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)
		return create_elsewhere(directory);
	return -errno;
}

int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		data += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* To the file, all there is. */
static int move_out(struct kept *k, const void *data, size_t size, const char **where)
{
	int rc = 0;

	if (k->in_file == 0)
		k->fd = rc = spool_create(where);
	if (rc >= 0)
		rc = write_all(k->fd, k->memory.data, k->memory.size);
	if (rc == 0)
		rc = write_all(k->fd, data, size);
	if (rc == 0) {
		k->in_file += (off_t)(k->memory.size + size);
		text_free(&k->memory);
	} else if (k->in_file == 0 && k->fd >= 0) {
		close(k->fd);
	}
	return rc;
}

int kept_add(struct kept *k, const void *data, size_t size, const char **where)
{
	*where = "output of a command";
	if (k->memory.size + size > MEMORY_BYTES)
		return move_out(k, data, size, where);
	text_add(&k->memory, data, size);
	return k->memory.failed ? -ENOMEM : 0;
}

off_t kept_size(const struct kept *k)
{
	return k->in_file + (off_t)k->memory.size;
}

ssize_t kept_read(const struct kept *k, off_t at, void *data, size_t size)
{
	ssize_t n;

	if (at < k->in_file) {
		n = pread(k->fd, data, size, at);
		return n < 0 ? -errno : n;
	}
	if ((off_t)size > kept_size(k) - at)
		size = (size_t)(kept_size(k) - at);
	if (size > 0)
		memcpy(data, k->memory.data + (at - k->in_file), size);
	return (ssize_t)size;
}

void kept_free(struct kept *k)
{
	if (k->in_file > 0)
		close(k->fd);
	text_free(&k->memory);
	*k = (struct kept){ 0 };
}
