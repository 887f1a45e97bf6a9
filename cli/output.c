/* SPDX-License-Identifier: MIT */
/*
 * output.c - lines out, without ever being stuck in a write: a reader that does not read must not
 * keep the command from ending.
 */
#define _GNU_SOURCE
#include "map.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

void output_open(struct output *out, int fd, struct stop *stop)
{
	struct stat st = { 0 };

	out->fd = fd;
	out->stop = stop;
	out->error = 0;
	out->used = 0;
	out->beside_bar = out->within_line = false;
	out->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	out->takes_some = S_ISFIFO(st.st_mode);
}

/* Without a stop it is a task that writes, and the others of its thread go on meanwhile. */
static int wait_for_room(const struct output *out)
{
	int rc = 0;

	if (out->stop)
		return stop_poll(out->stop, out->fd, POLLOUT);
	if (!out->is_file)
		rc = tutti_fd_wait(out->fd, TUTTI_WRITABLE, TUTTI_FOREVER);
	return rc < 0 ? rc : 0;
}

/*
 * Pipes that poll as writable take PIPE_BUF bytes without waiting, but not always more. Newer
 * kernels can be told to take what there is room for.
 */
static ssize_t write_some(struct output *out, const char *data, size_t size)
{
	struct iovec all = { (void *)data, size };
	ssize_t n;

	if (size <= PIPE_BUF || out->is_file)
		return write(out->fd, data, size);
	if (out->takes_some) {
		n = pwritev2(out->fd, &all, 1, -1, RWF_NOWAIT);
		if (n >= 0 || (errno != EOPNOTSUPP && errno != EINVAL && errno != ENOSYS))
			return n;
		out->takes_some = false;
	}
	return write(out->fd, data, PIPE_BUF);
}

/* The bar gives way to what begins a line, and comes back after what ends one. */
static void hide_bar(struct output *out)
{
	if (out->beside_bar && !out->within_line)
		tutti_progress_suspend();
	out->within_line = out->beside_bar;
}

static void show_bar(struct output *out)
{
	if (out->within_line)
		tutti_progress_resume();
	out->within_line = false;
}

void output_end(struct output *out)
{
	if (out->within_line)
		tutti_progress_print("%s", "");
	show_bar(out);
}

int output_whole(struct output *out, const void *from, size_t size)
{
	const char *data = from, *end = data + size;

	if (size > 0)
		hide_bar(out);
	while (size > 0 && out->error == 0) {
		int rc = wait_for_room(out);
		ssize_t n = rc < 0 ? -1 : write_some(out, data, size);

		if (n >= 0) {
			data += n;
			size -= (size_t)n;
		} else if (rc < 0) {
			out->error = rc;
		} else if (errno != EINTR && errno != EAGAIN) {
			out->error = -errno;
		}
	}
	if (out->error < 0 || (data == end && end > (const char *)from && end[-1] == '\n'))
		show_bar(out);
	return out->error;
}

int output_flush(struct output *out)
{
	size_t used = out->used;

	out->used = 0;
	return output_whole(out, out->buffer, used);
}

static void add(struct output *out, const void *data, size_t size)
{
	memcpy(out->buffer + out->used, data, size);
	out->used += size;
}

/* Gather it, with room for what follows at once. */
static void gather(struct output *out, const void *data, size_t size, size_t follows)
{
	if (size + follows > sizeof out->buffer - out->used)
		output_flush(out);
	if (size + follows > sizeof out->buffer) { /* too long to be gathered */
		output_flush(out);
		output_whole(out, data, size);
	} else if (size > 0) {
		add(out, data, size);
	}
}

int output_line(struct output *out, const void *data, size_t size)
{
	gather(out, data, size, 1);
	add(out, "\n", 1);
	return out->error;
}

int output_bytes(struct output *out, const void *data, size_t size)
{
	if (size > 0)
		gather(out, data, size, 0);
	return out->error;
}
