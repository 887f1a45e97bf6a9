/* SPDX-License-Identifier: MIT */
/* datagram.c - single packets. */
#include "loop/place.h"

#include "core/alloc.h"
#include "core/wait.h"
#include "sync/source.h"

#include <errno.h>
#include <tutti/datagram.h>
#include <tutti/fd.h>

struct tutti_datagram {
	struct tu_source source;
	struct tu_os_address local; /* if it has made a file */
	bool bound;
};

static int prepare(tutti_datagram *d, const char *local, const char *peer)
{
	struct tu_place here, there;
	int rc = local ? tu_place_find(&here, local, true, TUTTI_FOREVER) : 0;

	if (rc == 0 && peer)
		rc = tu_place_find(&there, peer, false, TUTTI_FOREVER);
	if (rc < 0)
		return rc;
	rc = tu_os_socket(local ? &here.at[0] : &there.at[0], false);
	if (rc < 0)
		return rc;
	d->source.fd = rc;
	rc = 0;
	if (local) {
		if (tu_os_address_is_unix(&here.at[0]))
			tu_os_address_remove(&here.at[0], true);
		rc = tu_os_socket_bind(d->source.fd, &here.at[0], 0);
		d->bound = rc == 0;
		d->local = here.at[0];
	}
	return rc == 0 && peer ? tu_os_socket_connect(d->source.fd, &there.at[0]) : rc;
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
	if (d->bound)
		tu_os_address_remove(&d->local, false);
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

int tutti_datagram_write(tutti_datagram *d, const void *data, size_t size, const char *to)
{
	struct tu_place there;
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0 && to) /* numbers: nothing is waited for */
		rc = tu_place_find(&there, to, false, 0);
	while (rc == 0) {
		ptrdiff_t n =
			tu_os_packet_write(d->source.fd, data, size, to ? &there.at[0] : NULL);

		if (n != -EAGAIN)
			return n < 0 ? (int)n : 0;
		tu_source_none(&d->source, TUTTI_WRITABLE);
		rc = tu_source_wait(&d->source, TUTTI_WRITABLE, TUTTI_FOREVER);
	}
	return rc == TUTTI_ETIMEDOUT ? -EINVAL : rc;
}

ssize_t tutti_datagram_read_until(tutti_datagram *d, void *data, size_t size, char *from,
	size_t from_size, tutti_time deadline)
{
	struct tu_os_address sender;
	int rc = tu_cancel_pending(tu_self());
	bool cut = false;

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
