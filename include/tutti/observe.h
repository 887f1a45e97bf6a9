/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_OBSERVE_H
#define TUTTI_OBSERVE_H

#include <tutti/handle.h>

/*
 * observe.h - see how far it has come: percent, count, rate, elapsed and remaining time on standard
 * error. Who works only counts; one renderer owns the terminal.
 *
 * On a terminal each progress is a line with a bar, redrawn ten times a second and cut to the
 * terminal's width; several stand below each other in the order of their creation, and one that is
 * freed leaves its last line above the others. It is drawn with the characters that the locale in
 * the environment has, and without colors. Elsewhere, in a file, a pipe or with TERM=dumb, there
 * are plain lines, few enough for a log: one for each tenth, none within a second of another, or,
 * where the total is not known, each ten seconds at first; one each minute if nothing moves; and
 * one at the end. What takes less than a second has the last one only.
 *
 * A wrapper for any iterator, as tqdm is one, is here a line in the loop:
 *
 *     while (tutti_completion_next(completion, &f) == 0)
 *             tutti_progress_add(p, 1);
 *
 * and jobs count themselves: .progress in tutti_map_options, job.h.
 *
 * What is reported (report.h) and printed by tutti_progress_print appears above the bars, each line
 * whole, whichever thread or task it is from. Others who write to the terminal meanwhile, printf
 * too, do so between tutti_progress_suspend and tutti_progress_resume. What they write without that
 * stands behind a bar, and the bars go on below it.
 *
 * A progress that is there when the process forks is there in the child too: what the child adds
 * is counted in both, and only the parent draws. Other processes, those of a pool too, count by its
 * handle (tutti_progress_attach). Two processes that know of each other by a fork do not draw on
 * one terminal at once: the second counts unseen.
 *
 * Example:
 *
 *     int work(size_t n)
 *     {
 *             tutti_progress *p = tutti_progress_create("files", n);
 *
 *             for (size_t i = 0; i < n; i++) {
 *                     if (i % 100 == 99)
 *                             tutti_progress_print("file %zu is a hundredth one", i);
 *                     tutti_progress_add(p, 1);
 *             }
 *             tutti_progress_free(p);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_progress tutti_progress;

/*
 * Begin to show progress. One that is not freed is shown until the program ends.
 *
 * label      what is counted, in UTF-8; copied, as much of it as there is room for; NULL: nothing
 *            in front
 * total      units in all; 0: not known
 * Returns    the progress, the caller's to free; NULL: no memory
 * Context    any thread or task
 * Waits      may, for another that writes there; not a cancellation point
 */
TUTTI_API tutti_progress *tutti_progress_create(const char *label, uint64_t total);

/*
 * Count. Costs an addition to a number that mostly no other thread adds to, some nanoseconds, and
 * never draws.
 *
 * p          the progress; NULL does nothing
 * n          units done since the last call; all together may be more than the total
 * Context    any thread or task; forked child
 * Waits      never
 */
TUTTI_API void tutti_progress_add(tutti_progress *p, uint64_t n);

/*
 * Get what is counted by now.
 *
 * p          the progress; NULL: 0
 * Returns    the sum of what was added, by forked children too
 * Context    any thread or task; forked child
 * Waits      never
 */
TUTTI_API uint64_t tutti_progress_count(const tutti_progress *p);

/*
 * Show the last state, on a line of its own, and free. In a forked child it frees the child's copy
 * and shows nothing.
 *
 * p          the progress, which nobody counts on any more; NULL does nothing
 * Context    any thread or task; forked child
 * Waits      may, for the terminal and the renderer; not a cancellation point
 */
TUTTI_API void tutti_progress_free(tutti_progress *p);

/*
 * Name it, for another process.
 *
 * p          the progress
 * Returns    its handle; good as handle.h says; all zero: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_handle tutti_progress_handle(tutti_progress *p);

/*
 * Count on a progress that another process shows. tutti_progress_count says then what those who
 * have attached it have counted.
 *
 * p          receives it
 * handle     of a progress
 * Returns    0; *p is the caller's to free
 * Errors     those of tutti_shm_attach
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_progress_attach(tutti_progress **p, tutti_handle handle);

/*
 * Write a line to standard error, above all progress.
 *
 * format     as printf; the end of the line is added if there is none
 * Context    any thread or task; forked child
 * Waits      may, for the terminal; not a cancellation point
 */
TUTTI_API void tutti_progress_print(const char *format, ...) TUTTI_PRINTF(1, 2);

/*
 * Take all progress off the terminal, until tutti_progress_resume has been called as often. Where
 * nothing is drawn it does nothing; what is printed meanwhile is printed.
 *
 * Context    any thread or task
 * Waits      may, for the terminal; not a cancellation point
 */
TUTTI_API void tutti_progress_suspend(void);

/*
 * Let it be drawn again, below what was written meanwhile, which has ended its line.
 *
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_progress_resume(void);

TUTTI_END

#endif
