/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SELECT_H
#define TUTTI_SELECT_H

#include <tutti/event.h>
#include <tutti/fd.h>
#include <tutti/future.h>
#include <tutti/queue.h>
#include <tutti/semaphore.h>

/*
 * select.h - wait for whichever comes first of an item, room for one, an event, the end of a
 * future, a permit, a descriptor, a message, and a deadline; do that one and nothing else.
 *
 *     case      is ready when                       being chosen
 *     get       an item is in, or it is shut down   takes it
 *     put       there is room, or it is shut down   puts the item in
 *     acquire   there is a permit                   takes it
 *     event     it is set                           changes nothing
 *     future    it is done, well or not             changes nothing; its result is yours to ask for
 *     fd        it can be read or written           changes nothing; its code says for which
 *     read      a pipe has a message, or has ended  takes it (pipe.h; a value: pipe_values.h)
 *     write     a pipe has room, or no reader       writes a short message (pipe.h)
 *
 * Queues, semaphores and events may be TUTTI_SHARED, and stand beside private ones: a process that
 * dies in the midst of it takes nothing from others but what it had taken. Among processes nobody
 * is first by right, so there a case has no place in line. A process' end is a future.
 *
 * Exactly one case takes effect. The others take no item, no permit and nobody's turn: what would
 * have woken this call and finds it served goes to the next who waits there. A case waits in line
 * like the plain call, and may be mixed with it on the same object, from threads and tasks.
 *
 * A case whose object is NULL, or its descriptor negative, is never ready: to leave one out, take
 * its object away. The same object may be in several cases. Cases can be used again.
 *
 * Which one: if none is ready, the first that becomes so. If several are, each call begins to look
 * at a case drawn by a pseudo-random number and goes on in the order of the array, so that each
 * that is ready is chosen at least once in n times on average, and none starves. For an order of
 * preference select among the preferred first, with a deadline in the past.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int show_all(tutti_queue *results, tutti_event *quit, tutti_time deadline)
 *     {
 *             int number, i;
 *             tutti_case cases[] = { tutti_case_get(results, &number), tutti_case_event(quit) };
 *
 *             while ((i = tutti_select(cases, 2, deadline)) == 0 && cases[0].code == 0)
 *                     printf("%d\n", number);
 *             return i == 0 ? cases[0].code : i == 1 ? TUTTI_ECANCELED : i;
 *     }
 */

TUTTI_BEGIN

/* One thing to wait for. All bytes zero is one that is never ready. */
typedef struct tutti_case {
	int code; /* once it was chosen: 0, events, or its error; else as it was */
	struct {
		int kind;
		void *object, *item;
		uint64_t reserved;
	} priv;
} tutti_case;

/*
 * Wait until one of the cases is ready, and do it.
 *
 * cases      n of them, not to be changed by others meanwhile; the chosen one's code says how the
 *            put, get, read or write ended: 0, TUTTI_ESHUTDOWN, or another error of the plain
 *            call; of a descriptor it is TUTTI_READABLE, TUTTI_WRITABLE, or both, or -EBADF
 * n          how many; at most INT_MAX. 0: there is only the deadline
 * deadline   absolute; in the past: only look, and choose one that is ready now
 * Returns    the index of the chosen case
 * Errors     TUTTI_ETIMEDOUT   none was ready by then, also of a call that only looked
 *            TUTTI_ECANCELED   the caller was cancelled; nothing happened
 *            -EINVAL           no cases, or one that none of the functions below has made; or no
 *                              events, or unknown ones
 *            -EDEADLK          the caller is among the futures
 *            -ENOMEM           no memory; never of 16 or fewer, nor if one is ready at once
 *            any other         a descriptor or pipe that cannot be waited for (fd.h); nor then
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      what the plain call of the chosen case promises
 */
TUTTI_API int tutti_select(tutti_case *cases, size_t n, tutti_time deadline);

enum {
	TUTTI_CASE_NONE,
	TUTTI_CASE_GET,
	TUTTI_CASE_PUT,
	TUTTI_CASE_ACQUIRE,
	TUTTI_CASE_EVENT,
	TUTTI_CASE_FUTURE,
	TUTTI_CASE_FD,
	TUTTI_CASE_OTHER
};

/* Not for use by hand. */
TUTTI_UNUSED static inline tutti_case tutti_case_make(int kind, void *object, void *item)
{
	tutti_case c = { 0, { kind, object, item, 0 } };

	return c;
}

/* Take an item out of q, as tutti_queue_get. *item is written only if the case is chosen. */
TUTTI_UNUSED static inline tutti_case tutti_case_get(tutti_queue *q, void *item)
{
	return tutti_case_make(TUTTI_CASE_GET, q, item);
}

/* Put an item into q, as tutti_queue_put. *item is copied when the case is chosen. */
TUTTI_UNUSED static inline tutti_case tutti_case_put(tutti_queue *q, const void *item)
{
	return tutti_case_make(TUTTI_CASE_PUT, q, (void *)item);
}

/* Take a permit of s, as tutti_semaphore_acquire. */
TUTTI_UNUSED static inline tutti_case tutti_case_acquire(tutti_semaphore *s)
{
	return tutti_case_make(TUTTI_CASE_ACQUIRE, s, NULL);
}

/* Wait until e is set. */
TUTTI_UNUSED static inline tutti_case tutti_case_event(tutti_event *e)
{
	return tutti_case_make(TUTTI_CASE_EVENT, e, NULL);
}

/* Wait until f, a thread, task, timer, job or promise, is done. The reference stays yours. */
TUTTI_UNUSED static inline tutti_case tutti_case_future(tutti_future *f)
{
	return tutti_case_make(TUTTI_CASE_FUTURE, f, NULL);
}

/* Wait until fd is ready for any of events, as tutti_fd_wait. The code says for which. */
TUTTI_UNUSED static inline tutti_case tutti_case_fd(int fd, unsigned events)
{
	/* An odd number, which is no object's address. */
	void *object = fd < 0 ? NULL : (void *)((uintptr_t)fd * 2 + 1);
	tutti_case c = { 0, { TUTTI_CASE_FD, object, NULL, events } };

	return c;
}

TUTTI_END

#endif
