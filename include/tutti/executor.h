/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_EXECUTOR_H
#define TUTTI_EXECUTOR_H

#include <tutti/job.h>

/*
 * executor.h - where jobs run, in one word:
 *
 *     "threads"     threads of this process
 *     "tasks"       tasks of the loop of the thread that opens it
 *     "processes"   processes of this program: see below
 *     "inline"      the caller itself, within tutti_submit
 *     "tcp://..."   workers on other machines, with libtutti-net: see worker.h; also "unix:..."
 *
 * "threads:8" and "tasks:100" set max_workers. Other words are answered by engines that the program
 * or another library registers; a word that nobody answers is TUTTI_ENOENGINE.
 *
 * Jobs may submit jobs and wait for them, to any depth and on any number of threads: one that waits
 * for another of its own pool, alone or among many, runs that one itself if half of its stack is
 * left for it, or lends its thread for as long as it waits; on "tasks" its turn, which it has back
 * at once. Waits for anything else keep both. Jobs that would wait for each other get -EDEADLK.
 *
 * "processes" starts its workers when it is opened: daemons (process.h), so they can have no pools
 * of their own. A job counts as running once a worker may take it, a little before one does. One
 * whose worker dies fails with TUTTI_ECRASHED, unless its submitter allows for retries, and no
 * other does; the worker is replaced. Its text ends with the last lines that the worker wrote to
 * its error stream, which all pass through here to our own, line by line. One that is cancelled
 * while it runs, or has not ended a tenth of a second after its deadline, is ended with its worker:
 * by SIGTERM, and SIGKILL a second later. worker_start is found in the worker as a job is;
 * worker_arg means nothing there and must be NULL. In a forked child submits fail with -ECHILD.
 *
 * An engine of your own is a table of functions. It is given futures which hold their job and its
 * argument, and completes each, by one call of tutti_future_run, tutti_future_set_result or
 * tutti_future_set_error: one that was cancelled as well, which lets go of it and does nothing
 * else. After that call f may be gone; or it has been submitted to the engine once more, within the
 * call: when that said TUTTI_ECRASHED and the submitter allows for retries.
 *
 * Example:
 *
 *     static int square(int n)
 *     {
 *             return n * n;
 *     }
 *     TUTTI_JOB(square, int, int);
 *
 *     int squares(const char *where, const int *n, int *squared, size_t count)
 *     {
 *             tutti_executor *e;
 *             int rc = tutti_executor_open(&e, where, NULL);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = square_map(e, n, squared, count);
 *             tutti_executor_free(e);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_executor_options {
	int max_workers;       /* 0: tutti_cpu_count(), for threads min(32, that + 4) */
	size_t pending_max;    /* jobs; beyond these submit waits; 0: no bound */
	size_t stack_bytes;    /* of each worker or task; 0: chosen */
	const char *name;      /* of the workers, copied; NULL: chosen */
	tutti_fn worker_start; /* run by each worker before its first job; NULL: none */
	void *worker_arg;      /* for worker_start */
	const char *authkey;   /* for engines on other machines, copied; NULL: none */
	size_t jobs_max;       /* "processes": of each worker, then it is replaced; 0: no bound */
	uint64_t reserved[7];  /* 0 */
} tutti_executor_options;

/* What becomes of the jobs when an executor is shut down. */
typedef enum tutti_ending {
	TUTTI_FINISH,       /* all submitted jobs run */
	TUTTI_DROP_PENDING, /* those not begun are cancelled */
	TUTTI_TERMINATE     /* and those that run are asked to stop */
} tutti_ending;

typedef struct tutti_engine {
	size_t size;        /* sizeof(tutti_engine) */
	const char *scheme; /* the word it answers to; NULL: only by tutti_executor_create */
	int (*open)(void **self, const char *where, const tutti_executor_options *options);
	int (*submit)(void *self, tutti_future *f);     /* f is its to complete; < 0 fails f */
	void (*cancel)(void *self, tutti_future *f);    /* f was cancelled, or, once it has begun
							   elsewhere, is to be; NULL: not told */
	void (*shutdown)(void *self, tutti_ending how); /* only retries follow; NULL: not told */
	void (*free)(void *self);                       /* after the last future has ended */
} tutti_engine;

