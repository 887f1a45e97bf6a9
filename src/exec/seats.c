/* SPDX-License-Identifier: MIT */
/* seats.c - who runs which job; a seat at work, lent, stopped, and after a fork. */
#include "exec/seats.h"

#include "core/alloc.h"
#include "core/mutex.h"
#include "core/probe.h"
#include "core/worker.h"
#include "exec/executor.h"
#include "exec/job_future.h"

enum {
	TOLD_AT_ONCE = 32, /* jobs: see let_go */
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

/* A seat while its owner waits. Of two parties the last one frees it; under the lock. */
struct tu_lease {
	struct tu_runnable node;
	struct tu_seats *seats;
	struct seat seat;
	int parties;
};

void tu_seats_init(struct tu_seats *s, int max, size_t stack_bytes)
{
	*s = (struct tu_seats){ .max = max };
	s->stacks = stack_bytes > 0 ? tu_size_class(stack_bytes) : TU_STACK_CLASS_JOB;
	if (s->stacks == 0) /* no thread will be had either */
		s->stacks = TU_STACK_CLASS_MOST;
	tu_list_init(&s->jobs);
	tu_list_init(&s->all);
	tu_list_init(&s->idle);
}

/* -- jobs and seats; under the lock ------------------------------------------------------------ */

static struct tu_job_future *first_job(struct tu_seats *s)
{
	struct tu_link *link = tu_list_take(&s->jobs);

	return link ? tu_container_of(link, struct tu_job_future, queued) : NULL;
}

static struct seat *idle_seat(struct tu_seats *s)
{
	struct tu_link *link = tu_list_take(&s->idle);

	return link ? tu_container_of(link, struct seat, idle) : NULL;
}

/*
 * Into the hand of an idle seat, whose context is returned to be woken: the seat may be gone by
 * then, a context never is. NULL: into the queue, at its head if first.
 */
static struct tu_context *place_job(struct tu_seats *s, struct tu_job_future *jf, bool first)
{
	struct seat *seat = idle_seat(s);

