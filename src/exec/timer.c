/* SPDX-License-Identifier: MIT */
/* timer.c - a thread that first waits, and need not run at all. */
#include "core/wait.h"
#include "exec/alive.h"
#include "exec/ending.h"
#include "exec/thread.h"

#include <errno.h>
#include <tutti/timer.h>

/* Its thread waits for the timer's own future, see timer_main: cancelling has woken it. */
static void timer_withdraw(tutti_future *f)
{
	tu_alive_remove((struct tu_thread *)f);
}

static struct tu_future_ops timer_ops; /* a thread's, but for what differs */

static void timer_main(void *arg)
{
	struct tu_thread *t = arg;
	tutti_fn fn = t->future.value.start.fn;
	void *result = t->future.value.start.arg;

	tu_thread_enter(t);
	if (tu_future_wait(&t->future, t->deadline, 0) == TUTTI_ETIMEDOUT &&
		tu_future_begin(&t->future))
		result = fn(result);
	else
		t->withdrawn = true;
	tu_thread_leave(t, result);
}

tutti_timer *tutti_timer_start(tutti_time delay, tutti_fn fn, void *arg)
{
	struct tu_thread *t = fn ? tu_thread_make(fn, arg, NULL) : NULL;
	int rc;

	tu_point(TU_OP_TIMER_START, NULL);
	if (!t)
		return tu_future_failed(fn ? -ENOMEM : -EINVAL);
	t->future.ops = &timer_ops;
	t->daemon = tutti_thread_daemon(NULL);
	t->deadline = tutti_after(delay);
	rc = tu_thread_launch(t, timer_main, 0);
	if (rc < 0) {
		tutti_future_ref(&t->future);
		tu_future_complete_error(&t->future, rc);
	}
	return &t->future;
}

__attribute__((constructor(101))) static void make_ops(void)
{
	timer_ops = tu_thread_ops;
	timer_ops.kind = TU_FUTURE_TIMER;
	timer_ops.noun = "timer";
	timer_ops.withdraw = timer_withdraw;
}