/*
 * Open an executor.
 *
 * e          receives it
 * where      the word
 * options    NULL: all defaults
 * Returns    0; *e is the caller's to free
 * Errors     TUTTI_ENOENGINE   nothing linked serves that word
 *            -EINVAL           a number that is not one, or negative max_workers
 *            -ENOMEM           no memory
 *            any other         of the engine
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_executor_open(
	tutti_executor **e, const char *where, const tutti_executor_options *options);

/*
 * Accept no more jobs. Does not wait for those that run.
 *
 * e          the executor
 * how        what becomes of the others; a second call may be stricter
 * Returns    0
 * Errors     -EINVAL   how is none of the three
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_executor_shutdown(tutti_executor *e, tutti_ending how);

/*
 * Wait until the last job has ended.
 *
 * e          shut down before
 * deadline   absolute; in the past: only look; TUTTI_FOREVER
 * Returns    0
 * Errors     -EBUSY            not shut down
 *            TUTTI_ETIMEDOUT   jobs under way at the deadline
 *            TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task, but not one of its jobs
 * Waits      may; cancellation point
 * Order      all the jobs happen-before this return
 */
TUTTI_API int tutti_executor_join(tutti_executor *e, tutti_time deadline);

/*
 * Shut it down (TUTTI_FINISH unless that is done), wait for its jobs and free it. Futures live on.
 *
 * e          the executor; NULL does nothing
 * Context    any thread or task, but not one of its jobs
 * Waits      may; not a cancellation point
 */
TUTTI_API void tutti_executor_free(tutti_executor *e);

/*
 * Have an engine answer to its scheme.
 *
 * engine     stays as it is for the life of the process
 * Returns    0
 * Errors     -EINVAL   size is unknown, or scheme, open, submit or free is missing
 *            -EEXIST   another engine has that scheme
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_engine_register(const tutti_engine *engine);

/*
 * Make an executor from an engine that is open already.
 *
 * e          receives it
 * engine     stays as it is until the executor is freed; open is not called
 * self       for the engine's functions; freed by them
 * Returns    0; *e is the caller's to free
 * Errors     -EINVAL   size is unknown, or submit or free is missing
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_executor_create(tutti_executor **e, const tutti_engine *engine, void *self);

/*
 * Run a future's job here and now, and complete the future. For engines.
 *
 * f          given to the engine's submit, neither begun nor done; a cancelled one does nothing
 * Context    any thread or task
 * Waits      may, where the job does; not a cancellation point
 */
TUTTI_API void tutti_future_run(tutti_future *f);

/*
 * Get a future's job. For engines that send it elsewhere.
 *
 * f          the future
 * Returns    the job, borrowed; NULL if the future is not of a job
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_job *tutti_future_job(const tutti_future *f);

/*
 * Get the argument of a future's job.
 *
 * f          the future
 * Returns    arg_size bytes, borrowed until f is done; NULL if there is none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const void *tutti_future_arg(const tutti_future *f);

/*
 * Get until when a future's job has time. For engines that send it elsewhere.
 *
 * f          the future
 * Returns    absolute; TUTTI_FOREVER: it has no deadline
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_time tutti_future_deadline(const tutti_future *f);

/*
 * Note that a future's job begins elsewhere: from now on it is running, and to cancel it only has
 * the engine's cancel called, which is to see to its end. For engines.
 *
 * f          given to the engine's submit, and not completed; one that was begun stays so
 * Returns    0
 * Errors     TUTTI_EDONE   it was cancelled before; it is to be completed all the same
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_future_begin(tutti_future *f);

TUTTI_END

#endif
