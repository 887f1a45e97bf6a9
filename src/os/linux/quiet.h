/* SPDX-License-Identifier: MIT */
/*
 * quiet.h - a stretch in which the calling thread gets no SIGPIPE of its own doing: that the other
 * side has gone is an answer of the call, and no reason to end the program.
 */
#ifndef TU_OS_LINUX_QUIET_H
#define TU_OS_LINUX_QUIET_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct quiet {
	sigset_t before;
	bool was_pending;
};

static inline void quiet_begin(struct quiet *q)
{
	sigset_t pipe_only, pending;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	q->was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe_only, &q->before);
}

/* broke: there was one, which is taken off again, unless it is somebody else's. Keeps errno. */
static inline void quiet_end(const struct quiet *q, bool broke)
{
	static const struct timespec now;
	sigset_t pipe_only;
	int saved = errno;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	if (broke && !q->was_pending)
		while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &q->before, NULL);
	errno = saved;
}

#endif
