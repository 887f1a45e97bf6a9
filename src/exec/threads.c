/* SPDX-License-Identifier: MIT */
/*
 * threads.c - the engine "threads": one queue, first in first out, and seats where jobs are run.
 *
 * Each thread of the pool is a seat, started where a job comes and no seat is idle, up to the most
 * there may be. An idle seat is on a list; whoever has a job for it takes it off that list and puts
 * the job into its hand, so that two jobs never count on the same seat.
 *
 * A job that waits for a job of its own pool would keep its seat from the very one it waits for. So
 * it runs that one itself, on its own stack, if it has not begun (tu_threads_help). Otherwise, or
 * if its stack is nearly used up, it lends its seat for as long as it waits: another stack of the
 * same thread takes jobs meanwhile (struct lease). Waits for anything else keep the seat.
 *
 * A forked child has none of these threads: the pool begins anew there. If the fork was in a job,
 * its own thread goes on, but takes no more: when that job has returned it ends, and the process.
 *
 * The program's exit does not wait for these threads but for their jobs: see executor.c.
 */
#include "exec/threads.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/worker.h"
#include "exec/executor.h"
#include "exec/job_future.h"
#include "exec/thread.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/cpu.h>
#include <tutti/scope.h>

enum {
	NAME_BYTES = 64,
	USUAL_MOST = 32,
	USUAL_SPARE = 4,
	TOLD_AT_ONCE = 32,       /* jobs: see let_go */
	STACK_SPARE = 128 << 10, /* bytes that a job may count on when it runs on another's stack */
};

struct seat {
	struct tu_link link; /* of all of the pool */
	struct tu_link idle; /* on the pool's list of idle ones */
	struct tu_context *context;
	struct tu_job_future *job; /* in its hand: begun, unless the seat was just woken for it */
	bool handed;               /* job has not begun */
	unsigned stopped;          /* the last stop that met it */
	size_t ended;              /* jobs, of which the executor has not been told */
	bool closed;               /* takes no more */
};

struct member {
	struct member *next;
	struct tu_thread *thread; /* a reference */
};

struct pool {
	int max; /* this and the next four: fixed after open */
	size_t stack_bytes;
	tutti_fn worker_start;
	void *worker_arg;
	char *name;          /* "NAME_0" is the first thread's */
	uint32_t lock;       /* a tu_mutex; all below */
	struct tu_list jobs; /* that wait for a seat; none while a seat is idle */
	struct tu_list seats;
	struct tu_list idle; /* seats, the last one to become so first */
	struct member *members;
	int threads;
	unsigned started; /* numbers the names */
	unsigned stops;
	bool ended;
	struct tu_fork_guard guard;
};

/* A seat while its owner waits. Of two parties the last one frees it; under the pool's lock. */
struct lease {
	struct tu_runnable node;
	struct pool *pool;
	struct seat seat;
	int parties;
};

/* -- jobs and seats; under the lock ------------------------------------------------------------ */

static struct tu_job_future *first_job(struct pool *p)
{
	struct tu_link *link = tu_list_take(&p->jobs);

	return link ? tu_container_of(link, struct tu_job_future, queued) : NULL;
}

static struct seat *idle_seat(struct pool *p)
{
	struct tu_link *link = tu_list_take(&p->idle);

	return link ? tu_container_of(link, struct seat, idle) : NULL;
}

/*
 * Into the hand of an idle seat, whose context is returned to be woken: the seat may be gone by
 * then, a context never is. NULL: into the queue, at its head if first.
 */
static struct tu_context *place_job(struct pool *p, struct tu_job_future *jf, bool first)
{
	struct seat *seat = idle_seat(p);

	if (seat) {
		seat->job = jf;
		seat->handed = true;
		return seat->context;
	}
	if (first)
		tu_list_add_head(&p->jobs, &jf->queued);
	else
		tu_list_add_tail(&p->jobs, &jf->queued);
	return NULL;
}

static void wake(struct tu_context *c)
{
	if (c)
		tu_unpark(c);
}

/* -- a seat at work ---------------------------------------------------------------------------- */

/* The next job into the seat's hand. false: there is none, and the seat is idle. */
static bool take_job(struct pool *p, struct seat *seat)
{
	if (!seat->handed)
		seat->job = seat->closed ? NULL : first_job(p);
	seat->handed = false;
	if (seat->job || seat->closed || p->ended) {
		if (tu_link_used(&seat->idle))
			tu_list_remove(&seat->idle);
		return true;
	}
	if (!tu_link_used(&seat->idle))
		tu_list_add_head(&p->idle, &seat->idle);
	return false;
}

/*
 * What has ended here is told to the executor in one go, before the seat becomes idle: its count is
 * the one line that all who submit and all seats write to.
 */
static void let_go(struct seat *seat, struct tu_job_future *last, bool idle)
{
	tutti_executor *e;

	if (!last)
		return;
	e = last->executor;
	tu_executor_let_go_of(last);
	if (++seat->ended < TOLD_AT_ONCE && !idle)
		return;
	tu_executor_ended(e, seat->ended);
	seat->ended = 0;
}

