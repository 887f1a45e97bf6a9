/* SPDX-License-Identifier: MIT */
/* listener.c - where others connect to, and the usual server. */
#include "loop/listener.h"
#include "loop/stream.h"

#include "base/list.h"
#include "core/alloc.h"
#include "core/report.h"
#include "core/wait.h"
#include "os/os.h"
#include "sync/source.h"

#include <errno.h>
#include <string.h>
#include <tutti/fd.h>
#include <tutti/group.h>
#include <tutti/listener.h>
#include <tutti/select.h>
#include <tutti/task.h>

struct tutti_listener {
	int n;                      /* sockets: a name may stand for several addresses */
	bool part;                  /* others have the sockets too: listener.h */
	uint32_t closed;            /* atomic */
	int maker;                  /* the process; a forked child has the socket, too */
	struct tu_os_address bound; /* of the first */
	struct tu_os_file_id file;  /* that it has made there */
	struct tu_source sources[TU_PLACES];
};

/* -- making one -------------------------------------------------------------------------------- */

static int listen_at(
	const struct tu_os_address *at, unsigned flags, const tutti_listener_options *o)
{
	int fd = tu_os_socket(at, true), rc = 0, lock;

	if (fd < 0)
		return fd;
	if (!o->gather)
		tu_os_socket_send_at_once(fd); /* each accepted one is born with it */
	lock = tu_place_clear(at);
	if (lock == TUTTI_ECANCELED)
		rc = lock;
	if (rc == 0)
		rc = tu_os_socket_bind(fd, at, flags);
	if (rc == 0)
		rc = tu_os_socket_listen(fd, o->backlog);
	tu_os_address_unlock(lock);
	if (rc == 0)
		return fd;
	tu_os_socket_close(fd);
	return rc;
}

/* All addresses of a name get the port that the system has chosen for the first. */
static int listen_at_all(tutti_listener *l, const char *address, const tutti_listener_options *o)
{
	unsigned flags =
		TU_OS_REUSE | (o->share ? TU_OS_SHARE : 0) | (o->one_family ? TU_OS_ONE_FAMILY : 0);
	struct tu_place place;
	int rc = tu_place_find(
		&place, address, true, o->deadline != 0 ? o->deadline : TUTTI_FOREVER);

	if (rc == 0 && place.n > 1)
		flags |= TU_OS_ONE_FAMILY;
	for (int i = 0; rc == 0 && i < place.n; i++) {
		int fd;

		if (i > 0)
			tu_os_address_set_port(&place.at[i], tu_os_address_port(&l->bound));
		fd = listen_at(&place.at[i], flags, o);
		if (fd < 0 && i > 0 && (fd == -EADDRNOTAVAIL || fd == -EAFNOSUPPORT))
			continue; /* an address of a family that this machine is without */
		if (fd < 0)
			return fd;
		l->sources[l->n++].fd = fd;
		if (l->n == 1)
			rc = tu_os_socket_name(fd, &l->bound);
		if (l->n == 1 && rc == 0)
			tu_os_address_file(&l->bound, &l->file);
	}
	return rc;
}

