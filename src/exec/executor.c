/* SPDX-License-Identifier: MIT */
/*
 * executor.c - admission, shutdown and the wait for the last job, the same for every engine.
 *
 * busy counts the jobs that were taken and that their engine has not let go of; with CLOSED set no
 * more are taken. Only from 0 and to 0 it changes under the lock, so that the usual submit costs
 * one exchange. idle is set once, when it is closed and nothing is under way; while anything is,
 * the program's exit waits for it (exec/ending.h).
 *
 * An engine that does not know its own jobs has them listed: then each is on the list of those
 * under way, and holds a reference to the executor so that who frees it need not know who still
 * looks.
 */
#include "exec/executor.h"

#include "core/alloc.h"
#include "core/context.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/worker.h"
#include "exec/ending.h"
#include "exec/job.h"
#include "exec/job_future.h"
#include "exec/threads.h"

#include <errno.h>
#include <tutti/event.h>
#include <tutti/scope.h>
#include <tutti/semaphore.h>

#define CLOSED ((uint64_t)1 << 63)

enum {
	OPEN = -1,             /* ending, before the first shutdown */
	ROOM_MOST = 1 << 29,   /* a pending_max above this is no bound */
	ROOM_FOR_ALL = 1 << 30 /* permits for everybody who could wait for room */
};

void (*tu_progress_count)(struct tutti_progress *p, uint64_t n);

struct tutti_executor {
	const tutti_engine *engine; /* this and the next three: fixed after create */
	void *self;
	bool own, listed;
	bool bounded;         /* fixed: room is used */
	tutti_semaphore room; /* a permit for each job that may be pending */
	tutti_event idle;     /* ended and nothing under way */
	struct tu_fork_guard guard;
	uint32_t room_most; /* fixed */
	uint64_t busy;      /* atomic, see above; calls of the engine's cancel count too */
	uint32_t refs;      /* atomic: the owner's, those of jobs that are listed, and guards */
	uint32_t lock;      /* a tu_mutex; all below */
	int ending;         /* OPEN, or the strictest tutti_ending so far */
	struct tu_list under_way;
	uint32_t sweeps;
};

static void after_fork(struct tu_fork_guard *g);

/* -- begin and end ---------------------------------------------------------------------------- */

static int create(tutti_executor **out, const tutti_engine *engine, void *self,
	const tutti_executor_options *options, bool own)
{
	size_t pending_max = options ? options->pending_max : 0;
	tutti_executor *e = tu_alloc_zero(sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->engine = engine;
	e->self = self;
	e->own = own;
	e->listed = engine != &tu_engine_threads;
	e->refs = 1;
	e->ending = OPEN;
	tu_list_init(&e->under_way);
	e->bounded = pending_max > 0 && pending_max <= ROOM_MOST;
	e->room_most = (uint32_t)pending_max;
	if (e->bounded)
		tutti_semaphore_init(&e->room, e->room_most, 0);
	e->guard.lock = &e->lock;
	e->guard.in_child = after_fork;
	tu_fork_guard_add(&e->guard);
	*out = e;
	return 0;
}

int tu_executor_create_own(tutti_executor **e, const tutti_engine *engine, void *self,
	const tutti_executor_options *options)
{
	int rc = create(e, engine, self, options, true);

	if (rc < 0)
		engine->free(self);
	return rc;
}

int tu_executor_create_theirs(tutti_executor **e, const tutti_engine *engine, void *self,
	const tutti_executor_options *options)
{
	int rc = create(e, engine, self, options, false);

	if (rc < 0)
		engine->free(self);
	return rc;
}

int tutti_executor_create(tutti_executor **e, const tutti_engine *engine, void *self)
{
	if (engine->size != sizeof(*engine) || !engine->submit || !engine->free)
		return -EINVAL;
	return create(e, engine, self, NULL, false);
}

bool tu_executor_is_own(const tutti_executor *e)
{
	return e->own;
}

static void executor_ref(tutti_executor *e)
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

	while (busy != 0 && !(busy & CLOSED))
		/* Acquire-release: what was done under way before is before what follows. */
		if (tu_cas_weak_acqrel(&e->busy, &busy, busy + 1))
			return 0;
	tu_mutex_lock(&e->lock);
	busy = tu_load_acq(&e->busy); /* from 0 it changes under the lock only */
	if (busy & CLOSED)
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

	executor_ref(e); /* whoever waits may free it at once */
	tu_mutex_lock(&e->lock);
	left = tu_sub_acqrel(&e->busy, n) - n; /* as in become_busier */
	tu_mutex_unlock(&e->lock);
	if ((left & ~CLOSED) == 0)
		tu_ending_done(false);
	if (left == CLOSED)
		tutti_event_set(&e->idle);
	tu_executor_unref(e);
}

