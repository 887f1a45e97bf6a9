/* SPDX-License-Identifier: MIT */
/*
 * worker_serve.h - a worker at work. worker_serve.c is what it says to its manager and hears from
 * it, worker_work.c each job that it has. All of this is of one thread, and what is called when a
 * job has ended is called there too; the jobs alone run elsewhere.
 */
#ifndef TU_DIST_WORKER_SERVE_H
#define TU_DIST_WORKER_SERVE_H

#include "base/list.h"
#include "dist/jobs_link.h"
#include "dist/worker.h"

#include <tutti/event.h>
#include <tutti/executor.h>
#include <tutti/future.h>

enum { TU_WORKER_TEXT = 256 };

struct tu_service {
	tutti_worker *w;
	tutti_event wake;
	tutti_future *connecting; /* a task, while it is under way; else NULL */
	tutti_time busy_at;       /* when there was something to do last */
	bool stopping;            /* no more is taken */

	/* of one connection */
	tutti_executor *executor;
	struct tu_jobs_link link;
	tutti_value *names;           /* to be said with the first request; NULL: done */
	struct tu_list running, done; /* struct tu_work */
	unsigned slots, n_running, ahead;
	tutti_time since; /* of the moment */
	unsigned ended;   /* in it */
	int64_t turn, answered;
	bool asks; /* there is something new to be said */
	bool broken;
	int why;
	char text[TU_WORKER_TEXT];
};

/* A job that is ours until its result was sent. */
struct tu_work;

/* Begin one: (id, name, kinds, argument, seconds). 0; TUTTI_EPROTO, -ENOMEM. */
int tu_work_begin(struct tu_service *s, const tutti_value *entry);

/* Have the one of that id stop, if it is there and runs. */
void tu_work_cancel(struct tu_service *s, uint64_t id);

/* The next that is done, freed: (id, ok, result), or that it has not begun: (id, None, None).
 * 0; -EAGAIN: none is; -ENOMEM. */
int tu_work_next(struct tu_service *s, tutti_value **out);

/* Free all that are done. */
void tu_work_drop(struct tu_service *s);

#endif
