/* SPDX-License-Identifier: MIT */
/*
 * hand.c - a loop run by hand: by its thread, until something; or by a loop that is not ours.
 *
 * Running is nothing but a wait of the thread's own context; who stops it notifies that context.
 */
#include "base/list.h"
#include "core/batch.h"
#include "core/embed.h"
#include "core/poller.h"
#include "core/report.h"
#include "core/wait.h"
#include "exec/future.h"
#include "loop/task.h"
#include "os/os.h"

#include <errno.h>
#include <tutti/loop.h>

enum { ROUNDS = 16 }; /* of a run_ready: bounds the time that the foreign loop is kept waiting */

/* 0 if w may be run by the caller. */
static int may_run(const struct tu_context *self, const struct tu_worker *w)
{
	if (w != self->worker)
		return -EPERM;
	if (self != &w->native)
		return -EBUSY;
	return tu_worker_is_closed(w) ? TUTTI_ESHUTDOWN : 0;
}

static struct tu_worker *worker_of(tutti_loop *l)
{
	return l ? (struct tu_worker *)l : tu_worker_self();
}

/* -- running ---------------------------------------------------------------------------------- */

/* So that the caller is notified when a scope around it ends. */
struct alarm {
	struct tu_timer timer;
	struct tu_context *context;
};

static void alarm_fires(struct tu_timer *timer)
{
	tu_unpark(tu_container_of(timer, struct alarm, timer)->context);
}

/* Wait until f, if there is one, is done, or something notifies the thread. Or TUTTI_ECANCELED. */
static int nap(struct tu_context *self, tutti_future *f)
{
	struct alarm alarm = { .timer.fire = alarm_fires, .context = self };
	int rc = tu_cancel_look(self, &alarm.timer.deadline);

	if (rc < 0)
		return rc;
	if (alarm.timer.deadline != TUTTI_FOREVER)
		tu_worker_timer(self->worker, &alarm.timer);
	tu_awaits(self, TU_OP_LOOP_RUN);
	if (f)
		tu_future_nap(f);
	else
		tu_park(self);
	tu_wheel_remove(&self->worker->wheel, &alarm.timer);
	return 0;
}

static bool is_done(tutti_future *f)
{
	return f && (tu_future_word(f) & TU_FUTURE_DONE);
}

/* What was stopped. The flag alone is the message, and its setter notifies. */
static bool is_stopped(struct tu_worker *w)
{
	return tu_load_rlx(&w->stop) && tu_swap_acqrel(&w->stop, 0);
}

/* 0: f is done. TUTTI_EPENDING: stopped. TUTTI_ECANCELED. */
static int run(struct tu_context *self, tutti_future *f)
{
	int rc = tu_cancel_pending(self);

	while (rc == 0 && !is_done(f)) {
		if (is_stopped(self->worker)) {
			tu_worker_turn(self->worker);
			return is_done(f) ? 0 : TUTTI_EPENDING;
		}
		rc = nap(self, f);
	}
	return rc;
}

int tutti_loop_run_until_complete(tutti_loop *l, tutti_future *f)
{
	struct tu_context *self = tu_self();
	int rc = may_run(self, worker_of(l));

	tu_point(TU_OP_LOOP_RUN, NULL);
	if (rc == 0 && !f)
		rc = -EINVAL;
	if (rc == 0 && f == self->self)
		rc = -EDEADLK;
	if (rc == 0)
		rc = run(self, f);
	if (rc < 0)
		return rc;
	tu_worker_turn(self->worker); /* callbacks on their way to this loop */
	return tu_future_outcome(f);
}

int tutti_loop_run_forever(tutti_loop *l)
{
	struct tu_context *self = tu_self();
	int rc = may_run(self, worker_of(l));

	tu_point(TU_OP_LOOP_RUN, NULL);
	if (rc == 0)
		rc = run(self, NULL);
	return rc == TUTTI_EPENDING ? 0 : rc;
}

int tutti_loop_stop(tutti_loop *l)
{
	struct tu_worker *w = worker_of(l);

	tu_point(TU_OP_LOOP_CALL, NULL);
	if (tu_worker_is_closed(w))
		return TUTTI_ESHUTDOWN;
	/* Before the notification, whose release publishes it. */
	tu_store_rlx(&w->stop, 1);
	tu_unpark_from_signal(&w->native);
	return 0;
}

/* -- closing ---------------------------------------------------------------------------------- */

void tu_task_tell_lost(tutti_future *f)
{
	char buf[64];

	tu_report(TUTTI_ECANCELED, "%s '%s' had not ended when its loop was closed", f->ops->noun,
		f->ops->name(f, buf, sizeof(buf)));
}

static void tell_one(struct tu_context *c, void *arg)
{
	(void)arg;
	tu_task_tell_lost(c->self);
}

int tutti_loop_close(tutti_loop *l)
{
	struct tu_context *self = tu_self();
	struct tu_worker *w = worker_of(l);
	int rc = may_run(self, w);

	tu_point(TU_OP_LOOP_RUN, NULL);
	if (rc < 0)
		return rc == TUTTI_ESHUTDOWN ? 0 : rc;
	tu_store_rlx(&w->closed, true); /* see tu_worker_is_closed */
	w->telling = true;
	tu_context_each(w, tell_one, NULL);
	tu_worker_close(w);
	w->telling = false;
	tu_worker_bell_close(w);
	if (w->polled == 0) /* a wait of the thread's own may be beneath this call */
		tu_poller_close(w);
	tu_batch_close(w);
	return 0;
}

/* -- inside another's loop -------------------------------------------------------------------- */

int tutti_loop_wake(tutti_loop *l)
{
	struct tu_worker *w = worker_of(l);

	tu_point(TU_OP_LOOP_CALL, NULL);
	if (tu_worker_is_closed(w))
		return TUTTI_ESHUTDOWN;
	/* seq: against tu_worker_lend, which looks at it once it is lent */
	tu_store_seq(&w->woken, 1);
	tu_worker_wake(w);
	return 0;
}

int tutti_loop_fd(tutti_loop *l)
{
	struct tu_worker *w = worker_of(l);

	if (w != tu_worker_self())
		return -EPERM;
	return tu_worker_is_closed(w) ? TUTTI_ESHUTDOWN : tu_worker_bell(w);
}

static int turns(struct tu_worker *w)
{
	int n, sum = 0;

	for (int i = 0; i < ROUNDS && (n = tu_worker_turn(w)) > 0; i++)
		sum += n;
	return sum;
}

int tutti_loop_run_ready(tutti_loop *l)
{
	struct tu_worker *w;
	int rc;

	if (tu_lent)
		tu_worker_come_back(tu_lent, true);
	w = worker_of(l);
	rc = may_run(tu_self(), w);
	if (rc < 0)
		return rc;
	if (tu_load_rlx(&w->has_bell)) /* the owner's own word */
		tu_os_bell_quiet(&w->bell);
	/* Acquire: what the waker did before. What comes from here on is for lend to see. */
	tu_swap_acqrel(&w->woken, 0);
	rc = turns(w);
	if (tu_load_rlx(&w->has_bell)) /* a task may have asked for it */
		tu_worker_lend(w);
	return rc;
}
