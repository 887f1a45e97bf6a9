/* SPDX-License-Identifier: MIT */
/* loop.c - the worker under its public name, and timers that call a function on it. */
#include "base/list.h"
#include "core/alloc.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"

#include <errno.h>
#include <string.h>
#include <tutti/loop.h>

tutti_loop *tutti_loop_current(void)
{
	return (tutti_loop *)tu_worker_self();
}

struct loop_timer {
	tutti_future future;
	struct tu_runnable node; /* in the worker's queue or inbox, when it is not in the wheel */
	struct tu_timer timer;   /* in the worker's wheel */
	struct tu_worker *worker;
	struct tu_context *context; /* where it runs; written before RUNNING */
	void (*fn)(void *arg);
	void *arg;
};

static void timer_interrupt(tutti_future *f)
{
	tu_context_cancel(((struct loop_timer *)f)->context);
}

/* On its own thread it leaves the wheel at once; from another it is left to come out unheard. */
static void timer_withdraw(tutti_future *f)
{
	struct loop_timer *t = (struct loop_timer *)f;

	if (t->worker != tu_worker_self() || !tu_timer_pending(&t->timer))
		return;
	tu_wheel_remove(&t->worker->wheel, &t->timer);
	tutti_future_unref(f);
}

static void timer_free(tutti_future *f)
{
	tu_free(f);
}

static const char *timer_name(const tutti_future *f, char *buf, size_t n)
{
	(void)f, (void)buf, (void)n;
	return "loop timer";
}

static const struct tu_future_ops timer_ops = { .kind = TU_FUTURE_CALL,
	.noun = "timer",
	.interrupt = timer_interrupt,
	.withdraw = timer_withdraw,
	.free = timer_free,
	.name = timer_name };

static void timer_runs(struct tu_runnable *node, int rc)
{
	struct loop_timer *t = tu_container_of(node, struct loop_timer, node);
	struct tu_context *self = tu_current;

	t->context = self;
	if (!tu_future_begin(&t->future)) {
		tutti_future_unref(&t->future);
		return;
	}
	if (rc < 0) {
		tu_future_complete_error(&t->future, rc);
		return;
	}
	self->self = &t->future;
	self->id = ++self->worker->next_id;
	self->worker->tasks++;
	t->fn(t->arg);
	self->worker->tasks--;
	tu_future_complete_from(&t->future, self, NULL);
}

static void timer_fires(struct tu_timer *timer)
{
	struct loop_timer *t = tu_container_of(timer, struct loop_timer, timer);

	tu_worker_push(t->worker, &t->node);
}

/* Set from another thread: the wheel belongs to its own. */
static void timer_arrives(struct tu_runnable *node, int rc)
{
	struct loop_timer *t = tu_container_of(node, struct loop_timer, node);

	(void)rc;
	node->start = timer_runs;
	tu_worker_timer(t->worker, &t->timer);
}

tutti_timer *tutti_loop_call_at(tutti_loop *l, tutti_time deadline, void (*fn)(void *), void *arg)
{
	struct loop_timer *t = tu_alloc(sizeof(*t));

	if (!t)
		return tu_future_failed(-ENOMEM);
	memset(t, 0, sizeof(*t));
	tu_future_init(&t->future, &timer_ops, 2);
	t->worker = l ? (struct tu_worker *)l : tu_worker_self();
	t->fn = fn;
	t->arg = arg;
	t->timer.deadline = deadline;
	t->timer.fire = timer_fires;
	t->node.size_class = TU_STACK_CLASS_USUAL;
	t->node.start = timer_runs;
	if (t->worker == tu_worker_self()) {
		tu_worker_timer(t->worker, &t->timer);
	} else {
		t->node.start = timer_arrives;
		tu_worker_post(t->worker, &t->node);
	}
	return &t->future;
}