/*
 * Let go of the last job and wait for the next; NULL: there will be none. The last one stays in the
 * seat's hand until the lock is held, so that tu_threads_stop finds only jobs that still exist.
 */
static struct tu_job_future *next_job(struct pool *p, struct seat *seat)
{
	struct tu_job_future *last;
	bool taken;

	tu_mutex_lock(&p->lock);
	last = seat->job;
	taken = take_job(p, seat);
	tu_mutex_unlock(&p->lock);
	let_go(seat, last, !taken || !seat->job);
	while (!taken) {
		tu_park(seat->context); /* no cancellation point: the thread's own is not meant */
		tu_mutex_lock(&p->lock);
		taken = take_job(p, seat);
		tu_mutex_unlock(&p->lock);
	}
	return seat->job;
}

static void seat_open(struct pool *p, struct seat *seat)
{
	tu_mutex_lock(&p->lock);
	tu_list_add_tail(&p->seats, &seat->link);
	tu_mutex_unlock(&p->lock);
}

/* Run jobs until there will be none. */
static void seat_work(struct pool *p, struct seat *seat)
{
	struct tu_job_future *jf;

	while ((jf = next_job(p, seat)) != NULL)
		tu_job_future_run(jf);
	tu_mutex_lock(&p->lock);
	if (tu_link_used(&seat->link)) /* not if it has come here by a fork within its job */
		tu_list_remove(&seat->link);
	tu_mutex_unlock(&p->lock);
}

static void member_main(void *arg)
{
	struct tu_thread *t = arg;
	struct pool *p = t->future.value.start.arg;
	struct seat seat = { .context = tu_self() };

	tu_thread_enter(t);
	if (p->worker_start)
		p->worker_start(p->worker_arg);
	seat_open(p, &seat);
	seat_work(p, &seat);
	tu_thread_leave(t, NULL);
}

/* -- lending ---------------------------------------------------------------------------------- */

/* One party is through with it. Unlocks. */
static void lease_drop(struct lease *lease)
{
	struct pool *p = lease->pool;
	bool last = --lease->parties == 0;

	tu_mutex_unlock(&p->lock);
	if (last)
		tu_free(lease);
}

/* On a stack of its own, of the same thread. */
static void lease_runs(struct tu_runnable *node, int rc)
{
	struct lease *lease = tu_container_of(node, struct lease, node);
	struct pool *p = lease->pool;

	if (rc == 0) {
		struct tu_context *self = tu_current;

		lease->seat.context = self;
		self->id = tu_worker_new_id(self->worker);
		self->worker->begun++;
		seat_open(p, &lease->seat);
		seat_work(p, &lease->seat);
		self->worker->ended++;
		tu_context_clean(self);
	}
	tu_mutex_lock(&p->lock);
	lease_drop(lease);
}

/* Without memory nothing is lent: the wait goes on as any other. */
static struct lease *lend(struct pool *p, struct tu_context *self)
{
	static const struct tu_start start = { lease_runs, TU_STACK_CLASS_JOB };
	struct lease *lease = tu_alloc_zero(sizeof(*lease));

	if (!lease)
		return NULL;
	lease->pool = p;
	lease->parties = 2;
	lease->node.job = &start;
	tu_worker_push(self->worker, &lease->node);
	return lease;
}

void tu_threads_take_back(struct tu_lease *opaque)
{
	struct lease *lease = (struct lease *)opaque;
	struct pool *p = lease->pool;
	struct tu_context *asleep = NULL, *other = NULL;
	struct seat *mine = &lease->seat;

	tu_mutex_lock(&p->lock);
	mine->closed = true;
	if (tu_link_used(&mine->idle)) {
		tu_list_remove(&mine->idle);
		asleep = mine->context;
	}
	if (mine->handed) {
		other = place_job(p, mine->job, true);
		mine->job = NULL;
		mine->handed = false;
	}
	lease_drop(lease);
	wake(asleep);
	wake(other);
}

/* How much is left of self's stack, as seen from here. */
static size_t stack_left(const struct tu_context *self)
{
	const char *here = __builtin_frame_address(0);

	return here > self->low ? (size_t)(here - self->low) : 0;
}