int tutti_listener_create(
	tutti_listener **l, const char *address, const tutti_listener_options *options)
{
	static const tutti_listener_options usual;
	tutti_listener *made;
	int rc;

	if (options && options->backlog < 0)
		return -EINVAL;
	made = tu_alloc_zero(sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->maker = tu_os_process_id();
	rc = listen_at_all(made, address, options ? options : &usual);
	if (rc == 0)
		*l = made;
	else
		tutti_listener_free(made);
	return rc;
}

static bool is_closed(const tutti_listener *l)
{
	/* [listener-1] acquire: who has closed it has done so wholly */
	return tu_load_acq(&l->closed);
}

void tutti_listener_close(tutti_listener *l)
{
	/* [listener-1] release: who is told by closing, below, finds it */
	if (tu_swap_acqrel(&l->closed, 1u) != 0)
		return;
	for (int i = 0; i < l->n && !l->part; i++)
		tu_os_socket_end(l->sources[i].fd);
	for (int i = 0; i < l->n; i++)
		tutti_fd_closing(l->sources[i].fd);
	if (!l->part)
		tu_os_address_remove(&l->bound, &l->file);
}

void tutti_listener_free(tutti_listener *l)
{
	if (!l)
		return;
	if (l->maker == tu_os_process_id())
		tutti_listener_close(l);
	for (int i = 0; i < l->n; i++)
		tu_os_socket_close(l->sources[i].fd);
	tu_free(l);
}

int tutti_listener_address(const tutti_listener *l, char *text, size_t size)
{
	return is_closed(l) ? -EBADF : tu_os_address_text(&l->bound, text, size);
}

int tutti_listener_port(const tutti_listener *l)
{
	return is_closed(l) ? -EBADF : tu_os_address_port(&l->bound);
}

/* -- a part ------------------------------------------------------------------------------------ */

int tu_listener_sockets(const tutti_listener *l, int *fds)
{
	if (is_closed(l))
		return -EBADF;
	for (int i = 0; i < l->n; i++)
		fds[i] = l->sources[i].fd;
	return l->n;
}

int tu_listener_open_part(tutti_listener **l, const int *fds, int n)
{
	*l = tu_alloc_zero(sizeof(**l));
	if (!*l) {
		for (int i = 0; i < n; i++)
			tu_os_socket_close(fds[i]);
		return -ENOMEM;
	}
	(*l)->part = true;
	(*l)->maker = tu_os_process_id();
	for (; (*l)->n < n; (*l)->n++)
		(*l)->sources[(*l)->n].fd = fds[(*l)->n];
	return n > 0 ? tu_os_socket_name(fds[0], &(*l)->bound) : 0;
}

int tu_listener_copy(tutti_listener **l, const tutti_listener *of)
{
	int fds[TU_PLACES], n = tu_listener_sockets(of, fds);

	for (int i = 0; i < n; i++) {
		fds[i] = tu_os_fd_copy(fds[i]);
		if (fds[i] >= 0)
			continue;
		n = fds[i];
		while (i > 0)
			tu_os_socket_close(fds[--i]);
	}
	return n < 0 ? n : tu_listener_open_part(l, fds, n);
}

/* -- accepting --------------------------------------------------------------------------------- */

/* The kernel makes a socket before it sees that nobody is there: to look costs a tenth of that. */
static bool was_last(int fd)
{
	return tu_fd_ready(fd, TUTTI_READABLE) == 0;
}

/* One that has come, to any of the sockets; -EAGAIN: none. */
static int accept_now(tutti_listener *l)
{
	bool all = is_closed(l); /* what was reported last may be old, and there is no next time */
	int fd = -EAGAIN;

	for (int i = 0; i < l->n && fd == -EAGAIN; i++) {
		if (!all && !tu_source_may(&l->sources[i], TUTTI_READABLE))
			continue;
		fd = tu_os_socket_accept(l->sources[i].fd, NULL);
		if (fd >= 0 && l->part)
			tu_source_to_others(&l->sources[i]);
		else if (fd == -EAGAIN || (fd >= 0 && was_last(l->sources[i].fd)))
			tu_source_none(&l->sources[i], TUTTI_READABLE);
	}
	return fd;
}

static int wait_for_one(tutti_listener *l, tutti_time deadline)
{
	tutti_case cases[TU_PLACES];
	int rc;

	if (l->n == 1)
		return tu_source_wait(
			&l->sources[0], TUTTI_READABLE | (l->part ? TU_OS_ALONE : 0), deadline);
	for (int i = 0; i < l->n; i++)
		cases[i] = tutti_case_fd(l->sources[i].fd, TUTTI_READABLE);
	rc = tutti_select(cases, (size_t)l->n, deadline);
	return rc < 0 ? rc : 0;
}

/* Closed, if that is why accepting failed so; a part's sockets are closed by others too. */
static bool is_over(const tutti_listener *l, int fd)
{
	return fd != -EAGAIN && (l->part ? fd == -EINVAL : is_closed(l));
}

int tutti_listener_accept_until(tutti_listener *l, tutti_stream **s, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self()), fd;

	while (rc == 0 || (rc == -EBADF && l->part)) {
		bool closed = is_closed(l);

		if (closed && !l->part)
			return -EBADF;
		fd = accept_now(l);
		if (fd >= 0) {
			*s = tu_stream_make_of(fd, &l->bound);
			if (*s)
				return 0;
			tu_os_socket_close(fd);
			return -ENOMEM;
		}
		if (closed || is_over(l, fd))
			return -EBADF;
		if (fd != -EAGAIN)
			return fd;
		rc = wait_for_one(l, deadline);
	}
	return rc;
}

