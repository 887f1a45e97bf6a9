/* SPDX-License-Identifier: MIT */
/*
 * side.h - further stacks for what runs on a context, so that it can leave a function in the middle
 * and come back to it later.
 *
 * On a side stack the running context is still the same: who it is, its locals, scopes, and where
 * a cancel finds it. Only its stack is another, and it may wait there as anywhere. So there is
 * nothing to pass on, and going over is a switch of registers and of what the sanitizers know.
 * A side stack belongs to its worker; another context of that worker may go on on it.
 */
#ifndef TU_CORE_SIDE_H
#define TU_CORE_SIDE_H

#include "core/caught.h"
#include "core/sanitize.h"
#include "core/worker.h"

/* Where something stands that is not running. */
struct tu_place {
	struct tu_registers regs;
	struct tu_context *stack; /* NULL: the context's own */
	char *low;                /* this and the next: the stack as the sanitizers know it */
	size_t bytes;
	void *fake_stack, *fiber;
};

static inline void tu_side_remember(struct tu_place *at, const struct tu_context *self)
{
	at->stack = self->aside;
#if defined(TU_ASAN) || defined(TU_TSAN)
	at->low = self->low;
	at->bytes = self->bytes;
	at->fiber = self->fiber;
	at->fake_stack = self->fake_stack; /* as tu_sanitize_leave has left it */
#endif
}

static inline void tu_side_stand(struct tu_context *self, const struct tu_place *at)
{
	self->aside = at->stack;
#if defined(TU_ASAN) || defined(TU_TSAN)
	self->low = at->low;
	self->bytes = at->bytes;
	self->fiber = at->fiber;
	self->fake_stack = at->fake_stack;
#endif
}

/* What sanitize.h wants to know of where we go. */
static inline struct tu_context tu_side_context(const struct tu_place *at)
{
	return (struct tu_context){ .low = at->low, .bytes = at->bytes, .fiber = at->fiber };
}

/*
 * Leave, standing at from, and begin job on stack, which is from tu_context_take. Its start must
 * end with tu_side_end. Returns when somebody goes to from.
 */
void tu_side_begin(struct tu_place *from, struct tu_context *stack, struct tu_runnable *job);

/*
 * Leave, standing at from, and go on at to. Returns as above; perhaps on another context. Inline,
 * since each return after it comes as a surprise to the CPU: there should be one, the program's.
 */
static inline __attribute__((always_inline)) void tu_side_go(
	struct tu_place *from, struct tu_place *to)
{
	struct tu_context *self = tu_current, target = tu_side_context(to);

	tu_sanitize_leave(self, &target);
	tu_side_remember(from, self);
	tu_side_stand(self, to);
	tu_change_stack(self->worker->caught, &from->regs, &to->regs);
	tu_sanitize_enter(tu_current); /* who came back to us, perhaps not self */
}

/* The last thing on stack: go on at to. Returns when stack is used anew: then return at once. */
void tu_side_end(struct tu_context *stack, struct tu_place *to);

/* Give up a stack with all that is on it. Nobody stands there. */
void tu_side_drop(struct tu_context *stack);

#endif
