/* SPDX-License-Identifier: MIT */
/*
 * batch.h - what several tasks of a worker write at the same time goes out by one call.
 *
 * A task that writes while others are ready is parked with its write put aside; when all of those
 * had their turn, or there are enough, all that is aside is written at once and they go on. Where
 * nobody else is ready, a write is the call that it ever was. A thread's own stack writes so too:
 * what waits there goes on in a forked child, and its write would be lost.
 *
 * To put one aside delays it by the turns of the others. That is little where tasks read, answer
 * and wait. Where a turn takes long, which shows when the writes are made at last, the next
 * hundred writes of that worker are single calls again.
 */
#ifndef TU_CORE_BATCH_H
#define TU_CORE_BATCH_H

#include "core/worker.h"

/* Is io_uring to be used, and can it be? */
bool tu_ring_used(void);

/*
 * As tu_os_socket_write, of a descriptor that is open until it returns; perhaps with others. So the
 * caller may be parked, not for long, and no cancel or deadline is heard meanwhile.
 */
ptrdiff_t tu_batch_write(int fd, const void *data, size_t size);

/* Make those that are aside, and let their tasks go on. w->aside says whether any are. Owner. */
void tu_batch_go(struct tu_worker *w);

/* None are aside. Owner. */
void tu_batch_close(struct tu_worker *w);

/* In a forked child: who has put some aside is the parent's. */
void tu_batch_forget(struct tu_worker *w);

#endif
