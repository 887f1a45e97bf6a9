/* SPDX-License-Identifier: MIT */
/* side.c - changing the stack under the running context. */
#include "core/side.h"

void tu_side_begin(struct tu_place *from, struct tu_context *stack, struct tu_runnable *job)
{
	struct tu_context *self = tu_current;

	self->worker->starting = job;
	tu_sanitize_leave(self, stack);
	tu_side_remember(from, self);
	self->aside = stack;
#if defined(TU_ASAN) || defined(TU_TSAN)
	self->low = stack->low;
	self->bytes = stack->bytes;
	self->fiber = stack->fiber;
#endif
	tu_change_stack(self->worker->caught, &from->regs, &stack->regs);
	tu_sanitize_enter(tu_current);
}

void tu_side_end(struct tu_context *stack, struct tu_place *to)
{
	struct tu_context target = tu_side_context(to);

	tu_context_put(stack); /* from now on it may be taken, but only on this thread */
	tu_sanitize_leave(stack, &target);
	tu_side_stand(tu_current, to);
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
