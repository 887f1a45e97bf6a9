/* SPDX-License-Identifier: MIT */
/*
 * serving.h - processes that serve, and who looks after them (serving.c): they are started, and
 * started again when they have ended, until all is to stop. What each does is in serving_worker.c.
 */
#ifndef TU_PROC_SERVING_H
#define TU_PROC_SERVING_H

#include "loop/listener.h"

#include <tutti/job.h>

struct tu_serving {
	tutti_listener *listener;
	unsigned count;
	int (*fn)(tutti_stream *s, void *arg);
	const void *arg; /* plain bytes */
	size_t arg_size;
	tutti_time grace;
	tutti_event *stop;  /* set: it is to stop */
	tutti_event *hurry; /* set: without any grace */
};

/*
 * Serve until stop is set or the caller is cancelled, and until all have ended; the listener is
 * closed then. 0: stop; TUTTI_ECANCELED; -EBADF: the listener was closed by somebody else; or why
 * no worker can be had.
 */
int tu_serving_run(const struct tu_serving *what);

/* What a worker is told; the bytes of arg follow. Its sockets and then its news are carried. */
struct tu_serving_worker {
	uint64_t fn; /* its place in its module */
	int64_t grace;
	uint64_t arg_size;
	char module[4096];
};

/* Its job. It writes a byte to its news when it accepts, and closes it when it does no more. */
extern tutti_job tu_serving_job;

#endif
