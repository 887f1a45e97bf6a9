/* SPDX-License-Identifier: MIT */
/* subprocess_pipes.c - our ends of a subprocess' pipes, one at a time. See subprocess_talk.c. */
#include "proc/subprocess.h"

#include "core/bytes.h"
#include "core/mutex.h"
#include "core/wait.h"
#include "core/worker.h"
#include "os/os.h"
#include "os/spawn.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <tutti/fd.h>

enum { ROOM_FIRST = 4096 };

/* -- in whose hands ---------------------------------------------------------------------------- */

int tu_pipe_end_take(struct tu_subprocess *p, int stream)
{
	struct tu_pipe_end *s = stream >= 0 && stream < TU_STREAMS ? &p->stream[stream] : NULL;
	bool taken;

	if (!s || !s->piped)
		return TUTTI_ETYPE;
	tu_mutex_lock(&tu_subprocess_lock);
	taken = s->taken;
	s->taken = true;
	tu_mutex_unlock(&tu_subprocess_lock);
	return taken ? -EBUSY : 0;
}

void tu_pipe_end_let_go(struct tu_subprocess *p, int stream)
{
	tu_mutex_lock(&tu_subprocess_lock);
	p->stream[stream].taken = false;
	tu_mutex_unlock(&tu_subprocess_lock);
}

void tu_pipe_end_close(struct tu_subprocess *p, int stream)
{
	struct tu_pipe_end *s = &p->stream[stream];

	if (s->fd >= 0)
		tu_os_close(s->fd);
	s->fd = -1;
}

/* The call's own stream of f, taken. */
static int begin(tutti_subprocess *f, int stream, struct tu_subprocess **p)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0)
		rc = tu_subprocess_check(f, p);
	return rc == 0 ? tu_pipe_end_take(*p, stream) : rc;
}

static int wait_for(int fd, unsigned events, tutti_time deadline)
{
	struct tu_os_world_wait world;
	int rc;

	tu_os_world_begin(&world, deadline);
	rc = tutti_fd_wait(fd, events, deadline);
	tu_os_world_end(&world);
	return rc;
}

/* -- what is kept ------------------------------------------------------------------------------ */

static size_t kept_bytes(const struct tu_pipe_end *s)
{
	return s->kept.size - s->from;
}

static const char *kept_at(const struct tu_pipe_end *s)
{
	return (const char *)s->kept.data + s->from;
}

/* The first n of them are somebody's now. */
static void pass(struct tu_pipe_end *s, size_t n)
{
	s->from += n;
	s->seen = s->from > s->seen ? s->from : s->seen;
	if (s->from == s->kept.size)
		s->from = s->seen = s->kept.size = 0;
}

/* Room behind them, and one more byte for a zero. */
static int make_room(struct tu_pipe_end *s)
{
	size_t room = s->room ? s->room * 2 : ROOM_FIRST;

	if (s->from > 0 && s->from >= kept_bytes(s)) { /* so that each byte is moved seldom */
		char *start = (char *)(uintptr_t)s->kept.data;

		memmove(start, start + s->from, kept_bytes(s));
		s->kept.size -= s->from;
		s->seen -= s->from;
		s->from = 0;
	}
	if (s->room - s->kept.size >= ROOM_FIRST / 2)
		return 0;
	if (tu_bytes_grow(&s->kept, room + 1) < 0)
		return -ENOMEM;
	s->room = room;
	return 0;
}

int tu_pipe_end_fill(struct tu_pipe_end *s)
{
	int rc = make_room(s);

	if (rc == 0)
		rc = tu_os_stream_read(s->fd, (char *)(uintptr_t)s->kept.data + s->kept.size,
			s->room - s->kept.size < INT_MAX ? s->room - s->kept.size : INT_MAX);
	if (rc > 0)
		s->kept.size += (size_t)rc;
	return rc;
}

