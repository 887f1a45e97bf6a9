/* SPDX-License-Identifier: MIT */
/*
 * poller.c - many descriptors behind one of epoll, and an eventfd among them to be woken by.
 *
 * Interest is one-shot: a descriptor that was reported stays in the set and says nothing until it
 * is watched again, which looks at its state anew. So
 *
 *     - nobody need take it out when it was reported, and watching it again is one cheap call; to
 *       put it in and take it out each time costs five times as much;
 *     - what is closed while its file lives on, by a dup or in a forked child, cannot be taken
 *       out any more. Level-triggered it would be reported for ever, so it is once at most.
 *
 * What is kept, a stream's, is edge-triggered instead: one call for its whole life, and no report
 * but when something has come.
 *
 * What is closed for good the kernel takes out by itself, and a number that was given to another
 * file since is a new one here.
 */
#include "os/linux/clock.h"
#include "os/os.h"
#include "os/port.h"

#include "base/atomic.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BATCH = 32 };

/* On every Linux they are the same bits, so that one table does for poll() as well. */
_Static_assert(
	EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR && EPOLLHUP == POLLHUP,
	"as the two say");

static uint32_t to_kernel(unsigned events)
{
	return (events & TU_OS_READABLE ? (uint32_t)EPOLLIN : 0) |
	       (events & TU_OS_WRITABLE ? (uint32_t)EPOLLOUT : 0);
}

static unsigned from_kernel(uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP))
		return TU_OS_READABLE | TU_OS_WRITABLE | TU_OS_ENDED;
	return (events & EPOLLIN ? TU_OS_READABLE : 0u) |
	       (events & EPOLLOUT ? TU_OS_WRITABLE : 0u) |
	       (events & (EPOLLRDHUP | EPOLLPRI) ? TU_OS_READABLE | TU_OS_ENDED : 0u);
}

int tu_os_fd_look(int fd, unsigned events)
{
	struct pollfd p = { .fd = fd, .events = (short)to_kernel(events) };
	int rc;

	if (fd < 0) /* which poll() would leave out */
		return -EBADF;
	do {
		rc = poll(&p, 1, 0);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return -errno;
	if (p.revents & POLLNVAL)
		return -EBADF;
	return (int)(from_kernel((uint32_t)p.revents) & events);
}

int tu_os_poller_open(struct tu_os_poller *p)
{
	/* Edge-triggered: one report for each wake, or several, and nothing to be read. */
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.fd = -1 };
	int rc = 0;

	p->fd = epoll_create1(EPOLL_CLOEXEC);
	p->ring = p->fd < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->ring < 0 || epoll_ctl(p->fd, EPOLL_CTL_ADD, p->ring, &event) < 0)
		rc = -errno;
	if (rc < 0)
		tu_os_poller_close(p);
	return rc;
}

void tu_os_poller_close(struct tu_os_poller *p)
{
	if (p->ring >= 0)
		close(p->ring);
	if (p->fd >= 0)
		close(p->fd);
}

int tu_os_poller_watch(const struct tu_os_poller *p, int fd, unsigned events)
{
	struct epoll_event event = { .events = to_kernel(events) | EPOLLONESHOT, .data.fd = fd };

	/* It has been there more often than not. */
	if (epoll_ctl(p->fd, EPOLL_CTL_MOD, fd, &event) == 0)
		return 0;
	if (errno == EINVAL) /* it is kept alone, which cannot be changed */
		tu_os_poller_unwatch(p, fd);
	else if (errno != ENOENT)
		return -errno;
	return epoll_ctl(p->fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

static int keep(const struct tu_os_poller *p, int how, int fd, unsigned events)
{
	uint32_t also = events & TU_OS_ALONE ? EPOLLEXCLUSIVE : EPOLLRDHUP | EPOLLPRI;
	struct epoll_event event = { .data.fd = fd, .events = to_kernel(events) | also | EPOLLET };

	return epoll_ctl(p->fd, how, fd, &event) == 0 ? 0 : -errno;
}

int tu_os_poller_keep(const struct tu_os_poller *p, int fd, unsigned events)
{
	int rc = keep(p, EPOLL_CTL_ADD, fd, events); /* it is new more often than not */

	if (rc != -EEXIST)
		return rc;
	if (!(events & TU_OS_ALONE))
		return keep(p, EPOLL_CTL_MOD, fd, events);
	tu_os_poller_unwatch(p, fd); /* one cannot be made such */
	return keep(p, EPOLL_CTL_ADD, fd, events);
}

int tu_os_poller_keep_on(const struct tu_os_poller *p, int fd, unsigned events)
{
	return keep(p, EPOLL_CTL_MOD, fd, events);
}

void tu_os_poller_unwatch(const struct tu_os_poller *p, int fd)
{
	struct epoll_event unused = { 0 };

	epoll_ctl(p->fd, EPOLL_CTL_DEL, fd, &unused); /* fails if it was closed */
}

/* To the nanosecond; where the kernel, or what stands for it, cannot yet, it takes two calls. */
static int wait_until(int fd, struct epoll_event *events, int most, int64_t deadline)
{
	static bool lacking; /* all threads that find it so write the same */
	struct timespec left, *limit = NULL;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (deadline <= 0)
		return epoll_wait(fd, events, most, 0);
	if (deadline != INT64_MAX) {
		left = tu_clock_left(deadline);
		limit = &left;
	}
#ifdef SYS_epoll_pwait2
	if (!tu_load_rlx(&lacking)) { /* nothing hangs on it */
		int n = (int)syscall(SYS_epoll_pwait2, fd, events, most, limit, NULL, (size_t)0);

		if (n >= 0 || (errno != ENOSYS && errno != EPERM)) /* EPERM: some containers */
			return n;
		tu_store_rlx(&lacking, true); /* who does not see it finds out by itself */
	}
#endif
	return ppoll(&p, 1, limit, NULL) > 0 ? epoll_wait(fd, events, most, 0) : 0;
}

int tu_real_poller_wait(
	const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline)
{
	struct epoll_event events[BATCH];
	int saved = errno, count, reported = 0;

	count = wait_until(p->fd, events, n < BATCH ? n : BATCH, deadline);
	for (int i = 0; i < count; i++)
		if (events[i].data.fd >= 0)
			ready[reported++] = (struct tu_os_ready){ events[i].data.fd,
				from_kernel(events[i].events) };
	errno = saved;
	return reported;
}

void tu_real_poller_wake(const struct tu_os_poller *p)
{
	const uint64_t one = 1;
	int saved = errno;

	/* Fails only after some 2^64 wakes. */
	if (write(p->ring, &one, sizeof(one)) < 0)
		errno = saved;
}

void tu_os_pollers_wait(const struct tu_os_poller *const *pollers, size_t n, int64_t deadline)
{
	enum { MOST = 256 }; /* of more, the first ones: who waits for the others waits longer */
	struct timespec left =
		deadline != INT64_MAX ? tu_clock_left(deadline) : (struct timespec){ 0 };
	struct pollfd p[MOST];

	if (n > MOST)
		n = MOST;
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = pollers[i]->fd, .events = POLLIN };
	ppoll(p, n, deadline != INT64_MAX ? &left : NULL, NULL);
}
