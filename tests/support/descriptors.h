/* SPDX-License-Identifier: MIT */
/* descriptors.h - two connected descriptors, and somebody who waits for one of them. */
#ifndef TESTS_SUPPORT_DESCRIPTORS_H
#define TESTS_SUPPORT_DESCRIPTORS_H

#include "support/both.h"
#include "support/leaks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

enum { R = TUTTI_READABLE, W = TUTTI_WRITABLE };

/* One end to wait for, and the other to make it ready with. */
static int near_end, far_end;

static inline void open_pipe(void)
{
	int p[2];

	CHECK_EQ(pipe(p), 0);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(fcntl(p[i], F_SETFL, O_NONBLOCK), 0);
	near_end = p[0];
	far_end = p[1];
}

static inline void open_pair(void)
{
	int p[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, p), 0);
	near_end = p[0];
	far_end = p[1];
}

static inline void close_both(void)
{
	CHECK_EQ(close(near_end), 0);
	CHECK_EQ(close(far_end), 0);
}

static inline void write_one(int fd)
{
	CHECK_EQ(write(fd, "x", 1), 1);
}

static inline void read_one(int fd)
{
	char c;

	CHECK_EQ(read(fd, &c, 1), 1);
}

/* Until nothing goes in. */
static inline void fill(int fd)
{
	static const char block[4096];

	while (write(fd, block, sizeof block) > 0)
		;
	CHECK_EQ(errno, EAGAIN);
}

static inline void empty(int fd)
{
	char block[4096];

	while (read(fd, block, sizeof block) > 0)
		;
	CHECK_EQ(errno, EAGAIN);
}

/* Count the threads at first. The first sleep reads files, which would be counted elsewhere. */
static inline int threads_alone(void)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	return leaks_threads();
}

/* Count what is open once only so many threads are left: those of earlier tests hold pollers. */
static inline int descriptors_of(int threads)
{
	EVENTUALLY(leaks_threads() <= threads);
	return leaks_descriptors();
}

/* -- a waiter, as a thread or a task ----------------------------------------------------------- */

struct waiter {
	int fd;
	unsigned events;
	tutti_time deadline;
	bool begun; /* atomic */
	tutti_future *future;
};

static inline void *wait_for_fd(void *arg)
{
	struct waiter *w = arg;

	tu_store_rel(&w->begun, true);
	return give(tutti_fd_wait(w->fd, w->events, w->deadline));
}

/* It has begun; a task waits by now. Of a thread that may be so or not: both are to be right. */
static inline void begin_wait(struct waiter *w, enum mix mix, int fd, unsigned events)
{
	*w = (struct waiter){ .fd = fd, .events = events, .deadline = TUTTI_FOREVER };
	w->future = start_as(mix, wait_for_fd, w);
	EVENTUALLY(tu_load_acq(&w->begun));
	settle();
}

static inline void check_end_of(struct waiter *w, intptr_t code)
{
	CHECK_EQ(finish(w->future), code);
}

#endif
