/* SPDX-License-Identifier: MIT */
/*
 * threads.c - the engine "threads": who sits at the seats where its jobs are run.
 *
 * A thread is started where a job comes and no seat is idle, up to the most there may be; what it
 * does there is in seats.c.
 *
 * A forked child has none of these threads: the pool begins anew there. If the fork was in a job,
 * its own thread goes on, but takes no more: when that job has returned it ends, and the process.
 *
 * The program's exit does not wait for these threads but for their jobs: see executor.c.
 */
#include "exec/threads.h"
#include "exec/executor.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "exec/job_future.h"
#include "exec/seats.h"
#include "exec/thread.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/cpu.h>
#include <tutti/scope.h>

enum {
	NAME_BYTES = 64,
	USUAL_MOST = 32,
	USUAL_SPARE = 4,
};

struct member {
	struct member *next;
	struct tu_thread *thread; /* a reference */
};

struct pool {
	size_t stack_bytes; /* this and the next three: fixed after open */
	tutti_fn worker_start;
	void *worker_arg;
	char *name; /* "NAME_0" is the first thread's */
	struct tu_seats seats;
	struct member *members; /* under the lock of the seats */
	unsigned started;       /* numbers the names. Atomic */
	struct tu_fork_guard guard;
};

static unsigned pools; /* atomic: how many were opened; for their names */

unsigned tu_threads_names_from(unsigned n)
{
	return tu_swap_acqrel(&pools, n); /* a number by itself */
}

static void member_main(void *arg)
{
	struct tu_thread *t = arg;
	struct pool *p = t->future.value.start.arg;

	tu_thread_enter(t);
	if (p->worker_start)
		p->worker_start(p->worker_arg);
	tu_seats_work(&p->seats);
	tu_thread_leave(t, NULL);
}

/* -- threads ---------------------------------------------------------------------------------- */

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
static int start_member(struct pool *p)
{
	struct member *m = tu_alloc(sizeof(*m));
	int rc = -ENOMEM;

	if (m) /* relaxed: a number of its own for each */
		rc = launch(p, m, tu_add_rlx(&p->started, 1u));

	if (rc < 0) {
		tu_free(m);
		return rc;
	}
	tu_mutex_lock(&p->seats.lock);
	m->next = p->members;
	p->members = m;
	tu_mutex_unlock(&p->seats.lock);
	return 0;
}

static int submit(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct pool *p = self;
	int rc = tu_seats_put(&p->seats, jf) ? start_member(p) : 0;

	return rc < 0 && tu_seats_without_thread(&p->seats, jf, rc) ? rc : 0;
}

/* -- in a forked child ------------------------------------------------------------------------- */

/* Of the members only the caller can be there: closing the pool joins it all the same. */
static void forget_members(struct pool *p)
{
	struct member **link = &p->members, *m;

	while ((m = *link) != NULL) {
		if (!(tu_future_word(&m->thread->future) & TU_FUTURE_DONE)) {
			link = &m->next;
			continue;
		}
		*link = m->next;
		tutti_future_unref(&m->thread->future);
		tu_free(m);
	}
}

static void after_fork(struct tu_fork_guard *g)
{
	struct pool *p = tu_container_of(g, struct pool, guard);

	tu_seats_after_fork(&p->seats);
	forget_members(p);
}

/* -- open and close --------------------------------------------------------------------------- */

static char *name_of(const char *given)
{
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

static struct tu_seats *seats_of(void *pool)
{
	return &((struct pool *)pool)->seats;
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
	p->stack_bytes = options->stack_bytes;
	p->worker_start = options->worker_start;
	p->worker_arg = options->worker_arg;
	tu_seats_init(&p->seats, options->max_workers > 0 ? options->max_workers : usual_most(),
		options->stack_bytes);
	p->guard.lock = &p->seats.lock;
	p->guard.in_child = after_fork;
	tu_fork_guard_add(&p->guard);
	*self = p;
	return 0;
}

static void free_threads(void *self)
{
	struct pool *p = self;
	struct member *m;
	tutti_scope quiet;

	tu_seats_end(&p->seats);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	while ((m = p->members) != NULL) {
		p->members = m->next;
		tutti_future_result(&m->thread->future, NULL, 0);
		tutti_future_unref(&m->thread->future);
		tu_free(m);
	}
	tutti_shield_end(&quiet, 0);
	tu_fork_guard_remove(&p->guard);
	tu_free(p->name);
	tu_free(p);
}

const struct tu_own_engine tu_engine_threads = { .engine = { .size = sizeof(tutti_engine),
							 .scheme = "threads",
							 .open = open_threads,
							 .submit = submit,
							 .free = free_threads },
	.seats = seats_of };
