/* SPDX-License-Identifier: MIT */
/* listener.h - listeners that accept from the sockets of another one: the parts of a server. */
#ifndef TU_LOOP_LISTENER_H
#define TU_LOOP_LISTENER_H

#include "loop/place.h"

#include <tutti/event.h>
#include <tutti/listener.h>

/* Its sockets, which stay its own; how many, at most TU_PLACES, or -EBADF: closed. */
int tu_listener_sockets(const tutti_listener *l, int *fds);

/*
 * A listener of sockets that others have too; takes the descriptors, also if it fails: -ENOMEM.
 * To close it ends nothing for the others. Who accepts from it then still gets those that have
 * connected before, and then -EBADF.
 */
int tu_listener_open_part(tutti_listener **l, const int *fds, int n);

/* The same with descriptors of its own. -EBADF, -EMFILE, -ENOMEM. */
int tu_listener_copy(tutti_listener **l, const tutti_listener *of);

/* As tutti_listener_serve; quiet(arg) is called when no more are accepted, before the tasks end. */
int tu_listener_serve(tutti_listener *l, int (*fn)(tutti_stream *s, void *arg), void *arg,
	void (*quiet)(void *news), void *news);

/* One part: it accepts and serves until it is told to stop. */
struct tu_part {
	tutti_listener *listener;
	int (*fn)(tutti_stream *s, void *arg);
	void *arg;
	tutti_time grace;   /* those that are served have so long then; the rest is cancelled */
	tutti_event stop;   /* set by whoever wants it to stop, and by itself */
	tutti_event *hurry; /* ends the grace; NULL: nothing does */
	void (*quiet)(void *news); /* it accepts no more */
	void *news;
	int rc; /* its own: how accepting ended */
};

/* 0: it was told to stop; or why it cannot accept. That its caller is cancelled tells it to. */
int tu_part_run(struct tu_part *p);

#endif
