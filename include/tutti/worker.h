/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_WORKER_H
#define TUTTI_WORKER_H

#include <tutti/executor.h>

/*
 * worker.h - jobs on other machines (libtutti-net). Three programs take part:
 *
 *     a manager    `tutti manager`, or one that serves "Jobs" under the name get_jobs
 *                  (manager_objects.h): it has the jobs that nobody has taken yet
 *     workers      take jobs that they know by name, run them and give the results back
 *     masters      tutti_executor_open("tcp://host:port"): there jobs are submitted as anywhere
 *
 * All three prove that they have the same key. Workers may come and go: what one of them had when
 * it died is another's. So a job may run more than once, but its result is told once. The one that
 * three workers have died of fails with TUTTI_ECRASHED, or begins again if its submitter allows for
 * retries. A master that goes takes along what it has submitted; one whose connection is lost, or
 * whose manager is started anew within ten seconds, submits all that is under way once more.
 *
 * A job is found by its name, so both ends declare it: same name, same types. Structs travel as
 * their bytes, which mean the same between machines of one sort only; values (job_values.h), bytes
 * and texts everywhere. Python can put jobs and take them by plain calls: docs/machines.md.
 *
 * Example:
 *
 *     #include <tutti/worker.h>
 *
 *     static uint64_t square(uint32_t n)
 *     {
 *             return (uint64_t)n * n;
 *     }
 *     TUTTI_JOB(square, uint64_t, uint32_t);
 *
 *     int serve_squares(void)
 *     {
 *             tutti_executor_options options = { .authkey = "abc" };
 *             tutti_worker *w;
 *             int rc = tutti_worker_create(&w, "tcp://127.0.0.1:5000", &options);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_worker_serve(w);
 *             tutti_worker_free(w);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_worker tutti_worker;

/*
 * Make a worker.
 *
 * w          receives it
 * where      "tcp://host:port", or an address of stream.h; copied
 * options    authkey, and of its threads max_workers (0: tutti_cpu_count()), stack_bytes, name,
 *            worker_start and worker_arg; copied
 * Returns    0; *w is the caller's to free
 * Errors     TUTTI_EAUTH   no authkey, or an empty one
 *            -EINVAL       no address, or negative max_workers
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_worker_create(
	tutti_worker **w, const char *where, const tutti_executor_options *options);

/*
 * Serve a job under a name. Who adds any serves only those; else all that are registered here.
 *
 * w          does not serve yet
 * name       as the others say it; copied
 * job        stays as it is as long as w
 * Returns    0
 * Errors     -EEXIST   the name is taken
 *            -EINVAL   no name, or no job
 *            -EBUSY    it serves
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_worker_add(tutti_worker *w, const char *name, const tutti_job *job);

/*
 * Have it end by itself when it had nothing to do for so long.
 *
 * w          does not serve yet
 * idle       nanoseconds; 0: never, as it is to begin with
 * Returns    0
 * Errors     -EINVAL   idle is negative
 *            -EBUSY    it serves
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_worker_set_idle(tutti_worker *w, tutti_time idle);

/*
 * Have it look for a manager that is not there, yet or any more, again and again: with pauses that
 * grow from a moment to two seconds. What has it looking and what it has found is reported
 * (report.h). Jobs that run when a manager goes are told to stop, as their results are not wanted
 * any more.
 *
 * w          does not serve yet
 * patience   nanoseconds, for each time; 0: it ends at once, as it is to begin with; TUTTI_FOREVER
 * Returns    0
 * Errors     -EINVAL   patience is negative
 *            -EBUSY    it serves
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_worker_set_patience(tutti_worker *w, tutti_time patience);

/*
 * Take jobs, run them on threads and give the results back, until there is a reason to end. At
 * SIGTERM it takes no more, and ends when those that run have ended; a second one asks these to
 * stop, as does a cancel. What it had taken and not begun is another's then.
 *
 * w          serves nowhere else at the time
 * Returns    0: it had nothing to do for so long, or there was a SIGTERM
 * Errors     TUTTI_ESHUTDOWN   the manager has ended, or the connection is lost, and it was not to
 *                              be found again within the worker's patience
 *            TUTTI_ECANCELED   the caller was cancelled
 *            TUTTI_EAUTH       the keys differ
 *            TUTTI_ENOJOB      no job was added, and none is registered
 *            TUTTI_EPROTO      something else listens there
 *            -ENOENT           the manager there serves no jobs
 *            -ECONNREFUSED     nobody listens there; and others of tutti_stream_connect
 *            -EBUSY            it serves already
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_worker_serve(tutti_worker *w);

/*
 * Have a job run that is known here by its name alone: no function of that name need be in this
 * program. One of TUTTI_JOB_VALUES gets the arguments as they are, one that takes bytes or a value
 * its only one, a Python that takes jobs the tuple (args, kwargs). One that takes or gives a plain
 * C type fails with TUTTI_ETYPE. Engines that run jobs in this program find those that are declared
 * here with TUTTI_JOB_VALUES; others fail with TUTTI_ENOJOB.
 *
 * e          where
 * name       of the job; a little memory is kept for each that was ever called
 * args       a list or tuple, of which a reference is kept; NULL: none
 * kwargs     a dict with texts as keys, the same; NULL: none
 * options    NULL: no deadline, no retries
 * Returns    a reference, never NULL; already failed as tutti_submit_values', with TUTTI_ECANCELED
 *            only while waiting for room
 * Context    any thread or task
 * Waits      may, if e has a pending_max; cancellation point
 * Order      happens-before the job's run
 */
TUTTI_API tutti_future *tutti_submit_named(tutti_executor *e, const char *name,
	const tutti_value *args, const tutti_value *kwargs, const tutti_submit_options *options);

/*
 * Wait for the result of such a job. Of one that gives bytes it is a text if it can be one.
 *
 * f          the future
 * out        receives it
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_ENOJOB   who was to run it does not know that name
 *            TUTTI_ETYPE    f is of another sort of job; or as above
 *            and those of tutti_future_result, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the job's run happens-before this return
 */
TUTTI_API int tutti_named_result(tutti_future *f, tutti_value **out);

/*
 * Count the jobs whose results it has given back.
 *
 * w          the worker
 * Returns    how many
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint64_t tutti_worker_jobs(const tutti_worker *w);

/*
 * Free it.
 *
 * w          does not serve; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_worker_free(tutti_worker *w);

TUTTI_END

#endif
