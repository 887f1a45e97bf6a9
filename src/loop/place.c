/* SPDX-License-Identifier: MIT */
/* place.c - see place.h. */
#include "loop/place.h"

#include "base/atomic.h"
#include "core/alloc.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/future.h>
#include <tutti/thread.h>

enum { HOST_BYTES = 256 };

/* -- names ------------------------------------------------------------------------------------- */

/* The system's look-up blocks for as long as it likes: whoever waits for it may go before. */
struct look_up {
	uint32_t users; /* atomic: the thread and who waits */
	int rc;
	uint16_t port;
	char host[HOST_BYTES];
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

/* -- texts ------------------------------------------------------------------------------------- */

/* "1" to "65535", or "0"; -EINVAL. */
static int read_port(const char *text)
{
	int port = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		port = port * 10 + (*text - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	return port;
}

/* Split "host:port" or "[host]:port"; the port, or -EINVAL. An IPv6 address is in brackets. */
static int split(const char *text, char *host)
{
	const char *colon = strrchr(text, ':');
	size_t n;

	if (!colon)
		return -EINVAL;
	n = (size_t)(colon - text);
	if (*text == '[') {
		if (n < 3 || text[n - 1] != ']')
			return -EINVAL;
		text++;
		n -= 2;
	} else if (memchr(text, ':', n)) {
		return -EINVAL;
	}
	if (n >= HOST_BYTES)
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	return read_port(colon + 1);
}

int tu_place_find(struct tu_place *p, const char *text, bool here, tutti_time deadline)
{
	char host[HOST_BYTES];
	int port;

	p->n = 1;
	if (!text)
		return -EINVAL;
	if (strncmp(text, "unix:", 5) == 0)
		return tu_os_address_unix(&p->at[0], text + 5);
	port = split(text, host);
	if (port < 0 || (port == 0 && !here))
		return -EINVAL;
	if (!*host && here)
		tu_os_address_any(&p->at[0], (uint16_t)port);
	else if (!*host)
		return -EINVAL;
	else if (tu_os_address_ip(&p->at[0], host, (uint16_t)port) < 0)
		return *text == '[' ? -EINVAL : look_up(p, host, (uint16_t)port, deadline);
	return 0;
}
