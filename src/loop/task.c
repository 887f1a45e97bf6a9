/* SPDX-License-Identifier: MIT */
/* task.c - tasks: a call in a worker's queue, with a name. See call.h. */
#include "loop/task.h"

#include "base/trace.h"
#include "core/alloc.h"
#include "loop/call.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/task.h>

static void task_free(tutti_future *f)
{
	tu_pool_give(tu_worker_self()->pools, TU_POOL_64, f);
}

const char *tu_task_name(const tutti_future *f, char *buf, size_t n)
{
	const struct tu_future_extra *extra = tu_load_acq(&f->extra); /* [future-3] acquire */

	if (extra && extra->name)
		return extra->name;
	snprintf(buf, n, "Task-%u", f->size);
	return buf;
}

static const struct tu_future_ops task_ops = { .kind = TU_FUTURE_TASK,
	.noun = "task",
	.begun = tu_call_begun,
	.interrupt = tu_call_interrupt,
	.free = task_free,
	.name = tu_task_name };

static void task_begins(struct tu_runnable *node, int rc)
{
	struct tu_call *t = tu_container_of(node, struct tu_call, node);
	struct tu_context *self = tu_current;
	tutti_fn fn = t->future.value.start.fn;
	void *arg = t->future.value.start.arg;

	if (!tu_call_begin(t, self, rc))
		return;
	tu_trace(TU_TRACE_TASK_START, self->id, (uintptr_t)fn, 0);
	arg = fn(arg);
	tu_trace(TU_TRACE_TASK_END, self->id, 0, 0);
	tu_call_end(t, self, arg);
}

static const struct tu_start starts[] = TU_STARTS(task_begins, TU_CALL_NODE);

/* What the options change; *w is the worker it is for. */
static int set_options(struct tu_call *t, const tutti_task_options *options, struct tu_worker **w)
{
	unsigned size_class = tu_size_class(options->stack_bytes);
	struct tu_future_extra *extra;

	if (size_class == 0)
		return -ENOMEM;
	t->node.job = tu_start_for(starts, size_class);
	if (options->loop) {
		*w = (struct tu_worker *)options->loop;
		t->future.owner = tu_load_rlx(&(*w)->number); /* as in tu_call_init */
		if (t->future.owner == 0)
			return TUTTI_ESHUTDOWN;
	}
	if (!options->name)
		return 0;
	extra = tu_future_extra_of(&t->future);
	if (extra)
		extra->name = tu_copy_text(options->name);
	return extra && extra->name ? 0 : -ENOMEM;
}

tutti_task *tutti_task_start(tutti_fn fn, void *arg, const tutti_task_options *options)
{
	struct tu_worker *here = tu_worker_self(), *w = here;
	struct tu_call *t;
	int rc;

	tu_point(TU_OP_TASK_START, NULL);
	if (tu_unlikely(!fn))
		return tu_future_failed(-EINVAL);
	if (tu_worker_is_closed(
		    options && options->loop ? (struct tu_worker *)options->loop : here))
		return tu_future_failed(TUTTI_ESHUTDOWN);
	t = tu_pool_take(here->pools, TU_POOL_64);
	if (tu_unlikely(!t))
		return tu_future_failed(-ENOMEM);
	tu_call_init(t, &task_ops, here, 2);
	t->future.value.start.fn = fn;
	t->future.value.start.arg = arg;
	t->future.size = ++here->task_number;
	t->node.job = tu_start_for(starts, TU_STACK_CLASS_USUAL);
	rc = options ? set_options(t, options, &w) : 0;
	if (tu_unlikely(rc < 0)) {
		tu_future_complete_error(&t->future, rc);
		return &t->future;
	}
	if (tu_likely(w == here))
		tu_worker_push(here, &t->node);
	else
		tu_worker_post(w, &t->node);
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
