/* SPDX-License-Identifier: MIT */
/*
 * client_multi.c - libcurl's multi handles: whose they are, and who waits for their descriptors.
 *
 * What is not under the session's lock is touched by tasks of one thread only, and libcurl does not
 * wait; so no two of them are within it at once.
 */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <tutti/error.h>
#include <tutti/fd.h>

enum { EVENTS = 64 };

/* -- what libcurl says ------------------------------------------------------------------------- */

static bool make_room(struct tu_client_multi *m, curl_socket_t fd)
{
	size_t n = m->watched_room ? m->watched_room : 64;
	struct tu_client_watched *room;

	if ((size_t)fd < m->watched_room)
		return true;
	while (n <= (size_t)fd)
		n *= 2;
	room = realloc(m->watched, n * sizeof(*room));
	if (!room)
		return false;
	memset(room + m->watched_room, 0, (n - m->watched_room) * sizeof(*room));
	m->watched = room;
	m->watched_room = n;
	return true;
}

/*
 * A connection that a transfer leaves and the next one takes, as nearly all are, stays in the epoll
 * as it was; what is reported of it meanwhile takes it out.
 */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct tu_client_multi *m = arg;
	struct epoll_event e = { .data.fd = fd };
	struct tu_client_watched *w;

	(void)easy, (void)known;
	if (!make_room(m, fd))
		return -1; /* the transfers that want it fail */
	w = &m->watched[fd];
	w->used = what != CURL_POLL_REMOVE;
	if (what & CURL_POLL_IN)
		e.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		e.events |= EPOLLOUT;
	if (!w->used || e.events == w->events)
		return 0;
	if (epoll_ctl(m->epoll, w->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) < 0)
		return -1;
	w->events = e.events;
	return 0;
}

static void look_away(struct tu_client_multi *m, int fd)
{
	epoll_ctl(m->epoll, EPOLL_CTL_DEL, fd, NULL);
	m->watched[fd].events = 0;
}

/*
 * libcurl's own lets other programs inherit its sockets, and forgets why it got none: that then
 * looks as if nobody listened.
 */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct tu_client_transfer *t = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	t->no_socket = fd < 0 ? errno : 0;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* An epoll forgets what is closed by itself, but not while a forked child has it too. */
static int close_socket(void *arg, curl_socket_t fd)
{
	struct tu_client_multi *m = arg;

	if ((size_t)fd < m->watched_room && m->watched[fd].events)
		look_away(m, fd);
	return close(fd);
}

static int set_timer(CURLM *curl, long ms, void *arg)
{
	struct tu_client_multi *m = arg;

	(void)curl;
	m->wake = ms < 0 ? TUTTI_FOREVER : tutti_after(TUTTI_MILLISECONDS(ms));
	return 0;
}

void tu_client_multi_set(struct tu_client_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, t->multi);
}

/* -- having it work ---------------------------------------------------------------------------- */

void tu_client_tell(struct tu_client_transfer *t)
{
	t->told = true;
	if (tu_link_used(&t->waiting))
		tutti_event_set(&t->event);
}

static void tell_done(struct tu_client_multi *m)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(m->curl, &left))) {
		struct tu_client_transfer *t;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		t->done = true;
		t->result = message->data.result;
		tu_client_tell(t);
	}
}

static void act(struct tu_client_multi *m, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(m->curl, fd, what, &running);
}

static void act_on_time(struct tu_client_multi *m)
{
	long ms = -1;

	m->wake = TUTTI_FOREVER;
	act(m, CURL_SOCKET_TIMEOUT, 0);
	/* Its clock may be behind ours: then it has done nothing, and does not say so. */
	if (m->wake == TUTTI_FOREVER && curl_multi_timeout(m->curl, &ms) == CURLM_OK && ms >= 0)
		m->wake = tutti_after(TUTTI_MILLISECONDS(ms > 0 ? ms : 1));
}

