/* SPDX-License-Identifier: MIT */
/* future_wait.c - the wait for one future, and what came of it. */
#include "exec/future.h"

#include "core/wait.h"
#include "exec/job_future.h"

bool tu_future_enqueue(tutti_future *f, struct tu_waiter *me)
{
	struct tu_bucket *b = tu_lot_lock(f);

	/* The completer reads WATCHED in the same word that it changes to DONE: either its CAS sees
	   our bit and takes the lock, or we see its DONE here. */
	bool done = tu_or_acqrel(&f->word, (uint64_t)TU_FUTURE_WATCHED) & TU_FUTURE_DONE;

	if (!done)
		tu_lot_enqueue(b, me, f);
	tu_lot_unlock(b);
	return !done;
}

static int wait_now(struct tu_context *self, tutti_future *f, int64_t deadline, unsigned flags)
{
	struct tu_waiter me = { .context = self, .looks_again = true, .op = TU_OP_FUTURE_WAIT };
	struct tu_bucket *b;
	int rc = 0;

	while (rc == 0 && !(tu_future_word(f) & TU_FUTURE_DONE) && tu_future_enqueue(f, &me)) {
		rc = tu_wait(self, &me, deadline, flags, &b);
		if (rc < 0)
			tu_lot_unlock(b);
	}
	return rc;
}

int tu_future_wait(tutti_future *f, int64_t deadline, unsigned flags)
{
	struct tu_context *self;
	struct tu_job_wait wait = { .job = NULL };
	int rc;

	if (tu_future_word(f) & TU_FUTURE_DONE)
		return 0;
	if (tu_past(deadline))
		return TUTTI_ETIMEDOUT;
	self = tu_self();
	if (tu_likely(!self->job) || !f->ops->wait_begins)
		return wait_now(self, f, deadline, flags);
	rc = f->ops->wait_begins(f, deadline, &wait);
	if (rc == 0)
		rc = wait_now(self, f, deadline, flags);
	if (wait.job)
		tu_job_wait_over(&wait);
	return rc;
}

void tu_future_nap(tutti_future *f)
{
	struct tu_context *self = tu_self();
	struct tu_waiter me = { .context = self, .looks_again = true, .op = TU_OP_FUTURE_WAIT },
			 *beneath = self->waits;
	struct tu_bucket *b;

	if (!tu_future_enqueue(f, &me))
		return;
	self->waits = &me;
	tu_park(self);
	self->waits = beneath;
	b = tu_lot_lock_waiter(&me);
	if (me.next)
		tu_lot_remove(b, &me);
	tu_lot_unlock(b);
}

int tu_future_code(tutti_future *f)
{
	uint64_t word = tu_future_word(f);

	if (tu_likely(!(word & (TU_FUTURE_FAILED | TU_FUTURE_CANCELED))))
		return 0;
	/* A bit by itself: read by who destroys f, after all references are gone ([future-2]). */
	if (!(word & TU_FUTURE_OBSERVED))
		tu_or_acqrel(&f->word, (uint64_t)TU_FUTURE_OBSERVED);
	return word & TU_FUTURE_CANCELED ? TUTTI_ECANCELED : f->error;
}

int tu_future_outcome(tutti_future *f)
{
	int code = tu_future_code(f);

	if (code == TUTTI_ECANCELED)
		return TUTTI_EJOBCANCELED;
	return code == TUTTI_ETIMEDOUT ? TUTTI_EJOBTIMEDOUT : code;
}
