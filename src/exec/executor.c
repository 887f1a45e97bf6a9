/* SPDX-License-Identifier: MIT */
/* executor.c - admission and who is under way, the same for every engine. Its end: shutdown.c. */
#include "exec/executor_inside.h"

#include "base/facts.h"
#include "core/alloc.h"
#include "core/context.h"
#include "core/mutex.h"
#include "core/worker.h"
#include "exec/ending.h"
#include "exec/job.h"
#include "exec/job_future.h"
#include "exec/kinds.h"
#include "exec/seats.h"

#include <errno.h>

void (*tu_progress_count)(struct tutti_progress *p, uint64_t n);

/* -- begin and end ---------------------------------------------------------------------------- */

static int create(tutti_executor **out, const tutti_engine *engine, void *self,
	const tutti_executor_options *options, const struct tu_own_engine *own)
{
	size_t pending_max = options ? options->pending_max : 0;
	tutti_executor *e = tu_alloc_zero(sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->engine = engine;
	e->self = self;
	e->own = own;
	e->seats = own && own->seats ? own->seats(self) : NULL;
	e->refs = 1;
	e->ending = TU_EXECUTOR_OPEN;
	tu_list_init(&e->under_way);
	e->bounded = pending_max > 0 && pending_max <= TU_EXECUTOR_ROOM_MOST;
	e->room_most = (uint32_t)pending_max;
	if (e->bounded)
		tutti_semaphore_init(&e->room, e->room_most, 0);
	e->guard.lock = &e->lock;
	e->guard.in_child = tu_executor_after_fork;
	tu_fork_guard_add(&e->guard);
	*out = e;
	return 0;
}

int tu_executor_create_own(tutti_executor **e, const struct tu_own_engine *own, void *self,
	const tutti_executor_options *options)
{
	int rc = create(e, &own->engine, self, options, own);

	if (rc < 0)
		own->engine.free(self);
	return rc;
}

int tu_executor_create_theirs(tutti_executor **e, const tutti_engine *engine, void *self,
	const tutti_executor_options *options)
{
	int rc = create(e, engine, self, options, NULL);

	if (rc < 0)
		engine->free(self);
	return rc;
}

int tutti_executor_create(tutti_executor **e, const tutti_engine *engine, void *self)
{
	if (engine->size != sizeof(*engine) || !engine->submit || !engine->free)
		return -EINVAL;
	return create(e, engine, self, NULL, NULL);
}

bool tu_executor_is_own(const tutti_executor *e)
{
	return e->own != NULL;
}

bool tu_executor_shares_memory(const tutti_executor *e)
{
	return e->own && !e->own->elsewhere;
}

void tu_executor_ref(tutti_executor *e)
{
	tu_add_rlx(&e->refs, 1u); /* the caller's own reference keeps e alive */
}

static void executor_free(tutti_executor *e)
{
	tu_fork_guard_remove(&e->guard);
	tu_free(e);
}

void tu_executor_unref(tutti_executor *e)
{
	/* [executor-1] release and acquire: all that others did with e is done before it goes */
	if (e && tu_sub_acqrel(&e->refs, 1u) == 1)
		executor_free(e);
}

/* -- who is under way ------------------------------------------------------------------------- */

/* One more is under way: 0, TUTTI_ESHUTDOWN, or what the program's end says. */
static int become_busier(tutti_executor *e)
{
	uint64_t busy = tu_load_rlx(&e->busy); /* a guess; the exchange tells */
	int rc = 0;

	while (busy != 0 && !(busy & TU_EXECUTOR_CLOSED))
		/* Acquire-release: what was done under way before is before what follows. */
		if (tu_cas_weak_acqrel(&e->busy, &busy, busy + 1))
			return 0;
	tu_mutex_lock(&e->lock);
	busy = tu_load_acq(&e->busy); /* from 0 it changes under the lock only */
	if (busy & TU_EXECUTOR_CLOSED)
		rc = TUTTI_ESHUTDOWN;
	else if (busy == 0)
		rc = tu_ending_begin(false);
	if (rc == 0)
		tu_add_acqrel(&e->busy, (uint64_t)1); /* as above */
	tu_mutex_unlock(&e->lock);
	return rc;
}

/* The last n under way have ended, perhaps: then those who wait for that are told. */
static __attribute__((noinline)) void become_calm(tutti_executor *e, uint64_t n)
{
	uint64_t left;

	tu_executor_ref(e); /* whoever waits may free it at once */
	tu_mutex_lock(&e->lock);
	left = tu_sub_acqrel(&e->busy, n) - n; /* as in become_busier */
	tu_mutex_unlock(&e->lock);
	if ((left & ~TU_EXECUTOR_CLOSED) == 0)
		tu_ending_done(false);
	if (left == TU_EXECUTOR_CLOSED)
		tutti_event_set(&e->idle);
	tu_executor_unref(e);
}

/* n less. e may be gone afterwards. */
static void become_calmer(tutti_executor *e, uint64_t n)
{
	uint64_t busy = tu_load_rlx(&e->busy); /* a guess; the exchange tells */

	while ((busy & ~TU_EXECUTOR_CLOSED) > n)
		if (tu_cas_weak_acqrel(&e->busy, &busy, busy - n)) /* as in become_busier */
			return;
	become_calm(e, n);
}

static void list(tutti_executor *e, struct tu_job_future *jf)
{
	tu_executor_ref(e);
	tu_mutex_lock(&e->lock);
	tu_list_add_tail(&e->under_way, &jf->link);
	tu_mutex_unlock(&e->lock);
}

/* Room is made by a job that begins: who waits for that in a job of e's lends it its place. */
static int wait_for_room(tutti_executor *e)
{
	struct tu_lent lent = { NULL, NULL };
	int rc = tutti_semaphore_acquire_until(&e->room, 0);

	if (rc != TUTTI_ETIMEDOUT)
		return rc;
	if (tu_executor_may_lend(e))
		tu_executor_lend(e, NULL, false, &lent);
	rc = tutti_semaphore_acquire(&e->room);
	tu_executor_take_back(&lent);
	return rc;
}

/* Take jf on: 0, or why not. Waits for room. */
static int admit(tutti_executor *e, struct tu_job_future *jf)
{
	int rc = e->bounded ? wait_for_room(e) : 0;

	if (rc < 0)
		return rc;
	rc = become_busier(e);
	if (rc == 0) {
		jf->executor = e;
		jf->own = e->own != NULL;
		jf->listed = tu_executor_lists(e);
		jf->has_room = e->bounded;
		if (tu_executor_lists(e))
			list(e, jf);
	} else if (e->bounded) {
		tutti_semaphore_release(&e->room, 1);
	}
	return rc;
}

/* Give jf's room to the next, once. */
static void leave_room(tutti_executor *e, struct tu_job_future *jf)
{
	bool had_room;

	if (!e->bounded)
		return;
	tu_mutex_lock(&e->lock);
	had_room = jf->has_room && (tu_executor_lists(e) || tu_future_is_of_now(&jf->future));
	jf->has_room = false;
	tu_mutex_unlock(&e->lock);
	if (had_room)
		tutti_semaphore_release(&e->room, 1);
}

void tu_executor_begun(struct tu_job_future *jf)
{
	leave_room(jf->executor, jf);
}

/* false: it was not counted, being under way since before a fork that only its own callback has
   survived. */
static bool take_off_list(tutti_executor *e, struct tu_job_future *jf)
{
	bool is;

	if (!tu_executor_lists(e))
		return tu_future_is_of_now(&jf->future);
	tu_mutex_lock(&e->lock);
	is = tu_link_used(&jf->link);
	if (is)
		tu_list_remove(&jf->link);
	tu_mutex_unlock(&e->lock);
	return is;
}

bool tu_executor_let_go_of(struct tu_job_future *jf)
{
	tutti_executor *e = jf->executor;
	bool counted;

	leave_room(e, jf);
	counted = take_off_list(e, jf);
	tutti_future_unref(&jf->future); /* e stays while it is busy */
	return counted;
}

void tu_executor_let_go(struct tu_job_future *jf)
{
	tutti_executor *e = jf->executor;

	if (tu_executor_let_go_of(jf))
		become_calmer(e, 1);
}

void tu_executor_ended(tutti_executor *e, size_t n)
{
	become_calmer(e, n);
}

void tu_executor_tell_cancelled(struct tu_job_future *jf)
{
	tutti_executor *e = jf->executor;
	bool under_way;

	if (!jf->listed || !e->engine->cancel)
		return;
	tu_mutex_lock(&e->lock);
	under_way = tu_link_used(&jf->link);
	if (under_way)
		tu_add_acqrel(&e->busy, (uint64_t)1); /* so that the engine stays; it is not 0 */
	tu_mutex_unlock(&e->lock);
	if (!under_way)
		return;
	e->engine->cancel(e->self, &jf->future);
	become_calmer(e, 1);
}

bool tu_executor_may_lend(const tutti_executor *e)
{
	const tutti_future *f = e ? tu_self()->job : NULL;

	while (f && tu_job_future_of(f)->executor != e)
		f = tu_job_future_of(f)->beneath;
	return f && (e->seats || (e->own && e->own->lend_turn));
}

void tu_executor_lend(
	tutti_executor *e, struct tu_job_future *awaited, bool may_run, struct tu_lent *lent)
{
	if (e->seats && awaited) {
		tu_seats_help(e->seats, awaited, may_run, &lent->lease);
	} else if (e->seats) {
		lent->lease = tu_seats_lend(e->seats);
	} else {
		e->own->lend_turn(e->self);
		lent->turn = e;
	}
}

void tu_executor_take_back(struct tu_lent *lent)
{
	if (lent->lease)
		tu_seats_take_back(lent->lease);
	if (lent->turn) /* which the caller's own job keeps */
		lent->turn->own->take_turn(lent->turn->self);
}

int tu_executor_threads(const tutti_executor *e)
{
	return e->seats ? e->seats->max : 0;
}

size_t tu_executors_of_caller(void)
{
	struct tu_context *self = tu_self();
	struct tu_job_future *jf, *above;
	size_t n = 0;

	for (tutti_future *f = self->job; f; f = jf->beneath) {
		jf = tu_job_future_of(f);
		above = tu_job_future_of(self->job);
		while (above != jf && above->executor != jf->executor)
			above = tu_job_future_of(above->beneath);
		n += above == jf; /* the first of its executor */
	}
	return n;
}

/* -- submit ----------------------------------------------------------------------------------- */

/* A job that was not taken: it has failed with rc. */
static tutti_future *refused(struct tu_job_future *jf, int rc)
{
	tu_future_complete_error(&jf->future, rc); /* gives the engine's reference back */
	return &jf->future;
}

tutti_future *tu_submit(tutti_executor *e, tutti_job *job, const void *arg,
	const tutti_submit_options *options, struct tutti_progress *progress)
{
	struct tu_job_future *jf;
	int rc;

	if (!e || !tu_job_valid(job) || !tu_kind_given(job->arg_kind, arg))
		return tu_future_failed(-EINVAL);
	jf = tu_job_future_create(job, arg);
	if (!jf)
		return tu_job_future_no_memory();
	if (options) {
		jf->deadline = options->deadline;
		jf->retries = options->retries > 0 ? (uint32_t)options->retries : 0;
	}
	jf->progress = progress;
	rc = admit(e, jf);
	if (rc < 0)
		return refused(jf, rc);
	rc = e->engine->submit(e->self, &jf->future);
	if (rc < 0)
		tu_job_future_give_up(jf, rc);
	return &jf->future;
}

tutti_future *tutti_submit(
	tutti_executor *e, tutti_job *job, const void *arg, const tutti_submit_options *options)
{
	tutti_future *f = tu_submit(e, job, arg, options, NULL);
	struct tu_job_future *jf = tu_job_future_of(f);

	tu_point(TU_OP_SUBMIT, e);
	if (jf && jf->executor) /* else it may be the one for all that there was no memory for */
		jf->site = __builtin_return_address(0);
	return f;
}

bool tu_executor_retry(struct tu_job_future *jf)
{
	tutti_executor *e = jf->executor;

	if (jf->retries == 0 || tutti_future_done(&jf->future))
		return false;
	jf->retries--;
	return e->engine->submit(e->self, &jf->future) >= 0;
}

/* clang-format off */
TU_FACTS(executor,
	TU_FACT_ADDRESS("executor.in_child", tu_executor_after_fork),
	TU_FACT_AT("executor.engine", struct tutti_executor, engine),
	TU_FACT_AT("executor.seats", struct tutti_executor, seats),
	TU_FACT_AT("executor.guard", struct tutti_executor, guard),
	TU_FACT_AT("executor.busy", struct tutti_executor, busy),
	TU_FACT_AT("executor.under_way", struct tutti_executor, under_way),
	TU_FACT_SIZE("executor.size", struct tutti_executor),
	TU_FACT_AT("seats.jobs", struct tu_seats, jobs),
	TU_FACT_AT("engine.scheme", tutti_engine, scheme));
/* clang-format on */