/* n less. e may be gone afterwards. */
static void become_calmer(tutti_executor *e, uint64_t n)
{
	uint64_t busy = tu_load_rlx(&e->busy); /* a guess; the exchange tells */

	while ((busy & ~CLOSED) > n)
		if (tu_cas_weak_acqrel(&e->busy, &busy, busy - n)) /* as in become_busier */
			return;
	become_calm(e, n);
}

static void give_room(tutti_executor *e, uint32_t n)
{
	tutti_semaphore_release(&e->room, n);
}

static void list(tutti_executor *e, struct tu_job_future *jf)
{
	executor_ref(e);
	tu_mutex_lock(&e->lock);
	tu_list_add_tail(&e->under_way, &jf->link);
	tu_mutex_unlock(&e->lock);
}

/* Take jf on: 0, or why not. Waits for room. */
static int admit(tutti_executor *e, struct tu_job_future *jf)
{
	int rc = e->bounded ? tutti_semaphore_acquire(&e->room) : 0;

	if (rc < 0)
		return rc;
	rc = become_busier(e);
	if (rc == 0) {
		jf->executor = e;
		jf->own = e->own;
		jf->listed = e->listed;
		jf->has_room = e->bounded;
		if (e->listed)
			list(e, jf);
	} else if (e->bounded) {
		give_room(e, 1);
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
	had_room = jf->has_room && (e->listed || tu_future_is_of_now(&jf->future));
	jf->has_room = false;
	tu_mutex_unlock(&e->lock);
	if (had_room)
		give_room(e, 1);
}

void tu_executor_begun(struct tu_job_future *jf)
{
	leave_room(jf->executor, jf);
}

/* Not if it was under way before a fork which only its own callback has survived. */
static bool is_counted(tutti_executor *e, struct tu_job_future *jf)
{
	bool is;

	if (!e->listed)
		return tu_future_is_of_now(&jf->future);
	tu_mutex_lock(&e->lock);
	is = tu_link_used(&jf->link);
	tu_mutex_unlock(&e->lock);
	return is;
}

void tu_executor_let_go(struct tu_job_future *jf)
{
	tutti_executor *e = jf->executor;

	bool counted = is_counted(e, jf);

	tu_executor_let_go_of(jf);
	if (counted)
		become_calmer(e, 1);
}

void tu_executor_ended(tutti_executor *e, size_t n)
{
	become_calmer(e, n);
}

void tu_executor_let_go_of(struct tu_job_future *jf)
{
	tutti_executor *e = jf->executor;

	leave_room(e, jf);
	if (e->listed) {
		tu_mutex_lock(&e->lock);
		if (tu_link_used(&jf->link))
			tu_list_remove(&jf->link);
		tu_mutex_unlock(&e->lock);
	}
	tutti_future_unref(&jf->future); /* e stays while it is busy */
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

void *tu_executor_pool_of_both(const struct tu_job_future *a, const struct tu_job_future *b)
{
	tutti_executor *e = a->executor;

	return e && e == b->executor && e->engine == &tu_engine_threads ? e->self : NULL;
}

int tu_executor_threads(const tutti_executor *e)
{
	return e->engine == &tu_engine_threads ? tu_threads_most(e->self) : 0;
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

tutti_future *tu_submit(tutti_executor *e, tutti_job *job, const void *arg, tutti_time deadline,
	struct tutti_progress *progress)
{
	struct tu_job_future *jf;
	int rc;

	if (!e || !tu_job_valid(job) || (!arg && job->arg_kind != TUTTI_KIND_VOID))
		return tu_future_failed(-EINVAL);
	jf = tu_job_future_create(job, arg);
	if (!jf)
		return tu_job_future_no_memory();
	jf->deadline = deadline;
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
	tutti_future *f = tu_submit(e, job, arg, options ? options->deadline : 0, NULL);
	struct tu_job_future *jf = tu_job_future_of(f);

	if (jf && jf->executor) /* else it may be the one for all that there was no memory for */
		jf->site = __builtin_return_address(0);
	return f;
}

/* -- shutdown --------------------------------------------------------------------------------- */

/* The next job under way that this sweep has not met, with a reference; NULL: all have been. */
static struct tu_job_future *next_in_sweep(tutti_executor *e, uint32_t number)
{
	struct tu_job_future *jf = NULL;
	struct tu_link *link;

	tu_mutex_lock(&e->lock);
	link = tu_list_first(&e->under_way);
	if (link) {
		jf = tu_container_of(link, struct tu_job_future, link);
		if (jf->swept == number) {
			jf = NULL;
		} else {
			jf->swept = number;
			tu_list_remove(link);
			tu_list_add_tail(&e->under_way, link);
			tutti_future_ref(&jf->future);
		}
	}
	tu_mutex_unlock(&e->lock);
	return jf;
}

/* Do this to each job under way. No locks are held: cancelling calls back. */
static void sweep_list(tutti_executor *e, int (*cancel)(tutti_future *f))
{
	struct tu_job_future *jf;
	uint32_t number;

	tu_mutex_lock(&e->lock);
	number = ++e->sweeps;
	tu_mutex_unlock(&e->lock);
	while ((jf = next_in_sweep(e, number)) != NULL) {
		cancel(&jf->future);
		tutti_future_unref(&jf->future);
	}
}

/* One that is stopped makes room for one that has not begun: those first. */
static void sweep(tutti_executor *e, tutti_ending how)
{
	if (!e->listed) {
		tu_threads_stop(e->self, how == TUTTI_TERMINATE);
		return;
	}
	sweep_list(e, tu_future_withdraw);
	if (how == TUTTI_TERMINATE)
		sweep_list(e, tutti_future_cancel);
}

int tutti_executor_shutdown(tutti_executor *e, tutti_ending how)
{
	bool first, stricter, idle;

	if ((int)how < TUTTI_FINISH || how > TUTTI_TERMINATE)
		return -EINVAL;
	tu_mutex_lock(&e->lock);
	first = e->ending == OPEN;
	stricter = (int)how > e->ending;
	if (stricter)
		e->ending = (int)how;
	/* Under the lock, against become_busier: what is not counted now will not be. */
	idle = first && tu_or_acqrel(&e->busy, CLOSED) == 0;
	tu_mutex_unlock(&e->lock);
	if (idle)
		tutti_event_set(&e->idle);
	if (first && e->bounded)
		give_room(e, ROOM_FOR_ALL);
	if (stricter && how >= TUTTI_DROP_PENDING)
		sweep(e, how);
	if (stricter && e->engine->shutdown)
		e->engine->shutdown(e->self, how);
	return 0;
}

static bool is_shut_down(tutti_executor *e)
{
	bool is;

	tu_mutex_lock(&e->lock);
	is = e->ending != OPEN;
	tu_mutex_unlock(&e->lock);
	return is;
}

int tutti_executor_join(tutti_executor *e, tutti_time deadline)
{
	return is_shut_down(e) ? tutti_event_wait_until(&e->idle, deadline) : -EBUSY;
}

void tutti_executor_free(tutti_executor *e)
{
	tutti_scope quiet;

	if (!e)
		return;
	tutti_executor_shutdown(e, TUTTI_FINISH);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_event_wait(&e->idle);
	tutti_shield_end(&quiet, 0);
	e->engine->free(e->self);
	tu_executor_unref(e);
}

/* -- in a forked child ------------------------------------------------------------------------- */

/* Of an engine of ours only what runs on the caller's thread is still under way. */
static uint64_t sweep_lost(tutti_executor *e)
{
	uint64_t n = 0;

	tu_list_each_safe(link, &e->under_way) {
		struct tu_job_future *jf = tu_container_of(link, struct tu_job_future, link);
		bool done = tu_load_rlx(&jf->future.word) & TU_FUTURE_DONE; /* alone here */

		jf->has_room = false; /* all room is given anew */
		if (!(tu_future_word(&jf->future) & TU_FUTURE_DONE)) {
			n++;
			continue;
		}
		tu_list_remove(link);
		if (!done) /* else who ended it may be the caller, who has the engine's reference */
			tutti_future_unref(&jf->future);
	}
	return n;
}

/* How many jobs of e go on, done or not, on that stack. */
static uint64_t jobs_on(const tutti_executor *e, const struct tu_context *c)
{
	uint64_t n = 0;

	for (tutti_future *f = c->job; f; f = tu_job_future_of(f)->beneath)
		n += tu_job_future_of(f)->executor == e;
	return n;
}

static uint64_t still_busy(tutti_executor *e)
{
	struct tu_context *self = tu_current;
	uint64_t n;

	if (e->listed)
		return sweep_lost(e);
	n = self ? jobs_on(e, self) : 0;
	if (self && self != &self->worker->native)
		n += jobs_on(e, &self->worker->native);
	return n;
}

static void after_fork(struct tu_fork_guard *g)
{
	tutti_executor *e = tu_container_of(g, tutti_executor, guard);
	uint64_t n;

	executor_ref(e); /* the last one may be a lost job's */
	n = still_busy(e);
	/* Relaxed: the child has one thread. */
	tu_store_rlx(&e->busy, (tu_load_rlx(&e->busy) & CLOSED) | n);
	if (e->bounded)
		tutti_semaphore_init(
			&e->room, e->ending == OPEN ? e->room_most : (uint32_t)ROOM_FOR_ALL, 0);
	if (n > 0)
		tu_ending_begin(false);
	else if (e->ending != OPEN)
		tutti_event_set(&e->idle);
	tu_executor_unref(e);
}
