/* SPDX-License-Identifier: MIT */
/*
 * executor_inside.h - an executor's fields. For executor.c and shutdown.c alone.
 *
 * busy counts the jobs that were taken and that their engine has not let go of; with CLOSED set no
 * more are taken. Only from 0 and to 0 it changes under the lock, so that the usual submit costs
 * one exchange. idle is set once, when it is closed and nothing is under way; while anything is,
 * the program's exit waits for it (exec/ending.h).
 *
 * An engine that does not know its own jobs has them listed: then each is on the list of those
 * under way, and holds a reference to the executor so that who frees it need not know who still
 * looks.
 */
#ifndef TU_EXEC_EXECUTOR_INSIDE_H
#define TU_EXEC_EXECUTOR_INSIDE_H

#include "base/list.h"
#include "core/fork.h"
#include "exec/executor.h"

#include <tutti/event.h>
#include <tutti/semaphore.h>

#define TU_EXECUTOR_CLOSED ((uint64_t)1 << 63)

enum {
	TU_EXECUTOR_OPEN = -1,           /* ending, before the first shutdown */
	TU_EXECUTOR_ROOM_MOST = 1 << 29, /* a pending_max above this is no bound */
};

struct tutti_executor {
	const tutti_engine *engine; /* this and the next three: fixed after create */
	void *self;
	const struct tu_own_engine *own; /* NULL: the engine is the program's */
	struct tu_seats *seats; /* its own engine's, which knows its jobs by them; or NULL */
	bool bounded;           /* fixed: room is used */
	tutti_semaphore room;   /* a permit for each job that may be pending */
	tutti_event idle;       /* ended and nothing under way */
	struct tu_fork_guard guard;
	uint32_t room_most; /* fixed */
	uint64_t busy;      /* atomic, see above; calls of the engine's cancel count too */
	uint32_t refs;      /* atomic: the owner's, those of jobs that are listed, and guards */
	uint32_t lock;      /* a tu_mutex; all below */
	int ending;         /* OPEN, or the strictest tutti_ending so far */
	struct tu_list under_way;
	uint32_t sweeps;
};

/* Are its jobs on the list of those under way? */
static inline bool tu_executor_lists(const tutti_executor *e)
{
	return !e->seats;
}

void tu_executor_ref(tutti_executor *e);

void tu_executor_after_fork(struct tu_fork_guard *g);

#endif
