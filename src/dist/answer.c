/* SPDX-License-Identifier: MIT */
/*
 * answer.c - a call of an object for a client: begun, waited for together with what the client does
 * meanwhile, and answered. A client that has gone, or asks for something else, as Python does whose
 * call a signal has broken off, has given the call up: what it has taken is put back.
 */
#include "dist/session.h"

#include <errno.h>
#include <sys/socket.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/stream_peek.h>
#include <tutti/task.h>
#include <tutti/value_make.h>

enum { GIVEN_UP = 2 }; /* the client asks for something else */

/* -- while it waits --------------------------------------------------------------------------- */

/* 0: the client waits; GIVEN_UP; or it has gone. What has come before was looked at. */
static int look_at_client(const struct tu_session *x)
{
	char byte;
	ssize_t n = recv(x->guest.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n > 0)
		return GIVEN_UP;
	if (n == 0)
		return TUTTI_EDONE;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* Has the stream something that came behind the request? */
static int look_into_stream(struct tu_session *x)
{
	const void *data;
	ssize_t n = tutti_stream_peek_until(x->stream, 0, &data, -1);

	if (n > 0)
		return GIVEN_UP;
	return n == TUTTI_ETIMEDOUT ? 0 : (int)n;
}

/* Until it is answered: 0, and *code is what it has come to. Else as look_at_client. */
static int wait_for_answer(struct tu_session *x, struct tu_object *o, struct tu_call *c, int *code)
{
	int rc = look_into_stream(x);

	while (rc == 0) {
		tutti_case either[] = { tutti_case_event(&c->answered),
			tutti_case_fd(x->guest.fd, TUTTI_READABLE) };
		int i = tutti_select(either, 2, c->deadline);

		*code = TU_CALL_WAITS;
		if (i == 0)
			*code = tu_call_answer(o, c);
		else if (i == TUTTI_ETIMEDOUT)
			*code = tu_call_late(o, c);
		else if (i < 0)
			return i;
		rc = look_at_client(x); /* also of one that is answered: it may have gone */
		if (*code != TU_CALL_WAITS)
			return rc;
	}
	return rc;
}

/* -- methods of the program's own ------------------------------------------------------------- */

struct own {
	struct tu_object *object;
	struct tu_call *call;
};

static void *run_own(void *arg)
{
	struct own *own = arg;

	tu_call_begin(own->object, own->call);
	return NULL;
}

static int watch_own(struct tu_session *x, tutti_future *running)
{
	int rc = look_into_stream(x);

	while (rc == 0) {
		tutti_case either[] = { tutti_case_future(running),
			tutti_case_fd(x->guest.fd, TUTTI_READABLE) };
		int i = tutti_select(either, 2, TUTTI_FOREVER);

		if (i == 0)
			return 0;
		rc = i < 0 ? i : look_at_client(x);
	}
	return rc;
}

/* They may wait as they like: in a task of its own, which is cancelled when nobody wants it. */
static int call_own(struct tu_session *x, struct tu_object *o, struct tu_call *c, int *code)
{
	struct own own = { o, c };
	tutti_future *running = tutti_task_start(run_own, &own, NULL);
	tutti_scope shield;
	int rc = watch_own(x, running);

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	if (rc != 0)
		tutti_future_cancel(running);
	*code = tutti_future_result(running, NULL, 0);
	tutti_shield_end(&shield, 0);
	tutti_future_unref(running);
	if (*code == 0)
		*code = c->code;
	return rc;
}

/* -- the answer ------------------------------------------------------------------------------- */

/* The proxy of an object that a method has made: (exposed, token). */
static int reply_proxy(struct tu_session *x, struct tu_reply *r, struct tu_served *e)
{
	tutti_value *exposed, *args, *token = NULL, *pair;
	int rc = tu_service_exposed(&exposed, e->object->kind);

	if (rc < 0)
		return rc;
	rc = tutti_value_pack(&args, "(sss)", e->object->kind->name, x->server->address, e->ident);
	if (rc == 0) {
		rc = tutti_value_object_make(&token, "multiprocessing.managers", "Token", args);
		tutti_value_unref(args);
	}
	if (rc == 0)
		rc = tutti_value_pack(&pair, "(OO)", exposed, token);
	if (rc == 0) {
		rc = tu_reply_value(r, "#PROXY", pair);
		tutti_value_unref(pair);
	}
	tutti_value_unref(token);
	tutti_value_unref(exposed);
	return rc;
}

/* What was made is served from now on; unless the client does not get to know it. */
static int write_proxy(struct tu_session *x, struct tu_call *c)
{
	struct tu_objects *all = &x->server->objects;
	struct tu_served *e = tu_objects_add(all, c->proxy);
	struct tu_reply r;
	int rc;

	if (!e)
		return -ENOMEM;
	c->proxy = NULL;
	rc = reply_proxy(x, &r, e);
	if (rc == 0) {
		rc = tu_session_write(x, &r);
		tu_reply_end(&r);
	}
	if (rc < 0)
		tu_objects_count_one(all, e, -1);
	tu_objects_unpin(all, e);
	return rc;
}

static int make_reply(struct tu_reply *r, const struct tu_call *c, int code)
{
	int rc = tu_reply_call(r, c, code);

	if (rc == TUTTI_ETYPE)
		return tu_reply_text(r, "#UNSERIALIZABLE", "the answer cannot be written\n");
	return rc;
}

static int write_answer(struct tu_session *x, struct tu_call *c, int code)
{
	struct tu_reply r;
	int rc;

	if (code == 0 && c->proxy)
		return write_proxy(x, c);
	rc = make_reply(&r, c, code);
	if (rc < 0)
		return rc;
	rc = tu_session_write(x, &r);
	tu_reply_end(&r);
	return rc;
}

static int call(struct tu_session *x, struct tu_object *o, struct tu_call *c)
{
	int code = 0, rc = 0;

	if (!o->kind->own)
		code = tu_call_begin(o, c);
	if (o->kind->own || code == TU_CALL_WAITS) {
		tu_server_waits(x->server, &x->guest, true);
		rc = o->kind->own ? call_own(x, o, c, &code) : wait_for_answer(x, o, c, &code);
		tu_server_waits(x->server, &x->guest, false);
	}
	if (rc == 0)
		rc = write_answer(x, c, code);
	if (rc == 0)
		tu_call_end(o, c);
	else
		tu_call_drop(o, c);
	return rc == GIVEN_UP ? 0 : rc;
}

static int write_missing(struct tu_session *x, const char *what, tutti_bytes word)
{
	struct tu_reply r;
	int rc = tu_reply_text(&r, "#TRACEBACK", "%s: '%.*s'\n", what,
		word.size < 100 ? (int)word.size : 100, (const char *)word.data);

	if (rc == 0) {
		rc = tu_session_write(x, &r);
		tu_reply_end(&r);
	}
	return rc;
}

int tu_answer(struct tu_session *x, const struct tu_request *q)
{
	struct tu_call c = { .args = q->args, .kwargs = q->kwargs, .caller = x };
	struct tu_served *e = q->of_object ? tu_objects_find(&x->server->objects, q->ident) : NULL;
	int rc = 0;

	if (!e)
		return write_missing(x, "KeyError", q->of_object ? q->ident : q->name);
	c.method = tu_kind_method(e->object->kind, q->name);
	if (!c.method)
		c.method = tu_kind_fallback(q->name);
	if (e->object->kind->left)
		rc = tu_session_touch(x, e);
	if (rc == 0)
		rc = c.method ? call(x, e->object, &c)
			      : write_missing(x, "AttributeError", q->name);
	tu_objects_unpin(&x->server->objects, e);
	return rc;
}
