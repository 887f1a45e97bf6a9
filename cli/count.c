/* SPDX-License-Identifier: MIT */
/*
 * count.c - how many inputs there will be, for the remaining time and for percentages. Lines of a
 * file are counted by reading it once more; what cannot be read twice is copied to a file without a
 * name, but only for who needs the number.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map.h"

enum { BLOCK_BYTES = 1 << 16 };

/* Lines from where the file stands to its end, at which it stands as before. */
static int count_lines(const struct input *in, off_t from, uint64_t *out)
{
	static char block[BLOCK_BYTES];
	uint64_t lines = 0;
	size_t length = 0; /* of the line so far */
	ssize_t n;

	while ((n = pread(in->fd, block, sizeof block, from)) > 0) {
		const char *p = block, *end = block + n, *stop;

		for (; (stop = memchr(p, in->separator, (size_t)(end - p))); p = stop + 1) {
			lines += !in->skip_empty || length + (size_t)(stop - p) > 0;
			length = 0;
		}
		length += (size_t)(end - p);
		from += n;
	}
	*out = lines + (length > 0);
	return n < 0 ? -errno : 0;
}

static int copy_to(struct input *in, int fd)
{
	static char block[BLOCK_BYTES];
	int rc = 0;
	ssize_t n;

	while (rc == 0 && (rc = stop_poll(in->stop, in->fd, POLLIN)) == 0) {
		n = read(in->fd, block, sizeof block);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		rc = n > 0 ? write_all(fd, block, (size_t)n) : 0;
	}
	return rc;
}

/* From now on it is read from a file that is ours. */
static int copy(struct input *in)
{
	const char *where;
	int fd = spool_create(&where), rc;

	if (fd < 0)
		return fd;
	rc = copy_to(in, fd);
	if (rc == 0 && (lseek(fd, 0, SEEK_SET) < 0 || dup3(fd, in->fd, O_CLOEXEC) < 0))
		rc = -errno;
	close(fd);
	return rc;
}

int input_count(struct input *in, bool needed, uint64_t *out)
{
	struct stat st;
	uint64_t n = 0;
	off_t from;
	int rc = 0;

	*out = 0;
	if (in->args)
		n = in->left;
	else if (in->sources)
		n = sources_count(in->sources);
	if (!in->args && !in->sources) {
		bool twice = fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode);

		if (!twice && !needed)
			return 0;
		rc = twice ? 0 : copy(in);
		from = lseek(in->fd, 0, SEEK_CUR);
		if (rc == 0)
			rc = from < 0 ? -errno : count_lines(in, from, &n);
	}
	if (in->together > 0)
		*out = n / in->together + (n % in->together > 0);
	return rc;
}
