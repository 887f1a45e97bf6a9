/* SPDX-License-Identifier: MIT */
/* http_server.c - connections, one task each, and the requests that come on them. */
#include "net/http.h"

#include "base/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <tutti/error.h>
#include <tutti/report.h>
#include <tutti/scope.h>
#include <tutti/task.h>
#include <tutti/tls_info.h>

/* -- one request ------------------------------------------------------------------------------- */

/* What a handler's failure is to the client. */
static int status_of(const struct tutti_http_exchange *x)
{
	if (x->refusal != 0)
		return x->refusal;
	switch (x->body_rc) {
	case 0:
		return 500;
	case -EMSGSIZE:
		return 413;
	case TUTTI_ETIMEDOUT:
		return 408;
	default:
		return 400;
	}
}

/* Whose fault it is: what the client did is not worth a line. */
static void tell(const struct tutti_http_exchange *x, int code)
{
	const char *text = tutti_fail_text();

	if (x->body_rc < 0 || x->write_rc < 0 || x->refusal != 0 || code == TUTTI_ECANCELED)
		return;
	tutti_report(code, "serving %s %s failed: %s", tutti_http_method(x), x->path,
		text ? text : tutti_strerror(code));
}

/* Nothing of HTTP follows on that connection. */
static int end_upgraded(struct tutti_http_exchange *x, int rc)
{
	if (tu_http_upgrade_end(x, rc))
		tell(x, rc);
	tutti_fail(0, NULL);
	return rc == TUTTI_ECANCELED ? rc : TUTTI_EDONE;
}

/* A reply that the handler leaves short is cut, and that is not the client's doing. */
static int end_reply(struct tutti_http_exchange *x)
{
	int rc = tu_http_reply_end(x);

	if (rc == TUTTI_EPROTO && x->write_rc == 0) {
		tutti_fail(rc, "the reply is %lld bytes shorter than was said", (long long)x->left);
		tell(x, rc);
		tutti_fail(0, NULL);
	}
	return rc;
}

/* 0, or why the connection ends; TUTTI_EPROTO: the reply is cut, and it was told why. */
static int serve_found(struct tutti_http_exchange *x)
{
	int rc = x->route->fn(x, x->route->arg);

	if (x->reply == TU_HTTP_UPGRADED)
		return end_upgraded(x, rc);
	if (rc < 0 && x->gone)
		return -EPIPE; /* whatever the handler made of that */
	if (rc == 0 && x->reply == TU_HTTP_NO_REPLY)
		rc = tutti_fail(TUTTI_EPROTO, "the handler has not replied");
	if (rc < 0)
		tell(x, rc);
	tutti_fail(0, NULL); /* this one's failure is not that of the next */
	if (rc == TUTTI_ECANCELED || x->write_rc < 0)
		return x->write_rc < 0 ? x->write_rc : rc;
	if (rc < 0 && x->reply != TU_HTTP_NO_REPLY)
		return TUTTI_EPROTO; /* that the end is missing is how the client learns of it */
	if (rc < 0) {
		x->keep = x->keep && x->body_rc == 0;
		return tu_http_reply_status(x, status_of(x));
	}
	return end_reply(x);
}

static int serve_request(struct tutti_http_exchange *x)
{
	int status = tu_http_route_find(x);

	if (status != 0)
		return tu_http_reply_status(x, status);
	return x->connection->server->options.cancel_when_gone ? tu_http_watch(x, serve_found)
							       : serve_found(x);
}

/*
 * To close while bytes are there that were not read would be a reset, which may overtake the reply:
 * so the end is said first, and what the client still writes is read for a while.
 */
static void linger(struct tu_http_connection *c)
{
	char block[4096];
	tutti_time deadline = tutti_after(TUTTI_SECONDS(1));
	size_t n = 0;

	if (tutti_stream_shutdown_until(c->stream, deadline) < 0)
		return;
	while (n < 1024 * 1024) {
		ssize_t got = tutti_stream_read_until(c->stream, block, sizeof(block), deadline);

		if (got <= 0)
			return;
		n += (size_t)got;
	}
}

