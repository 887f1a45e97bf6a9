/* SPDX-License-Identifier: MIT */
/* source.c - see source.h. */
#include "sync/source.h"

#include "core/wait.h"

#include <errno.h>
#include <tutti/fd.h>

/* Somebody may wait at the other side at the same moment. Relaxed: a number, to be compared. */
static void have_id(struct tu_source *k, struct tu_worker *w)
{
	uint64_t none = 0;

	if (tu_load_rlx(&k->id) == 0)
		tu_cas_rlx(&k->id, &none, tu_worker_new_id(w));
}

/*
 * Is this its home? It becomes the first worker's that waits, and that of another one if the waits
 * are there from now on, as it seems. Relaxed, all of it: what a worker keeps only it reads; with
 * two homes for a moment, or an old one, waits cost more and are the same.
 */
static bool is_home(struct tu_source *k, struct tu_worker *w)
{
	enum { MOST = 8 };
	struct tu_worker *home = tu_load_rlx(&k->home); /* as said above */
	bool same = home == w;

	if (home && !same && tu_add_rlx(&k->elsewhere, 1u) < MOST) /* likewise */
		return false;
	if (tu_load_rlx(&k->elsewhere) != 0) /* likewise */
		tu_store_rlx(&k->elsewhere, 0u);
	if (!same)
		tu_store_rlx(&k->home, w); /* likewise */
	return true;
}

/* What w has not been told of yet may be there all the same. */
static int look_now(struct tu_source *k, struct tu_worker *w, unsigned event)
{
	int rc = tu_fd_ready(k->fd, event);

	if (rc > 0)
		tu_source_at(k, w)->ready |= (uint8_t)event;
	if (rc == 0)
		tu_polled();
	return rc > 0 ? 0 : rc < 0 ? rc : TUTTI_ETIMEDOUT;
}

static int wait_here(struct tu_context *self, struct tu_source *k, unsigned event, int64_t deadline)
{
	struct tu_waiter me = { .context = self,
		.ask = event,
		.looks_again = true,
		.op = TU_OP_FD_WAIT,
		.object = (const void *)(intptr_t)k->fd };
	struct tu_worker *w = self->worker;
	struct tu_bucket *b;
	int rc;

	have_id(k, w);
	rc = tu_poller_keep(w, k, event);
	if (rc < 0)
		return rc == -EPERM ? 0 : rc; /* a file, which is always ready */
	if (tu_source_at(k, w)->ready & event)
		return 0;
	if (tu_past(deadline))
		return look_now(k, w, event);
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
		tu_poller_let_go(self->worker, k);
		rc = tutti_fd_wait(k->fd, event & ~(unsigned)TU_OS_ALONE, deadline);
		return rc < 0 ? rc : 0;
	}
	tu_point(TU_OP_FD_WAIT, NULL);
	rc = tu_cancel_pending(self);
	return rc < 0 ? rc : wait_here(self, k, event, deadline);
}
