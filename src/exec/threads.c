/* SPDX-License-Identifier: MIT */
/*
 * threads.c - the engine "threads": one queue, first in first out, and threads that take from it.
 *
 * A thread is started where a job comes and none is idle, up to the most there may be. An idle one
 * waits for a permit of work; whoever gives it that has taken it off the count of idle ones, so
 * that two jobs never count on the same thread.
 *
 * The program's exit does not wait for these threads but for their jobs: see executor.c.
 */
#include "exec/executor.h"

#include "core/alloc.h"
#include "core/mutex.h"
#include "core/worker.h"
#include "exec/job_future.h"
#include "exec/thread.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/scope.h>
#include <tutti/semaphore.h>

enum { NAME_BYTES = 64, USUAL_MOST = 32, USUAL_SPARE = 4 };

struct member {
	struct member *next;
	struct tu_thread *thread; /* a reference */
};

struct pool {
	int max; /* this and the next four: fixed after open */
	size_t stack_bytes;
	tutti_fn worker_start;
	void *worker_arg;
	char *name;                        /* "NAME_0" is the first thread's */
	tutti_semaphore work;              /* see above */
	uint32_t lock;                     /* a tu_mutex; all below */
	struct tu_runnable *first, **last; /* jobs that wait for a thread */
	struct member *members;
	int threads, idle;
	unsigned started; /* numbers the names */
	bool ended;
};

/* -- the queue; under the lock ----------------------------------------------------------------- */

static void add_job(struct pool *p, struct tu_job_future *jf)
{
	jf->node.next = NULL;
	*p->last = &jf->node;
	p->last = &jf->node.next;
}

static struct tu_job_future *take_job(struct pool *p)
{
	struct tu_runnable *node = p->first;

	if (!node)
		return NULL;
	p->first = node->next;
	if (!p->first)
		p->last = &p->first;
	return tu_container_of(node, struct tu_job_future, node);
}

/* -- threads ---------------------------------------------------------------------------------- */

/* Wait for a job; NULL: there will be none. */
static struct tu_job_future *next_job(struct pool *p)
{
	struct tu_job_future *jf;
	tutti_scope quiet;

	tu_mutex_lock(&p->lock);
	while ((jf = take_job(p)) == NULL && !p->ended) {
		p->idle++;
		tu_mutex_unlock(&p->lock);
		/* a cancel of the thread itself must not make this spin */
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		tutti_semaphore_acquire(&p->work);
		tutti_shield_end(&quiet, 0);
		tu_mutex_lock(&p->lock);
	}
	tu_mutex_unlock(&p->lock);
	return jf;
}

static void member_main(void *arg)
{
	struct tu_thread *t = arg;
	struct pool *p = t->future.value.start.arg;
	struct tu_job_future *jf;

	tu_thread_enter(t);
	if (p->worker_start)
		p->worker_start(p->worker_arg);
	while ((jf = next_job(p)) != NULL)
		tutti_future_run(&jf->future);
	tu_thread_leave(t, NULL);
}

static int launch(struct pool *p, struct member *m, unsigned number)
{
	char name[NAME_BYTES];
	int rc;

	snprintf(name, sizeof(name), "%s_%u", p->name, number);
	m->thread = tu_thread_make(NULL, p, name);
	if (!m->thread)
		return -ENOMEM;
	m->thread->pooled = true;
	m->thread->future.word |= TU_FUTURE_RUNNING; /* born started */
	rc = tu_thread_launch(m->thread, member_main, p->stack_bytes);
	if (rc < 0)
		tutti_future_unref(&m->thread->future);
	return rc;
}

/* One more thread, already counted. */
static int start_member(struct pool *p, unsigned number)
{
	struct member *m = tu_alloc(sizeof(*m));
	int rc = m ? launch(p, m, number) : -ENOMEM;

	if (rc < 0) {
		tu_free(m);
		return rc;
	}
	tu_mutex_lock(&p->lock);
	m->next = p->members;
	p->members = m;
	tu_mutex_unlock(&p->lock);
	return 0;
}

/*
 * The thread that was counted could not be started. With others alive the jobs will be run by them;
 * with none all that wait have failed, for whoever put them there counted on this one too.
 */
static int without_member(struct pool *p, struct tu_job_future *own, int rc)
{
	struct tu_runnable *node = NULL;

	tu_mutex_lock(&p->lock);
	if (--p->threads == 0) {
		node = p->first;
		p->first = NULL;
		p->last = &p->first;
	}
	tu_mutex_unlock(&p->lock);
	if (!node)
		return 0;
	while (node) {
		struct tu_job_future *jf = tu_container_of(node, struct tu_job_future, node);

		node = node->next;
		if (jf != own)
			tu_job_future_give_up(jf, rc);
	}
	return rc;
}

static int submit(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct pool *p = self;
	bool wake, start;
	unsigned number;
	int rc;

	tu_mutex_lock(&p->lock);
	add_job(p, jf);
	wake = p->idle > 0;
	p->idle -= wake;
	start = !wake && p->threads < p->max;
	p->threads += start;
	number = p->started;
	p->started += start;
	tu_mutex_unlock(&p->lock);
	if (wake)
		tutti_semaphore_release(&p->work, 1);
	rc = start ? start_member(p, number) : 0;
	return rc < 0 ? without_member(p, jf, rc) : 0;
}

/* -- open and close --------------------------------------------------------------------------- */

static char *name_of(const char *given)
{
	static unsigned pools;
	char name[NAME_BYTES];

	if (given)
		return tu_copy_text(given);
	/* relaxed: a number of its own for each */
	snprintf(name, sizeof(name), "ThreadPoolExecutor-%u", tu_add_rlx(&pools, 1u));
	return tu_copy_text(name);
}

static int usual_most(void)
{
	int n = tutti_cpu_count() + USUAL_SPARE;

	return n < USUAL_MOST ? n : USUAL_MOST;
}

static int open_threads(void **self, const char *where, const tutti_executor_options *options)
{
	struct pool *p = tu_alloc_zero(sizeof(*p));

	(void)where;
	if (!p)
		return -ENOMEM;
	p->name = name_of(options->name);
	if (!p->name) {
		tu_free(p);
		return -ENOMEM;
	}
	p->max = options->max_workers > 0 ? options->max_workers : usual_most();
	p->stack_bytes = options->stack_bytes;
	p->worker_start = options->worker_start;
	p->worker_arg = options->worker_arg;
	p->last = &p->first;
	*self = p;
	return 0;
}

/* The threads end when the queue is empty; what was to be dropped is cancelled by now. */
static void shutdown_threads(void *self, tutti_ending how)
{
	struct pool *p = self;
	int idle;

	(void)how;
	tu_mutex_lock(&p->lock);
	p->ended = true;
	idle = p->idle;
	p->idle = 0;
	tu_mutex_unlock(&p->lock);
	if (idle > 0)
		tutti_semaphore_release(&p->work, (uint32_t)idle);
}

static void free_threads(void *self)
{
	struct pool *p = self;
	struct member *m;
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	while ((m = p->members) != NULL) {
		p->members = m->next;
		tutti_future_result(&m->thread->future, NULL, 0);
		tutti_future_unref(&m->thread->future);
		tu_free(m);
	}
	tutti_shield_end(&quiet, 0);
	tu_free(p->name);
	tu_free(p);
}

const tutti_engine tu_engine_threads = { .size = sizeof(tutti_engine),
	.scheme = "threads",
	.open = open_threads,
	.submit = submit,
	.shutdown = shutdown_threads,
	.free = free_threads };
