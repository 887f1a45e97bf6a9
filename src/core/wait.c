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

/* What wakes a wait when its time is over. On its stack. */
struct alarm {
	struct tu_timer timer;
	struct tu_context *context;
	struct tu_timer *beneath; /* of a wait on whose stack a callback waits */
};

static void alarm_notifies(struct tu_timer *timer)
{
	tu_unpark(tu_container_of(timer, struct alarm, timer)->context);
}

static void alarm_init(struct alarm *alarm, struct tu_context *self)
{
	*alarm = (struct alarm){ .context = self, .beneath = self->alarm };
	self->alarm = &alarm->timer;
}

static void arm(struct alarm *alarm, int64_t when)
{
	struct tu_worker *w = alarm->context->worker;
	struct tu_timer *timer = &alarm->timer;

	if (when == TUTTI_FOREVER || (tu_timer_pending(timer) && timer->deadline == when))
		return;
	tu_wheel_remove(&w->wheel, timer);
	timer->deadline = when;
	timer->fire = alarm_notifies;
	tu_worker_timer(w, timer);
}

static void disarm(struct alarm *alarm)
{
	tu_wheel_remove(&alarm->context->worker->wheel, &alarm->timer);
	alarm->context->alarm = alarm->beneath;
}

/* What ends the wait now, and a timer for what may end it later. 0: nothing yet. */
static int look(struct alarm *alarm, int64_t deadline, unsigned flags)
{
	struct tu_context *self = alarm->context;
	int64_t again = TUTTI_FOREVER;
	int rc = 0;

	if ((flags & TU_WAIT_CANCELABLE) && (self->scopes || tu_load_rlx(&self->attention)))
		rc = tu_cancel_look(self, &again);
	if (rc == 0 && tu_past(deadline))
		rc = TUTTI_ETIMEDOUT;
	if (rc == 0)
		arm(alarm, deadline < again ? deadline : again);
	return rc;
}

int tu_wait(struct tu_context *self, struct tu_waiter *me, int64_t deadline, unsigned flags,
	struct tu_bucket **locked)
{
	struct tu_waiter *beneath = self->waits; /* of a wait on whose stack a callback waits */
	struct alarm alarm;
	int rc;

	alarm_init(&alarm, self);
	self->waits = me;
	for (;;) {
		rc = look(&alarm, deadline, flags);
		if (rc == 0)
			tu_park(self);
		/* [grant-1] acquire: all that the granter did; from tu_lot_grant */
		if (tu_load_acq(&me->granted)) {
			rc = 0;
			break;
		}
		if (rc == 0)
			rc = look(&alarm, deadline, flags);
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
	disarm(&alarm);
	self->waits = beneath;
	return rc;
}

int tu_wait_for(struct tu_context *self, const uint32_t *flag, int64_t deadline, unsigned flags,
	enum tu_op op)
{
	uint64_t age = tu_fork_ids.below;
	struct alarm alarm;
	int rc = 0;

	tu_awaits(self, op);
	alarm_init(&alarm, self);
	/* [flag-1] acquire: what was done before it was set; by those named at tu_wait_for */
	while (!tu_load_acq(flag) && age == tu_fork_ids.below &&
		(rc = look(&alarm, deadline, flags)) == 0)
		tu_park(self);
	disarm(&alarm);
	return tu_load_acq(flag) ? 0 : rc; /* [flag-1] */
}

int tu_wait_until(struct tu_context *self, int64_t deadline)
{
	struct alarm alarm;
	int rc;

	tu_awaits(self, TU_OP_SLEEP);
	alarm_init(&alarm, self);
	while ((rc = look(&alarm, deadline, TU_WAIT_CANCELABLE)) == 0)
		tu_park(self);
	disarm(&alarm);
	return rc == TUTTI_ETIMEDOUT ? 0 : rc;
}