	if (seat) {
		seat->job = jf;
		seat->handed = true;
		return seat->context;
	}
	if (first)
		tu_list_add_head(&s->jobs, &jf->queued);
	else
		tu_list_add_tail(&s->jobs, &jf->queued);
	return NULL;
}

static void wake(struct tu_context *c)
{
	if (c)
		tu_unpark(c);
}

bool tu_seats_put(struct tu_seats *s, struct tu_job_future *jf)
{
	struct tu_context *idle;
	bool start;

	tu_mutex_lock(&s->lock);
	idle = place_job(s, jf, false);
	start = !idle && s->threads < s->max;
	s->threads += start;
	tu_mutex_unlock(&s->lock);
	wake(idle);
	return start;
}

bool tu_seats_without_thread(struct tu_seats *s, struct tu_job_future *own, int rc)
{
	struct tu_job_future *jf;
	struct tu_list orphans;
	bool mine = false;

	tu_list_init(&orphans);
	tu_mutex_lock(&s->lock);
	if (--s->threads == 0)
		tu_list_splice(&orphans, &s->jobs);
	while (tu_list_first(&orphans)) { /* under the lock: some may be taken off by who waits */
		jf = tu_container_of(tu_list_take(&orphans), struct tu_job_future, queued);
		tu_mutex_unlock(&s->lock);
		if (jf == own)
			mine = true;
		else
			tu_job_future_give_up(jf, rc);
		tu_mutex_lock(&s->lock);
	}
	tu_mutex_unlock(&s->lock);
	return mine;
}

/* -- a seat at work ---------------------------------------------------------------------------- */

/* The next job into the seat's hand. false: there is none, and the seat is idle. */
static bool take_job(struct tu_seats *s, struct seat *seat)
{
	if (!seat->handed)
		seat->job = seat->closed ? NULL : first_job(s);
	seat->handed = false;
	if (seat->job || seat->closed || s->ended) {
		if (tu_link_used(&seat->idle))
			tu_list_remove(&seat->idle);
		return true;
	}
	if (!tu_link_used(&seat->idle))
		tu_list_add_head(&s->idle, &seat->idle);
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
 * seat's hand until the lock is held, so that tu_seats_stop finds only jobs that still exist.
 */
static struct tu_job_future *next_job(struct tu_seats *s, struct seat *seat)
{
	struct tu_job_future *last;
	bool taken;

	tu_mutex_lock(&s->lock);
	last = seat->job;
	taken = take_job(s, seat);
	tu_mutex_unlock(&s->lock);
	let_go(seat, last, !taken || !seat->job);
	while (!taken) {
		tu_does(seat->context, TU_OP_IDLE);
		tu_awaits(seat->context, TU_OP_IDLE);
		tu_park(seat->context); /* no cancellation point: the thread's own is not meant */
		tu_mutex_lock(&s->lock);
		taken = take_job(s, seat);
		tu_mutex_unlock(&s->lock);
	}
	return seat->job;
}

static void seat_open(struct tu_seats *s, struct seat *seat)
{
	tu_mutex_lock(&s->lock);
	tu_list_add_tail(&s->all, &seat->link);
	tu_mutex_unlock(&s->lock);
}

/* Run jobs until there will be none. */
static void seat_work(struct tu_seats *s, struct seat *seat)
{
	struct tu_job_future *jf;

	while ((jf = next_job(s, seat)) != NULL)
		tu_job_future_run(jf);
	tu_mutex_lock(&s->lock);
	if (tu_link_used(&seat->link)) /* not if it has come here by a fork within its job */
		tu_list_remove(&seat->link);
	tu_mutex_unlock(&s->lock);
}

void tu_seats_work(struct tu_seats *s)
{
	struct seat seat = { .context = tu_self() };

	seat_open(s, &seat);
	seat_work(s, &seat);
}

/* -- lending ---------------------------------------------------------------------------------- */

/* One party is through with it. Unlocks. */
static void lease_drop(struct tu_lease *lease)
{
	struct tu_seats *s = lease->seats;
	bool last = --lease->parties == 0;

	tu_mutex_unlock(&s->lock);
	if (last)
		tu_free(lease);
}

/* On a stack of its own, of the same thread. */
static void lease_runs(struct tu_runnable *node, int rc)
{
	struct tu_lease *lease = tu_container_of(node, struct tu_lease, node);
	struct tu_seats *s = lease->seats;

	if (rc == 0) {
		struct tu_context *self = tu_current;

		lease->seat.context = self;
		self->id = tu_worker_new_id(self->worker);
		self->worker->begun++;
		seat_open(s, &lease->seat);
		seat_work(s, &lease->seat);
		self->worker->ended++;
		tu_context_clean(self);
	}
	tu_mutex_lock(&s->lock);
	lease_drop(lease);
}

struct tu_lease *tu_seats_lend(struct tu_seats *s)
{
	static const struct tu_start starts[TU_STACK_CLASSES] = TU_STARTS(lease_runs, 0);
	struct tu_lease *lease = tu_alloc_zero(sizeof(*lease));

	if (!lease)
		return NULL;
	lease->seats = s;
	lease->parties = 2;
	lease->node.job = tu_start_for(starts, s->stacks);
	tu_worker_push(tu_worker_self(), &lease->node);
	return lease;
}

void tu_seats_take_back(struct tu_lease *lease)
{
	struct tu_seats *s = lease->seats;
	struct tu_context *asleep = NULL, *other = NULL;
	struct seat *mine = &lease->seat;

	tu_mutex_lock(&s->lock);
	mine->closed = true;
	if (tu_link_used(&mine->idle)) {
		tu_list_remove(&mine->idle);
		asleep = mine->context;
	}
	if (mine->handed) {
		other = place_job(s, mine->job, true);
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

bool tu_seats_help(
	struct tu_seats *s, struct tu_job_future *awaited, bool may_run, struct tu_lease **lease)
{
	struct tu_context *self = tu_self();
	bool room = stack_left(self) >= (size_t)1 << s->stacks >> 1, run;

	tu_mutex_lock(&s->lock);
	run = tu_link_used(&awaited->queued);
	if (run)
		tu_list_remove(&awaited->queued);
	if (run && !(may_run && room)) { /* it is what the lent seat does first */
		tu_list_add_head(&s->jobs, &awaited->queued);
		run = false;
	}
	tu_mutex_unlock(&s->lock);
	if (run)
		tutti_future_run(&awaited->future);
	else
		*lease = tu_seats_lend(s);
	return run;
}

/* -- stopping and ending ---------------------------------------------------------------------- */

/* What the next seat has in its hand that this stop has not met, with a reference; or NULL. */
static struct tu_job_future *next_to_stop(struct tu_seats *s, unsigned number)
{
	struct tu_job_future *jf = NULL;

	tu_mutex_lock(&s->lock);
	tu_list_each(link, &s->all) {
		struct seat *seat = tu_container_of(link, struct seat, link);

		if (!jf && seat->job && seat->stopped != number) {
			seat->stopped = number;
			jf = seat->job;
			tutti_future_ref(&jf->future);
		}
	}
	tu_mutex_unlock(&s->lock);
	return jf;
}

/* No locks are held where something is cancelled: that calls back. */
void tu_seats_stop(struct tu_seats *s, bool running)
{
	struct tu_job_future *jf;
	unsigned number;

	for (;;) {
		tu_mutex_lock(&s->lock);
		jf = first_job(s);
		tu_mutex_unlock(&s->lock);
		if (!jf)
			break;
		tu_future_withdraw(&jf->future);
		tutti_future_run(&jf->future); /* only lets go of it, if it was withdrawn */
	}
	tu_mutex_lock(&s->lock);
	number = ++s->stops;
	tu_mutex_unlock(&s->lock);
	while (running && (jf = next_to_stop(s, number)) != NULL) {
		tutti_future_cancel(&jf->future);
		tutti_future_unref(&jf->future);
	}
}

void tu_seats_end(struct tu_seats *s)
{
	tu_mutex_lock(&s->lock);
	s->ended = true;
	tu_list_each(link, &s->idle)
		tu_unpark(tu_container_of(link, struct seat, idle)->context);
	tu_mutex_unlock(&s->lock);
}

/* -- in a forked child ------------------------------------------------------------------------- */

/* Of a job which is not the caller's: the reference that is the engine's. */
static void forget_job(struct tu_job_future *jf)
{
	tu_future_word(&jf->future); /* it fails, if it is not done */
	tutti_future_unref(&jf->future);
}

/* One by one: who waits for one of them must not think that it is still there. */
static void forget_jobs(struct tu_seats *s)
{
	struct tu_job_future *jf;

	while ((jf = first_job(s)) != NULL)
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

void tu_seats_after_fork(struct tu_seats *s)
{
	s->threads = 0;
	tu_list_each_safe(link, &s->all)
		forget_seat(tu_container_of(link, struct seat, link));
	forget_jobs(s);
}
