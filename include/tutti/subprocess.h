/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SUBPROCESS_H
#define TUTTI_SUBPROCESS_H

#include <tutti/bytes.h>
#include <tutti/future.h>

/*
 * subprocess.h - other programs. run does it all: start, feed, collect, wait. start gives a
 * tutti_subprocess *, which is a tutti_future *: done when the program has ended, with an int as
 * result, its exit code; so it can be joined, gathered and selected like anything else.
 *
 * argv is the program and its arguments, up to a NULL; no shell sees them. A program without a
 * slash is looked for in the caller's PATH. The exit code is what it passed to exit, or -N if
 * signal N killed it. What could not be started has none, but an error with a text that says which
 * and why: -ENOENT (no such program, interpreter of a script, or cwd), -EACCES, -ENOEXEC, -E2BIG.
 *
 * The child has its three streams and no other descriptor of ours. No signal is blocked there, and
 * none ignored but SIGHUP, SIGINT and SIGQUIT, if we do. What we have printed is written out
 * before. Nobody waits for it when we end. None stays a zombie, whether or not anybody joins it.
 *
 * Whoever is started by the child may live longer and hold its pipes open; run and communicate wait
 * for that, join does not.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/subprocess.h>
 *
 *     int words_of(const char *text)
 *     {
 *             const char *argv[] = { "wc", "-w", NULL };
 *             tutti_subprocess_options o = { .input = tutti_bytes_text(text), .capture = 1 };
 *             tutti_subprocess_result r;
 *             int rc = tutti_subprocess_run(&r, argv, &o);
 *
 *             if (rc < 0)
 *                     fprintf(stderr, "%s\n", r.text);
 *             else
 *                     printf("%d: %s", r.exitcode, (const char *)r.out.data);
 *             tutti_subprocess_result_free(&r);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef tutti_future tutti_subprocess;

/* What a stream of the child's is: one of these, or a descriptor of the caller's, > 0. */
enum {
	TUTTI_INHERIT = 0, /* the caller's own */
	TUTTI_PIPE = -1,   /* a pipe from or to the caller; run keeps what comes */
	TUTTI_NULL = -2,   /* the null device */
	TUTTI_MERGE = -3   /* only err: wherever out goes */
};

typedef struct tutti_subprocess_options {
	tutti_bytes input;      /* only run: what it reads, up to an end; in must not be set then */
	int capture;            /* out and err are TUTTI_PIPE, unless they are set */
	const char *cwd;        /* where it works; NULL: where the caller does */
	const char *const *env; /* all of its NAME=value, up to a NULL; NULL: the caller's */
	int in, out, err;       /* see above */
	int check;              /* an exit code that is not 0 is an error: TUTTI_EEXIT */
	int group;              /* it leads a process group of its own, so Ctrl-C is not for it */
	tutti_time deadline;    /* it is ended then: TUTTI_EJOBTIMEDOUT; 0: never */
	const char *program;    /* the file to run, looked for like argv[0]; NULL: argv[0] itself */
	uint64_t reserved[3];   /* 0 */
} tutti_subprocess_options;

typedef struct tutti_subprocess_result {
	int exitcode;         /* -N: killed by signal N */
	tutti_bytes out, err; /* what was captured; a zero follows the last byte, not counted */
	char text[192];       /* what went wrong, in words; "" */
	uint64_t reserved[2];
} tutti_subprocess_result;

