/* SPDX-License-Identifier: MIT */
/*
 * poller.h - a worker whose contexts wait for descriptors sleeps in a poller instead of on a word.
 *
 * Who waits for a descriptor stands in the lot, like all who wait, under a key made of its number;
 * ask is the events that would do, and the answer those that came. Others see them there, and may
 * end their wait; but it is the poller of the waiter's own worker that watches the descriptor, so
 * only that worker's thread hears of it and grants.
 *
 * A descriptor that is waited for again and again, as a stream's, can be kept: it stays in the
 * poller of the worker where it is waited for, its home, which remembers what was reported of it.
 * So a wait there costs no call into the kernel, and neither does looking whether one is needed.
 * When it has moved to another worker, the poller where it was notices that nobody asks for what it
 * reports, and lets it go.
 *
 * A worker has a poller from the first such wait on, until its thread ends or its loop is closed,
 * and looks at it only while there is one (polled). For all others nothing is different.
 */
#ifndef TU_CORE_POLLER_H
#define TU_CORE_POLLER_H

#include "core/lot.h"
#include "core/worker.h"

/* In the lot: odd, as no object's address is. */
static inline void *tu_fd_key(int fd)
{
	return (void *)((uintptr_t)(unsigned)fd * 2 + 1);
}

static inline int tu_fd_of_key(const void *key)
{
	return (int)((uintptr_t)key / 2);
}

/*
 * Which of events fd is ready for now, as the kernel sees it, which is asked. 0: none, or -EBADF,
 * -ENOMEM. What fd is it alone knows: it may be another file than a moment ago.
 */
int tu_fd_ready(int fd, unsigned events);

/*
 * Let me, with its context and ask, wait for fd, which was not ready. 0; -EBADF or -EPERM: look
 * again, it is by now; or why it cannot be waited for, see tu_os_poller_open and watch. After 0 it
 * must leave, however its wait ends. Owner.
 */
int tu_poller_enter(struct tu_worker *w, int fd, struct tu_waiter *me);
void tu_poller_leave(struct tu_worker *w, int fd, struct tu_waiter *me);

/*
 * A descriptor that is to be kept, by whoever owns it; all but fd zero at first. Its home is the
 * worker that keeps it from its next wait there on; anywhere else it is just a number.
 */
struct tu_source {
	int fd;
	uint32_t elsewhere;     /* waits in a row that were not at home. Atomic */
	struct tu_worker *home; /* NULL: none yet. Atomic */
	uint64_t id;            /* no other of this process has it; 0: none yet. Atomic: set once */
};

/* What a worker knows of a number. Owner only. */
struct tu_source_state {
	uint64_t id;     /* of the source that has the number, or had it last */
	uint8_t asked;   /* for these events it is watched; 0: not kept */
	uint8_t ready;   /* of these it is perhaps ready for some, for others certainly not */
	uint8_t unheard; /* so many reports in a row said what was known, and nobody waited */
};

/* What w keeps of k, until w's next wait; NULL: nothing. Owner. */
static inline struct tu_source_state *tu_source_at(
	const struct tu_source *k, const struct tu_worker *w)
{
	struct tu_source_state *state;

	if ((uint32_t)k->fd >= w->kept_room)
		return NULL;
	state = &w->kept[k->fd];
	/* Relaxed: it counts only if it is what w itself has found there. */
	return state->asked && state->id == tu_load_rlx(&k->id) ? state : NULL;
}

/* As enter, for what w keeps with these events: no call into the kernel. */
void tu_poller_queue(struct tu_worker *w, int fd, struct tu_waiter *me);

/*
 * Let w, its home, keep k, which has an id, from now on, for these events also. 0, or as
 * tu_poller_enter. Owner.
 */
int tu_poller_keep(struct tu_worker *w, const struct tu_source *k, unsigned events);

/* Let w keep k no longer, if it does. Who waits for it here is watched for all the same. Owner. */
void tu_poller_let_go(struct tu_worker *w, const struct tu_source *k);

/* End all waits for fd with that answer. Any thread. */
void tu_poller_end_waits(int fd, int answer);

/* Grant those whose descriptors are ready, without waiting; how many there were. Owner. */
uint32_t tu_poller_look(struct tu_worker *w);

/* The same, once there are some, or the deadline, or tu_poller_wake: park.c sleeps here. Owner. */
uint32_t tu_poller_sleep(struct tu_worker *w, int64_t deadline);

/* Any thread, signal handlers too. Nothing happens without a poller. */
void tu_poller_wake(struct tu_worker *w);

/* Have it now, so that it cannot be missing later. 0, or as tu_os_poller_open. Owner. */
int tu_poller_begin(struct tu_worker *w);

/* Without one nothing happens. Owner; nobody must be waiting. */
void tu_poller_close(struct tu_worker *w);

/* In a forked child: the descriptors are the parent's, and those waits are gone. */
void tu_poller_forget(struct tu_worker *w);

#endif
