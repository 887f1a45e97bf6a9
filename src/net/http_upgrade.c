/* SPDX-License-Identifier: MIT */
/*
 * http_upgrade.c - connections that go on as something else. From the reply on nothing of HTTP
 * reads or writes there; the server says to who took it over when it stops, and when the handler
 * has returned.
 */
#include "net/http.h"

#include <errno.h>
#include <tutti/error.h>

/* From now on the server tells it when it stops; if it did meanwhile, nobody else will. */
static void take_over(struct tu_http_connection *c, struct tu_http_upgraded *u)
{
	tutti_lock_acquire(&c->server->lock);
	c->upgraded = u;
	if (c->server->stopping)
		u->going_away(u);
	tutti_lock_release(&c->server->lock);
}

static struct tu_http_upgraded *give_back(struct tu_http_connection *c)
{
	struct tu_http_upgraded *u;

	tutti_lock_acquire(&c->server->lock);
	u = c->upgraded;
	c->upgraded = NULL;
	tutti_lock_release(&c->server->lock);
	return u;
}

int tu_http_exchange_upgrade(
	struct tutti_http_exchange *x, const char *protocol, struct tu_http_upgraded *u)
{
	int rc;

	if (!tu_http_exchange_is_read(x)) {
		x->refusal = 400;
		return TUTTI_EPROTO;
	}
	if (tu_http_connection_ends(x->connection)) {
		x->refusal = 503;
		return TUTTI_ESHUTDOWN;
	}
	rc = tu_http_reply_upgrade(x, protocol);
	if (rc == 0)
		take_over(x->connection, u);
	return rc;
}

void tu_http_exchange_let_go(struct tutti_http_exchange *x, int rc)
{
	x->came_to = rc;
	give_back(x->connection);
}

bool tu_http_upgrade_is_news(int rc, int came_to)
{
	return rc < 0 && rc != came_to && rc != TUTTI_EDONE && rc != TUTTI_ECANCELED &&
	       rc != -EPIPE && rc != -ECONNRESET;
}

bool tu_http_upgrade_end(struct tutti_http_exchange *x, int rc)
{
	struct tu_http_upgraded *u = give_back(x->connection);

	return u ? u->end(u, rc) : tu_http_upgrade_is_news(rc, x->came_to);
}
