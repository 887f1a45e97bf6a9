/* SPDX-License-Identifier: MIT */
/* source.c - see source.h. */
#include "sync/source.h"

#include "core/wait.h"

#include <errno.h>
#include <tutti/fd.h>

/* Is this its home? It becomes the first worker's that asks. */
static bool is_home(struct tu_source *k, struct tu_worker *w)
{
	struct tu_worker *home = NULL;

	/* Relaxed: the rest of k is read by home alone, which has written it. */
	return tu_load_rlx(&k->home) == w || (tu_cas_rlx(&k->home, &home, w) || home == w);
}

static int wait_here(struct tu_context *self, struct tu_source *k, unsigned event, int64_t deadline)
{
	struct tu_waiter me = { .context = self, .ask = event, .looks_again = true };
	struct tu_worker *w = self->worker;
	struct tu_bucket *b;
	int rc = tu_poller_keep(w, k, event);

	if (rc < 0)
		return rc == -EPERM ? 0 : rc; /* a file, which is always ready */
	if (tu_source_at(k, w)->ready & event)
		return 0;
	if (tu_past(deadline)) {
		tu_poller_look(w); /* something may have come since the worker's last look */
		if (tu_source_at(k, w)->ready & event)
			return 0;
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	tu_poller_queue(w, k->fd, &me);
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0)
		tu_lot_unlock(b);
	tu_poller_leave(w, k->fd, &me);
	return rc < 0 ? rc : me.answer < 0 ? me.answer : 0;
}

int tu_source_wait(struct tu_source *k, unsigned event, int64_t deadline)
{
	struct tu_context *self = tu_self();
	int rc;

	if (!is_home(k, self->worker)) {
		rc = tutti_fd_wait(k->fd, event, deadline);
		return rc < 0 ? rc : 0;
	}
	tu_point(TU_OP_FD_WAIT, NULL);
	rc = tu_cancel_pending(self);
	return rc < 0 ? rc : wait_here(self, k, event, deadline);
}
