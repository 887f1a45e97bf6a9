/* SPDX-License-Identifier: MIT */
/*
 * wait.c - a wait ends in one of three ways, and the queue it stands in decides which.
 *
 * Timers and cancels never take a waiter off its queue: they notify its context, which looks for
 * itself, under the bucket's lock, whether it has been granted meanwhile. So there is one place
 * where the three meet, and a grant is never lost.
 */
#include "core/wait.h"

#include "base/list.h"
#include "base/trace.h"
#include "core/worker.h"
#include "os/os.h"

bool tu_past(int64_t deadline)
{
	if (deadline == TUTTI_FOREVER)
		return false;
	return deadline <= 0 || deadline <= tu_os_now();
}

/*
 * Is a cancel to be delivered now? *look_again, if not NULL, receives the instant at which the
 * answer may change by itself: a limit or a shield's end.
 */
int tu_cancel_look(struct tu_context *self, int64_t *look_again)
{
	int64_t next = TUTTI_FOREVER, now = self->scopes ? tu_os_now() : 0;

	for (struct tu_scope *s = self->scopes; s; s = s->outer) {
		bool past = s->deadline <= now;

		if (!past && s->deadline < next)
			next = s->deadline;
		if (s->shield && !past)
			goto quiet;
		if (!s->shield && past) {
			s->struck = true;
			return TUTTI_ECANCELED;
		}
	}
	/* Relaxed as in tu_cancel_pending. */
	if (tu_load_rlx(&self->attention) & TU_ATTENTION_CANCEL) {
		self->cancel_told = true;
		return TUTTI_ECANCELED;
	}
quiet:
	if (look_again)
		*look_again = next;
	return 0;
}

void tu_context_cancel(struct tu_context *c)
{
	tu_trace(TU_TRACE_CANCEL, c->id, 0, 0);
	/* Before the notification, whose release publishes it. */
	tu_or_acqrel(&c->attention, TU_ATTENTION_CANCEL);
	tu_unpark(c);
}

static void timer_notifies(struct tu_timer *timer)
{
	tu_unpark(tu_container_of(timer, struct tu_waiter, timer)->context);
}

static void arm(struct tu_waiter *me, int64_t when)
{
	struct tu_worker *w = me->context->worker;

	if (when == TUTTI_FOREVER || (tu_timer_pending(&me->timer) && me->timer.deadline == when))
		return;
	tu_wheel_remove(&w->wheel, &me->timer);
	me->timer.deadline = when;
	me->timer.fire = timer_notifies;
	tu_worker_timer(w, &me->timer);
}

/* What ends the wait now, and a timer for what may end it later. 0: nothing yet. */
static int look(struct tu_context *self, struct tu_waiter *me, int64_t deadline, unsigned flags)
{
	int64_t again = TUTTI_FOREVER;
	int rc = 0;

	if ((flags & TU_WAIT_CANCELABLE) && (self->scopes || tu_load_rlx(&self->attention)))
		rc = tu_cancel_look(self, &again);
	if (rc == 0 && tu_past(deadline))
		rc = TUTTI_ETIMEDOUT;
	if (rc == 0)
		arm(me, deadline < again ? deadline : again);
	return rc;
}

int tu_wait(struct tu_context *self, struct tu_waiter *me, int64_t deadline, unsigned flags,
	struct tu_bucket **locked)
{
	struct tu_waiter *beneath = self->waits; /* of a wait on whose stack a callback waits */
	int rc;

	self->waits = me;
	for (;;) {
		rc = look(self, me, deadline, flags);
		if (rc == 0)
			tu_park(self);
		/* [grant-1] acquire: all that the granter did; from tu_lot_grant */
		if (tu_load_acq(&me->granted)) {
			rc = 0;
			break;
		}
		if (rc == 0)
			rc = look(self, me, deadline, flags);
		*locked = tu_lot_lock_waiter(me);
		if (!me->next) { /* granted; the granter was on the way out of its lock */
			tu_lot_unlock(*locked);
			rc = 0;
			break;
		}
		if (rc < 0) {
			tu_lot_remove(*locked, me);
			break;
		}
		tu_lot_unlock(*locked);
	}
	tu_wheel_remove(&self->worker->wheel, &me->timer);
	self->waits = beneath;
	return rc;
}

int tu_wait_until(struct tu_context *self, int64_t deadline)
{
	struct tu_waiter me = { .context = self }, *beneath = self->waits;
	int rc;

	self->waits = &me;
	while ((rc = look(self, &me, deadline, TU_WAIT_CANCELABLE)) == 0)
		tu_park(self);
	tu_wheel_remove(&self->worker->wheel, &me.timer);
	self->waits = beneath;
	return rc == TUTTI_ETIMEDOUT ? 0 : rc;
}
