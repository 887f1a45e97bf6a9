/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_GENERATOR_H
#define TUTTI_GENERATOR_H

#include <tutti/error.h>

/*
 * generator.h - a function that hands out values one at a time, and stands still in between.
 *
 * It begins with the first next and runs to its first yield; each further next runs it on from
 * there. Items are pointers, borrowed until it is resumed. A value can be sent in, which is what
 * the yield gives, or a code thrown in, which is what the yield returns.
 *
 * It has a stack of its own but runs as part of who resumes it: it may wait, and then its caller
 * waits; a cancel of the caller is said to it, and to the caller afterwards; tutti_task_current is
 * the caller's. One that has begun stays on its thread, where any task may resume it, one at a
 * time.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static void *count_up(tutti_generator *self, void *limit)
 *     {
 *             for (long i = 0; i < *(long *)limit; i++)
 *                     if (tutti_generator_yield(self, &i, NULL) < 0)
 *                             break;
 *             return NULL;
 *     }
 *     void print_all(long limit)
 *     {
 *             tutti_generator *g = tutti_generator_create(count_up, &limit);
 *             void *item;
 *
 *             while (g && tutti_generator_next(g, &item) == 0)
 *                     printf("%ld\n", *(long *)item);
 *             tutti_generator_free(g);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_generator tutti_generator;
typedef void *(*tutti_generator_fn)(tutti_generator *self, void *arg);

/*
 * Make a generator that has not begun.
 *
 * fn         runs when items are asked for; returns the result
 * arg        for fn; must live until it is done with it
 * Returns    the generator; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_generator *tutti_generator_create(tutti_generator_fn fn, void *arg);

/*
 * Run it to its next yield, or to its end.
 *
 * g          the generator
 * item       receives what it yields, borrowed until it is resumed; may be NULL
 * Returns    0
 * Errors     TUTTI_EDONE   it has returned, now or before
 *            -EBUSY        it is running, or another delegates to it
 *            -EPERM        it has begun on another thread
 *            -ENOMEM       no memory for its stack; it has not begun
 *            any other     it has ended and said so with tutti_fail; TUTTI_EDONE the next time
 * Context    any thread or task; the one where it began
 * Waits      may; as its function does, no cancellation point by itself
 */
TUTTI_API int tutti_generator_next(tutti_generator *g, void **item);

/*
 * The same with a value for the yield that it stands in. NULL is no value: as next.
 *
 * g          the generator
 * value      what that yield gives; must live as long as the function uses it
 * item       receives what it yields next; may be NULL
 * Returns    0
 * Errors     -EINVAL   a value for one that has not begun: it stands in no yield
 *            and those of tutti_generator_next
 * Context    any thread or task; the one where it began
 * Waits      may; as its function does, no cancellation point by itself
 */
TUTTI_API int tutti_generator_send(tutti_generator *g, void *value, void **item);

/*
 * The same with a code that the yield returns. One that has not begun never will, and has failed.
 *
 * g          the generator
 * code       < 0
 * item       receives what it yields next, if it goes on; may be NULL
 * Returns    0
 * Errors     -EINVAL   code is not negative
 *            and those of tutti_generator_next
 * Context    any thread or task; the one where it began
 * Waits      may; as its function does, no cancellation point by itself
 */
TUTTI_API int tutti_generator_throw(tutti_generator *g, int code, void **item);

/*
 * Run a generator to its end as a coroutine: what it yields are futures, each of which is waited
 * for before it goes on, with what tutti_future_result says of that one as what its yield returns
 * (TUTTI_ECANCELED: who waits was cancelled). A NULL lets the others run, as tutti_yield. It may
 * delegate to generators that do the same, and wait in any other way.
 *
 * It is a function like any that a task, a thread, a group or a coroutine object runs, with the
 * generator as its argument: tutti_task_start(tutti_generator_run, g, NULL).
 *
 * g          a tutti_generator, which stays the caller's; one that has ended gives its result again
 * Returns    what its function returned; NULL if it failed, which is said with tutti_fail: with
 *            its code and words, with those of tutti_generator_next if it could not go on, with
 *            TUTTI_ETYPE if g is NULL
 * Context    any thread or task; the one where it began
 * Waits      may; cancellation point where it waits for a future
 */
TUTTI_API void *tutti_generator_run(void *g);

/*
 * Get what its function returned.
 *
 * g          the generator
 * result     receives it; may be NULL
 * Returns    0
 * Errors     TUTTI_EPENDING   it has not returned
 *            any other        it failed with it
 * Context    any thread or task; the one where it began
 * Waits      never
 */
TUTTI_API int tutti_generator_result(const tutti_generator *g, void **result);

/*
 * Get the words that it failed with.
 *
 * g          the generator
 * Returns    a text, borrowed until it is freed; never NULL, "" if it has not failed
 * Context    any thread or task; the one where it began
 * Waits      never
 */
TUTTI_API const char *tutti_generator_text(const tutti_generator *g);

/*
 * Free it. One that stands in a yield is resumed first: that yield returns TUTTI_ECANCELED, and so
 * does each delegate that it stands in, so that all can clean up and return. If it yields once
 * more it is ended where it stands, which is reported (report.h).
 *
 * From another thread it is sent home to be freed there. It must not be running.
 *
 * g          the generator; NULL does nothing
 * Context    any thread or task
 * Waits      may; as its function does, no cancellation point by itself
 */
TUTTI_API void tutti_generator_free(tutti_generator *g);

/*
 * Hand out an item, and stand still until resumed. In the generator's function, or what it calls.
 *
 * self       the generator
 * item       what next gives; lent until this returns
 * sent       receives the value that was sent, NULL if none was; may be NULL
 * Returns    0
 * Errors     TUTTI_ECANCELED   it is being freed: clean up and return
 *            -EINVAL           self is not what runs here
 *            any other         thrown in
 * Context    any thread or task, within self's function
 * Waits      may; cancellation point for its freeing, not for a cancel of who resumes it
 */
TUTTI_API int tutti_generator_yield(tutti_generator *self, void *item, void **sent);

/*
 * Have sub hand out its items in place of self's, until it ends: values and codes go to it as well.
 * A step costs the same at any depth.
 *
 * self       the generator
 * sub        another, not running; begun or not
 * result     receives what sub's function returned; may be NULL
 * Returns    0
 * Errors     -EINVAL   self is not what runs here
 *            -EBUSY    sub is running, or another delegates to it
 *            -EPERM    sub has begun on another thread
 *            -ENOMEM   no memory for sub's stack
 *            TUTTI_ECANCELED   self is being freed; sub has been told and has ended
 *            any other         sub failed with it
 * Context    any thread or task, within self's function
 * Waits      may; cancellation point for its freeing, not for a cancel of who resumes it
 */
TUTTI_API int tutti_generator_delegate(tutti_generator *self, tutti_generator *sub, void **result);

TUTTI_END

#endif
