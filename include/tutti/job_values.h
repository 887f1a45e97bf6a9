/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_JOB_VALUES_H
#define TUTTI_JOB_VALUES_H

#include <tutti/job.h>

/*
 * job_values.h - jobs that are called as Python functions are: with arguments by place and by name
 * (value.h), of whatever kinds, and a value as result. Whoever has no C types can call them.
 *
 *     static int add(const tutti_value *args, const tutti_value *kwargs, tutti_value **result);
 *     TUTTI_JOB_VALUES(add);
 *
 * args is a list or tuple, kwargs a dict whose keys are texts. Both are lent for the call. *result
 * is NULL to begin with; what the function puts there is given away, and NULL is None. It returns
 * 0, or < 0 as with TUTTI_JOB_TRY. For a job called name it expands to what TUTTI_JOB_TRY gives,
 * but that
 *
 *     static inline name_submit(executor, args, kwargs)
 *     static inline name_map(executor, calls, results, n)
 *
 * take values: NULL is no arguments, and calls are those of tutti_call_pack. To such a job a call
 * is one argument, a tutti_value *, of the kind TUTTI_KIND_CALL: the tuple (args, kwargs). The
 * plain equivalent of name_submit is tutti_submit_values.
 *
 * Example:
 *
 *     #include <tutti/executor.h>
 *
 *     static int add(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
 *     {
 *             int64_t a, b = 1;
 *             int rc = tutti_args_unpack(args, kwargs, "L|L", "a b", &a, &b);
 *
 *             return rc < 0 ? rc : tutti_value_pack(result, "L", a + b);
 *     }
 *     TUTTI_JOB_VALUES(add);
 *
 *     int three(tutti_executor *e, tutti_value **sum)
 *     {
 *             tutti_value *args = NULL;
 *             int rc = tutti_value_pack(&args, "[i, i]", 1, 2);
 *             tutti_future *f;
 *
 *             if (rc < 0)
 *                     return rc;
 *             f = add_submit(e, args, NULL);
 *             tutti_value_unref(args);
 *             rc = add_result(f, sum);
 *             tutti_future_unref(f);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Take a call's arguments into C's variables, as Python does with those of a function.
 *
 * The format has a piece for each parameter, as tutti_value_unpack's has: those behind a | may be
 * missing, and then what is there stays; those behind a $ are given by name only. names are the
 * parameters', with a space between each.
 *
 * What is wrong is said by tutti_fail: "argument 'b' of job 'add': int expected, got str 'x'".
 *
 * args       lent; texts, bytes and values taken from it last as long
 * kwargs     lent, the same; both may be NULL
 * format     see above; up to 32 pieces
 * names      as many as there are pieces
 * Returns    0; all that is given is filled in
 * Errors     TUTTI_ETYPE   an argument is missing, is of another kind, was not asked for, or came
 *                          twice
 *            -ERANGE       an int is too large for its place
 *            -EINVAL       format and names are none, or do not go together; an s has a zero byte
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_args_unpack(const tutti_value *args, const tutti_value *kwargs,
	const char *format, const char *names, ...);

/*
 * Make a call of arguments by a format, as tutti_value_pack does; a last piece of {} is those by
 * name: "i, s, {s:d}". What is meant as a dict by place needs an empty {} behind it.
 *
 * call       receives it
 * format     see above
 * Returns    0; *call is the caller's to unref
 * Errors     those of tutti_value_pack
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_call_pack(tutti_value **call, const char *format, ...);

/*
 * Make a call of values.
 *
 * call       receives it
 * args       a list or tuple; NULL: none
 * kwargs     a dict with texts as keys; NULL: none
 * Returns    0; *call is the caller's to unref
 * Errors     TUTTI_ETYPE   args or kwargs are of another kind
 *            -E2BIG        nested deeper than TUTTI_VALUE_DEPTH_MAX
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_call_of(tutti_value **call, const tutti_value *args, const tutti_value *kwargs);

/*
 * Take a call apart, as a job's function gets it.
 *
 * call       lent
 * args       receives the list or tuple, borrowed from call
 * kwargs     receives the dict, borrowed from call
 * Returns    0
 * Errors     TUTTI_ETYPE   it is no call
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_call_parts(
	const tutti_value *call, const tutti_value **args, const tutti_value **kwargs);

/*
 * Have a job run with these arguments.
 *
 * e          where
 * job        one of TUTTI_JOB_VALUES's
 * args       a list or tuple, of which a reference is kept; NULL: none
 * kwargs     a dict with texts as keys, the same; NULL: none
 * options    NULL: no deadline, no retries
 * Returns    a reference, never NULL; already failed if the job could not be taken: as
 *            tutti_submit, or as tutti_call_of, TUTTI_ECANCELED only while waiting for room
 * Context    any thread or task
 * Waits      may, if e has a pending_max; cancellation point
 * Order      happens-before the job's run
 */
TUTTI_API tutti_future *tutti_submit_values(tutti_executor *e, tutti_job *job,
	const tutti_value *args, const tutti_value *kwargs, const tutti_submit_options *options);

/*
 * Run a job's function: what the descriptors of TUTTI_JOB_VALUES have as call.
 *
 * fn         the function
 * arg        address of the call
 * result     address of the tutti_value * that receives the result
 * Returns    what fn returns if < 0, else 0
 * Errors     TUTTI_ETYPE   that is no call; and those of fn
 * Context    any thread or task
 * Waits      may, as fn does
 */
TUTTI_API int tutti_values_run(
	int (*fn)(const tutti_value *args, const tutti_value *kwargs, tutti_value **result),
	const void *arg, void *result);

TUTTI_END

/* clang-format off */
#define TUTTI_JOB_VALUES(name) \
	TUTTI_UNUSED static int name##_call(const void *tutti_arg_, void *tutti_result_) \
	{ \
		return tutti_values_run(name, tutti_arg_, tutti_result_); \
	} \
	TUTTI_JOB_ITSELF_(name, TUTTI_KIND_CALL, TUTTI_KIND_VALUE, sizeof(tutti_value *), \
		sizeof(tutti_value *)) \
	TUTTI_UNUSED static inline tutti_future *name##_submit(tutti_executor *tutti_e_, \
		const tutti_value *tutti_args_, const tutti_value *tutti_kwargs_) \
	{ \
		return tutti_submit_values( \
			tutti_e_, &name##_job, tutti_args_, tutti_kwargs_, NULL); \
	} \
	TUTTI_UNUSED static inline int name##_result( \
		tutti_future *tutti_f_, tutti_value **tutti_out_) \
	{ \
		return tutti_job_result(tutti_f_, &name##_job, tutti_out_); \
	} \
	TUTTI_UNUSED static inline int name##_map(tutti_executor *tutti_e_, \
		tutti_value *const *tutti_calls_, tutti_value **tutti_results_, size_t tutti_n_) \
	{ \
		return tutti_map( \
			tutti_e_, &name##_job, tutti_calls_, tutti_results_, tutti_n_, NULL); \
	} \
	typedef int name##_job_declared
/* clang-format on */

#endif
