/* SPDX-License-Identifier: MIT */
/*
 * job_future.h - a job under way: its future with its argument and its result in one block.
 *
 * References: one for who submitted it, one for the engine. The engine's is given back by
 * tu_executor_let_go, which follows each tutti_future_run, _set_result and _set_error that an
 * engine calls, whether or not it still decided anything.
 */
#ifndef TU_EXEC_JOB_FUTURE_H
#define TU_EXEC_JOB_FUTURE_H

#include "base/list.h"
#include "exec/future.h"

#include <tutti/executor.h>

struct tu_job_future {
	tutti_future future;
	const tutti_job *job;     /* this and the next three: fixed once the engine has it */
	tutti_executor *executor; /* a reference if listed; NULL: it was never taken */
	tutti_time deadline;      /* 0: none */
	const void *site; /* where it was submitted, for the submitter's last word; or NULL */
	void *arg;        /* arg_size bytes within this block; bytes are a reference */
	void *engine;     /* the built-in engines': what they need to know it by */
	struct tu_runnable node;         /* "tasks": in a queue until it begins */
	struct tu_link queued;           /* "threads": in the pool's queue; under the pool's lock */
	tutti_future *waits_for;         /* the job that it waits for, for ever; see job_wait.c */
	struct tutti_progress *progress; /* fixed; told before it is done; NULL: none */
	struct tu_context *runs_on;      /* atomic; NULL until it runs */
	tutti_future *beneath; /* the job that runs on that context and waits for this one's end */
	struct tu_link link;   /* of those under way; under the executor's lock */
	uint32_t swept;        /* the last sweep that met it; under the executor's lock */
	uint32_t retries;      /* that are left; whose turn it is to complete it */
	bool has_room;         /* counts against pending_max; under the executor's lock */
	bool own, listed;    /* its executor's, fixed once taken: that may be gone when f is done */
	bool pooled;         /* fixed: a block of the pool */
	bool remote;         /* fixed once the engine has it, which alone can stop it: it is told */
	unsigned char kills; /* workers that died of it; the engine's */
};

/* One with the argument copied and two references; NULL: no memory. */
struct tu_job_future *tu_job_future_create(tutti_job *job, const void *arg);

/*
 * The same of another kind, whose struct of head bytes begins with this one; the rest of it is
 * zero. ops are as a job's, and free ends with tu_job_future_free.
 */
struct tu_job_future *tu_job_future_make(
	const tutti_job *job, const void *arg, const struct tu_future_ops *ops, size_t head);
void tu_job_future_free(struct tu_job_future *jf);

/* The job's future, or NULL if f is of another kind. */
struct tu_job_future *tu_job_future_of(const tutti_future *f);

/* What a submit returns when there is no memory for anything else. */
tutti_future *tu_job_future_no_memory(void);

/* Note what job waits for, for ever, from now on; NULL: nothing. Returns what it was. */
tutti_future *tu_job_waits_for(tutti_future *job, tutti_future *f);

/* For the ops: see future.h. */
int tu_job_wait_begins(tutti_future *f, int64_t deadline, struct tu_job_wait *wait);

/* Run it unless somebody else has begun or ended it. Does not let go. */
void tu_job_future_run(struct tu_job_future *jf);

/* Only the call of its function, on self, and what it came to: 0 or < 0. */
int tu_job_future_call(struct tu_context *self, struct tu_job_future *jf);

/* Copy the result out; bytes as a reference of the receiver's. 0 or -ENOMEM. */
int tu_job_future_give(const struct tu_job_future *jf, void *out);

/* What its input is, in a few words; false: nothing to be told. job_words.c, as the next. */
bool tu_job_label(const struct tu_job_future *jf, char *buf, size_t n);

/* What a report says of it. */
void tu_job_describe(const tutti_future *f, char *buf, size_t n);

/* -- job_end.c --------------------------------------------------------------------------------- */

struct tu_news;

/* Its progress is told of it: just before it is done. */
void tu_job_future_count(const struct tu_job_future *jf);

/* The engine cannot run it: it fails with code, unless it was cancelled. Lets go. */
void tu_job_future_give_up(struct tu_job_future *jf, int code);

/* The engine's own word on how it ended; lets go. 0, TUTTI_EDONE, TUTTI_ETYPE, -ENOMEM. */
int tu_job_future_settle(struct tu_job_future *jf, int code, const char *text, const void *result);

/* Only that it is done now, in the same way. 0; TUTTI_EDONE: it was already. */
int tu_job_future_conclude(
	struct tu_job_future *jf, int code, const char *text, const void *result);

/* The same for engines of ours, whose jobs others cannot end. */
int tu_job_future_end(struct tu_job_future *jf, int code, const char *text, const void *result);

/*
 * The same for one of many of one executor: what is to be woken stays in news, whose wakes_wait is
 * set, and true says that one more is to be told to tu_executor_ended.
 */
bool tu_job_future_end_one(struct tu_job_future *jf, int code, const char *text, const void *result,
	struct tu_news *news);

#endif
