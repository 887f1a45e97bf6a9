/* SPDX-License-Identifier: MIT */
/* loop.c - the worker under its public name; callbacks and timers that call a function on it. */
#include "core/alloc.h"
#include "loop/call.h"

#include <errno.h>
#include <tutti/loop.h>

tutti_loop *tutti_loop_current(void)
{
	return (tutti_loop *)tu_worker_self();
}

static void call_runs(struct tu_runnable *node, int rc)
{
	struct tu_call *c = tu_container_of(node, struct tu_call, node);
	struct tu_context *self = tu_current;
	void (*fn)(void *) = c->future.value.call.fn;
	void *arg = c->future.value.call.arg;

	if (!tu_call_begin(c, self, rc))
		return;
	fn(arg);
	tu_call_end(c, self, NULL);
}

static const struct tu_start run_start = { call_runs, TU_STACK_CLASS_USUAL, TU_CALL_NODE };

/* -- callbacks --------------------------------------------------------------------------------- */

static void callback_free(tutti_future *f)
{
	tu_pool_give(tu_worker_self()->pools, TU_POOL_64, f);
}

static const char *callback_name(const tutti_future *f, char *buf, size_t n)
{
	(void)f, (void)buf, (void)n;
	return "loop callback";
}

static const struct tu_future_ops callback_ops = { .kind = TU_FUTURE_CALL,
	.noun = "callback",
	.begun = tu_call_begun,
	.interrupt = tu_call_interrupt,
	.free = callback_free,
	.name = callback_name };

/* Nobody has a future of it: one reference, the loop's. */
static int call_soon(struct tu_worker *here, struct tu_worker *w, void (*fn)(void *), void *arg)
{
	struct tu_call *c;

	if (!fn)
		return -EINVAL;
	/* Relaxed: 0 once its thread has ended, or was left behind by a fork. */
	if (tu_worker_is_closed(w) || tu_load_rlx(&w->number) == 0)
		return TUTTI_ESHUTDOWN;
	c = tu_pool_take(here->pools, TU_POOL_64);
	if (!c)
		return -ENOMEM;
	tu_call_init(c, &callback_ops, w, 1);
	c->future.value.call.fn = fn;
	c->future.value.call.arg = arg;
	c->node.job = &run_start;
	if (w == here)
		tu_worker_push(w, &c->node);
	else
		tu_worker_post(w, &c->node);
	return 0;
}

int tutti_loop_call_soon(tutti_loop *l, void (*fn)(void *), void *arg)
{
	struct tu_worker *here = tu_worker_self();

	tu_point(TU_OP_LOOP_CALL, NULL);
	if (l && (struct tu_worker *)l != here)
		return -EPERM;
	return call_soon(here, here, fn, arg);
}

int tutti_loop_call_soon_threadsafe(tutti_loop *l, void (*fn)(void *), void *arg)
{
	struct tu_worker *here = tu_worker_self();

	tu_point(TU_OP_LOOP_CALL, NULL);
	return call_soon(here, l ? (struct tu_worker *)l : here, fn, arg);
}

/* -- timers ----------------------------------------------------------------------------------- */

struct loop_timer {
	struct tu_call call;   /* in the worker's queue or inbox, when it is not in the wheel */
	struct tu_timer timer; /* in the worker's wheel */
};

/* On its own thread it leaves the wheel at once; from another it is left to come out unheard. */
static void timer_withdraw(tutti_future *f)
{
	struct loop_timer *t = (struct loop_timer *)f;
	struct tu_worker *w = tu_worker_self();

	if (f->owner != w->number || !tu_timer_pending(&t->timer))
		return;
	tu_wheel_remove(&w->wheel, &t->timer);
	tutti_future_unref(f);
}

static void timer_free(tutti_future *f)
{
	tu_pool_give(tu_worker_self()->pools, TU_POOL_128, f);
}

static const char *timer_name(const tutti_future *f, char *buf, size_t n)
{
	(void)f, (void)buf, (void)n;
	return "loop timer";
}

static const struct tu_future_ops timer_ops = { .kind = TU_FUTURE_CALL,
	.noun = "timer",
	.begun = tu_call_begun,
	.interrupt = tu_call_interrupt,
	.withdraw = timer_withdraw,
	.free = timer_free,
	.name = timer_name };

static void timer_fires(struct tu_timer *timer)
{
	struct loop_timer *t = tu_container_of(timer, struct loop_timer, timer);

	tu_worker_push(tu_worker_self(), &t->call.node);
}

/* Set from another thread: the wheel belongs to its own. */
static void timer_arrives(struct tu_runnable *node, int rc)
{
	struct tu_call *c = tu_container_of(node, struct tu_call, node);

	if (rc < 0) { /* the loop ends */
		call_runs(node, rc);
		return;
	}
	/* Relaxed: a cancel elsewhere looks whether there is one, not which. */
	tu_store_rlx(&node->job, &run_start);
	tu_worker_timer(tu_worker_self(), &tu_container_of(c, struct loop_timer, call)->timer);
}

static const struct tu_start arrive_start = { timer_arrives, TU_STACK_CLASS_USUAL, TU_CALL_NODE };

tutti_timer *tutti_loop_call_at(tutti_loop *l, tutti_time deadline, void (*fn)(void *), void *arg)
{
	struct tu_worker *here = tu_worker_self(), *w = l ? (struct tu_worker *)l : here;
	struct loop_timer *t;

	tu_point(TU_OP_LOOP_CALL, NULL);
	if (!fn)
		return tu_future_failed(-EINVAL);
	if (tu_worker_is_closed(w))
		return tu_future_failed(TUTTI_ESHUTDOWN);
	t = tu_pool_take(here->pools, TU_POOL_128);
	if (!t)
		return tu_future_failed(-ENOMEM);
	tu_call_init(&t->call, &timer_ops, w, 2);
	t->call.future.value.call.fn = fn;
	t->call.future.value.call.arg = arg;
	t->timer = (struct tu_timer){ .deadline = deadline, .fire = timer_fires };
	if (w == here) {
		t->call.node.job = &run_start;
		tu_worker_timer(w, &t->timer);
	} else if (t->call.future.owner == 0) {
		tu_future_complete_error(&t->call.future, TUTTI_ESHUTDOWN);
	} else {
		t->call.node.job = &arrive_start;
		tu_worker_post(w, &t->call.node);
	}
	return &t->call.future;
}
