/* SPDX-License-Identifier: MIT */
/* server.c - see server.h: its own side, and that of the process it serves. */
#include "proc/server.h"

#include "base/check.h"
#include "core/crash_point.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "os/os.h"
#include "proc/anew.h"
#include "proc/child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Descriptors of an order, in this order; each may be missing. */
enum { CHANNEL, DIRECTORY, STREAMS, FDS = STREAMS + 3 };

struct order {
	uint32_t streams; /* bit i: stream i is open */
	uint32_t directory;
};

/* -- the server -------------------------------------------------------------------------------- */

/* The descriptors come without gaps. */
static void place(const struct order *o, const int *came, int fd[FDS])
{
	int next = 0;

	fd[CHANNEL] = came[next++];
	fd[DIRECTORY] = o->directory ? came[next++] : -1;
	for (int i = 0; i < 3; i++)
		fd[STREAMS + i] = o->streams & 1u << i ? came[next++] : -1;
}

static void close_all(const int fd[FDS], int first)
{
	for (int i = first; i < FDS; i++)
		if (fd[i] >= 0)
			tu_os_close(fd[i]);
}

_Noreturn void tu_server_serve(int channel)
{
	struct order order;
	int came[FDS], fd[FDS];

	tu_crash_be(TU_CRASH_SERVER);
	tu_crash_point();
	while (tu_os_channel_receive(channel, &order, sizeof(order), came, FDS) == 0) {
		int32_t child;

		place(&order, came, fd);
		tu_crash_point();
		child = tu_os_fork_sibling();
		if (child == 0) {
			tu_crash_at(0);
			tu_os_close(channel);
			tu_os_streams_set(&fd[STREAMS], fd[DIRECTORY]);
			close_all(fd, DIRECTORY);
			tu_child_run(fd[CHANNEL]);
		}
		tu_crash_point();
		close_all(fd, CHANNEL);
		tu_crash_point();
		if (tu_os_channel_send(channel, &child, sizeof(child), NULL, 0) < 0)
			break;
		tu_crash_point();
	}
	tu_crash_point();
	tu_os_exit_now(EXIT_SUCCESS);
}

/* -- who is served ----------------------------------------------------------------------------- */

static uint32_t lock; /* a tu_mutex, of the next three */
static int channel_to = -1, server_pid;
static bool cannot; /* found out once */

static void forget(struct tu_fork_guard *g)
{
	(void)g;
	if (channel_to >= 0)
		tu_os_close(channel_to); /* the parent's */
	channel_to = -1;
	server_pid = 0;
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = forget };

static int start(void)
{
	int end[2] = { -1, -1 }, rc = tu_os_channel_open(end);
	char word[32];

	if (rc < 0)
		return rc;
	snprintf(word, sizeof(word), TU_CHILD_SERVER "%d", end[1]);
	tu_crash_point();
	rc = tu_anew_start(word, end[1]);
	tu_os_close(end[1]);
	if (rc < 0) {
		tu_os_close(end[0]);
		return rc;
	}
	tu_crash_point();
	server_pid = rc;
	channel_to = end[0];
	return 0;
}

static void end(void)
{
	struct tu_os_end ended;

	if (channel_to < 0)
		return;
	tu_crash_point();
	tu_os_close(channel_to);
	channel_to = -1;
	tu_crash_point();
	tu_os_child_end(server_pid, &ended);
}

/* The child's number, or why there is none; -EPIPE: there is no server. */
static int32_t ask(const struct order *order, const int *fds, int nfds)
{
	int32_t child = -EPIPE;
	int rc = channel_to < 0 ? -EPIPE
				: tu_os_channel_send(channel_to, order, sizeof(*order), fds, nfds);

	tu_crash_point();
	if (rc == 0)
		rc = tu_os_channel_receive(channel_to, &child, sizeof(child), NULL, 0);
	tu_crash_point();
	return rc < 0 ? rc : child;
}

/* With the lock held: meanwhile nobody else is answered. */
static int fork_there(const struct order *order, const int *fds, int nfds)
{
	int32_t child = cannot ? -ENOTSUP : ask(order, fds, nfds);

	if (child == -EPIPE) { /* it is the first, or somebody has killed it */
		end();
		child = start();
		if (child == 0)
			child = ask(order, fds, nfds);
	}
	if (child == -ENOTSUP && !cannot) {
		cannot = true;
		end();
	}
	return child;
}

int tu_server_fork(int channel)
{
	struct order order = { 0 };
	int fds[FDS] = { channel }, nfds = 1, directory = tu_os_directory_open(), child;

	if (directory >= 0) {
		order.directory = 1;
		fds[nfds++] = directory;
	}
	for (int i = 0; i < 3; i++) {
		if (!tu_os_is_open(i))
			continue;
		order.streams |= 1u << i;
		fds[nfds++] = i;
	}
	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	child = fork_there(&order, fds, nfds);
	tu_mutex_unlock(&lock);
	if (directory >= 0)
		tu_os_close(directory);
	return child;
}

void tu_server_end(void)
{
	tu_mutex_lock(&lock);
	end();
	tu_mutex_unlock(&lock);
}
