/* SPDX-License-Identifier: MIT */
/*
 * embed.h - a worker whose thread runs a loop that is not ours, and polls a descriptor for us.
 *
 * The descriptor is readable whenever the worker is not LENT. It is lent at the end of the call by
 * which the foreign loop has us do our work; whatever comes from then on rings: a wake-up from
 * another thread, a timer, and any other call of ours on that thread, since that may have made
 * something ready. To notice the last costs nothing elsewhere: a lent thread has no tu_current, so
 * its next call comes to tu_attach.
 */
#ifndef TU_CORE_EMBED_H
#define TU_CORE_EMBED_H

#include "core/worker.h"

/* Open the bell if it is not; its descriptor, or a negative errno. Owner. */
int tu_worker_bell(struct tu_worker *w);
void tu_worker_bell_close(struct tu_worker *w);

/* Any thread, signal handlers too. Nothing happens without a bell. */
void tu_worker_ring(struct tu_worker *w);

/* The thread, on its own context, goes back to the foreign loop. */
void tu_worker_lend(struct tu_worker *w);

/* It comes back: to do our work (quietly), or for something else, after which it must be asked. */
void tu_worker_come_back(struct tu_worker *w, bool quietly);

/* In a forked child: the descriptors are the parent's. */
void tu_worker_bell_forget(struct tu_worker *w);

#endif
