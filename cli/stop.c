/* SPDX-License-Identifier: MIT */
/*
 * stop.c - one flag in two shapes: an event for those who look, a pipe for those who poll.
 *
 * The pipe is never written: telling closes its far end, which poll reports for good, to everybody.
 */
#define _GNU_SOURCE
#include "map.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

int stop_open(struct stop *s)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*s = (struct stop){ .fd = ends[0], .other_end = ends[1] };
	return 0;
}

void stop_tell(struct stop *s)
{
	tutti_event_set(&s->told);
	TUTTI_HOLD(&s->lock);
	if (s->other_end >= 0)
		close(s->other_end);
	s->other_end = -1;
}

void stop_close(struct stop *s)
{
	stop_tell(s);
	close(s->fd);
}

int stop_poll(struct stop *s, int fd, short events)
{
	struct pollfd both[2] = { { .fd = fd, .events = events }, { .fd = s->fd } };

	while (poll(both, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	/* errors and hang-ups too: the read or write that follows says what they are */
	return both[0].revents ? 0 : TUTTI_ECANCELED;
}
