/* SPDX-License-Identifier: MIT */
/* thread.h - threads as exec keeps them: one record each, on a list while alive. */
#ifndef TU_EXEC_THREAD_H
#define TU_EXEC_THREAD_H

#include "base/list.h"
#include "exec/future.h"

#include <tutti/thread.h>

enum { TU_NUMBERED_NAME_BYTES = sizeof("Thread-4294967295") };

struct tu_thread {
	tutti_future future;
	struct tu_link link;        /* on the list of those alive (alive.h), under its lock */
	bool listed;                /* likewise; atomic, as it is looked at without */
	struct tu_context *context; /* where a cancel goes; written before RUNNING is of use */
	uint64_t number; /* ident; never used twice. This and name: since it was listed */
	const char *name;
	int native_id;        /* atomic; 0 until it has one */
	bool daemon, started; /* fixed: started by tutti, so that exit waits for it */
	int64_t deadline;     /* of a timer: when fn is to run */
	bool pooled;          /* fixed: a pool's, of which exit waits for the jobs instead */
	void *result;         /* this and the next: the thread's own, for its last word */
	bool withdrawn;       /* of a timer: cancelled before it fired */
	bool forked;          /* it is a child's first thread: the process ends with it */
	bool ends_later;      /* its last word comes with the destructors of its thread */
	char own_name[];      /* where the name is kept: as given, or room for one with a number */
};

/* What a thread's future can do; a timer is made from it. */
extern const struct tu_future_ops tu_thread_ops;

static inline bool tu_is_thread(const tutti_future *f)
{
	return f->ops->kind == TU_FUTURE_THREAD || f->ops->kind == TU_FUTURE_TIMER;
}

/*
 * Make the record; it is not alive yet. One reference is the caller's, and two are the thread's
 * own: until it has ended, and until its worker has forgotten it. name NULL: one with its number,
 * when it is listed. NULL: no memory.
 */
struct tu_thread *tu_thread_make(tutti_fn fn, void *arg, const char *name);

/* The record of the calling thread; it is given one if it has none. */
struct tu_thread *tu_thread_self(void);

/* Does exit leave it behind? */
static inline bool tu_thread_is_left(const struct tu_thread *t)
{
	return t->daemon || t->pooled;
}

/*
 * Put it on the list and start an OS thread that calls entry(t) with t->context set. If that fails
 * the caller's reference alone is left.
 */
int tu_thread_launch(struct tu_thread *t, void (*entry)(void *thread), size_t stack_bytes);

/* The thread of w was a simulated one, and will never go on. */
void tu_thread_abandon(struct tu_worker *w);

/*
 * First and last thing of a started thread. The future is done when the thread has come through the
 * destructors of its thread-locals, so that who has joined it finds nothing of it at work.
 */
void tu_thread_enter(struct tu_thread *t);
void tu_thread_leave(struct tu_thread *t, void *result);

/* The calling thread is t from here on; until then a cancel of t finds nobody. */
void tu_thread_settle(struct tu_thread *t, struct tu_context *native);

/* The calling thread, t, has ended: its future is done, and t may be gone. */
void tu_thread_complete(struct tu_thread *t, struct tu_context *native, void *result);

#endif
