/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_GROUP_H
#define TUTTI_GROUP_H

#include <tutti/future.h>

/*
 * group.h - tasks that end together. What is started in a group has ended when its join returns,
 * whatever happens: a child that fails has the others cancelled, and so has a cancel of the caller.
 * It is also the quickest way to start tasks, since nobody keeps a future of them.
 *
 * All zero is a group with nothing in it; nothing needs to be destroyed. It lies where it is from
 * its first child to its join, which must be called. A group is used on one thread, by any of its
 * tasks, its own children among them; only tutti_group_cancel may come from elsewhere.
 *
 * A child that was cancelled has not failed. The first failure is what the join returns; its
 * words, with those of the others attached, are what tutti_group_text says then. No failure of a
 * group is reported elsewhere.
 *
 * Example:
 *
 *     #include <tutti/tutti.h>
 *
 *     static void *fetch(void *name)
 *     {
 *             if (tutti_sleep(TUTTI_SECONDS(1)) < 0)
 *                     return NULL;
 *             return name ? name : (tutti_fail(TUTTI_EUSER, "which page?"), NULL);
 *     }
 *     int fetch_both(void)
 *     {
 *             tutti_group g = { 0 };
 *
 *             tutti_group_start(&g, fetch, "a.html");
 *             tutti_group_start(&g, fetch, "b.html");
 *             return tutti_group_join(&g);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_group {
	uint64_t priv[8];
} tutti_group;

/*
 * Start a task of the group, on the caller's loop, at its next turn.
 *
 * g          the group
 * fn         its result is not kept; what it says with tutti_fail is the group's
 * arg        for fn; must live until fn is done with it
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   the group was cancelled or a child has failed: takes no more until
 *                              it is joined; also if the caller's loop is closed
 *            -EINVAL           fn is NULL
 *            -EPERM            another thread's group
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API int tutti_group_start(tutti_group *g, tutti_fn fn, void *arg);

/*
 * Make something else that is under way a child: a thread, a job, a task with options. Of a group
 * that takes no more it is cancelled at once, and waited for all the same.
 *
 * g          the group
 * f          your reference, which the group takes over unless this fails
 * Returns    0
 * Errors     -EINVAL   f is NULL
 *            -EPERM    another thread's group
 *            -EDEADLK  f is the caller, or its job
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_group_add(tutti_group *g, tutti_future *f);

/*
 * Ask all children to end: those that have not begun never will, the others are cancelled as with
 * tutti_future_cancel. The group takes no more until it is joined.
 *
 * From another thread they hear of it when the group is joined, or next does anything: it may not
 * touch the tasks itself.
 *
 * g          the group; must exist until this returns
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_group_cancel(tutti_group *g);

/*
 * Wait until all children have ended. If the caller is cancelled meanwhile, so are they, and are
 * waited for all the same: whatever this returns, the group is empty, and as new.
 *
 * g          the group
 * Returns    0; each child ended well or was cancelled
 * Errors     TUTTI_ECANCELED   the caller was cancelled, and no child has failed
 *            -EPERM            another thread's group; nothing happened
 *            -EDEADLK          the caller is a child of the group; nothing happened
 *            any other         of the first child that failed, as tutti_future_result
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all that the children did happens-before this return
 */
TUTTI_API int tutti_group_join(tutti_group *g);

/*
 * Get the words of the failure that the caller's last tutti_group_join returned: those of the first
 * child that failed, then those of the others, each with its name.
 *
 * Returns    a text, borrowed until the caller's next join of a group or its end; never NULL, ""
 *            if that join returned no failure
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_group_text(void);

TUTTI_END

#endif
