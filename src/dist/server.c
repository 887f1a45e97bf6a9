/* SPDX-License-Identifier: MIT */
/* server.c - see server.h. */
#include "dist/server.h"

#include "base/atomic.h"
#include "dist/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <tutti/error.h>
#include <tutti/report.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/serve.h>
#include <tutti/task.h>
#include <tutti/thread.h>

/* -- who is there ----------------------------------------------------------------------------- */

/* It finds the end of its input, and of its output too. */
static void end_input(const struct tu_guest *g, int how)
{
	shutdown(g->fd, how);
}

static void forget_stranger(struct tu_server *s, struct tu_guest *g)
{
	if (!tu_link_used(&g->stranger))
		return;
	tu_list_remove(&g->stranger);
	s->n_strangers--;
}

/* Who has been there the longest and has not said who he is makes room. */
static void make_room(struct tu_server *s)
{
	struct tu_link *oldest = tu_list_first(&s->strangers);
	struct tu_guest *g;

	if (s->n_strangers < s->strangers_max || !oldest)
		return;
	g = tu_container_of(oldest, struct tu_guest, stranger);
	forget_stranger(s, g);
	end_input(g, SHUT_RDWR);
}

bool tu_server_enter(struct tu_server *s, struct tu_guest *g)
{
	bool room;

	tutti_lock_acquire(&s->lock);
	room = s->n_sessions < s->manager->options.clients_max && !tu_server_stopping(s);
	if (room) {
		make_room(s);
		tu_list_add_tail(&s->sessions, &g->link);
		tu_list_add_tail(&s->strangers, &g->stranger);
		s->n_sessions++;
		s->n_strangers++;
	}
	tutti_lock_release(&s->lock);
	return room;
}

bool tu_server_welcome(struct tu_server *s, struct tu_guest *g)
{
	bool there;

	tutti_lock_acquire(&s->lock);
	there = tu_link_used(&g->stranger);
	forget_stranger(s, g);
	tutti_lock_release(&s->lock);
	return there;
}

void tu_server_waits(struct tu_server *s, struct tu_guest *g, bool waits)
{
	tutti_lock_acquire(&s->lock);
	g->waits = waits;
	tutti_lock_release(&s->lock);
}

void tu_server_leave(struct tu_server *s, struct tu_guest *g)
{
	tutti_lock_acquire(&s->lock);
	forget_stranger(s, g);
	tu_list_remove(&g->link);
	s->n_sessions--;
	tutti_lock_release(&s->lock);
}

/* -- its end ---------------------------------------------------------------------------------- */

bool tu_server_stopping(const struct tu_server *s)
{
	/* Relaxed: who does not see it yet is told by the end of its input */
	return tu_load_rlx(&s->stopping);
}

void tu_server_stop(struct tu_server *s, bool hurry)
{
	if (hurry)
		tutti_event_set(&s->hurry);
	tutti_event_set(&s->stop);
}

static void tell_all(struct tu_server *s, bool those_that_wait_too)
{
	tutti_lock_acquire(&s->lock);
	for (struct tu_link *l = s->sessions.head.next; l != &s->sessions.head; l = l->next) {
		struct tu_guest *g = tu_container_of(l, struct tu_guest, link);

		if (those_that_wait_too)
			end_input(g, SHUT_RDWR);
		else if (!g->waits)
			end_input(g, SHUT_RD);
	}
	tutti_lock_release(&s->lock);
}

static void end(struct tu_server *s, tutti_future *accepting)
{
	tutti_case either[] = { tutti_case_future(accepting), tutti_case_event(&s->hurry) };
	tutti_time grace = s->manager->options.grace;

	/* Relaxed: the lock of tell_all, which who waits takes too, is between */
	tu_store_rlx(&s->stopping, 1u);
	tutti_listener_close(s->listener);
	tell_all(s, false);
	tutti_select(either, 2, tutti_after(grace < 0 ? 0 : grace));
	tutti_event_set(&s->closed);
	tell_all(s, true);
	tutti_future_result(accepting, NULL, 0);
}

/* -- its life --------------------------------------------------------------------------------- */

