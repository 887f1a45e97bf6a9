/* SPDX-License-Identifier: MIT */
/* run.c - a program of tasks from its first to its last, with the keyboard's interrupt. */
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"
#include "os/os.h"

#include <errno.h>
#include <tutti/task.h>

/* Whom an interrupt is for; one at a time, see tu_os_interrupt_begin. The handler reads both. */
static struct tu_worker *interrupted_worker;
static uint32_t interrupted;

/* In a signal handler. */
static void on_interrupt(void)
{
	struct tu_worker *w = tu_load_rlx(&interrupted_worker); /* set before the handler was */

	tu_store_rel(&interrupted, 1); /* [run-1] release: before the wake; acquired in await */
	if (w)
		tu_unpark_from_signal(&w->native);
}

/* Wait for the first task; an interrupt, or a cancel of the caller, cancels it once. */
static int await(struct tu_context *self, tutti_future *task, bool listening)
{
	bool cancelled = false;
	int rc = 0;

	while (!(tu_future_word(task) & TU_FUTURE_DONE)) {
		bool stop = listening && tu_load_acq(&interrupted); /* [run-1] acquire */

		if (!cancelled && tu_cancel_pending(self) < 0) {
			rc = TUTTI_ECANCELED;
			stop = true;
		}
		if (stop && !cancelled) {
			cancelled = true;
			tutti_future_cancel(task);
			continue;
		}
		tu_future_nap(task);
	}
	return rc;
}

static int run(struct tu_context *self, tutti_fn fn, void *arg, void **result)
{
	bool listening;
	tutti_future *task;
	int rc;

	tu_store_rlx(&interrupted, 0);
	tu_store_rlx(&interrupted_worker, self->worker);
	listening = tu_os_interrupt_begin(on_interrupt) == 0;
	task = tutti_task_start(fn, arg, NULL);
	rc = await(self, task, listening);
	tu_worker_close(self->worker);
	if (listening)
		tu_os_interrupt_end();
	if (rc == 0)
		rc = tu_future_outcome(task);
	if (rc == 0 && result)
		*result = task->value.pointer;
	tutti_future_unref(task);
	return rc;
}

int tutti_run(tutti_fn fn, void *arg, void **result)
{
	struct tu_context *self = tu_self();

	return self == &self->worker->native ? run(self, fn, arg, result) : -EBUSY;
}