static int what_of(uint32_t events)
{
	return (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
	       (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
	       (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
}

/* All of m's transfers see that the session is closed. */
static void tell_closed(struct tu_client_multi *m)
{
	tu_list_each_safe(link, &m->waiting) {
		struct tu_client_transfer *t =
			tu_container_of(link, struct tu_client_transfer, waiting);

		t->rc = TUTTI_ESHUTDOWN;
		tu_client_tell(t);
	}
	if (m->leader) {
		m->leader->rc = TUTTI_ESHUTDOWN;
		tu_client_tell(m->leader);
	}
}

static void act_on_events(struct tu_client_multi *m)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(m->epoll, events, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		int fd = events[i].data.fd;

		if (fd == m->session->closing)
			tell_closed(m);
		else if (m->watched[fd].used)
			act(m, fd, what_of(events[i].events));
		else if (m->watched[fd].events)
			look_away(m, fd);
	}
}

void tu_client_multi_start(struct tu_client_multi *m)
{
	act_on_time(m);
	tell_done(m);
	tu_client_multi_look(m);
}

void tu_client_multi_look(struct tu_client_multi *m)
{
	if (m->leader && m->wake < m->sleeps) {
		m->sleeps = m->wake;
		tutti_fd_closing(m->epoll); /* which ends its wait, and nothing is closed */
	}
}

/* -- waiting ----------------------------------------------------------------------------------- */

static tutti_time deadline_of(const struct tu_client_transfer *t)
{
	return !t->connected && t->connect_by < t->deadline ? t->connect_by : t->deadline;
}

/* One of those who wait leads now, since nobody does. */
static void pass_on(struct tu_client_multi *m)
{
	struct tu_link *link = tu_list_first(&m->waiting);

	if (link && !m->leader)
		tutti_event_set(&tu_container_of(link, struct tu_client_transfer, waiting)->event);
}

static int lead_once(struct tu_client_multi *m, tutti_time deadline)
{
	int rc;

	m->sleeps = deadline < m->wake ? deadline : m->wake;
	rc = tutti_fd_wait(m->epoll, TUTTI_READABLE, m->sleeps);
	m->sleeps = 0;
	if (rc < 0 && rc != TUTTI_ETIMEDOUT && rc != -EBADF)
		return rc;
	if (m->wake <= tutti_now())
		act_on_time(m);
	else if (rc == TUTTI_ETIMEDOUT)
		return rc;
	if (rc > 0)
		act_on_events(m);
	tell_done(m);
	return 0;
}

static int lead(struct tu_client_transfer *t)
{
	struct tu_client_multi *m = t->multi;
	int rc = 0;

	m->leader = t;
	while (rc == 0 && !t->told)
		rc = lead_once(m, deadline_of(t));
	m->leader = NULL;
	return rc;
}

static int follow(struct tu_client_transfer *t)
{
	struct tu_client_multi *m = t->multi;
	int rc;

	tutti_event_clear(&t->event);
	tu_list_add_tail(&m->waiting, &t->waiting);
	rc = tutti_event_wait_until(&t->event, deadline_of(t));
	tu_list_remove(&t->waiting);
	return rc;
}

int tu_client_wait(struct tu_client_transfer *t)
{
	int rc = 0;

	while (rc == 0 && !t->told) {
		rc = t->multi->leader ? follow(t) : lead(t);
		if (rc == TUTTI_ETIMEDOUT && tutti_now() < deadline_of(t))
			rc = 0; /* it has been connected since */
	}
	t->told = false;
	pass_on(t->multi);
	return rc;
}

/* -- whose they are ---------------------------------------------------------------------------- */

static int open_epoll(struct tu_client_multi *m)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = m->session->closing };
	int rc;

	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (m->epoll < 0)
		return -errno;
	rc = epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->session->closing, &e) < 0 ? -errno : 0;
	if (rc < 0)
		close(m->epoll);
	return rc;
}

static void set_up(struct tu_client_multi *m)
{
	const tutti_http_session_options *o = &m->session->options;

	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, (long)(o->idle > 0 ? o->idle : 100));
}

int tu_client_multi_create(struct tu_client_multi **m, tutti_http_session *s)
{
	struct tu_client_multi *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	made->session = s;
	made->wake = TUTTI_FOREVER;
	tu_list_init(&made->waiting);
	tu_list_init(&made->dropped);
	rc = open_epoll(made);
	if (rc < 0) {
		free(made);
		return rc;
	}
	made->curl = curl_multi_init();
	if (!made->curl) {
		close(made->epoll);
		free(made);
		return -ENOMEM;
	}
	set_up(made);
	*m = made;
	return 0;
}

void tu_client_multi_free(struct tu_client_multi *m)
{
	curl_multi_cleanup(m->curl);
	free(m->watched);
	close(m->epoll);
	free(m);
}
