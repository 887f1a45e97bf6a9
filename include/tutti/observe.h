/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_OBSERVE_H
#define TUTTI_OBSERVE_H

#include <tutti/api.h>

/*
 * observe.h - see how far it has come: a progress bar with rate and remaining time on standard
 * error, where that is a terminal; otherwise nothing is drawn. Workers only count; one renderer
 * draws.
 *
 * Example:
 *
 *     int work(size_t n)
 *     {
 *             tutti_progress *p = tutti_progress_create("files", n);
 *
 *             for (size_t i = 0; i < n; i++)
 *                     tutti_progress_add(p, 1);
 *             tutti_progress_free(p);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_progress tutti_progress;

/*
 * Begin to show progress.
 *
 * label      what is counted, copied; NULL: nothing in front
 * total      units in all; 0: not known
 * Returns    the progress, the caller's to free; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_progress *tutti_progress_create(const char *label, uint64_t total);

/*
 * Count.
 *
 * p          the progress; NULL does nothing
 * n          units done since the last call
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_progress_add(tutti_progress *p, uint64_t n);

/*
 * Draw the last state, leave the line and free.
 *
 * p          the progress, which nobody counts on any more; NULL does nothing
 * Context    any thread or task
 * Waits      may, for the renderer's line; not a cancellation point
 */
TUTTI_API void tutti_progress_free(tutti_progress *p);

TUTTI_END

#endif