/* With several loops, a thread for each; they have no grace of their own but ours. */
static void *accept_all(void *server)
{
	struct tu_server *s = server;
	const tutti_serve_options options = { .grace = TUTTI_SECONDS(1000000), .no_signals = true };
	char where[32];

	snprintf(where, sizeof(where), "threads:%u", s->loops);
	s->rc = s->loops > 1 ? tutti_serve(s->listener, where, tu_session_run, s, &options)
			     : tutti_listener_serve(s->listener, tu_session_run, s);
	return NULL;
}

/* Until somebody wants it to end, the caller's cancellation among them. 0, or why it cannot. */
static int run(struct tu_server *s)
{
	tutti_future *accepting;

	s->rc = -ENOMEM; /* if that cannot be started */
	accepting = tutti_task_start(accept_all, s, NULL);
	tutti_case either[] = { tutti_case_event(&s->stop), tutti_case_future(accepting) };
	tutti_scope shield;
	int rc = tutti_select(either, 2, TUTTI_FOREVER);

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	end(s, accepting);
	tutti_shield_end(&shield, 0);
	tutti_future_unref(accepting);
	if (rc > 0)
		rc = s->rc == -EBADF ? 0 : s->rc;
	return rc;
}

/* Nothing of s is touched after over is set but by who waits for that. */
static int run_to_the_end(struct tu_server *s)
{
	int rc = run(s);

	tutti_listener_free(s->listener);
	s->listener = NULL;
	s->rc = rc;
	tutti_event_set(&s->over);
	return rc;
}

static void *run_in_thread(void *server)
{
	int rc = run_to_the_end(server);

	if (rc < 0)
		tutti_report(rc, "a manager serves no more: %s", tutti_strerror(rc));
	return NULL;
}

int tu_server_listen(struct tu_server *s)
{
	int rc = tutti_listener_create(&s->listener, s->manager->address, NULL);
	struct rlimit descriptors;

	if (rc < 0)
		return rc;
	tutti_listener_address(s->listener, s->address, sizeof(s->address));
	s->port = tutti_listener_port(s->listener);
	s->strangers_max = s->manager->options.strangers_max;
	/* They leave descriptors to those that have the key. */
	if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 &&
		s->strangers_max > descriptors.rlim_cur / 4)
		s->strangers_max = (unsigned)(descriptors.rlim_cur / 4);
	if (s->strangers_max == 0)
		s->strangers_max = 1;
	s->objects.limits.queue_bytes_max = s->manager->options.queue_bytes_max;
	return 0;
}

int tu_server_serve(struct tu_server *s)
{
	s->loops = 1;
	return run_to_the_end(s);
}

int tu_server_start(struct tu_server *s)
{
	const tutti_thread_options options = { .name = "Manager", .daemon = 1 };
	int rc = tu_server_listen(s);

	if (rc < 0)
		return rc;
	s->loops = s->manager->options.loops;
	s->thread = tutti_thread_start(run_in_thread, s, &options);
	rc = tutti_future_done(s->thread) ? tutti_future_error(s->thread) : 0;
	if (rc == 0)
		return 0;
	tutti_future_unref(s->thread);
	s->thread = NULL;
	s->address[0] = '\0';
	tutti_listener_free(s->listener);
	s->listener = NULL;
	return rc;
}

const char *tu_server_address(const struct tu_server *s)
{
	return s->address[0] ? s->address : s->manager->address;
}

int tu_server_port(const struct tu_server *s)
{
	return s->port;
}

int tu_server_runs(const struct tu_server *s)
{
	if (tu_server_stopping(s))
		return TUTTI_ESHUTDOWN;
	return s->address[0] ? 0 : -EINVAL;
}

struct tu_server *tu_server_make(tutti_manager *m)
{
	struct tu_server *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->manager = m;
	tu_list_init(&s->sessions);
	tu_list_init(&s->strangers);
	return s;
}

void tu_server_free(struct tu_server *s)
{
	tutti_scope shield;

	if (!s)
		return;
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	if (s->address[0])
		tutti_event_wait(&s->over);
	if (s->thread)
		tutti_thread_join(s->thread, NULL);
	tutti_shield_end(&shield, 0);
	tutti_future_unref(s->thread);
	tu_objects_free(&s->objects);
	free(s);
}
