/* SPDX-License-Identifier: MIT */
/*
 * http_watch.c - whether the client is still there. Where that is to end the handler, it runs in a
 * task of its own, and the connection's waits for the end of either. Nothing is read: what the
 * client sends meanwhile is the rest of the body, or the next request.
 */
#include "net/http.h"

#include <poll.h>
#include <tutti/error.h>
#include <tutti/fd.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/task.h>

/* Bytes that nobody reads hide the end of the connection from who waits: it is looked for so. */
static const tutti_time look_every = TUTTI_MILLISECONDS(250);

bool tutti_http_peer_gone(const tutti_http_exchange *x)
{
	struct pollfd p = { .fd = tutti_stream_fd(x->connection->stream), .events = POLLRDHUP };

	/* 0 also of a stream without a descriptor, of which nothing is known. */
	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

struct watched {
	struct tutti_http_exchange *x;
	int (*serve)(struct tutti_http_exchange *x);
	int rc;
};

static void *run(void *arg)
{
	struct watched *w = arg;

	w->rc = w->serve(w->x);
	return NULL;
}

/* Who took the connection over reads there himself, and so sees its end. */
static bool is_ours(const struct tutti_http_exchange *x)
{
	return x->reply != TU_HTTP_UPGRADED;
}

/* Until the handler has ended, or is to be ended. */
static void watch(struct tutti_http_exchange *x, tutti_task *handler)
{
	tutti_case cases[] = { tutti_case_future(handler),
		tutti_case_fd(tutti_stream_fd(x->connection->stream), TUTTI_READABLE) };
	bool unread = false;
	int rc = tutti_yield(); /* most have ended then */

	while (rc != 0 || !tutti_future_done(handler)) {
		bool both = is_ours(x) && !unread;

		rc = tutti_select(cases, both ? 2 : 1,
			is_ours(x) && unread ? tutti_after(look_every) : TUTTI_FOREVER);
		if (rc == 0)
			return;
		x->gone = is_ours(x) && rc != TUTTI_ECANCELED && tutti_http_peer_gone(x);
		if (x->gone || rc == TUTTI_ECANCELED) {
			tutti_future_cancel(handler);
			return;
		}
		unread = rc != TUTTI_ETIMEDOUT;
	}
}

int tu_http_watch(struct tutti_http_exchange *x, int (*serve)(struct tutti_http_exchange *x))
{
	struct watched w = { x, serve, TUTTI_ECANCELED };
	tutti_task *handler =
		tutti_task_start(run, &w, &(tutti_task_options){ .name = x->route->text });
	tutti_scope shield;
	int rc;

	watch(x, handler);
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	rc = tutti_shield_end(&shield, tutti_future_result(handler, NULL, 0));
	tutti_future_unref(handler);
	/* What has not begun has not replied. */
	return rc == 0 || rc == TUTTI_EJOBCANCELED ? w.rc : tu_http_reply_status(x, 503);
}
