/* SPDX-License-Identifier: MIT */
/*
 * served.c - see server.h: the side of the process that is served. server.c is the other one,
 * desk.h what is between them.
 *
 * One order at a time, under the lock: so an answer belongs to it, and the desk has one child.
 */
#include "proc/server.h"

#include "base/atomic.h"
#include "core/crash_point.h"
#include "core/family.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "os/os.h"
#include "proc/anew.h"
#include "proc/child.h"
#include "proc/desk.h"

#include <errno.h>
#include <stdio.h>

enum { ATTEMPTS = 3 }; /* somebody may kill each server */

static uint32_t lock; /* a tu_mutex, of all below */
static int channel_to = -1, server_pid;
static struct tu_desk *desk; /* while there is a server */
static bool cannot;          /* found out once */

static void forget_desk(void)
{
	tu_os_memory_unmap(desk, sizeof(*desk));
	desk = NULL;
}

/* They are the parent's. */
static void forget(struct tu_fork_guard *g)
{
	(void)g;
	if (channel_to >= 0) {
		tu_os_close(channel_to);
		forget_desk();
	}
	channel_to = -1;
	server_pid = 0;
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = forget };

/* -- its beginning and its end ----------------------------------------------------------------- */

/* The server runs, and waits for what it needs. */
static int bring(int channel, int life)
{
	int fd[TU_DESK_BROUGHT] = { life, tu_family_fd() }, rc;

	if (fd[TU_DESK_FAMILY] < 0)
		return fd[TU_DESK_FAMILY];
	fd[TU_DESK_MEMORY] = tu_os_memory_make("tutti-desk", sizeof(*desk));
	if (fd[TU_DESK_MEMORY] < 0)
		return fd[TU_DESK_MEMORY];
	desk = tu_os_memory_map(fd[TU_DESK_MEMORY], sizeof(*desk));
	rc = desk ? tu_os_channel_send(channel, "", 1, fd, TU_DESK_BROUGHT) : -ENOMEM;
	if (rc == -EPIPE) /* it is gone already, which the first order shows */
		rc = 0;
	if (rc < 0 && desk)
		forget_desk();
	tu_os_close(fd[TU_DESK_MEMORY]);
	return rc;
}

static void await_server(void)
{
	struct tu_os_end ended;

	tu_os_child_end(server_pid, &ended);
	server_pid = 0;
}

static int start(int life)
{
	int end[2], rc = tu_os_channel_open(end);
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
	server_pid = rc;
	tu_crash_point();
	rc = bring(end[0], life);
	if (rc < 0) {
		tu_os_close(end[0]);
		await_server();
		return rc;
	}
	channel_to = end[0];
	return 0;
}

/* Wait for one of the desk's, if there is one: nobody else does. */
static void reap(int32_t *whom)
{
	int32_t pid = tu_load_rlx(whom); /* as desk.h says */

	if (pid <= 0)
		return;
	tu_process_bury(pid);
	tu_crash_point();
	tu_store_rlx(whom, 0); /* as above */
}

static void end(void)
{
	if (channel_to < 0)
		return;
	tu_crash_point();
	tu_os_close(channel_to);
	channel_to = -1;
	tu_crash_point();
	await_server();
	reap(&desk->spare);
	reap(&desk->lost);
	forget_desk();
}

/* -- orders ------------------------------------------------------------------------------------ */

/* The server is gone. Its child, of which somebody else hears from now on; 0: there is none. */
static int32_t take_child(void)
{
	int32_t child = tu_load_rlx(&desk->child); /* as desk.h says; so are all of these */

	if (child == tu_load_rlx(&desk->spare)) /* as above */
		tu_store_rlx(&desk->spare, 0);  /* as above */
	if (child == tu_load_rlx(&desk->lost))  /* as above */
		tu_store_rlx(&desk->lost, 0);   /* as above */
	return child;
}

/* The child's number, or why there is none; -EPIPE: there is no server. */
static int32_t ask(const struct tu_order *order, const int *fds, int nfds)
{
	int32_t child = -EPIPE;
	int rc;

	if (channel_to < 0)
		return -EPIPE;
	tu_crash_point();
	tu_store_rlx(&desk->child, 0); /* as desk.h says: the order publishes it */
	tu_crash_point();
	rc = tu_os_channel_send(channel_to, order, sizeof(*order), fds, nfds);
	tu_crash_point();
	if (rc == 0)
		rc = tu_os_channel_receive(channel_to, &child, sizeof(child), NULL, 0);
	tu_crash_point();
	if (rc < 0) {
		child = take_child();
		return child > 0 ? child : rc;
	}
	reap(&desk->lost);
	return child;
}

/* Under the lock: meanwhile nobody else is answered. */
static int32_t fork_there(int life, const struct tu_order *order, const int *fds, int nfds)
{
	int32_t child = cannot ? -ENOTSUP : ask(order, fds, nfds);

	for (int i = 0; i < ATTEMPTS && child == -EPIPE; i++) {
		end(); /* it is the first, or somebody has killed it */
		child = start(life);
		if (child == 0)
			child = ask(order, fds, nfds);
	}
	if (child == -ENOTSUP && !cannot) {
		cannot = true;
		end();
	}
	return child;
}

int tu_server_fork(int channel, int life)
{
	struct tu_order order = { 0 };
	int fds[TU_ORDER_FDS] = { channel }, nfds = 1, directory = tu_os_directory_open(), child;

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
	child = fork_there(life, &order, fds, nfds);
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