/*
 * Run a program to its end. With a deadline, or when the caller is cancelled, it is told to end by
 * SIGTERM, and 5 seconds later by SIGKILL; all of its group are, if it leads one.
 *
 * result     may be NULL. Set in any case, to be freed; out and err are what came until then, also
 *            if it failed or was ended
 * argv       see above
 * options    NULL: all defaults
 * Returns    0; it has ended, see result->exitcode
 * Errors     TUTTI_EEXIT          options->check, and the exit code is not 0
 *            TUTTI_EJOBTIMEDOUT   it was ended at options->deadline, or not started after it
 *            TUTTI_ECANCELED      the caller was cancelled; it was ended, or never started
 *            -EINVAL              no argv, or options that make no sense
 *            -ECHILD              somebody else has taken its exit code, see below
 *            -ENOMEM              no memory, not even for what it printed: it was ended then
 *            any other            it could not start
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_run(tutti_subprocess_result *result, const char *const *argv,
	const tutti_subprocess_options *options);

/*
 * Give back what a result holds, and make it empty.
 *
 * result     NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_subprocess_result_free(tutti_subprocess_result *result);

/*
 * Start a program. To cancel its future is to terminate it. With tutti_subprocess_free, or unref,
 * it is left to itself; unref alone leaves its pipes open as long as it lives.
 *
 * argv       see above; copied, as are the options
 * options    NULL: all defaults
 * Returns    a reference, never NULL; already failed, with a text, if it could not start. Also it
 *            fails with TUTTI_EEXIT or TUTTI_EJOBTIMEDOUT, as for run
 * Context    any thread or task
 * Waits      never for long: until the system has started it, some hundred microseconds
 */
TUTTI_API tutti_subprocess *tutti_subprocess_start(
	const char *const *argv, const tutti_subprocess_options *options);

/*
 * Wait until it has ended, however. Its pipes are left as they are. May be called again.
 *
 * p          the subprocess
 * Returns    0; see tutti_subprocess_exitcode
 * Errors     TUTTI_EEXIT, TUTTI_EJOBTIMEDOUT   as tutti_subprocess_run
 *            TUTTI_EJOBCANCELED   it was cancelled
 *            TUTTI_ECANCELED      the caller was
 *            TUTTI_ETYPE          p is no subprocess
 *            -ECHILD              p was started by another: this one is its forked child
 *            any other            p could not start
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_join(tutti_subprocess *p);

/*
 * The same with a deadline.
 *
 * p          the subprocess
 * deadline   absolute; in the past: only look
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   still alive at the deadline
 *            and those of tutti_subprocess_join, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_join_until(tutti_subprocess *p, tutti_time deadline);

/*
 * See whether and how it has ended, without waiting.
 *
 * p          the subprocess
 * code       receives what it passed to exit, or -N if signal N killed it; may be NULL
 * Returns    0
 * Errors     TUTTI_EPENDING   it has not ended
 *            TUTTI_ETYPE      p is no subprocess
 *            -ECHILD          somebody else has taken its exit code: the program ignores SIGCHLD,
 *                             or waits for any child; or this is a forked child
 *            any other        p could not start
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_exitcode(const tutti_subprocess *p, int *code);

/*
 * Get the system's number of it.
 *
 * p          the subprocess
 * Returns    the number, > 0, also after its end
 * Errors     TUTTI_ETYPE   p is no subprocess
 *            any other     p could not start
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_pid(const tutti_subprocess *p);

/*
 * Send it a signal. One that has ended is left alone.
 *
 * p          the subprocess
 * number     as SIGTERM
 * Returns    0; sent, and nothing more is known
 * Errors     -EINVAL       there is no such signal
 *            TUTTI_ETYPE   p is no subprocess
 *            -EPERM        it has become another user's
 *            -ECHILD       p was started by another: this one is its forked child
 *            any other     p could not start
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_signal(tutti_subprocess *p, int number);

/*
 * Have it end: SIGTERM, which it may handle.
 *
 * p          the subprocess
 * Returns    0; asked, not yet ended
 * Errors     as tutti_subprocess_signal
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_terminate(tutti_subprocess *p);

/*
 * The same by SIGKILL, which nobody can handle.
 *
 * p          the subprocess
 * Returns    0; asked, not yet ended
 * Errors     as tutti_subprocess_signal
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_kill(tutti_subprocess *p);

/*
 * The same to its whole group, if it was started with options.group: to it and to all that it has
 * started, but for those that have left the group. Also after its own end, if they go on.
 *
 * p          the subprocess
 * number     as SIGTERM
 * Returns    0
 * Errors     -EINVAL   it leads no group
 *            and those of tutti_subprocess_signal
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_signal_group(tutti_subprocess *p, int number);

/*
 * Close our ends of its pipes and give a reference back. It goes on; what it reads then ends.
 *
 * p          its pipes are in nobody's use; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_subprocess_free(tutti_subprocess *p);

TUTTI_END

#include <tutti/subprocess_pipes.h>

#endif
