/* SPDX-License-Identifier: MIT */
/*
 * call.h - a future that becomes a call on its worker's thread: what tasks and the timers of a loop
 * have in common. One cache line, so that a million of them are little more than their data.
 *
 * One that has not begun owns no stack. It begins as a call on whatever stack the scheduler stands
 * on, see core/context.h; from then on that stack's context is where a cancel goes.
 */
#ifndef TU_LOOP_CALL_H
#define TU_LOOP_CALL_H

#include "base/list.h"
#include "core/wait.h"
#include "exec/future.h"

struct tu_call {
	tutti_future future;
	struct tu_runnable node; /* in its worker's queue or inbox; then where it runs */
};
_Static_assert(sizeof(void *) > 8 || sizeof(struct tu_call) <= 64, "a call is one cache line");

/* For the ops of such a future. */
static inline bool tu_call_begun(const tutti_future *f)
{
	return tu_runnable_begun(&((const struct tu_call *)f)->node);
}

static inline void tu_call_interrupt(tutti_future *f)
{
	tu_context_cancel(((struct tu_call *)f)->node.on);
}

/* Make one of a fresh block. w's thread will begin it. */
static inline void tu_call_init(
	struct tu_call *c, const struct tu_future_ops *ops, const struct tu_worker *w)
{
	tu_future_init(&c->future, ops, 2);
	/* Relaxed: a number by itself. 0, of a thread that has ended, is nobody's. */
	c->future.owner = tu_load_rlx(&w->number);
}

/* Its turn has come. true: its function may run on self now, and tu_call_end comes after that. */
static inline bool tu_call_begin(struct tu_call *c, struct tu_context *self, int rc)
{
	if (tu_unlikely(rc < 0)) {
		tu_future_give_up(&c->future, rc);
		return false;
	}
	if (tu_unlikely(!tu_future_begin_here(&c->future, &c->node, self))) {
		tutti_future_unref(&c->future);
		return false;
	}
	self->self = &c->future;
	self->id = tu_worker_new_id(self->worker);
	self->worker->tasks++;
	return true;
}

static inline void tu_call_end(struct tu_call *c, struct tu_context *self, void *result)
{
	self->worker->tasks--;
	tu_future_complete_from(&c->future, self, result);
}

#endif
