/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_ONCE_H
#define TUTTI_ONCE_H

#include <tutti/api.h>

/*
 * once.h - run something once, whoever comes first; the others wait until it is done.
 *
 * All bytes zero is ready to use; there is nothing to destroy. An error of the function is handed
 * to the caller that ran it and leaves the once un-run: the next caller tries again.
 *
 * Example:
 *
 *     #include <errno.h>
 *     #include <stdlib.h>
 *
 *     static tutti_once once;
 *     static int *table;
 *
 *     static int make_table(void *arg)
 *     {
 *             table = calloc(*(size_t *)arg, sizeof(*table));
 *             return table == NULL ? -ENOMEM : 0;
 *     }
 *     int use_table(void)
 *     {
 *             size_t n = 1000;
 *             return tutti_once_run(&once, make_table, &n);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_once {
	uint32_t priv[2];
} tutti_once;

/*
 * Run fn(arg) unless that has been done with success before.
 *
 * o          the once
 * fn         returns 0, or a negative code for failed; may wait, must not run the same once
 * arg        for fn
 * Returns    0; fn has run with success, now or earlier
 * Errors     what fn returned   in the caller that ran it; the once is un-run
 *            TUTTI_ECANCELED    the caller was cancelled before fn began or while it waited for
 *                               another caller's fn; fn was not run by this call
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the run of fn happens-before every return of 0
 */
TUTTI_API int tutti_once_run(tutti_once *o, int (*fn)(void *arg), void *arg);

TUTTI_END

#endif
