/* SPDX-License-Identifier: MIT */
/* side.c - changing the stack under the running context. */
#include "core/side.h"

#include "core/sanitize.h"

static void remember(struct tu_place *at, const struct tu_context *self)
{
	at->low = self->low;
	at->bytes = self->bytes;
	at->fiber = self->fiber;
	at->fake_stack = self->fake_stack; /* as tu_sanitize_leave has left it */
}

static void stand(struct tu_context *self, const struct tu_place *at)
{
	self->low = at->low;
	self->bytes = at->bytes;
	self->fiber = at->fiber;
	self->fake_stack = at->fake_stack;
}

/* What sanitize.h wants to know of where we go. */
static struct tu_context as_context(const struct tu_place *at)
{
	return (struct tu_context){ .low = at->low, .bytes = at->bytes, .fiber = at->fiber };
}

void tu_side_begin(struct tu_place *from, struct tu_context *stack, struct tu_runnable *job)
{
	struct tu_context *self = tu_current;

	self->worker->starting = job;
	tu_sanitize_leave(self, stack);
	remember(from, self);
	self->low = stack->low;
	self->bytes = stack->bytes;
	self->fiber = stack->fiber;
	tu_arch_switch(&from->regs, &stack->regs);
	tu_sanitize_enter(tu_current);
}

void tu_side_go(struct tu_place *from, struct tu_place *to)
{
	struct tu_context *self = tu_current, target = as_context(to);

	tu_sanitize_leave(self, &target);
	remember(from, self);
	stand(self, to);
	tu_arch_switch(&from->regs, &to->regs);
	tu_sanitize_enter(tu_current); /* who came back to us, perhaps not self */
}

void tu_side_end(struct tu_context *stack, struct tu_place *to)
{
	struct tu_context target = as_context(to);

	tu_context_put(stack); /* from now on it may be taken, but only on this thread */
	tu_sanitize_leave(stack, &target);
	stand(tu_current, to);
	tu_arch_switch(&stack->regs, &to->regs);
	tu_sanitize_enter(stack);
}

void tu_side_drop(struct tu_context *stack)
{
	tu_sanitize_drop(stack);
	tu_arch_prepare(&stack->regs, stack, tu_scheduler, stack);
	tu_sanitize_new(stack);
	tu_context_put(stack);
}
