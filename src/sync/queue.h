/* SPDX-License-Identifier: MIT */
/*
 * queue.h - the kinds of queue behind the public one.
 *
 * A ring serves what is bounded and first in first out: puts and gets of several threads go on at
 * once. Everything else of one process is a store under a lock. What processes share is a room
 * above (proc/shared_queue.c), so the public tutti_queue_create is in front.
 */
#ifndef TU_SYNC_QUEUE_H
#define TU_SYNC_QUEUE_H

#include "base/atomic.h"

#include <tutti/queue.h>

struct tu_waiter;

/* Each as the public function of that name; none looks for a cancel before it waits but join. */
struct tu_queue_kind {
	int (*put)(tutti_queue *q, const void *item, tutti_time deadline);
	int (*get)(tutti_queue *q, void *item, tutti_time deadline);
	size_t (*size)(const tutti_queue *q);
	size_t (*unfinished)(const tutti_queue *q);
	bool (*is_shutdown)(const tutti_queue *q);
	int (*task_done)(tutti_queue *q);
	int (*join)(tutti_queue *q, tutti_time deadline);
	int (*shutdown)(tutti_queue *q, bool immediate);
	/* Stand in the line of those who put, or who get; false: look again, it need not wait.
	   NULL: its lines are not in the lot, but words. */
	bool (*enqueue)(tutti_queue *q, bool to_put, struct tu_waiter *me);
	void (*free)(tutti_queue *q);
	/* Of one between processes, in place of enqueue; see tu_case_words. */
	bool (*announce)(tutti_queue *q, bool to_put, uint32_t **word, uint32_t *value);
	void (*pass_on)(tutti_queue *q, bool to_put);
};

/*
 * A line of waiters is a word of the queue: how many stand in it. They wait at its address, and it
 * changes under the lock of that one's bucket. seq, as a ring wants it; a store has a lock.
 */
static inline void tu_queue_line_add(uint32_t *line, int n)
{
	tu_add_seq(line, (uint32_t)n); /* see above */
}

struct tutti_queue {
	const struct tu_queue_kind *kind; /* fixed */
	size_t maxsize;                   /* fixed; 0: no bound */
};

/* A queue of this process, as tutti_queue_create. */
int tu_queue_create(tutti_queue **q, size_t item_size, const tutti_queue_options *o);

/* NULL: no memory. */
tutti_queue *tu_store_queue_create(size_t item_size, const tutti_queue_options *o);
tutti_queue *tu_ring_queue_create(size_t item_size, size_t maxsize);

/* One of values over one of pointers, which is its own from then on. NULL: no memory. */
tutti_queue *tu_value_queue_create(tutti_queue *beneath);

#endif