/* 0: and on; TUTTI_EDONE: that was the last; or why it ends. */
static int serve_next(struct tu_http_connection *c)
{
	struct tutti_http_exchange *x;
	int rc;

	if (!tu_http_connection_idle(c))
		return TUTTI_EDONE;
	rc = tu_http_exchange_begin(c, &x);
	c->known = true;
	if (rc > 0) {
		x->keep = false;
		rc = tu_http_reply_status(x, rc);
		tu_http_log(x, rc);
		if (rc == 0)
			linger(c);
		rc = rc < 0 ? rc : TUTTI_EDONE;
	} else if (rc == 0) {
		rc = serve_request(x);
		tu_http_log(x, rc == TUTTI_EDONE ? 0 : rc);
		if (rc == TUTTI_EPROTO && x->write_rc == 0)
			rc = TUTTI_EDONE;
		if (rc == 0 && !(x->keep && tu_http_exchange_drain(x))) {
			linger(c);
			rc = TUTTI_EDONE;
		}
	}
	tu_http_exchange_free(x);
	return rc;
}

/* -- one connection ---------------------------------------------------------------------------- */

bool tu_http_connection_idle(struct tu_http_connection *c)
{
	tutti_lock_acquire(&c->server->lock);
	c->hurried = c->server->stopping;
	c->idle = !c->hurried;
	tutti_lock_release(&c->server->lock);
	return !c->hurried || !c->known;
}

void tu_http_connection_busy(struct tu_http_connection *c)
{
	tutti_lock_acquire(&c->server->lock);
	c->idle = false;
	tutti_lock_release(&c->server->lock);
}

bool tu_http_connection_ends(const struct tu_http_connection *c)
{
	bool ends;

	tutti_lock_acquire(&c->server->lock);
	ends = c->server->stopping;
	tutti_lock_release(&c->server->lock);
	return ends;
}

int tutti_http_server_serve_stream(tutti_stream *stream, void *server)
{
	tutti_http_server *s = server;
	struct tu_http_connection c = { .server = s, .stream = stream };
	int rc = 0;

	c.encrypted = tutti_tls_text(stream, TUTTI_TLS_VERSION, NULL, 0) > 0;
	tutti_lock_acquire(&s->lock);
	tu_list_add_tail(&s->connections, &c.link);
	tutti_lock_release(&s->lock);
	while (rc == 0)
		rc = serve_next(&c);
	tutti_lock_acquire(&s->lock);
	tu_list_remove(&c.link);
	tutti_lock_release(&s->lock);
	/* A client that takes no reply has left, too: whoever likes could fill the reports. */
	return rc == TUTTI_EDONE || rc == TUTTI_ETIMEDOUT ? 0 : rc;
}

/* -- the server -------------------------------------------------------------------------------- */

static void set_options(tutti_http_server *s, const tutti_http_server_options *o)
{
	s->options = *o;
	if (!o->head_max)
		s->options.head_max = 32 * 1024;
	if (!o->body_max)
		s->options.body_max = 1024 * 1024;
	if (!o->head_time)
		s->options.head_time = TUTTI_SECONDS(10);
	if (!o->idle_time)
		s->options.idle_time = TUTTI_SECONDS(75);
	if (!o->stall_time)
		s->options.stall_time = TUTTI_SECONDS(60);
	if (!o->grace)
		s->options.grace = TUTTI_SECONDS(5);
}

int tutti_http_server_create(tutti_http_server **s, const char *address)
{
	tutti_http_server *made = calloc(1, sizeof(*made));
	int rc = made ? 0 : -ENOMEM;

	if (rc == 0 && address)
		rc = tutti_listener_create(&made->listener, address, NULL);
	if (rc < 0) {
		free(made);
		return rc;
	}
	tu_list_init(&made->connections);
	set_options(made, &(tutti_http_server_options){ 0 });
	*s = made;
	return 0;
}

/* Whether somebody is served, so that nothing may change any more. */
static bool is_busy(tutti_http_server *s)
{
	bool busy;

	tutti_lock_acquire(&s->lock);
	busy = s->serving || !tu_list_empty(&s->connections);
	tutti_lock_release(&s->lock);
	return busy;
}

int tutti_http_server_configure(tutti_http_server *s, const tutti_http_server_options *o)
{
	if (o->head_max > 1024 * 1024 || o->head_time < 0 || o->idle_time < 0 ||
		o->stall_time < 0 || o->grace < -1)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(o->reserved) / sizeof(*o->reserved); i++)
		if (o->reserved[i] != 0)
			return -EINVAL;
	if (is_busy(s))
		return -EBUSY;
	set_options(s, o);
	return 0;
}

