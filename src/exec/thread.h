/* SPDX-License-Identifier: MIT */
/* thread.h - threads as exec keeps them: one record each, on a list while alive. */
#ifndef TU_EXEC_THREAD_H
#define TU_EXEC_THREAD_H

#include "base/list.h"
#include "exec/future.h"

#include <tutti/thread.h>

struct tu_thread {
	tutti_future future;
	struct tu_link link;        /* on the list of those alive, under its lock */
	struct tu_context *context; /* where a cancel goes; written before RUNNING is of use */
	uint64_t number;            /* ident; never used twice */
	int native_id;              /* atomic; 0 until it has one */
	bool daemon, started;       /* fixed: started by tutti, so that exit waits for it */
	bool pooled;                /* fixed: a pool's, of which exit waits for the jobs instead */
	int64_t deadline;           /* of a timer: when fn is to run */
	void *result;               /* this and the next: the thread's own, for its last word */
	bool withdrawn;             /* of a timer: cancelled before it fired */
	bool forked;                /* it is a child's first thread: the process ends with it */
	bool ends_later;            /* its last word comes with the destructors of its thread */
};

/*
 * For whom exit waits, the caller's own thread not: how many, and their names in buf, "thread 'a',
 * thread 'b'", as far as they fit.
 */
size_t tu_threads_waited_for(char *buf, size_t n);

/* Is there one that was started and has not come to its first line yet? */
bool tu_threads_are_coming(void);

/* What a thread's future can do; a timer is made from it. */
const struct tu_future_ops *tu_thread_ops(void);

bool tu_is_thread(const tutti_future *f);

/* Make the record; it is not alive yet. NULL: no memory. */
struct tu_thread *tu_thread_make(tutti_fn fn, void *arg, const char *name);

/* Does exit leave it behind? */
static inline bool tu_thread_is_left(const struct tu_thread *t)
{
	return t->daemon || t->pooled;
}

/* Put it on the list and start an OS thread that calls entry(t) with t->context set. */
int tu_thread_launch(struct tu_thread *t, void (*entry)(void *thread), size_t stack_bytes);

/* Take it off the list, if it is still there. */
void tu_thread_unlist(struct tu_thread *t);

/* The next thread without a name of its own is "Thread-n+1"; what n would have been. */
unsigned tu_thread_names_from(unsigned n);

/* The thread of w was a simulated one, and will never go on. */
void tu_thread_abandon(struct tu_worker *w);

/*
 * First and last thing of a started thread. The future is done when the thread has come through the
 * destructors of its thread-locals, so that who has joined it finds nothing of it at work.
 */
void tu_thread_enter(struct tu_thread *t);
void tu_thread_leave(struct tu_thread *t, void *result);

#endif
