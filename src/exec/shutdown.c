/* SPDX-License-Identifier: MIT */
/* shutdown.c - an executor takes no more, its last job ends, it goes; and what a fork leaves. */
#include "exec/executor_inside.h"

#include "core/context.h"
#include "core/mutex.h"
#include "core/worker.h"
#include "exec/ending.h"
#include "exec/job_future.h"
#include "exec/seats.h"

#include <errno.h>
#include <tutti/scope.h>

enum { ROOM_FOR_ALL = 1 << 30 }; /* permits for everybody who could wait for room */

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
	if (!tu_executor_lists(e)) {
		tu_seats_stop(e->seats, how == TUTTI_TERMINATE);
		return;
	}
	sweep_list(e, tu_future_withdraw);
	if (how == TUTTI_TERMINATE)
		sweep_list(e, tutti_future_cancel);
}

int tutti_executor_shutdown(tutti_executor *e, tutti_ending how)
{
	bool first, stricter, idle;

	tu_point(TU_OP_EXECUTOR_CLOSE, e);
	if ((int)how < TUTTI_FINISH || how > TUTTI_TERMINATE)
		return -EINVAL;
	tu_mutex_lock(&e->lock);
	first = e->ending == TU_EXECUTOR_OPEN;
	stricter = (int)how > e->ending;
	if (stricter)
		e->ending = (int)how;
	/* Under the lock, against become_busier: what is not counted now will not be. */
	idle = first && tu_or_acqrel(&e->busy, TU_EXECUTOR_CLOSED) == 0;
	tu_mutex_unlock(&e->lock);
	if (idle)
		tutti_event_set(&e->idle);
	if (first && e->bounded)
		tutti_semaphore_release(&e->room, ROOM_FOR_ALL);
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
	is = e->ending != TU_EXECUTOR_OPEN;
	tu_mutex_unlock(&e->lock);
	return is;
}

int tutti_executor_join(tutti_executor *e, tutti_time deadline)
{
	tu_point(TU_OP_EXECUTOR_CLOSE, e);
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

	if (tu_executor_lists(e))
		return sweep_lost(e);
	n = self ? jobs_on(e, self) : 0;
	if (self && self != &self->worker->native)
		n += jobs_on(e, &self->worker->native);
	return n;
}

void tu_executor_after_fork(struct tu_fork_guard *g)
{
	tutti_executor *e = tu_container_of(g, tutti_executor, guard);
	uint64_t n;

	tu_executor_ref(e); /* the last one may be a lost job's */
	n = still_busy(e);
	/* Relaxed: the child has one thread. */
	tu_store_rlx(&e->busy, (tu_load_rlx(&e->busy) & TU_EXECUTOR_CLOSED) | n);
	if (e->bounded)
		tutti_semaphore_init(&e->room,
			e->ending == TU_EXECUTOR_OPEN ? e->room_most : (uint32_t)ROOM_FOR_ALL, 0);
	if (n > 0)
		tu_ending_begin(false);
	else if (e->ending != TU_EXECUTOR_OPEN)
		tutti_event_set(&e->idle);
	tu_executor_unref(e);
}
