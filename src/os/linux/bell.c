/* SPDX-License-Identifier: MIT */
/* bell.c - an eventfd and a timerfd behind one epoll descriptor, which is what others poll. */
#include "os/linux/clock.h"
#include "os/os.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int watch(int fd, int what)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(fd, EPOLL_CTL_ADD, what, &event) == 0 ? 0 : -errno;
}

int tu_os_bell_add(const struct tu_os_bell *b, int fd)
{
	return watch(b->fd, fd);
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

int tu_os_bell_open(struct tu_os_bell *b)
{
	int rc;

	b->deadline = INT64_MAX;
	b->fd = epoll_create1(EPOLL_CLOEXEC);
	b->ring = b->fd < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	b->timer = b->ring < 0 ? -1 : timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	rc = b->timer < 0 ? -errno : watch(b->fd, b->ring);
	if (rc == 0)
		rc = watch(b->fd, b->timer);
	if (rc < 0)
		tu_os_bell_close(b);
	return rc;
}

void tu_os_bell_close(struct tu_os_bell *b)
{
	close_one(b->timer);
	close_one(b->ring);
	close_one(b->fd);
}

void tu_os_bell_ring(const struct tu_os_bell *b)
{
	const uint64_t one = 1;
	int saved = errno;

	/* Fails only if nobody has listened to some 2^64 rings: then it is readable anyway. */
	if (write(b->ring, &one, sizeof(one)) < 0)
		errno = saved;
}

void tu_os_bell_quiet(const struct tu_os_bell *b)
{
	uint64_t rings;
	int saved = errno;

	if (read(b->ring, &rings, sizeof(rings)) < 0)
		errno = saved; /* EAGAIN: nobody has rung */
}

void tu_os_bell_set(struct tu_os_bell *b, int64_t deadline)
{
	struct itimerspec when = { 0 };

	/* One that has come keeps the descriptor readable until it is set anew. */
	if (deadline == b->deadline && (deadline == INT64_MAX || deadline > tu_os_now()))
		return;
	b->deadline = deadline;
	if (deadline != INT64_MAX) {
		when.it_value = tu_clock_kernel(deadline);
		if (when.it_value.tv_sec == 0 && when.it_value.tv_nsec == 0)
			when.it_value.tv_nsec = 1; /* 0 would mean never */
	}
	timerfd_settime(b->timer, TFD_TIMER_ABSTIME, &when, NULL);
}
