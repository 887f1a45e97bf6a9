/* SPDX-License-Identifier: MIT */
/*
 * connect.c - a stream to an address. Of several addresses each gets a quarter of a second before
 * the next is tried beside it, IPv6 and IPv4 in turn; the first that accepts has won (RFC 8305).
 */
#include "loop/place.h"
#include "loop/stream.h"

#include "core/alloc.h"
#include "core/wait.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/fd.h>
#include <tutti/select.h>
#include <tutti/task.h>

static const tutti_time stagger = TUTTI_MILLISECONDS(250);
static const tutti_time full_queue = TUTTI_MILLISECONDS(1); /* of a Unix socket: no event says so */

/* Kilobytes: not for the stack of a task. */
struct race {
	struct tu_place place;
	uint8_t order[TU_PLACES];          /* in which they are tried */
	const struct tu_os_address *local; /* NULL: any */
	int next;                          /* address to be tried */
	tutti_time next_at;
	int fds[TU_PLACES]; /* under way */
	int n;
	int error; /* of the last that failed */
};

/* IPv6 and IPv4 in turn, beginning with what the system would take first; each in its own order. */
static void take_turns(struct race *r)
{
	const struct tu_place *p = &r->place;
	bool ip6 = tu_os_address_is_ip6(&p->at[0]);
	int next[2] = { 0, 0 };

	for (int i = 0; i < p->n; i++, ip6 = !ip6) {
		for (int tries = 0; tries < 2; tries++, ip6 = !ip6) {
			int *j = &next[ip6];

			while (*j < p->n && tu_os_address_is_ip6(&p->at[*j]) != ip6)
				++*j;
			if (*j < p->n) {
				r->order[i] = (uint8_t)(*j)++;
				break;
			}
		}
	}
}

/* The next address. Returns a connected socket, or -EAGAIN: it is under way, or why not. */
static int try_next(struct race *r)
{
	const struct tu_os_address *to = &r->place.at[r->order[r->next]];
	int fd = tu_os_socket(to, true), rc = 0;

	if (fd < 0)
		return fd;
	if (r->local)
		rc = tu_os_socket_bind(fd, r->local, TU_OS_REUSE);
	if (rc == 0)
		rc = tu_os_socket_connect(fd, to);
	if (rc == 0)
		return fd;
	if (rc == -EINPROGRESS) {
		r->fds[r->n++] = fd;
		return -EAGAIN;
	}
	tu_os_socket_close(fd);
	return rc == -EAGAIN ? -EBUSY : rc;
}

static void drop(struct race *r, int i)
{
	tu_os_socket_close(r->fds[i]);
	r->fds[i] = r->fds[--r->n];
}

/* Wait for those under way. A connected socket, or -EAGAIN: another may be tried, or an error. */
static int wait_for_one(struct race *r, tutti_time deadline)
{
	tutti_case cases[TU_PLACES];
	bool others = r->next < r->place.n;
	int i, fd;

	for (i = 0; i < r->n; i++)
		cases[i] = tutti_case_fd(r->fds[i], TUTTI_WRITABLE);
	i = tutti_select(
		cases, (size_t)r->n, others && r->next_at < deadline ? r->next_at : deadline);
	if (i == TUTTI_ETIMEDOUT && others && tutti_now() >= r->next_at)
		return -EAGAIN;
	if (i < 0)
		return i;
	r->error = tu_os_socket_error(r->fds[i]);
	if (r->error < 0) {
		drop(r, i);
		r->next_at = tutti_now(); /* its time is the next one's */
		return -EAGAIN;
	}
	fd = r->fds[i];
	r->fds[i] = r->fds[--r->n];
	return fd;
}

static int run(struct race *r, tutti_time deadline)
{
	for (;;) {
		int fd = -EAGAIN;

		if (r->next < r->place.n && (r->n == 0 || tutti_now() >= r->next_at)) {
			fd = try_next(r);
			if (fd == -EBUSY) { /* a Unix socket's queue is full */
				fd = tutti_sleep_until(tutti_after(full_queue));
				if (fd < 0 || tutti_now() >= deadline)
					return fd < 0 ? fd : TUTTI_ETIMEDOUT;
				continue;
			}
			r->next++;
			r->next_at = tutti_after(stagger);
			if (fd >= 0)
				return fd;
			if (fd != -EAGAIN)
				r->error = fd;
		} else if (r->n > 0) {
			fd = wait_for_one(r, deadline);
			if (fd != -EAGAIN)
				return fd;
		} else {
			return r->error;
		}
	}
}

static int read_local(struct tu_os_address *local, const tutti_stream_options *o)
{
	return o && o->local ? tu_place_read(local, o->local, true) : 0;
}

/* A socket that is connected to one of the address', or an error. */
static int connect_to(struct race *r, const char *address, tutti_time deadline)
{
	int fd = tu_place_find(&r->place, address, false, deadline);

	if (fd < 0)
		return fd;
	take_turns(r);
	fd = run(r, deadline);
	while (r->n > 0)
		drop(r, 0);
	return fd;
}

/* The descriptor becomes the stream's, or is closed. */
static int make_stream(tutti_stream **s, int fd, const struct race *r, bool gather)
{
	if (!gather)
		tu_os_socket_send_at_once(fd);
	*s = tu_stream_make_of(fd, &r->place.at[0]); /* all are of one kind */
	if (*s)
		return 0;
	tu_os_socket_close(fd);
	return -ENOMEM;
}

int tutti_stream_connect_until(tutti_stream **s, const char *address,
	const tutti_stream_options *options, tutti_time deadline)
{
	struct tu_os_address local;
	struct race *race;
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0)
		rc = read_local(&local, options);
	if (rc < 0)
		return rc;
	race = tu_alloc_zero(sizeof(*race));
	if (!race)
		return -ENOMEM;
	if (options && options->local)
		race->local = &local;
	rc = connect_to(race, address, deadline);
	if (rc >= 0)
		rc = make_stream(s, rc, race, options && options->gather);
	tu_free(race);
	return rc;
}

int tutti_stream_connect(tutti_stream **s, const char *address, const tutti_stream_options *options)
{
	return tutti_stream_connect_until(s, address, options, TUTTI_FOREVER);
}
