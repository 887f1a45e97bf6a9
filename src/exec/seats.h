/* SPDX-License-Identifier: MIT */
/*
 * seats.h - one queue of jobs, first in first out, and the seats where threads run them.
 *
 * A thread that has none to run leaves its seat idle, on a list; whoever has a job for it takes the
 * seat off that list and puts the job into its hand, so that two jobs never count on the same one.
 *
 * A job that waits for a job of its own pool would keep its seat from the very one it waits for. So
 * it runs that one itself, on its own stack, if it has not begun (tu_seats_help). Otherwise, or if
 * half of its stack is used up, it lends its seat for as long as it waits: another stack of the
 * same thread, as large as the thread's own, takes jobs meanwhile. So it does while it waits for
 * room to submit one. Waits for anything else keep the seat.
 */
#ifndef TU_EXEC_SEATS_H
#define TU_EXEC_SEATS_H

#include "base/list.h"

#include <stdint.h>

struct tu_job_future;
struct tu_lease;

struct tu_seats {
	int max;             /* threads there may be: this and the next fixed */
	unsigned stacks;     /* the class of those that lent seats have */
	uint32_t lock;       /* a tu_mutex; all below */
	struct tu_list jobs; /* that wait for a seat; none while a seat is idle */
	struct tu_list all;  /* seats */
	struct tu_list idle; /* seats, the last one to become so first */
	int threads;         /* that sit here, or are about to */
	unsigned stops;
	bool ended;
};

/* stack_bytes: of each thread; 0: what a thread gets. */
void tu_seats_init(struct tu_seats *s, int max, size_t stack_bytes);

/*
 * To an idle seat, or into the queue. true: into the queue, and there may be one more thread; it is
 * counted already, and the caller starts it.
 */
bool tu_seats_put(struct tu_seats *s, struct tu_job_future *jf);

/*
 * The thread that was counted could not be started. With others alive the jobs will be run by them;
 * with none all that wait have failed with rc, for whoever put them there counted on this one too.
 * true: own, which is the caller's to give up, was among them.
 */
bool tu_seats_without_thread(struct tu_seats *s, struct tu_job_future *own, int rc);

/* Sit down and run jobs until there will be none. */
void tu_seats_work(struct tu_seats *s);

/*
 * The caller's job waits: its seat is lent, and to be taken back when the wait is over. Without
 * memory, NULL, nothing is lent, and the wait goes on as any other.
 */
struct tu_lease *tu_seats_lend(struct tu_seats *s);
void tu_seats_take_back(struct tu_lease *lease);

/*
 * It waits for awaited, of the same seats. true: that has been run, here and now, which happens
 * only if may_run. Otherwise the caller's seat is lent, and *lease as above.
 */
bool tu_seats_help(
	struct tu_seats *s, struct tu_job_future *awaited, bool may_run, struct tu_lease **lease);

/* Cancel what has not begun; and what has, if running. */
void tu_seats_stop(struct tu_seats *s, bool running);

/* The last job has ended: all threads that sit here go. */
void tu_seats_end(struct tu_seats *s);

/* In a forked child, with the lock as it was: who has come here within its job ends that and takes
   no more; of others nothing is left. */
void tu_seats_after_fork(struct tu_seats *s);

#endif
