/* SPDX-License-Identifier: MIT */
/*
 * client_limits.c - how many requests are at work at once. libcurl's own limits are for one multi,
 * and would not hold for a session that several threads use.
 */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/semaphore.h>

/* It is there as long as anybody has a permit of it or waits for one. */
struct tu_client_host {
	struct tu_link link; /* under the session's lock */
	unsigned users;      /* likewise */
	tutti_semaphore permits;
	char name[]; /* "host:port" */
};

static struct tu_client_host *host_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_client_host, link);
}

/* Under the lock. NULL: no memory. */
static struct tu_client_host *find(tutti_http_session *s, const char *name)
{
	struct tu_client_host *h;

	tu_list_each(link, &s->hosts)
		if (strcmp(host_of(link)->name, name) == 0)
			return host_of(link);
	h = calloc(1, sizeof(*h) + strlen(name) + 1);
	if (!h)
		return NULL;
	strcpy(h->name, name);
	tutti_semaphore_init(&h->permits, (uint32_t)s->options.per_host, 0);
	tu_list_add_head(&s->hosts, &h->link);
	return h;
}

static void leave_host(tutti_http_session *s, struct tu_client_host *h)
{
	bool last;

	tutti_lock_acquire(&s->lock);
	last = --h->users == 0;
	if (last)
		tu_list_remove(&h->link);
	tutti_lock_release(&s->lock);
	if (last)
		free(h);
}

static int take_host(struct tu_client_transfer *t)
{
	tutti_http_session *s = t->session;
	struct tu_client_host *h;
	int rc;

	tutti_lock_acquire(&s->lock);
	h = find(s, t->request.name);
	if (h)
		h->users++;
	tutti_lock_release(&s->lock);
	rc = h ? tutti_semaphore_acquire_until(&h->permits, t->deadline) : -ENOMEM;
	if (rc == 0)
		t->host = h;
	else if (h)
		leave_host(s, h);
	return rc;
}

int tu_client_limits_take(struct tu_client_transfer *t)
{
	tutti_http_session *s = t->session;
	int rc = 0;

	/* Whoever waits for a host of many does not hold up the others. */
	if (s->options.per_host > 0)
		rc = take_host(t);
	if (rc == 0 && s->options.connections > 0) {
		rc = tutti_semaphore_acquire_until(&s->permits, t->deadline);
		t->counted = rc == 0;
	}
	return rc;
}

void tu_client_limits_leave(struct tu_client_transfer *t)
{
	tutti_http_session *s = t->session;

	if (t->counted)
		tutti_semaphore_release(&s->permits, 1);
	if (t->host) {
		tutti_semaphore_release(&t->host->permits, 1);
		leave_host(s, t->host);
	}
	t->counted = false;
	t->host = NULL;
}
