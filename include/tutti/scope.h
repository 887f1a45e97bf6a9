/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SCOPE_H
#define TUTTI_SCOPE_H

#include <tutti/time.h>

/*
 * scope.h - a time limit, or a protection from cancelling, over a stretch of code with many waits.
 *
 * Scopes lie on the caller's stack, nest, and end with their _end in the thread or task that began
 * them, the inner before the outer. When a time limit passes, every cancellation point within says
 * TUTTI_ECANCELED, as after a cancel; the _end tells the two apart. A shield holds back cancels
 * and limits from outside until its own deadline: for cleaning up. What it held back is said by
 * the first cancellation point after it.
 *
 * Example:
 *
 *     int two_steps(void)
 *     {
 *             tutti_scope limit, quiet;
 *
 *             tutti_timeout_begin(&limit, tutti_after(TUTTI_SECONDS(1)));
 *             int rc = tutti_sleep(TUTTI_SECONDS(2));
 *             rc = tutti_timeout_end(&limit, rc);
 *
 *             tutti_shield_begin(&quiet, tutti_after(TUTTI_SECONDS(3)));
 *             tutti_shield_end(&quiet, tutti_sleep(TUTTI_MILLISECONDS(10)));
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_scope {
	uint64_t priv[8];
} tutti_scope;

/*
 * Begin a stretch with a time limit.
 *
 * s          on the caller's stack, until its _end
 * deadline   absolute; in the past: the first cancellation point says so; TUTTI_FOREVER: no limit
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_timeout_begin(tutti_scope *s, tutti_time deadline);

/*
 * End it.
 *
 * s          the innermost scope of the caller
 * code       what the stretch came to
 * Returns    TUTTI_ETIMEDOUT if code is TUTTI_ECANCELED and this limit caused it, else code
 * Context    the thread or task that began it
 * Waits      never
 */
TUTTI_API int tutti_timeout_end(tutti_scope *s, int code);

/*
 * Begin a stretch that is not to be cancelled.
 *
 * s          on the caller's stack, until its _end
 * deadline   absolute; from then on cancels come through again; TUTTI_FOREVER: never
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_shield_begin(tutti_scope *s, tutti_time deadline);

/*
 * End it.
 *
 * s          the innermost scope of the caller
 * code       what the stretch came to
 * Returns    code
 * Context    the thread or task that began it
 * Waits      never
 */
TUTTI_API int tutti_shield_end(tutti_scope *s, int code);

TUTTI_END

#endif
