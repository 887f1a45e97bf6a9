/* SPDX-License-Identifier: MIT */
/*
 * process.h - a child process: its future in the parent, and what it is told of itself.
 *
 * The parent and its child have a channel. Through it the child gets a request (request.h) and
 * gives a reply (reply.h), then it ends. A thread of the parent's, the minder (minder.c), waits for
 * both and completes the future. One of the references is the minder's.
 */
#ifndef TU_PROC_PROCESS_H
#define TU_PROC_PROCESS_H

#include "base/list.h"
#include "exec/job_future.h"
#include "proc/handles.h"

#include <tutti/process.h>

enum { TU_IDENTITY_BYTES = 64 };

/* Descriptors that a process is handed besides, the starter's own until it has begun. */
enum { TU_CARRIED_MOST = 20 };
struct tu_carried {
	int n;
	int fds[TU_CARRIED_MOST];
};

/* Those that this process was handed, in that order. */
extern struct tu_carried tu_carried;

struct tu_process {
	struct tu_job_future jf;          /* first; no executor has it */
	char *name;                       /* fixed, as all up to daemon */
	char identity[TU_IDENTITY_BYTES]; /* "1:1": the first child of the first one's */
	int pid;
	int channel; /* the minder's, -1 once it has closed it */
	int errors;  /* its error stream is to be that, the starter's; -1: the starter's own */
	struct tu_carried carried;
	bool daemon;
	struct tu_kept kept; /* what its argument has handles of, until it has ended */
	bool told_to_end;    /* by a signal of ours; under the lock */
	bool reaped, stolen; /* ended; and somebody else knows how. Under the lock */
	int exitcode;        /* if reaped and not stolen; under the lock */
	struct tu_link link; /* of the children that are alive; under the lock */
};

/* What this process is. Written before there are threads. */
struct tu_self_process {
	const char *name;     /* "MainProcess" */
	const char *identity; /* "" */
	bool daemon;
};
extern struct tu_self_process tu_self_process;

/* The process' record, or NULL if f is of another kind. */
struct tu_process *tu_process_of(const tutti_future *f);

/* Has it ended? If so it is reaped, and no signal of ours can meet another. */
bool tu_process_reap(struct tu_process *p);

/* Wait for the end of a child that stands for no process: nobody else does. */
void tu_process_bury(int pid);

/* Off the list of those alive, and the future done: after it was reaped. */
void tu_process_unlist(struct tu_process *p);

/* Have a minder. 0, or why there is none. */
int tu_minder_begin(void);

/* After begin: run fn(arg) in a task of its. 0 or -ENOMEM. */
int tu_minder_run(tutti_fn fn, void *arg);

/* Let it have a process that has started. 0 or -ENOMEM. */
int tu_minder_take(struct tu_process *p);

#endif
