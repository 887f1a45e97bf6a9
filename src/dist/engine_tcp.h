/* SPDX-License-Identifier: MIT */
/*
 * engine_tcp.h - the parts of the engine "tcp": engine_tcp.c has its functions and what is under
 * way, engine_tcp_talk.c the thread that talks with the manager.
 *
 * An order is a future and where it is. It is pending until it is sent, and out until it has a
 * result; a link that is lost makes it pending again, in its place. Whoever takes an order out of
 * the tables, under the lock, completes its future, without it, once.
 */
#ifndef TU_DIST_ENGINE_TCP_H
#define TU_DIST_ENGINE_TCP_H

#include "base/list.h"
#include "dist/jobs_link.h"

#include <sys/types.h>
#include <tutti/event.h>
#include <tutti/executor.h>
#include <tutti/lock.h>

enum { TU_TCP_BUCKETS = 256, TU_TCP_TEXT = 256 };

struct tu_order {
	struct tu_link link;           /* in pending or out */
	struct tu_order *next, *after; /* of the same bucket: by number, by future */
	tutti_future *f;
	int64_t number;
	tutti_time limit; /* TUTTI_FOREVER: none */
	bool out;
};

struct tu_tcp {
	char *where;     /* as the user says it; fixed, as the next four */
	tutti_bytes key; /* overwritten at the end */
	int max_workers; /* 0: as many as the manager's window has room for */
	pid_t pid;
	tutti_thread *thread;
	tutti_event wake; /* there is something to do for the thread */

	tutti_lock lock; /* for all below */
	struct tu_list pending, out;
	struct tu_order *by_number[TU_TCP_BUCKETS], *by_future[TU_TCP_BUCKETS];
	size_t n_out;
	int64_t numbers;
	int64_t *cancels; /* numbers that the manager is to be told */
	size_t n_cancels, cancels_room;
	tutti_time due; /* not after the first limit */

	/* the thread's own */
	struct tu_jobs_link link;
	int64_t turn, answered; /* the last request sent, and the last answer to one */
	unsigned window;
	bool broken; /* the link is no more */
	int why;     /* and what has befallen it */
	char text[TU_TCP_TEXT];
	tutti_time patience; /* until when a lost manager is looked for; 0: it was not there yet */
};

/* The thread's function, which ends when it is cancelled; arg is the struct tu_tcp. */
void *tu_tcp_talk(void *arg);

/* Take up to n numbers to be cancelled. Returns how many. */
size_t tu_tcp_take_cancels(struct tu_tcp *t, int64_t *numbers, size_t n);

/* How many wait, and are out; and when the next limit is. */
struct tu_tcp_state {
	bool pending, cancels;
	size_t out;
	tutti_time due;
};
struct tu_tcp_state tu_tcp_look(struct tu_tcp *t);

/* Take an order out; NULL: there is none of that number any more. */
struct tu_order *tu_tcp_take(struct tu_tcp *t, int64_t number);

/* The same of any one, of those that are out of time by now (late), or of all. */
struct tu_order *tu_tcp_take_any(struct tu_tcp *t, bool late);

/* Complete it: with an error, or with a result; and free it. */
void tu_tcp_fail(struct tu_order *order, int code, const char *text);
void tu_tcp_finish(struct tu_order *order, const tutti_value *result);

/* The next that is to be sent, which is out from now on; NULL: there is none. */
struct tu_order *tu_tcp_send_next(struct tu_tcp *t);

/* The link is lost: all that is out is pending again. */
void tu_tcp_recall(struct tu_tcp *t);

#endif
