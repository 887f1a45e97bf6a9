/* SPDX-License-Identifier: MIT */
/* future_fork.c - what of a parent's futures is still true in a forked child. See future.h. */
#include "exec/future.h"

#include "core/lot.h"
#include "core/worker.h"
#include "exec/job_future.h"

uint64_t tu_future_age;

/* Callbacks of the parent's are not called: they are what those who are not there wanted done. */
static void fail_lost(tutti_future *f)
{
	struct tu_bucket *b = tu_lot_lock(f);
	struct tu_wakes wakes = { 0 };
	struct tu_waiter *w;

	if (!(tu_load_rlx(&f->word) & TU_FUTURE_DONE)) { /* changes to that under the lock alone */
		tu_future_set_error(f, TUTTI_ECRASHED);
		tu_and_acqrel(&f->word, ~(uint64_t)(TU_FUTURE_HELD | TU_FUTURE_RUNNING));
		/* [future-1] release: the error. Nobody need look at it: it is nobody's fault. */
		tu_or_acqrel(&f->word,
			(uint64_t)(TU_FUTURE_DONE | TU_FUTURE_FAILED | TU_FUTURE_OBSERVED));
	}
	while ((w = tu_lot_first(b, f)) != NULL)
		if (tu_lot_claim(b, w))
			tu_lot_grant(b, w, 0, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

uint64_t tu_future_word_of_old(tutti_future *f)
{
	if (!f->ops->outlives_fork || !f->ops->outlives_fork(f))
		fail_lost(f);
	return tu_load_acq(&f->word); /* [future-1] acquire, as in tu_future_word */
}

void tu_future_survive_one(tutti_future *f)
{
	/* Relaxed: the child has one thread. */
	tu_store_rlx(&f->word, (tu_load_rlx(&f->word) & ~TU_FUTURE_AGE) | tu_future_age);
}

void tu_future_survive(struct tu_context *c)
{
	if (c->self)
		tu_future_survive_one(c->self);
	for (tutti_future *f = c->job; f; f = tu_job_future_of(f)->beneath)
		tu_future_survive_one(f);
}

void tu_future_after_fork(void)
{
	tu_future_age = (tu_future_age + TU_FUTURE_AGE_ONE) & TU_FUTURE_AGE;
	if (!tu_current)
		return;
	tu_future_survive(tu_current);
	tu_future_survive(&tu_current->worker->native);
}
