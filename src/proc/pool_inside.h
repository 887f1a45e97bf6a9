/* SPDX-License-Identifier: MIT */
/*
 * pool_inside.h - one pool of processes, for the files that are its engine:
 *
 *     processes.c     called by whoever submits and cancels, and who only leaves word
 *     collector.c     a thread of the pool's, to which the next three belong
 *     pool_done.c     completes what workers have done
 *     pool_ends.c     ends jobs otherwise: they are to stop, or their worker has died
 *     pool_workers.c  starts the workers, replaces those that die
 *
 * A job that is submitted waits in `pending` until a cell is free; from then on it counts as
 * running, as a worker may take it any moment. Only the collector completes futures, so nothing of
 * this is called back with the lock held.
 */
#ifndef TU_PROC_POOL_INSIDE_H
#define TU_PROC_POOL_INSIDE_H

#include "proc/pool.h"

#include "base/list.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "exec/job_future.h"
#include "proc/cells.h"
#include "proc/errors.h"
#include "proc/handles.h"

#include <tutti/event.h>
#include <tutti/process.h>

struct pool_worker {
	struct pool *pool;
	tutti_process *process;   /* NULL: none just now */
	struct tu_errors *errors; /* its error stream; NULL: it has the program's own */
	uint32_t seen;            /* of what it has done */
	bool ended;               /* the process has; under the lock */
	bool useful;              /* it has done something */
	bool told;                /* to end, by us */
	unsigned failures;        /* of those before it, one after the other */
	tutti_time start_at;      /* if there is none */
	tutti_time kill_at;       /* TUTTI_FOREVER: it is not to be killed */
};

struct in_cell {
	struct tu_job_future *jf; /* NULL: free */
	int reason;               /* why it is to stop; 0: it is not */
	tutti_time limit;         /* TUTTI_FOREVER: none */
	int file;                 /* of a large argument, ours to close; -1: none */
	struct tu_kept kept;      /* what its argument has handles of */
};

struct pool {
	struct tu_cells cells; /* this and the next five: fixed after open */
	unsigned count;
	tutti_fn worker_start;
	char *name;
	size_t jobs_max;             /* of one worker; 0: no bound */
	struct tu_fork_guard guard;  /* in a forked child it is lost */
	uint32_t guard_lock;         /* of that: nothing. p->lock is held where others are taken */
	bool lost;                   /* its parent's: there is no collector here */
	tutti_event ready, over;     /* of the collector */
	int rc;                      /* before ready: how the first workers started */
	struct pool_worker *workers; /* the collector's */
	uint32_t lock;               /* a tu_mutex; all below */
	struct in_cell cell[TU_CELLS];
	uint32_t free[TU_CELLS];
	unsigned free_count, limited, alive;
	struct tu_list pending; /* of job futures, by queued */
	const tutti_job *jobs[TU_CELLS_JOBS];
	uint32_t job_count;
	tutti_time due; /* the collector looks at limits then, or earlier */
	bool asked;     /* the collector is to look who is to stop */
	bool closing;   /* atomic; see processes_free */
	int broken;     /* workers cannot be had: jobs fail with it; 0: they can */
	char why[TU_ERRORS_TEXT + 400];
};

/* A job on its way out of `pending` is on nobody's list: what stands in its engine then. */
#define TU_POOL_GONE ((void *)UINTPTR_MAX)

/*
 * Cells that are free get jobs that wait, a few of them; under the lock. How many, to be told to
 * tu_pool_fed without it, which goes on with the rest. Those that were cancelled before go to gone.
 */
unsigned tu_pool_feed(struct pool *p, struct tu_list *gone);
void tu_pool_fed(struct pool *p, unsigned n, struct tu_list *gone);

/* The next that waits, or NULL: the caller has it, whoever cancels it. Under the lock. */
struct tu_job_future *tu_pool_take_pending(struct pool *p);

/* The collector: workers, and what they do, until the pool closes and they have ended. */
void tu_pool_collect(void *pool);
bool tu_pool_is_closing(struct pool *p);

/* All below: the collector's alone. */

/* -- pool_done.c ------------------------------------------------------------------------------- */

/* Complete what has been done, by all or by one of them; was there anything? */
bool tu_pool_gather(struct pool *p);
bool tu_pool_gather_from(struct pool *p, struct pool_worker *w);

/* Is there anything to gather? */
bool tu_pool_has_done(const void *pool);

/* The same of a cell that is done, which nobody came to say. false: its result is lost. */
bool tu_pool_take_over(struct pool *p, uint32_t i);

/* Cells whose jobs have ended are free, and jobs that wait get them. */
void tu_pool_recycle(struct pool *p, const uint32_t *cells, unsigned n);

/* -- pool_ends.c ------------------------------------------------------------------------------- */

struct tu_job_future *tu_pool_job_in(struct pool *p, uint32_t i); /* NULL: none */

/* Those that were asked to stop, or whose time is over, are ended, or their workers are. */
void tu_pool_stop_jobs(struct pool *p);

/* Its worker has died with it, in that way. */
void tu_pool_job_crashed(struct pool *p, uint32_t i, const char *how);

/* No workers can be had: nobody would ever run those that wait. */
void tu_pool_fail_pending(struct pool *p);

/* When to look again: workers_due, or when the time of a job is over. */
tutti_time tu_pool_jobs_due(struct pool *p, tutti_time workers_due);

/* -- pool_workers.c ---------------------------------------------------------------------------- */

enum { TU_POOL_HOW = TU_ERRORS_TEXT + 300 }; /* bytes: how a worker has ended */

int tu_pool_start_workers(struct pool *p); /* the first ones: 0, or why they cannot be had */
bool tu_pool_is_any_alive(struct pool *p);

/* Those that have ended are buried and replaced, those that do not end are killed. */
void tu_pool_look_after_workers(struct pool *p, tutti_time now);
tutti_time tu_pool_workers_due(struct pool *p);

void tu_pool_stop_worker(struct pool_worker *w); /* soon, one way or another */
void tu_pool_dismiss_workers(struct pool *p);    /* all of them, once they have nothing to do */
void tu_pool_forget_workers(struct pool *p);     /* they have ended */

#endif
