/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LOOP_H
#define TUTTI_LOOP_H

#include <tutti/api.h>

/*
 * loop.h - what runs the tasks of a thread. Every thread has one, made on first use; it runs
 * whenever its thread waits in tutti, and ends with it. Programs need it only to start a task on
 * the loop of another thread (task.h, options.loop).
 *
 * Example:
 *
 *     tutti_loop *mine(void)
 *     {
 *             return tutti_loop_current();
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_loop tutti_loop;

/*
 * Get the loop of the calling thread.
 *
 * Returns    borrowed until the thread ends; NULL: no memory to make it
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_loop *tutti_loop_current(void);

TUTTI_END

#endif
