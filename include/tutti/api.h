/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_API_H
#define TUTTI_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * api.h - what every other header needs: visibility, the bare function, the flags.
 *
 * How to read the comments of these headers. Each function has a block of the same rows; a row
 * that would be empty is left out.
 *
 *   arguments  one row each, with the unit; a borrowed pointer says until when
 *   Returns    what it gives; an int is >= 0 for fine and < 0 for an error (error.h)
 *   Errors     each code with its reason; out-parameters are untouched then
 *   Context    who may call. "any thread or task": also a thread that tutti did not make, but not
 *              a signal handler. "signal" is said where a handler may call too.
 *   Waits      never; or may. A call that may wait blocks only its own thread in a thread (whose
 *              loop goes on running its tasks) and only its own task in a task. A "cancellation
 *              point" first looks whether the caller was cancelled, then tries, then watches its
 *              deadline; this is a property of the function, not of the moment.
 *   Order      what the call makes visible to whom, in the words of the C11 memory model
 *
 * Objects that are values (lock, event, ...) are complete structs: members under priv are tutti's,
 * and once used they must not be moved or copied.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static void *greet(void *arg)
 *     {
 *             printf("hello, %s\n", (const char *)arg);
 *             return NULL;
 *     }
 *     tutti_fn fn = greet;
 */

#ifdef __cplusplus
#define TUTTI_BEGIN extern "C" {
#define TUTTI_END }
#else
#define TUTTI_BEGIN
#define TUTTI_END
#endif

#define TUTTI_API __attribute__((visibility("default")))
#define TUTTI_UNUSED __attribute__((unused))
#define TUTTI_NORETURN __attribute__((__noreturn__))
#define TUTTI_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define TUTTI_CAT(a, b) TUTTI_CAT_(a, b)
#define TUTTI_CAT_(a, b) a##b

TUTTI_BEGIN

/* A bare function: what threads, tasks and timers run. Work that can be moved is a job (job.h). */
typedef void *(*tutti_fn)(void *arg);

/* Flags of every _init and _create; 0 is the usual thing. */
enum {
	TUTTI_SHARED = 1,    /* lies in shared memory, works between processes: docs/sharing.md */
	TUTTI_RECURSIVE = 2, /* a lock that its holder may acquire again */
	TUTTI_LIFO = 4,      /* a queue that gives the youngest first */
	TUTTI_BOUNDED = 8,   /* a semaphore that refuses more permits than it began with */
	TUTTI_BYTES = 16,    /* a shared queue whose items are bytes of any length */
	TUTTI_VALUES = 32    /* a queue, shared or not, whose items are values: tutti_value * */
};

TUTTI_END

#endif
