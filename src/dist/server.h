/* SPDX-License-Identifier: MIT */
/*
 * server.h - a manager while it serves: its objects, who is connected, and how it ends.
 *
 * It ends in two steps. First it listens no more, and connections that are not in the midst of a
 * call that waits hear of the end; after the grace the others do. How many there are is the
 * listener's business, whose serving ends with the last of them.
 */
#ifndef TU_DIST_SERVER_H
#define TU_DIST_SERVER_H

#include "base/list.h"
#include "dist/manager.h"
#include "dist/objects.h"

#include <tutti/future.h>
#include <tutti/listener.h>

struct tu_server {
	tutti_manager *manager;
	struct tu_objects objects;
	tutti_listener *listener;         /* from the start on */
	tutti_future *thread;             /* of tutti_manager_start */
	char address[TUTTI_ADDRESS_SIZE]; /* where it listens, fixed from the start on; or "" */
	int port;
	unsigned loops, strangers_max;      /* fixed from the start on */
	uint32_t stopping;                  /* atomic: no more is begun */
	tutti_event stop;                   /* somebody wants it to end */
	tutti_event hurry;                  /* without grace */
	tutti_event closed;                 /* the grace is over: what still waits is given up */
	tutti_event over;                   /* all has ended */
	int rc;                             /* why, before over is set */
	tutti_lock lock;                    /* for what follows */
	struct tu_list sessions, strangers; /* the oldest first */
	unsigned n_sessions, n_strangers;
};

/* Somebody has connected, and nobody knows yet who; a node of both lists. Zeroed at first. */
struct tu_guest {
	struct tu_link link, stranger;
	int fd;
	bool waits; /* in a call, during the grace too; under the server's lock */
};

struct tu_server *tu_server_make(tutti_manager *m);
void tu_server_free(struct tu_server *s); /* it does not serve; NULL does nothing */

/* Listen, and serve in threads of its own. */
int tu_server_start(struct tu_server *s);

/* Listen; then serve until it is to end. */
int tu_server_listen(struct tu_server *s);
int tu_server_serve(struct tu_server *s);

/* 0: calls are taken; -EINVAL: not yet; TUTTI_ESHUTDOWN: no more. */
int tu_server_runs(const struct tu_server *s);

/* Where it listens, or the manager's address; its port, or 0. */
const char *tu_server_address(const struct tu_server *s);
int tu_server_port(const struct tu_server *s);

/* Let it end: tutti_manager_shutdown or, in a hurry, tutti_manager_free. */
void tu_server_stop(struct tu_server *s, bool hurry);
bool tu_server_stopping(const struct tu_server *s);

/* One has come. false: there is no room for it. */
bool tu_server_enter(struct tu_server *s, struct tu_guest *g);
/* It has proved the key. false: it was thrown out meanwhile. */
bool tu_server_welcome(struct tu_server *s, struct tu_guest *g);
void tu_server_waits(struct tu_server *s, struct tu_guest *g, bool waits);
void tu_server_leave(struct tu_server *s, struct tu_guest *g);

#endif
