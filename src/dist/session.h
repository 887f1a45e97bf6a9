/* SPDX-License-Identifier: MIT */
/*
 * session.h - one connection of a client: the proof of the key, then one request for the manager
 * itself, or calls of objects. session.c reads and writes, service.c is what the manager itself
 * does, answer.c a call of an object.
 */
#ifndef TU_DIST_SESSION_H
#define TU_DIST_SESSION_H

#include "dist/reply.h"
#include "dist/request.h"
#include "dist/server.h"

#include <tutti/stream.h>

struct tu_session {
	struct tu_guest guest;
	struct tu_server *server;
	tutti_stream *stream;
	bool tcp;
	/* Objects that are to hear when it has gone: pinned. */
	struct tu_served **touched;
	size_t n_touched, room;
};

/* Serve one connection to its end, which is no news, however it comes: a tutti_listener_serve's. */
int tu_session_run(tutti_stream *stream, void *server);

/* Write all of a reply. 0, or the session is to end. */
int tu_session_write(struct tu_session *x, const struct tu_reply *r);

/* Remember to tell the object when the session ends. 0; -ENOMEM. */
int tu_session_touch(struct tu_session *x, struct tu_served *e);

/* Answer a call of an object. 0, or why the session ends. */
int tu_answer(struct tu_session *x, const struct tu_request *q);

enum { TU_SERVICE_CALLS = 1 };

/* Answer a request for the manager itself. TU_SERVICE_CALLS: calls of objects follow. */
int tu_service(struct tu_session *x, const struct tu_request *q);

/* The names of a kind's methods, as a tuple. 0; -ENOMEM. */
int tu_service_exposed(tutti_value **names, const struct tu_kind *kind);

#endif
