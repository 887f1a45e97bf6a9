/* SPDX-License-Identifier: MIT */
/*
 * fd.c - waiting for a descriptor, alone and as a case. First the kernel is asked; what the poller
 * then reports is believed.
 */
#include "core/poller.h"
#include "core/wait.h"
#include "sync/choice.h"

#include <errno.h>
#include <tutti/fd.h>

static bool looks_again(int rc)
{
	return rc == -EBADF || rc == -EPERM;
}

/* The events, or an error, or 0: look again. */
static int wait_once(struct tu_context *self, int fd, unsigned events, tutti_time deadline)
{
	struct tu_waiter me = { .context = self,
		.ask = events,
		.looks_again = true,
		.op = TU_OP_FD_WAIT,
		.object = (const void *)(intptr_t)fd };
	struct tu_bucket *b;
	int rc = tu_poller_enter(self->worker, fd, &me);

	if (rc < 0)
		return looks_again(rc) ? 0 : rc;
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0)
		tu_lot_unlock(b);
	tu_poller_leave(self->worker, fd, &me);
	return rc < 0 ? rc : me.answer;
}

int tutti_fd_wait(int fd, unsigned events, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc;

	tu_point(TU_OP_FD_WAIT, NULL);
	rc = tu_cancel_pending(self);
	if (rc < 0)
		return rc;
	if (events == 0 || events & ~(unsigned)(TUTTI_READABLE | TUTTI_WRITABLE))
		return -EINVAL;
	do {
		rc = tu_fd_ready(fd, events);
		if (rc != 0)
			return rc;
		if (tu_past(deadline)) {
			tu_polled();
			return TUTTI_ETIMEDOUT;
		}
		rc = wait_once(self, fd, events, deadline);
	} while (rc == 0);
	return rc;
}

void tutti_fd_closing(int fd)
{
	if (fd >= 0)
		tu_poller_end_waits(fd, -EBADF);
}

/* -- as a case: the object is the key in the lot, reserved the events -------------------------- */

static int case_look(const tutti_case *c)
{
	int rc = tu_fd_ready(tu_fd_of_key(c->priv.object), (unsigned)c->priv.reserved);

	return rc == 0 ? TU_CASE_WAITS : rc;
}

int tu_case_fd_enqueue(int fd, unsigned events, struct tu_waiter *me)
{
	int rc;

	me->ask = events;
	rc = tu_poller_enter(me->context->worker, fd, me);
	return rc == 0 ? 1 : looks_again(rc) ? 0 : rc;
}

void tu_case_fd_over(int fd, struct tu_waiter *me)
{
	tu_poller_leave(me->context->worker, fd, me);
}

static int case_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	return tu_case_fd_enqueue(tu_fd_of_key(c->priv.object), (unsigned)c->priv.reserved, me);
}

static void case_over(const tutti_case *c, struct tu_waiter *me)
{
	tu_case_fd_over(tu_fd_of_key(c->priv.object), me);
}

const struct tu_case_kind tu_case_fd = {
	case_look,
	case_enqueue,
	.over = case_over,
	.given = true,
	.kernel = true,
};
