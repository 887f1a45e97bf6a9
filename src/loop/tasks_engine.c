/* SPDX-License-Identifier: MIT */
/*
 * tasks_engine.c - the engine "tasks": so many jobs at once, each on a stack of its own, all on the
 * loop of the thread that opened it.
 *
 * The job's future is the task's: no second one is made. A job that ends hands its turn to the one
 * that has waited longest, before the executor hears of the end: after that all this may be gone.
 * So does one that waits for another job of the same crew; when it goes on it has its turn back,
 * and until one ends there may be more than max.
 */
#include "loop/tasks_engine.h"

#include "base/trace.h"
#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/worker.h"
#include "exec/executor.h"
#include "exec/job_future.h"

#include <errno.h>
#include <tutti/cpu.h>

struct crew {
	struct tu_worker *worker; /* this and the next five: fixed after open */
	uint32_t number;          /* the worker's: its thread may have ended */
	int max;
	const struct tu_start *start;
	tutti_fn worker_start;
	void *worker_arg;
	uint32_t lock;                     /* a tu_mutex; all below */
	struct tu_runnable *first, **last; /* jobs that wait for a turn */
	int running;                       /* turns that are taken and not lent */
	struct tu_fork_guard guard;
};

static void pass_turn(void *self)
{
	struct crew *c = self;
	struct tu_runnable *node;

	tu_mutex_lock(&c->lock);
	node = c->running <= c->max ? c->first : NULL;
	if (node) {
		c->first = node->next;
		if (!c->first)
			c->last = &c->first;
	} else {
		c->running--;
	}
	tu_mutex_unlock(&c->lock);
	/* through the inbox, though this is its thread: jobs begin in the order of their submits,
	   and an older one from another thread may still be in there */
	if (node)
		tu_worker_post(c->worker, node);
}

/* The job that had lent it goes on. */
static void take_turn(void *self)
{
	struct crew *c = self;

	tu_mutex_lock(&c->lock);
	c->running++;
	tu_mutex_unlock(&c->lock);
}

static void run_as_task(struct tu_context *self, struct crew *c, struct tu_job_future *jf)
{
	self->self = &jf->future;
	self->id = tu_worker_new_id(self->worker);
	self->worker->begun++;
	tu_trace(TU_TRACE_TASK_START, self->id, (uintptr_t)jf->job->target, 0);
	if (c->worker_start)
		c->worker_start(c->worker_arg);
	tu_job_future_run(jf);
	tu_trace(TU_TRACE_TASK_END, self->id, 0, 0);
	self->worker->ended++;
	tu_context_clean(self);
}

static void job_begins(struct tu_runnable *node, int rc)
{
	struct tu_job_future *jf = tu_container_of(node, struct tu_job_future, node);
	struct crew *c = jf->engine;

	if (rc == 0)
		run_as_task(tu_current, c, jf);
	pass_turn(c);
	if (rc == 0)
		tu_executor_let_go(jf);
	else
		tu_job_future_give_up(jf, rc);
}

static const struct tu_start starts[] = TU_STARTS(job_begins, offsetof(struct tu_job_future, node));

static int submit(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct crew *c = self;
	bool turn;

	/* Relaxed: that thread may end at any time, and then its jobs are given up. */
	if (tu_load_rlx(&c->worker->number) != c->number)
		return TUTTI_ESHUTDOWN;
	jf->engine = c;
	jf->node.job = c->start;
	jf->node.next = NULL;
	tu_mutex_lock(&c->lock);
	turn = c->running < c->max;
	if (turn) {
		c->running++;
	} else {
		*c->last = &jf->node;
		c->last = &jf->node.next;
	}
	tu_mutex_unlock(&c->lock);
	if (turn)
		tu_worker_post(c->worker, &jf->node);
	return 0;
}

/* If the caller is a job of c it goes on; what waited or was sent to the loop does not. */
static void after_fork(struct tu_fork_guard *g)
{
	struct crew *c = tu_container_of(g, struct crew, guard);
	tutti_future *f = tu_self()->self;
	struct tu_job_future *jf = f ? tu_job_future_of(f) : NULL;

	c->first = NULL;
	c->last = &c->first;
	c->running = jf && jf->engine == c;
}

static int open_tasks(void **self, const char *where, const tutti_executor_options *options)
{
	unsigned size_class = tu_size_class(options->stack_bytes);
	struct crew *c = size_class ? tu_alloc_zero(sizeof(*c)) : NULL;

	(void)where;
	if (!c)
		return -ENOMEM;
	c->worker = tu_worker_self();
	c->number = c->worker->number;
	c->max = options->max_workers > 0 ? options->max_workers : tutti_cpu_count();
	c->start = tu_start_for(starts, size_class);
	c->worker_start = options->worker_start;
	c->worker_arg = options->worker_arg;
	c->last = &c->first;
	c->guard.lock = &c->lock;
	c->guard.in_child = after_fork;
	tu_fork_guard_add(&c->guard);
	*self = c;
	return 0;
}

static void free_tasks(void *self)
{
	struct crew *c = self;

	tu_fork_guard_remove(&c->guard);
	tu_free(c);
}

const struct tu_own_engine tu_engine_tasks = { .engine = { .size = sizeof(tutti_engine),
						       .scheme = "tasks",
						       .open = open_tasks,
						       .submit = submit,
						       .free = free_tasks },
	.lend_turn = pass_turn,
	.take_turn = take_turn };
