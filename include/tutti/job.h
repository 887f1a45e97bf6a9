/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_JOB_H
#define TUTTI_JOB_H

#include <tutti/bytes.h>
#include <tutti/future.h>
#include <tutti/value.h>
#ifdef __cplusplus
#include <type_traits>
#endif

/*
 * job.h - a function that can be moved to where it runs: an executor's engine decides (executor.h).
 *
 *     TUTTI_JOB(is_prime, bool, uint64_t);        bool is_prime(uint64_t n)
 *     TUTTI_JOB_TRY(load, struct page, request);  int load(request const *in, struct page *out)
 *
 * after the function; result type, argument type, either may be void. TRY is for work that can fail
 * (the code returned decides, see tutti_fail) or whose types are large. For a job called name it
 * expands to
 *
 *     static int name_call(const void *arg, void *result)     a thunk that calls the function
 *     static tutti_job name_job                               the descriptor
 *     a constructor and a destructor that register and unregister it
 *     static inline name_submit, name_result, name_map        the calls below with types
 *
 * The plain equivalent: fill in a tutti_job, call tutti_job_register and tutti_submit. Repeat it in
 * each file that uses the job, or put it in a header: same name and function, same job. Types are
 * plain values and structs (arrays and types of several words need a typedef), tutti_bytes, and
 * tutti_value *: a job is lent its argument and gives a reference of its own away as result; NULL
 * is no memory (-ENOMEM). Another pointer does not compile, as it means nothing elsewhere; one
 * inside a struct cannot be seen.
 *
 * Example:
 *
 *     static bool is_prime(uint64_t n)
 *     {
 *             for (uint64_t d = 2; d * d <= n; d++)
 *                     if (n % d == 0)
 *                             return false;
 *             return n > 1;
 *     }
 *     TUTTI_JOB(is_prime, bool, uint64_t);
 *
 *     int check_three(tutti_executor *e, const uint64_t n[3], bool prime[3])
 *     {
 *             return is_prime_map(e, n, prime, 3);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_executor tutti_executor;

/* What a job takes and gives; CALL: a value that is arguments (job_values.h), taken only. */
enum { TUTTI_KIND_VOID, TUTTI_KIND_PLAIN, TUTTI_KIND_BYTES, TUTTI_KIND_VALUE, TUTTI_KIND_CALL };

typedef struct tutti_job {
	uint16_t version; /* 1; says which members follow */
	uint8_t arg_kind, result_kind;
	uint32_t arg_size, result_size; /* bytes */
	const char *name, *place;       /* place: "file.c:12" */
	void (*target)(void);           /* the user's function: with name, the job's identity */
	/* < 0: failed; 0: done; > 0: done, unless it was told to stop (what TUTTI_JOB's says) */
	int (*call)(const void *arg, void *result);
	struct tutti_job *next; /* the registry's */
	uint64_t priv[2];
} tutti_job;

typedef struct tutti_submit_options {
	tutti_time deadline;  /* absolute, enforced where the job runs; 0: none */
	int retries;          /* at most, each time that its worker dies (TUTTI_ECRASHED) */
	uint64_t reserved[4]; /* 0 */
} tutti_submit_options;

struct tutti_progress;

typedef struct tutti_map_options {
	size_t chunk;     /* of tutti_map: items that run one after the other as one; 0: chosen */
	size_t ahead_max; /* of tutti_map_stream: items pulled ahead of delivery; 0: chosen */
	tutti_time deadline;             /* absolute, for each job; 0: none */
	struct tutti_progress *progress; /* told of each that ends (observe.h); NULL: none */
	bool unordered;                  /* a stream: push each as it ends, not in input order */
	uint64_t reserved[3];            /* 0 */
} tutti_map_options;

/*
 * Make a job known under its name. Allocates nothing; before the library's constructors too.
 *
 * job        filled in; tutti's until unregistered
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_job_register(tutti_job *job);

/*
 * Take it back, before its module is unloaded.
 *
 * job        none of its futures may be under way; unknown ones do nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_job_unregister(tutti_job *job);

/*
 * Find a job by name.
 *
 * name       as in TUTTI_JOB
 * Returns    the job, borrowed until unregistered; NULL: none, or two functions of that name
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_job *tutti_job_find(const char *name);

/*
 * List the jobs that are known; one that several files declare is there several times.
 *
 * jobs       receives as many as there is room for, borrowed until unregistered; NULL: none
 * room       jobs
 * Returns    how many there are, also if that is more than room
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_job_list(tutti_job **jobs, size_t room);

/*
 * Have a job run.
 *
 * e          where
 * job        which
 * arg        its argument, copied before this returns; NULL if it takes none
 * options    NULL: no deadline, no retries
 * Returns    a reference, never NULL; already failed if the job could not be taken, with
 *            TUTTI_ESHUTDOWN, -ENOMEM, -EINVAL, or TUTTI_ECANCELED while waiting for room
 * Context    any thread or task
 * Waits      may, if e has a pending_max; cancellation point
 * Order      happens-before the job's run
 */
TUTTI_API tutti_future *tutti_submit(
	tutti_executor *e, tutti_job *job, const void *arg, const tutti_submit_options *options);

/*
 * Wait for a job's result, checking that it is that job's.
 *
 * f          the future
 * job        the job it must come from
 * out        receives result_size bytes; NULL leaves it
 * Returns    0
 * Errors     TUTTI_ETYPE   f is another job's or none's
 *            and those of tutti_future_result, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the job's run happens-before this return
 */
TUTTI_API int tutti_job_result(tutti_future *f, const tutti_job *job, void *out);

/*
 * Run a job over an array and wait for all.
 *
 * e          where
 * job        which
 * args       n arguments; NULL if it takes none
 * results    receives n results in input order; NULL leaves them; of a job that failed, untouched
 * n          how many
 * options    NULL: all chosen
 * Returns    0; all ended well
 * Errors     TUTTI_ECANCELED   the caller was cancelled; jobs not begun never will, the others
 *                              have ended
 *            -EINVAL           no executor or no such job, or n arguments are missing
 *            any other         of the first in input order that failed; all have ended
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all the runs happen-before this return
 */
TUTTI_API int tutti_map(tutti_executor *e, tutti_job *job, const void *args, void *results,
	size_t n, const tutti_map_options *options);

/*
 * The same from a source into a sink, with at most ahead_max under way: flat memory. Both are
 * called by the caller itself; a job's failure goes to push and is not the map's. Bytes and values
 * that pull fills in are the map's to give back, those that push sees stay the map's.
 *
 * e          where
 * job        which
 * pull       fills item, arg_size bytes: 1 filled, 0 no more, < 0 stop
 * push       once per item, index its place in the input, in that order unless unordered; error 0,
 *            or < 0 and result NULL; returns < 0 to stop
 * arg        for pull and push
 * options    NULL: all chosen
 * Returns    0; all were pushed
 * Errors     TUTTI_ECANCELED   the caller was cancelled; jobs not begun never will
 *            any other         what pull or push said; jobs under way have ended
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_map_stream(tutti_executor *e, tutti_job *job,
	int (*pull)(void *arg, void *item),
	int (*push)(void *arg, size_t index, int error, const void *result), void *arg,
	const tutti_map_options *options);

TUTTI_END

#include <tutti/job_macros.h>

#endif
