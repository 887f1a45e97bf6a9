/* SPDX-License-Identifier: MIT */
/*
 * client.h - the requests and calls of one that is connected. A request has a connection for itself
 * and is about the manager; calls are about objects, one at a time over each connection, which is
 * kept for the next call.
 */
#ifndef TU_DIST_CLIENT_H
#define TU_DIST_CLIENT_H

#include "dist/client_answer.h"
#include "dist/manager.h"

struct tu_channel; /* a connection for calls */

/* m outlives it. NULL: no memory. */
struct tu_client *tu_client_create(
	const tutti_manager *m, const struct tu_client_functions *functions);

/* Is somebody there, with the same key? As tutti_manager_connect. */
int tu_client_meet(struct tu_client *k, tutti_time deadline);

/* Nobody is in a call. */
void tu_client_free(struct tu_client *k);

/*
 * Ask the manager: one of create, decref and so on, with arguments that are a tuple or list, and a
 * dict; NULL: none. 0: r is its answer, whatever that says, to be freed. TUTTI_ESHUTDOWN: it does
 * not run any more; and those of tutti_proxy_call.
 */
int tu_client_request(struct tu_client *k, const char *name, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, struct tu_client_answer *r);

/*
 * Call: request is the tuple (ident, method, args, kwargs). own: the connection for it, made when
 * there is none and closed when it is of no use any more, which is nobody else's during the call;
 * NULL: any. 0: r is the answer, to be freed, also of a caller whose deadline has passed or who was
 * cancelled while it came.
 */
int tu_client_call(struct tu_client *k, struct tu_channel **own, const tutti_value *request,
	tutti_time deadline, struct tu_client_answer *r);

/* NULL does nothing. */
void tu_channel_free(struct tu_channel *c);

#endif
