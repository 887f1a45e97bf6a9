/* SPDX-License-Identifier: MIT */
/* datagram.c - single packets. */
#include "loop/place.h"

#include "core/alloc.h"
#include "core/wait.h"
#include "sync/source.h"

#include <errno.h>
#include <tutti/datagram.h>
#include <tutti/fd.h>
#include <tutti/task.h>

struct tutti_datagram {
	struct tu_source source;
	struct tu_os_address local;
	struct tu_os_file_id file; /* that it has made there */
	uint32_t calls;            /* atomic: reads and writes */
};

static int bind_to(tutti_datagram *d, const struct tu_os_address *here)
{
	int lock = tu_place_clear(here), rc;

	if (lock == TUTTI_ECANCELED)
		return lock;
	rc = tu_os_socket_bind(d->source.fd, here, 0);
	d->local = *here;
	if (rc == 0)
		tu_os_address_file(&d->local, &d->file);
	tu_os_address_unlock(lock);
	return rc;
}

/* A socket of these two, of which one may be NULL. */
static int connect_to(
	tutti_datagram *d, const struct tu_os_address *here, const struct tu_os_address *there)
{
	int rc = tu_os_socket(here ? here : there, false);

	if (rc < 0)
		return rc;
	d->source.fd = rc;
	rc = here ? bind_to(d, here) : 0;
	if (rc == 0 && there)
		rc = tu_os_socket_connect(d->source.fd, there);
	if (rc == 0)
		return 0;
	tu_os_address_remove(&d->local, &d->file);
	d->file = (struct tu_os_file_id){ 0 };
	tu_os_socket_close(d->source.fd);
	d->source.fd = -1;
	return rc;
}

/* Of the peer's addresses the first that can be reached, as far as this machine knows. */
static int prepare(tutti_datagram *d, const char *local, const char *peer)
{
	struct tu_place here = { .n = 1 }, there = { .n = 1 };
	int rc = local ? tu_place_find(&here, local, true, TUTTI_FOREVER) : 0;

	if (rc == 0 && peer)
		rc = tu_place_find(&there, peer, false, TUTTI_FOREVER);
	if (rc < 0)
		return rc;
	for (int i = 0; i < there.n; i++) {
		for (int j = 0; j < here.n; j++) {
			rc = connect_to(d, local ? &here.at[j] : NULL, peer ? &there.at[i] : NULL);
			if (rc == 0 || rc == TUTTI_ECANCELED)
				return rc;
		}
	}
	return rc;
}

int tutti_datagram_open(tutti_datagram **d, const char *local, const char *peer)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (!local && !peer)
		return -EINVAL;
	*d = tu_alloc_zero(sizeof(**d));
	if (!*d)
		return -ENOMEM;
	(*d)->source.fd = -1;
	rc = prepare(*d, local, peer);
	if (rc < 0)
		tutti_datagram_free(*d);
	return rc;
}

void tutti_datagram_free(tutti_datagram *d)
{
	if (!d)
		return;
	tu_os_address_remove(&d->local, &d->file);
	if (d->source.fd >= 0)
		tu_os_socket_close(d->source.fd);
	tu_free(d);
}

int tutti_datagram_fd(const tutti_datagram *d)
{
	return d->source.fd;
}

int tutti_datagram_address(const tutti_datagram *d, char *text, size_t size)
{
	struct tu_os_address a;
	int rc = tu_os_socket_name(d->source.fd, &a);

	return rc < 0 ? rc : tu_os_address_text(&a, text, size);
}

/* One that always finds a packet, or room, lets the others of its thread have their turn. */
static void be_fair(tutti_datagram *d)
{
	enum { MOST = 32 };

	/* Relaxed: nothing hangs on it. */
	if (tu_add_rlx(&d->calls, 1u) % MOST == MOST - 1)
		tu_yield(tu_self());
}

/* Of a Unix socket that others have filled no event says that there is room again. */
static int wait_for_room(tutti_datagram *d, const struct tu_os_address *to)
{
	if (to && tu_os_address_is_unix(to))
		return tutti_sleep(TUTTI_MILLISECONDS(1));
	tu_source_none(&d->source, TUTTI_WRITABLE);
	return tu_source_wait(&d->source, TUTTI_WRITABLE, TUTTI_FOREVER);
}

int tutti_datagram_write(tutti_datagram *d, const void *data, size_t size, const char *to)
{
	struct tu_os_address there, *at = to ? &there : NULL;
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0 && to)
		rc = tu_place_read(&there, to, false);
	if (rc == 0)
		be_fair(d);
	while (rc == 0) {
		ptrdiff_t n = tu_os_packet_write(d->source.fd, data, size, at);

		if (n != -EAGAIN)
			return n < 0 ? (int)n : 0;
		rc = wait_for_room(d, at);
	}
	return rc;
}

ssize_t tutti_datagram_read_until(tutti_datagram *d, void *data, size_t size, char *from,
	size_t from_size, tutti_time deadline)
{
	struct tu_os_address sender;
	int rc = tu_cancel_pending(tu_self());
	bool cut = false;

	if (rc == 0)
		be_fair(d);
	while (rc == 0) {
		ptrdiff_t n = -EAGAIN;

		if (tu_source_may(&d->source, TUTTI_READABLE))
			n = tu_os_packet_read(d->source.fd, data, size, &sender, &cut);
		if (n >= 0 && from)
			tu_os_address_text(&sender, from, from_size);
		if (n != -EAGAIN)
			return cut ? -EMSGSIZE : n;
		tu_source_none(&d->source, TUTTI_READABLE);
		rc = tu_source_wait(&d->source, TUTTI_READABLE, deadline);
	}
	return rc;
}

ssize_t tutti_datagram_read(
	tutti_datagram *d, void *data, size_t size, char *from, size_t from_size)
{
	return tutti_datagram_read_until(d, data, size, from, from_size, TUTTI_FOREVER);
}
