/* SPDX-License-Identifier: MIT */
/*
 * server.c - see server.h: its own side. served.c is the other one, desk.h what is between them.
 *
 * Whoever kills it at whatever moment, each order is run once, or its process has failed.
 */
#include "proc/server.h"

#include "base/atomic.h"
#include "core/crash_point.h"
#include "core/family.h"
#include "core/startup.h"
#include "os/os.h"
#include "proc/child.h"
#include "proc/desk.h"
#include "proc/process.h"

#include <stdlib.h>

int64_t tu_server_series_ns = 100000000;

struct server {
	int channel, life; /* to who is served; where that one's life is seen */
	struct tu_desk *desk;
	int spare;    /* the channel to the one on the desk; -1: there is none */
	int64_t last; /* when an order came */
};

static void place(const struct tu_order *o, const int *came, int fd[TU_ORDER_FDS])
{
	int next = 0;

	fd[TU_ORDER_CHANNEL] = came[next++];
	fd[TU_ORDER_DIRECTORY] = o->directory ? came[next++] : -1;
	for (int i = 0; i < 3; i++)
		fd[TU_ORDER_STREAMS + i] = o->streams & 1u << i ? came[next++] : -1;
}

/*
 * What all children have the same comes before the first order. false: it cannot be had. The desk
 * is written to, as its pages must be there when the kernel writes: see tu_os_fork_sibling.
 */
static bool prepare(struct server *s)
{
	int fd[TU_DESK_BROUGHT];
	char word;

	if (tu_os_channel_receive(s->channel, &word, 1, fd, TU_DESK_BROUGHT) < 0)
		return false;
	s->desk = tu_os_memory_map(fd[TU_DESK_MEMORY], sizeof(*s->desk));
	if (!s->desk || tu_family_bring(fd[TU_DESK_FAMILY]) < 0)
		return false;
	tu_os_memory_withhold(s->desk, sizeof(*s->desk));
	tu_store_rlx(&s->desk->spare, 0); /* it is as it was */
	tu_os_close(fd[TU_DESK_MEMORY]);
	s->life = tu_os_life_bind(fd[TU_DESK_LIFE]);
	tu_os_environment_drop(TU_STARTUP_CHILD);
	tu_child_rehearse();
	return s->life >= 0;
}

/* -- when it is wanted ------------------------------------------------------------------------- */

/* Its life and its family are bound. */
static _Noreturn void be_child(const int fd[TU_ORDER_FDS])
{
	tu_os_streams_set(&fd[TU_ORDER_STREAMS], fd[TU_ORDER_DIRECTORY]);
	tu_os_close_all(&fd[TU_ORDER_DIRECTORY], TU_ORDER_FDS - TU_ORDER_DIRECTORY);
	tu_child_run(fd[TU_ORDER_CHANNEL]);
}

static int32_t make_child(const struct server *s, const int fd[TU_ORDER_FDS])
{
	int32_t child = tu_os_fork_sibling(&s->desk->child);

	if (child != 0)
		return child;
	tu_crash_at(0); /* that was for the server */
	tu_os_close(s->channel);
	tu_child_bind(s->life, -1);
	be_child(fd);
}

/* -- one in advance ---------------------------------------------------------------------------- */

/*
 * Where starts come one after the other, the next child is made while the last one works: then
 * neither the fork nor what a child does first is waited for. It is a child of whom is served as
 * all are, and that one has its number to wait for it; but it has no job yet. If none comes it
 * ends with the server.
 */
static _Noreturn void be_spare(int orders, int life)
{
	int came[TU_ORDER_FDS], fd[TU_ORDER_FDS];
	struct tu_order order;

	tu_crash_be(TU_CRASH_SPARE);
	tu_crash_point();
	tu_child_bind(life, -1);
	tu_crash_point();
	tu_child_rehearse();
	tu_crash_point();
	/* A failure for who waits for a job that did not come through. */
	if (tu_os_channel_receive(orders, &order, sizeof(order), came, TU_ORDER_FDS) < 0) {
		tu_family_leave();
		tu_os_exit_now(EXIT_FAILURE);
	}
	tu_crash_point();
	tu_os_close(orders);
	place(&order, came, fd);
	be_child(fd);
}

/* Without one the next child is made when it is wanted. */
static void make_spare(struct server *s)
{
	int end[2];
	int32_t child;

	if (tu_os_channel_open(end) < 0)
		return;
	child = tu_os_fork_sibling(&s->desk->spare);
	if (child == 0) {
		tu_crash_at(0); /* as in make_child */
		tu_os_close(s->channel);
		tu_os_close(end[0]);
		be_spare(end[1], s->life);
	}
	tu_os_close(end[1]);
	if (child > 0)
		s->spare = end[0];
	else
		tu_os_close(end[0]);
}

static bool give(int spare, const struct tu_order *order, const int *came)
{
	int n = 0;

	while (n < TU_ORDER_FDS && came[n] >= 0)
		n++;
	return tu_os_channel_send(spare, order, sizeof(*order), came, n) == 0;
}

/*
 * It is on the desk as the child before it can have the order: afterwards would be too late. 0:
 * somebody has killed it. If it dies after this it has failed as any child may.
 */
static int32_t use_spare(struct server *s, const struct tu_order *order, const int *came)
{
	int32_t child = tu_load_rlx(&s->desk->spare); /* as desk.h says; so are all of these */
	bool given;

	tu_crash_point();
	tu_store_rlx(&s->desk->child, child); /* as above */
	tu_crash_point();
	tu_store_rlx(&s->desk->spare, 0); /* as above */
	tu_crash_point();
	given = give(s->spare, order, came);
	tu_os_close(s->spare);
	s->spare = -1;
	if (given)
		return child;
	tu_crash_point();
	tu_store_rlx(&s->desk->lost, child); /* as above */
	tu_crash_point();
	tu_store_rlx(&s->desk->child, 0); /* as above */
	tu_crash_point();
	return 0;
}

/* Has the last start been a moment ago? */
static bool is_series(struct server *s)
{
	int64_t now = tu_os_now();
	bool is = s->last != 0 && now - s->last < tu_server_series_ns;

	s->last = now;
	return is;
}

/* -- its life ---------------------------------------------------------------------------------- */

/* false: nobody is there who wants any more. */
static bool serve_one(struct server *s)
{
	int came[TU_ORDER_FDS], fd[TU_ORDER_FDS];
	struct tu_order order;
	int32_t child = 0;

	if (tu_os_channel_receive(s->channel, &order, sizeof(order), came, TU_ORDER_FDS) < 0)
		return false;
	tu_crash_point();
	place(&order, came, fd);
	if (s->spare >= 0)
		child = use_spare(s, &order, came);
	if (child == 0)
		child = make_child(s, fd);
	tu_crash_point();
	tu_os_close_all(fd, TU_ORDER_FDS);
	tu_crash_point();
	if (tu_os_channel_send(s->channel, &child, sizeof(child), NULL, 0) < 0)
		return false;
	tu_crash_point();
	if (is_series(s) && child > 0)
		make_spare(s);
	return true;
}

_Noreturn void tu_server_serve(int channel)
{
	struct server s = { .channel = channel, .spare = -1 };
	bool goes_on;

	tu_self_process.name = "ForkServer"; /* until it is somebody's child: seen from outside */
	tu_crash_be(TU_CRASH_SERVER);
	tu_crash_point();
	goes_on = prepare(&s);
	tu_crash_point();
	while (goes_on)
		goes_on = serve_one(&s);
	tu_crash_point();
	tu_os_exit_now(EXIT_SUCCESS);
}
