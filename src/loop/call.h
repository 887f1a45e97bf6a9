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
#include "loop/task.h"

struct tu_call {
	tutti_future future;
	struct tu_runnable node; /* in its worker's queue or inbox; then where it runs */
};
_Static_assert(sizeof(void *) > 8 || sizeof(struct tu_call) <= 64, "a call is one cache line");

enum { TU_CALL_NODE = offsetof(struct tu_call, node) };

/* For the ops of such a future. */
static inline bool tu_call_begun(const tutti_future *f)
{
	return tu_runnable_begun(&((const struct tu_call *)f)->node);
}

static inline void tu_call_interrupt(tutti_future *f)
{
	tu_context_cancel(((struct tu_call *)f)->node.on);
}

/* Make one of a fresh block; of refs references one is the loop's. w's thread will begin it. */
static inline void tu_call_init(struct tu_call *c, const struct tu_future_ops *ops,
	const struct tu_worker *w, unsigned refs)
{
	tu_future_init(&c->future, ops, refs);
	/* Relaxed: a number by itself. 0, of a thread that has ended, is nobody's. */
	c->future.owner = tu_load_rlx(&w->number);
}

static inline void tu_call_enter(struct tu_call *c, struct tu_context *self)
{
	self->self = &c->future;
	self->id = tu_worker_new_id(self->worker);
	self->worker->begun++;
}

/* Its turn has come. true: its function may run on self now, and tu_call_end comes after that. */
static inline bool tu_call_begin(struct tu_call *c, struct tu_context *self, int rc)
{
	if (tu_unlikely(rc < 0)) {
		if (self->worker->telling)
			tu_task_tell_lost(&c->future);
		tu_future_give_up(&c->future, rc);
		return false;
	}
	if (tu_unlikely(!tu_future_begin_here(&c->future, &c->node, self))) {
		tutti_future_unref(&c->future);
		return false;
	}
	tu_call_enter(c, self);
	return true;
}

/* The same for one that nobody has known until now, so that it cannot have been cancelled. */
static inline void tu_call_begin_unknown(struct tu_call *c, struct tu_context *self)
{
	c->node.on = self;
	/* [future-6] release, as tu_future_begin_here */
	tu_store_rel(&c->node.job, (const struct tu_start *)NULL);
	tu_call_enter(c, self);
}

/* Its function has returned. Has it said nothing more than its result? */
static inline bool tu_call_is_plain(const struct tu_context *self)
{
	return tu_likely(!self->slots && !self->fail_code && !self->cancel_told);
}

/*
 * The end of one that began with one reference, for what nobody knows still: true, and its block is
 * the caller's. false: end it as any other.
 */
static inline bool tu_call_end_unknown(struct tu_call *c, struct tu_context *self)
{
	/* [future-2] acquire: what other holders did. Ours is the last, and nobody can come. */
	uint64_t word = tu_load_acq(&c->future.word) & ~TU_FUTURE_AGE;

	if (tu_unlikely(word != TU_FUTURE_REF || c->future.extra))
		return false;
	tu_ended(self);
	self->worker->ended++;
	tu_context_clean(self);
	return true;
}

static inline void tu_call_end(struct tu_call *c, struct tu_context *self, void *result)
{
	self->worker->ended++;
	tu_future_complete_from(&c->future, self, result);
}

#endif