int tu_http_server_add(
	tutti_http_server *s, const char *route, tutti_http_handler fn, void *arg, void *own)
{
	struct tu_http_route new = { .fn = fn, .arg = arg, .own = own }, *routes;
	size_t at = 0;
	int rc;

	if (!fn || !route)
		return -EINVAL;
	if (is_busy(s))
		return -EBUSY;
	routes = realloc(s->routes, (s->n_routes + 1) * sizeof(*routes));
	if (!routes)
		return -ENOMEM;
	s->routes = routes;
	rc = tu_http_route_parse(&new, route);
	if (rc < 0)
		return rc;
	while (at < s->n_routes && tu_http_route_order(&routes[at], &new) < 0)
		at++;
	if (at < s->n_routes && tu_http_route_order(&routes[at], &new) == 0) {
		free(new.text);
		return -EEXIST;
	}
	memmove(&routes[at + 1], &routes[at], (s->n_routes - at) * sizeof(*routes));
	routes[at] = new;
	s->n_routes++;
	return 0;
}

int tutti_http_server_route(
	tutti_http_server *s, const char *route, tutti_http_handler fn, void *arg)
{
	return tu_http_server_add(s, route, fn, arg, NULL);
}

int tutti_http_server_log(
	tutti_http_server *s, void (*fn)(const tutti_http_record *r, void *arg), void *arg)
{
	if (is_busy(s))
		return -EBUSY;
	s->log = fn;
	s->log_arg = arg;
	return 0;
}

int tutti_http_server_port(const tutti_http_server *s)
{
	return s->listener ? tutti_listener_port(s->listener) : 0;
}

void tutti_http_server_free(tutti_http_server *s)
{
	if (!s)
		return;
	tutti_listener_free(s->listener);
	for (size_t i = 0; i < s->n_routes; i++) {
		free(s->routes[i].text);
		free(s->routes[i].own);
	}
	free(s->routes);
	free(s);
}

/* -- serving ----------------------------------------------------------------------------------- */

static void *accept_all(void *server)
{
	tutti_http_server *s = server;
	int rc = tutti_listener_serve(s->listener, tutti_http_server_serve_stream, s);

	tutti_fail(rc, "%s", tutti_strerror(rc));
	return NULL;
}

/*
 * Those that wait for a request see the end of it, who took one over is told; the others see it
 * when they would wait.
 */
void tutti_http_server_shutdown(tutti_http_server *s)
{
	struct tu_link *link;

	tutti_lock_acquire(&s->lock);
	s->stopping = true;
	for (link = s->connections.head.next; link != &s->connections.head; link = link->next) {
		struct tu_http_connection *c =
			tu_container_of(link, struct tu_http_connection, link);

		if (c->idle && c->encrypted)
			tutti_event_set(&c->over);
		else if (c->idle)
			shutdown(tutti_stream_fd(c->stream), SHUT_RD);
		if (c->upgraded)
			c->upgraded->going_away(c->upgraded);
	}
	tutti_lock_release(&s->lock);
}

static void stop(tutti_http_server *s, tutti_task *accepting)
{
	tutti_scope shield;
	tutti_time grace = s->options.grace < 0 ? 0 : s->options.grace;

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	tutti_listener_close(s->listener);
	tutti_http_server_shutdown(s);
	if (tutti_future_result_until(accepting, NULL, 0, tutti_after(grace)) == TUTTI_ETIMEDOUT) {
		tutti_future_cancel(accepting);
		tutti_future_result(accepting, NULL, 0);
	}
	tutti_shield_end(&shield, 0);
}

int tutti_http_server_serve(tutti_http_server *s)
{
	tutti_task *accepting;
	bool mine;
	int rc;

	if (!s->listener)
		return -EBADF;
	tutti_lock_acquire(&s->lock);
	mine = !s->serving;
	s->serving = true;
	tutti_lock_release(&s->lock);
	if (!mine)
		return -EBUSY;
	accepting = tutti_task_start(accept_all, s, NULL);
	rc = tutti_future_result(accepting, NULL, 0);
	if (rc == TUTTI_ECANCELED)
		stop(s, accepting);
	tutti_future_unref(accepting);
	tutti_lock_acquire(&s->lock);
	s->serving = false;
	tutti_lock_release(&s->lock);
	return rc;
}