void tu_pipe_end_give(struct tu_pipe_end *s, tutti_bytes *out)
{
	char *start = (char *)(uintptr_t)s->kept.data;

	*out = tutti_bytes_of("", 0);
	if (kept_bytes(s) == 0)
		return;
	if (s->from > 0)
		memmove(start, start + s->from, kept_bytes(s));
	s->kept.size -= s->from;
	start[s->kept.size] = 0;
	*out = s->kept;
	s->kept = (tutti_bytes){ NULL, 0, NULL };
	s->from = s->seen = s->room = 0;
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Once more, when there is something: into buf, or NULL: what is kept. How many; 0: the end. */
static int read_some(struct tu_subprocess *p, int stream, void *buf, size_t n, tutti_time deadline)
{
	struct tu_pipe_end *s = &p->stream[stream];
	int rc;

	if (s->fd < 0)
		return 0;
	n = n < INT_MAX ? n : INT_MAX;
	while ((rc = buf ? tu_os_stream_read(s->fd, buf, n) : tu_pipe_end_fill(s)) == -EAGAIN) {
		rc = wait_for(s->fd, TUTTI_READABLE, deadline);
		if (rc < 0)
			return rc;
	}
	if (rc == 0)
		tu_pipe_end_close(p, stream);
	return rc;
}

static long read_kept(struct tu_pipe_end *s, void *buf, size_t n)
{
	n = kept_bytes(s) < n ? kept_bytes(s) : n;
	memcpy(buf, kept_at(s), n);
	pass(s, n);
	return (long)n;
}

long tutti_subprocess_read_until(
	tutti_subprocess *f, int stream, void *buf, size_t n, tutti_time deadline)
{
	struct tu_subprocess *p;
	struct tu_pipe_end *s;
	long rc;

	if (stream == 0)
		return TUTTI_ETYPE;
	if (!buf || n == 0)
		return -EINVAL;
	rc = begin(f, stream, &p);
	if (rc != 0)
		return rc;
	s = &p->stream[stream];
	rc = kept_bytes(s) > 0 ? read_kept(s, buf, n) : read_some(p, stream, buf, n, deadline);
	tu_pipe_end_let_go(p, stream);
	return rc;
}

long tutti_subprocess_read(tutti_subprocess *p, int stream, void *buf, size_t n)
{
	return tutti_subprocess_read_until(p, stream, buf, n, TUTTI_FOREVER);
}

/* The next n bytes are the line; then `more` bytes are passed over. */
static int give_line(struct tu_pipe_end *s, tutti_bytes *line, size_t n, size_t more)
{
	tutti_bytes made = { NULL, 0, NULL };
	char *text;

	if (tu_bytes_grow(&made, n + 1) < 0)
		return -ENOMEM;
	text = (char *)(uintptr_t)made.data;
	memcpy(text, kept_at(s), n);
	text[n] = 0;
	made.size = n;
	*line = made;
	pass(s, n + more);
	return 0;
}

static int next_line(struct tu_subprocess *p, int stream, tutti_bytes *line, tutti_time deadline)
{
	struct tu_pipe_end *s = &p->stream[stream];

	for (;;) {
		const char *data = s->kept.data, *end = NULL;
		int rc;

		if (s->seen < s->kept.size)
			end = memchr(data + s->seen, '\n', s->kept.size - s->seen);
		if (end)
			return give_line(s, line, (size_t)(end - kept_at(s)), 1);
		s->seen = s->kept.size;
		rc = read_some(p, stream, NULL, 0, deadline);
		if (rc == 0 && kept_bytes(s) > 0)
			return give_line(s, line, kept_bytes(s), 0);
		if (rc <= 0)
			return rc == 0 ? TUTTI_EDONE : rc;
	}
}

int tutti_subprocess_read_line_until(
	tutti_subprocess *f, int stream, tutti_bytes *line, tutti_time deadline)
{
	struct tu_subprocess *p;
	int rc;

	if (stream == 0)
		return TUTTI_ETYPE;
	rc = begin(f, stream, &p);
	if (rc != 0)
		return rc;
	rc = next_line(p, stream, line, deadline);
	tu_pipe_end_let_go(p, stream);
	return rc;
}

int tutti_subprocess_read_line(tutti_subprocess *p, int stream, tutti_bytes *line)
{
	return tutti_subprocess_read_line_until(p, stream, line, TUTTI_FOREVER);
}

/* -- writing ----------------------------------------------------------------------------------- */

static long write_all(struct tu_pipe_end *s, tutti_bytes data, tutti_time deadline)
{
	const char *at = data.data;
	size_t written = 0;
	int rc = 0;

	while (rc >= 0 && written < data.size) {
		size_t n = data.size - written;

		rc = tu_os_stream_write(s->fd, at + written, n < INT_MAX ? n : INT_MAX);
		if (rc > 0)
			written += (size_t)rc;
		if (rc == -EAGAIN)
			rc = wait_for(s->fd, TUTTI_WRITABLE, deadline);
	}
	return written > 0 && (rc == TUTTI_ETIMEDOUT || rc == TUTTI_ECANCELED) ? (long)written
	       : rc < 0                                                        ? rc
									       : (long)written;
}

long tutti_subprocess_write_until(tutti_subprocess *f, tutti_bytes data, tutti_time deadline)
{
	struct tu_subprocess *p;
	long n = begin(f, 0, &p);

	if (n != 0)
		return n;
	/* What communicate had left is before it, and is communicate's to write. */
	n = p->stream[0].fd < 0          ? -EBADF
	    : p->stream[0].kept.size > 0 ? -EBUSY
					 : write_all(&p->stream[0], data, deadline);
	tu_pipe_end_let_go(p, 0);
	return n;
}

long tutti_subprocess_write(tutti_subprocess *p, tutti_bytes data)
{
	return tutti_subprocess_write_until(p, data, TUTTI_FOREVER);
}

int tutti_subprocess_close_input(tutti_subprocess *f)
{
	struct tu_subprocess *p;
	int rc = tu_subprocess_check(f, &p);

	if (rc == 0)
		rc = tu_pipe_end_take(p, 0);
	if (rc < 0)
		return rc;
	tu_pipe_end_close(p, 0);
	tu_pipe_end_let_go(p, 0);
	return 0;
}

int tutti_subprocess_fd(const tutti_subprocess *f, int stream)
{
	struct tu_subprocess *p;
	int rc = tu_subprocess_check(f, &p);

	if (rc < 0)
		return rc;
	if (stream < 0 || stream >= TU_STREAMS || !p->stream[stream].piped)
		return TUTTI_ETYPE;
	return p->stream[stream].fd >= 0 ? p->stream[stream].fd : -EBADF;
}
