/* SPDX-License-Identifier: MIT */
/* run.c - a program of tasks from its first to its last, with the keyboard's interrupt. */
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"
#include "os/os.h"

#include <errno.h>
#include <tutti/task.h>

/* Whom an interrupt is for, one at a time; the handler reads both. Written by who has taken. */
static struct tu_worker *interrupted_worker;
static uint32_t interrupted;
static uint32_t taken;

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

/* false: another thread's run listens already, or the program does. */
static bool listen_begin(struct tu_worker *w)
{
	/* [run-2] acquire: the last one's handler is off; from listen_end */
	if (tu_swap_acqrel(&taken, 1))
		return false;
	/* Relaxed: no handler reads them before the system call that installs it. */
	tu_store_rlx(&interrupted, 0);
	tu_store_rlx(&interrupted_worker, w);
	if (tu_os_interrupt_begin(on_interrupt) == 0)
		return true;
	tu_store_rel(&taken, 0); /* [run-2] release, as in listen_end */
	return false;
}

static void listen_end(void)
{
	tu_os_interrupt_end();
	tu_store_rel(&taken, 0); /* [run-2] release: the handler is off */
}

static int run(struct tu_context *self, tutti_fn fn, void *arg, void **result)
{
	bool listening = listen_begin(self->worker);
	tutti_future *task = tutti_task_start(fn, arg, NULL);
	int rc = await(self, task, listening);

	tu_worker_close(self->worker);
	if (listening)
		listen_end();
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

	tu_point(TU_OP_LOOP_RUN, NULL);
	return self == &self->worker->native ? run(self, fn, arg, result) : -EBUSY;
}
