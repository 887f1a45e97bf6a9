/* SPDX-License-Identifier: MIT */
/* resolve.c - see resolve.h: the C library in a helper thread, or whoever was set instead. */
#include "loop/resolve.h"

#include "base/atomic.h"
#include "core/alloc.h"
#include "core/wait.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/future.h>
#include <tutti/resolver.h>
#include <tutti/thread.h>

/* -- the C library ----------------------------------------------------------------------------- */

/* The system's look-up blocks for as long as it likes: whoever waits for it may go before. */
struct look_up {
	uint32_t users; /* atomic: the thread and who waits */
	int rc;
	uint16_t port;
	char host[TU_HOST_BYTES];
	struct tu_place place;
};

static void leave(struct look_up *l)
{
	/* Release: all use of it; acquire: that of the other, who has left before. */
	if (tu_sub_acqrel(&l->users, 1u) == 1)
		tu_free(l);
}

static void *look_up_thread(void *arg)
{
	struct look_up *l = arg;

	l->rc = tu_os_resolve(l->host, l->port, l->place.at, TU_PLACES);
	leave(l);
	return NULL;
}

/* A daemon: the program's end does not wait for an answer that nobody needs any more. */
static int look_up(struct tu_place *p, const char *host, uint16_t port, tutti_time deadline)
{
	const tutti_thread_options options = { .name = "tutti-resolve", .daemon = 1 };
	struct look_up *l = tu_alloc(sizeof(*l));
	tutti_future *thread;
	int rc;

	if (!l)
		return -ENOMEM;
	l->users = 2;
	l->port = port;
	strcpy(l->host, host);
	thread = tutti_thread_start(look_up_thread, l, &options);
	rc = tutti_future_result_until(thread, NULL, 0, deadline);
	if (rc == 0) {
		*p = l->place;
		p->n = l->rc;
		rc = l->rc < 0 ? l->rc : 0;
	} else if (rc != TUTTI_ETIMEDOUT && rc != TUTTI_ECANCELED) {
		leave(l); /* it has not begun */
	}
	tutti_future_unref(thread);
	leave(l);
	return rc;
}

/* -- somebody else ----------------------------------------------------------------------------- */

/* One for each that was ever set: whoever reads one while another is set has it still. */
struct resolver {
	tutti_resolver fn;
	void *arg;
	struct resolver *before;
};

static struct resolver *resolver; /* atomic */

int tutti_set_resolver(tutti_resolver fn, void *arg)
{
	struct resolver *r = tu_alloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	*r = (struct resolver){ .fn = fn, .arg = arg };
	/* Relaxed: the exchange below sees whether it is still so. */
	r->before = tu_load_rlx(&resolver);
	/* [resolver-1] release: its members. Acquire: those of the one before it in the list. */
	while (!tu_cas_acqrel(&resolver, &r->before, r))
		;
	return 0;
}

static int ask(const struct resolver *r, struct tu_place *p, const char *host, uint16_t port,
	tutti_time deadline)
{
	tutti_ip ips[TU_PLACES];
	int n = r->fn(r->arg, host, ips, TU_PLACES, deadline);

	if (n < 0)
		return n;
	p->n = 0;
	for (int i = 0; i < n && i < TU_PLACES; i++)
		if (tu_os_address_ip(&p->at[p->n], ips[i].text, port) == 0)
			p->n++;
	return p->n > 0 ? 0 : -ENOENT;
}

int tu_resolve(struct tu_place *p, const char *host, uint16_t port, tutti_time deadline)
{
	/* [resolver-1] acquire */
	const struct resolver *r = tu_load_acq(&resolver);

	if (r && r->fn)
		return ask(r, p, host, port, deadline);
	return look_up(p, host, port, deadline);
}

/* -- for the program --------------------------------------------------------------------------- */

/* Without port and brackets. */
static void address_text(const struct tu_os_address *a, tutti_ip *ip)
{
	char text[TU_OS_ADDRESS_BYTES], *begin = text, *end;

	tu_os_address_text(a, text, sizeof(text));
	if (*begin == '[')
		begin++;
	end = strrchr(begin, begin == text ? ':' : ']');
	snprintf(ip->text, sizeof(ip->text), "%.*s", (int)(end - begin), begin);
}

int tutti_resolve_until(const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	struct tu_place p = { .n = 1 };
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (!host || !*host || strlen(host) >= TU_HOST_BYTES || !ips || max < 1)
		return -EINVAL;
	if (tu_os_address_ip(&p.at[0], host, 0) < 0)
		rc = tu_resolve(&p, host, 0, deadline);
	if (rc < 0)
		return rc;
	if (p.n > max)
		p.n = max;
	for (int i = 0; i < p.n; i++)
		address_text(&p.at[i], &ips[i]);
	return p.n;
}

int tutti_resolve(const char *host, tutti_ip *ips, int max)
{
	return tutti_resolve_until(host, ips, max, TUTTI_FOREVER);
}