int tu_threads_help(
	void *pool, struct tu_job_future *awaited, bool may_run, struct tu_lease **lease)
{
	struct tu_context *self = tu_self();
	bool room = stack_left(self) > STACK_SPARE, run;
	struct pool *p = pool;

	tu_mutex_lock(&p->lock);
	run = tu_link_used(&awaited->queued);
	if (run)
		tu_list_remove(&awaited->queued);
	if (run && !(may_run && room)) { /* it is what the lent seat does first */
		tu_list_add_head(&p->jobs, &awaited->queued);
		run = false;
	}
	tu_mutex_unlock(&p->lock);
	if (run)
		tutti_future_run(&awaited->future);
	else
		*lease = (struct tu_lease *)lend(p, self);
	return run;
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
	struct tu_job_future *jf;
	struct tu_list orphans;
	bool mine = false;

	tu_list_init(&orphans);
	tu_mutex_lock(&p->lock);
	if (--p->threads == 0)
		tu_list_splice(&orphans, &p->jobs);
	while (tu_list_first(&orphans)) { /* under the lock: some may be taken off by who waits */
		jf = tu_container_of(tu_list_take(&orphans), struct tu_job_future, queued);
		tu_mutex_unlock(&p->lock);
		if (jf == own)
			mine = true;
		else
			tu_job_future_give_up(jf, rc);
		tu_mutex_lock(&p->lock);
	}
	tu_mutex_unlock(&p->lock);
	return mine ? rc : 0;
}

static int submit(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct tu_context *idle;
	struct pool *p = self;
	unsigned number;
	bool start;
	int rc;

	tu_mutex_lock(&p->lock);
	idle = place_job(p, jf, false);
	start = !idle && p->threads < p->max;
	p->threads += start;
	number = p->started;
	p->started += start;
	tu_mutex_unlock(&p->lock);
	wake(idle);
	rc = start ? start_member(p, number) : 0;
	return rc < 0 ? without_member(p, jf, rc) : 0;
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

/* Of a job which is not the caller's: the reference that is the engine's. */
static void forget_job(struct tu_job_future *jf)
{
	tu_future_word(&jf->future); /* it fails, if it is not done */
	tutti_future_unref(&jf->future);
}

/* One by one: who waits for one of them must not think that it is still there. */
static void forget_jobs(struct pool *p)
{
	struct tu_job_future *jf;

	while ((jf = first_job(p)) != NULL)
		forget_job(jf);
}

/* Who has come here within its job ends that and takes no more; of others nothing is left. */
static void forget_seat(struct seat *seat)
{
	struct tu_job_future *jf = seat->job;

	tu_list_remove(&seat->link);
	if (tu_link_used(&seat->idle))
		tu_list_remove(&seat->idle);
	seat->closed = true;
	seat->handed = false;
	seat->ended = 0;
	if (!jf || tu_future_is_of_now(&jf->future))
		return;
	seat->job = NULL;
	forget_job(jf);
}

static void after_fork(struct tu_fork_guard *g)
{
	struct pool *p = tu_container_of(g, struct pool, guard);

	p->threads = 0;
	tu_list_each_safe(link, &p->seats)
		forget_seat(tu_container_of(link, struct seat, link));
	forget_jobs(p);
	forget_members(p);
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

int tu_threads_most(const void *pool)
{
	return ((const struct pool *)pool)->max;
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
	tu_list_init(&p->jobs);
	tu_list_init(&p->seats);
	tu_list_init(&p->idle);
	p->guard.lock = &p->lock;
	p->guard.in_child = after_fork;
	tu_fork_guard_add(&p->guard);
	*self = p;
	return 0;
}

/* What the next seat has in its hand that this stop has not met, with a reference; or NULL. */
static struct tu_job_future *next_to_stop(struct pool *p, unsigned number)
{
	struct tu_job_future *jf = NULL;

	tu_mutex_lock(&p->lock);
	tu_list_each(link, &p->seats) {
		struct seat *seat = tu_container_of(link, struct seat, link);

		if (!jf && seat->job && seat->stopped != number) {
			seat->stopped = number;
			jf = seat->job;
			tutti_future_ref(&jf->future);
		}
	}
	tu_mutex_unlock(&p->lock);
	return jf;
}

/* No locks are held where something is cancelled: that calls back. */
void tu_threads_stop(void *pool, bool running)
{
	struct tu_job_future *jf;
	struct pool *p = pool;
	unsigned number;

	for (;;) {
		tu_mutex_lock(&p->lock);
		jf = first_job(p);
		tu_mutex_unlock(&p->lock);
		if (!jf)
			break;
		tu_future_withdraw(&jf->future);
		tutti_future_run(&jf->future); /* only lets go of it, if it was withdrawn */
	}
	tu_mutex_lock(&p->lock);
	number = ++p->stops;
	tu_mutex_unlock(&p->lock);
	while (running && (jf = next_to_stop(p, number)) != NULL) {
		tutti_future_cancel(&jf->future);
		tutti_future_unref(&jf->future);
	}
}

/* The last job has ended. */
static void end_seats(struct pool *p)
{
	tu_mutex_lock(&p->lock);
	p->ended = true;
	tu_list_each(link, &p->idle)
		tu_unpark(tu_container_of(link, struct seat, idle)->context);
	tu_mutex_unlock(&p->lock);
}

static void free_threads(void *self)
{
	struct pool *p = self;
	struct member *m;
	tutti_scope quiet;

	end_seats(p);
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

const tutti_engine tu_engine_threads = { .size = sizeof(tutti_engine),
	.scheme = "threads",
	.open = open_threads,
	.submit = submit,
	.free = free_threads };
