/* SPDX-License-Identifier: MIT */
/* switch.h - from one context to another. Within one, to a further stack: side.h. Core only. */
#ifndef TU_CORE_SWITCH_H
#define TU_CORE_SWITCH_H

#include "base/trace.h"
#include "core/caught.h"
#include "core/sanitize.h"
#include "core/worker.h"
#include "os/os.h"

/*
 * Inline, because the switch makes the compiler save what the caller needs: in a function that
 * must save it for its own caller anyway, that comes for nothing.
 *
 * Both contexts belong to the calling OS thread. That a started context never changes its thread
 * is what makes thread-local variables usable at all: compilers keep their addresses over a call.
 */
static inline __attribute__((always_inline)) void tu_switch(
	struct tu_context *from, struct tu_context *to)
{
	tu_assert(from->worker == to->worker);
	tu_assert(tu_worker_is_here(from->worker));
	tu_trace(TU_TRACE_SWITCH, to->id, from->id, 0);
	tu_current = to;
	tu_show(&from->worker->current, to);
	tu_sanitize_leave(from, to);
	tu_change_stack(from->worker->caught, &from->regs, &to->regs);
	tu_sanitize_enter(from);
}

#endif
