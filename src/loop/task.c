/* SPDX-License-Identifier: MIT */
/*
 * task.c - tasks: a future, and a place in a worker's queue until it begins.
 *
 * A task that has not begun owns no stack. It begins as a call on whatever stack the scheduler
 * stands on, see core/context.h; from then on that stack's context is where a cancel goes.
 */
#include "base/list.h"
#include "base/trace.h"
#include "core/alloc.h"
#include "core/pool.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/task.h>

struct task {
	tutti_future future;
	struct tu_runnable node;    /* in its worker's queue or inbox, until it begins */
	struct tu_worker *worker;   /* fixed */
	struct tu_context *context; /* where it runs; written before RUNNING */
};
_Static_assert(sizeof(struct task) <= TU_POOL_BLOCK, "a task is one block of the pool");

static void task_interrupt(tutti_future *f)
{
	tu_context_cancel(((struct task *)f)->context);
}

static void task_free(tutti_future *f)
{
	tu_pool_give(tu_worker_self(), f);
}

static const char *task_name(const tutti_future *f, char *buf, size_t n)
{
	const struct tu_future_extra *extra = tu_load_acq(&f->extra); /* [future-3] acquire */

	if (extra && extra->name)
		return extra->name;
	snprintf(buf, n, "Task-%u", f->size);
	return buf;
}

static const struct tu_future_ops task_ops = { .kind = TU_FUTURE_TASK,
	.noun = "task",
	.interrupt = task_interrupt,
	.free = task_free,
	.name = task_name };

static void task_begin(struct tu_runnable *node, int rc)
{
	struct task *t = tu_container_of(node, struct task, node);
	struct tu_context *self = tu_current;
	tutti_fn fn = t->future.value.start.fn;
	void *arg = t->future.value.start.arg;

	t->context = self;
	if (!tu_future_begin(&t->future)) {
		tutti_future_unref(&t->future);
		return;
	}
	if (rc < 0) {
		tu_future_complete_error(&t->future, rc);
		return;
	}
	self->self = &t->future;
	self->id = ++self->worker->next_id;
	self->worker->tasks++;
	tu_trace(TU_TRACE_TASK_START, self->id, (uintptr_t)fn, 0);
	arg = fn(arg);
	tu_trace(TU_TRACE_TASK_END, self->id, 0, 0);
	self->worker->tasks--;
	tu_future_complete_from(&t->future, self, arg);
}

static struct task *task_make(struct tu_worker *here, tutti_fn fn, void *arg)
{
	struct task *t = tu_pool_take(here);

	if (!t)
		return NULL;
	tu_future_init(&t->future, &task_ops, 2);
	t->future.value.start.fn = fn;
	t->future.value.start.arg = arg;
	t->node.start = task_begin;
	t->node.size_class = TU_STACK_CLASS_USUAL;
	t->worker = here;
	t->context = NULL;
	return t;
}

static int set_options(struct task *t, const tutti_task_options *options)
{
	struct tu_future_extra *extra;

	t->node.size_class = tu_size_class(options->stack_bytes);
	if (t->node.size_class == 0)
		return -ENOMEM;
	if (options->loop)
		t->worker = (struct tu_worker *)options->loop;
	if (!options->name)
		return 0;
	extra = tu_future_extra_of(&t->future);
	if (extra)
		extra->name = tu_copy_text(options->name);
	return extra && extra->name ? 0 : -ENOMEM;
}

tutti_task *tutti_task_start(tutti_fn fn, void *arg, const tutti_task_options *options)
{
	struct tu_worker *here = tu_worker_self();
	struct task *t = task_make(here, fn, arg);
	int rc;

	if (tu_unlikely(!t))
		return tu_future_failed(-ENOMEM);
	t->future.size = ++here->task_number;
	rc = options ? set_options(t, options) : 0;
	if (tu_unlikely(rc < 0)) {
		tu_future_complete_error(&t->future, rc);
		return &t->future;
	}
	if (tu_likely(t->worker == here))
		tu_worker_push(here, &t->node);
	else
		tu_worker_post(t->worker, &t->node);
	return &t->future;
}

/* A job that runs as a task is one, under its own future: see tasks_engine.c. */
static bool is_task(const tutti_future *f)
{
	return f->ops->kind == TU_FUTURE_TASK || f->ops->kind == TU_FUTURE_JOB;
}

tutti_task *tutti_task_current(void)
{
	struct tu_context *self = tu_self();
	tutti_future *f = self->self;

	return f && is_task(f) ? f : NULL;
}

const char *tutti_task_name(const tutti_task *t)
{
	if (!t)
		t = tutti_task_current();
	if (!t || !is_task(t))
		return NULL;
	return tu_future_name((tutti_future *)t);
}
