/* SPDX-License-Identifier: MIT */
/*
 * manager.h - one manager, of either side: manager.c has its life and what both sides share,
 * server.h what serves, client.c what is connected.
 */
#ifndef TU_DIST_MANAGER_H
#define TU_DIST_MANAGER_H

#include "dist/object.h"

#include <tutti/manager.h>

struct tu_server;
struct tu_client;

/* What is done by request where it is connected; each waits as tutti_manager_queue. */
struct tu_client_functions {
	int (*shutdown)(struct tu_client *k);
	int (*debug_info)(struct tu_client *k, tutti_bytes *text);
	int (*number_of_objects)(struct tu_client *k);
	void (*free)(struct tu_client *k);
};

/* The first member of client.c's own. */
struct tu_client {
	const struct tu_client_functions *functions;
};

enum tu_manager_state {
	TU_MANAGER_NEW,
	TU_MANAGER_BEGINS,
	TU_MANAGER_SERVES,
	TU_MANAGER_ENDED,
	TU_MANAGER_CONNECTED
};

struct tutti_manager {
	char *address;                 /* as stream.h has them, without tcp://; fixed */
	tutti_bytes key;               /* fixed, and overwritten at the end */
	tutti_manager_options options; /* all filled in; fixed once started or connected */
	struct tu_server *server;      /* made with it; server.h */
	tutti_lock lock;               /* for the two below */
	enum tu_manager_state state;
	struct tu_client *client; /* CONNECTED: made by client.c */
};

/*
 * Register what is served under a name. shared: the object, which is the manager's from now on
 * unless this fails; NULL: who asks for the name gets a new one of that kind. 0; -EINVAL: no name;
 * -EEXIST, -EBUSY, -ENOMEM.
 */
int tu_manager_serve(
	tutti_manager *m, const char *name, const struct tu_kind *kind, struct tu_object *shared);

/* What Python could call a method. */
bool tu_is_identifier(const char *name);

#endif
