/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_ERROR_H
#define TUTTI_ERROR_H

#include <tutti/api.h>

/*
 * error.h - errors are values. A call that can fail returns an int: >= 0 is fine, < 0 is one of
 *
 *     -1 .. -4095      -errno, from the system or where errno has the word: -ENOMEM, -EINVAL,
 *                      -EPERM, -EDEADLK, -EBUSY, -ENOTSUP
 *     -5000 .. -9999   the codes below, only for what errno has no word for
 *     <= TUTTI_EUSER   the program's own
 *
 * errno itself is never part of an answer: another task may run on the thread before it is read.
 *
 * TUTTI_ETIMEDOUT and TUTTI_ECANCELED from a wait are about the caller and mean that nothing
 * happened: no item taken, no permit held. The one exception is a condition's wait, which holds its
 * lock on every return. A job that ended so says TUTTI_EJOBTIMEDOUT or TUTTI_EJOBCANCELED instead.
 *
 * Example:
 *
 *     #include <errno.h>
 *
 *     static void *open_door(void *arg)
 *     {
 *             const char *key = (const char *)arg;
 *
 *             if (key == NULL)
 *                     tutti_fail(-EINVAL, "a door needs a key");
 *             return arg;
 *     }
 *     tutti_fn door = open_door;
 */

TUTTI_BEGIN

enum {
	TUTTI_ETIMEDOUT = -5000,    /* your deadline passed; nothing happened */
	TUTTI_ECANCELED = -5001,    /* you were cancelled; nothing happened */
	TUTTI_EEMPTY = -5100,       /* only tried, and nothing was there */
	TUTTI_EFULL = -5101,        /* only tried, and there was no room */
	TUTTI_ESHUTDOWN = -5102,    /* shut down; it will not change */
	TUTTI_EBROKEN = -5103,      /* the barrier is broken, or the lock's holder died */
	TUTTI_EUNLOCKED = -5104,    /* released or waited on without holding */
	TUTTI_EPENDING = -5200,     /* the future is not done */
	TUTTI_EDONE = -5201,        /* it is already done */
	TUTTI_ETYPE = -5202,        /* wrong job, kind or size for this call */
	TUTTI_EJOBCANCELED = -5203, /* the job was cancelled (you were not) */
	TUTTI_EJOBTIMEDOUT = -5204, /* the job ran out of time (you did not) */
	TUTTI_ECRASHED = -5205,     /* the worker died under the job */
	TUTTI_ENOJOB = -5206,       /* no job, or two different ones, of that name over there */
	TUTTI_ENOENGINE = -5207,    /* nothing linked serves that word */
	TUTTI_EEXIT = -5208,        /* a program ended with an exit code that is not 0 */
	TUTTI_EAUTH = -5300,        /* the other side did not accept the key */
	TUTTI_EPROTO = -5301,       /* the other side said what the protocol does not allow */
	TUTTI_EREMOTE = -5302,      /* the other side failed in a way of its own */
	TUTTI_EUNTRUSTED = -5400,   /* nobody who is trusted has signed the certificate */
	TUTTI_EEXPIRED = -5401,     /* the certificate is not valid any more, or not yet */
	TUTTI_EWRONGNAME = -5402,   /* the certificate is for other names */
	TUTTI_ESTATUS = -5403,      /* a server has answered with a status of 400 or more */
	TUTTI_EUSER = -100000       /* from here down: the program's own codes */
};

/*
 * Explain a code in a few words.
 *
 * code       any int; >= 0 is success
 * Returns    a static text, never NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_strerror(int code);

/*
 * Give a code's name as it stands in the source: "TUTTI_EFULL", "ENOMEM".
 *
 * code       any int
 * Returns    a static text, never NULL, also for a code that has no name
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_errname(int code);

/*
 * Say that the running thread, task or job gives up: its future fails with code and text, whatever
 * the function then returns. The last call before the end wins; code 0 takes it back. Where no
 * future stands for the caller (main, a foreign thread) it only returns code.
 *
 * code       < 0: the failure; 0: none after all
 * format     as printf; formatted and copied before the call returns
 * Returns    code, so that a job of the TRY kind can say
 *            return tutti_fail(-ENOENT, "%s: no such file", path);
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_fail(int code, const char *format, ...) TUTTI_PRINTF(2, 3);

/*
 * Get the words of the last tutti_fail of the running thread, task or job: for who calls a function
 * that may have said why.
 *
 * Returns    the text, until the caller's next tutti_fail; NULL: there is none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_fail_text(void);

TUTTI_END

#endif