int tutti_listener_accept(tutti_listener *l, tutti_stream **s)
{
	return tutti_listener_accept_until(l, s, TUTTI_FOREVER);
}

/* -- serving ----------------------------------------------------------------------------------- */

struct server {
	int (*fn)(tutti_stream *s, void *arg);
	void *arg;
	tutti_group group;
	struct tu_list guests; /* those whose tasks have not begun */
};

struct guest {
	struct tu_link link;
	struct server *server;
	tutti_stream *stream;
};

/* That the other side goes is its right, and that we are to end our own doing. */
static bool is_news(int code)
{
	return code < 0 && code != -EPIPE && code != -ECONNRESET && code != -ETIMEDOUT &&
	       code != TUTTI_ECANCELED;
}

static void forget(struct guest *guest)
{
	tu_list_remove(&guest->link);
	tu_free(guest);
}

static void *serve_one(void *arg)
{
	struct guest guest = *(struct guest *)arg;
	char peer[TUTTI_ADDRESS_SIZE] = "?";
	int rc;

	forget(arg);
	rc = guest.server->fn(guest.stream, guest.server->arg);
	if (is_news(rc)) {
		tutti_stream_peer(guest.stream, peer, sizeof(peer));
		tu_report(rc, "serving %s failed: %s", peer, tutti_strerror(rc));
	}
	tutti_stream_free(guest.stream);
	return NULL;
}

static int begin_one(struct server *server, tutti_stream *stream)
{
	struct guest *guest = tu_alloc(sizeof(*guest));
	int rc = -ENOMEM;

	if (guest) {
		*guest = (struct guest){ .server = server, .stream = stream };
		tu_list_add_tail(&server->guests, &guest->link);
		rc = tutti_group_start(&server->group, serve_one, guest);
		if (rc < 0)
			forget(guest);
	}
	if (rc < 0)
		tutti_stream_free(stream);
	return rc;
}

/* Or a firewall has had its say: of this one, perhaps of others too. */
static bool is_shortage(int code)
{
	return code == -EMFILE || code == -ENFILE || code == -ENOMEM || code == -ENOBUFS ||
	       code == -EPERM;
}

/* Those that are there end one day, and there is room again: often for one, which is no news. */
static int wait_for_room(int code, tutti_time *quiet_until)
{
	tutti_time now = tutti_now();

	if (now >= *quiet_until)
		tu_report(code, "cannot accept just now: %s", tutti_strerror(code));
	*quiet_until = now + TUTTI_SECONDS(10);
	return tutti_sleep(TUTTI_MILLISECONDS(20));
}

static int accept_all(tutti_listener *l, struct server *server)
{
	/* So many, then those that have begun get theirs; one, of those that others may accept. */
	const unsigned turn = l->part ? 1 : 16;
	tutti_time quiet_until = 0;
	int rc = 0;

	for (unsigned n = 1; rc == 0; n++) {
		tutti_stream *stream;

		rc = tutti_listener_accept(l, &stream);
		if (rc == 0)
			rc = begin_one(server, stream);
		if (is_shortage(rc))
			rc = wait_for_room(rc, &quiet_until);
		if (rc == 0 && n % turn == 0)
			rc = tutti_yield();
		if (l->part)
			tu_os_thread_yield(); /* they are awake, too, and may lack but a core */
	}
	return rc;
}

/* Those whose tasks were cancelled before they began. */
static void turn_away(struct server *server)
{
	struct tu_link *link;

	while ((link = tu_list_first(&server->guests)) != NULL) {
		struct guest *guest = tu_container_of(link, struct guest, link);

		tutti_stream_free(guest->stream);
		forget(guest);
	}
}

int tu_listener_serve(tutti_listener *l, int (*fn)(tutti_stream *s, void *arg), void *arg,
	void (*quiet)(void *news), void *news)
{
	struct server server = { .fn = fn, .arg = arg };
	int rc, ended;

	if (!fn)
		return -EINVAL;
	tu_list_init(&server.guests);
	rc = accept_all(l, &server);
	if (quiet)
		quiet(news);
	if (rc != -EBADF)
		tutti_group_cancel(&server.group);
	ended = tutti_group_join(&server.group);
	turn_away(&server);
	return rc == -EBADF && ended < 0 ? ended : rc;
}

int tutti_listener_serve(tutti_listener *l, int (*fn)(tutti_stream *s, void *arg), void *arg)
{
	return tu_listener_serve(l, fn, arg, NULL, NULL);
}
