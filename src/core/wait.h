/* SPDX-License-Identifier: MIT */
/*
 * wait.h - one wait: until granted, until a deadline, until cancelled; and the scopes that say so.
 *
 * A cancellation point asks tu_cancel_pending first, then tries, then waits.
 */
#ifndef TU_CORE_WAIT_H
#define TU_CORE_WAIT_H

#include "core/lot.h"

#include <tutti/error.h>
#include <tutti/time.h>

enum {
	TU_WAIT_CANCELABLE = 1,
	TU_WAIT_LOOKED = 2, /* for a word: the caller has looked for as long as that pays */
};

/* On the user's stack as tutti_scope. Owner only. */
struct tu_scope {
	struct tu_scope *outer;
	int64_t deadline;
	bool shield; /* else a time limit */
	bool struck; /* this limit has cancelled something */
};

int tu_cancel_look(struct tu_context *self, int64_t *look_again);

/* TUTTI_ECANCELED or 0. Costs two loads when there is nothing. */
static inline int tu_cancel_pending(struct tu_context *self)
{
	/* Relaxed: a cancel that is not seen here is seen in the wait, through the park word. */
	if (tu_likely(!self->scopes && !tu_load_rlx(&self->attention)))
		return 0;
	return tu_cancel_look(self, NULL);
}

/*
 * Wait in the queue where me was put, with no lock held. Returns 0 if granted; otherwise
 * TUTTI_ETIMEDOUT or TUTTI_ECANCELED, me is off the queue and *locked is the bucket of me->key,
 * locked, so that the object can be put right: the caller unlocks.
 */
int tu_wait(struct tu_context *self, struct tu_waiter *me, int64_t deadline, unsigned flags,
	struct tu_bucket **locked);

/*
 * Wait until *flag is set: with release, by who then notifies self. 0, however late that was seen,
 * TUTTI_ETIMEDOUT or TUTTI_ECANCELED. op: what for, for who looks from outside.
 */
int tu_wait_for(struct tu_context *self, const uint32_t *flag, int64_t deadline, unsigned flags,
	enum tu_op op);

/* Wait for the deadline alone. 0 or TUTTI_ECANCELED. */
int tu_wait_until(struct tu_context *self, int64_t deadline);

/* Has the deadline passed? Reads the clock only if it must. */
bool tu_past(int64_t deadline);

/* Deliver a cancel to what runs on c. Whoever calls makes sure that it still does. */
void tu_context_cancel(struct tu_context *c);

#endif
