/* SPDX-License-Identifier: MIT */
/*
 * crew.c - the thieves: where they look, how they sleep and who wakes them.
 *
 * A helper that finds nothing marks every deque hungry, looks once more and sleeps. An owner that
 * is about to push finds the mark, shares and wakes one; that one, when it has stolen something,
 * marks its victim hungry again if others still sleep. So a wake-up is paid for only where there is
 * work to be had, and nobody who forks looks at anything but its own deque.
 *
 *     sharing                        going to sleep
 *     more is shared     (seq)       sleepers + 1                 (seq)
 *     look at sleepers   (seq)       mark, and look at all deques (seq)
 *
 * At least one of the two sees the other. What is forked but not shared no helper can see; that its
 * owner finds the mark at its next push is enough.
 */
#include "exec/crew.h"

#include "core/alloc.h"
#include "core/mutex.h"
#include "core/probe.h"
#include "core/thread.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"

#include <tutti/cpu.h>
#include <tutti/time.h>

enum {
	SPIN_NS = 50000,      /* one that has just worked is likely to be wanted again */
	IDLE_NS = 1000000000, /* one that was not wanted for so long ends */
};

static struct {
	struct tu_deque *all; /* atomic: every deque ever made, newest first */
	uint32_t lock;        /* a tu_mutex: the next */
	struct tu_deque *free;
	/* Changed under the bucket of the crew's address, where helpers sleep. */
	uint32_t sleepers; /* atomic */
	int members, most; /* atomic; most -1: not known yet */
} crew = { .most = -1 };

/* -- deques ----------------------------------------------------------------------------------- */

static struct tu_deque *deque_make(void)
{
	struct tu_deque *d = tu_alloc_aligned(sizeof(*d), 128);

	if (!d)
		return NULL;
	tu_deque_init(d);
	d->next_free = NULL;
	d->next = tu_load_rlx(&crew.all); /* a guess; the exchange tells */
	/* [crew-1] release: the deque is whole before thieves find it */
	while (!tu_cas_weak_rel(&crew.all, &d->next, d))
		;
	return d;
}

struct tu_deque *tu_crew_join(struct tu_context *self)
{
	struct tu_deque *d;

	tu_mutex_lock(&crew.lock);
	d = crew.free;
	if (d)
		crew.free = d->next_free;
	tu_mutex_unlock(&crew.lock);
	if (!d)
		d = deque_make();
	if (d)
		d->owner = self;
	self->deque = d;
	return d;
}

void tu_crew_leave(struct tu_context *self)
{
	struct tu_deque *d = self->deque;

	self->deque = NULL;
	tu_mutex_lock(&crew.lock);
	d->next_free = crew.free;
	crew.free = d;
	tu_mutex_unlock(&crew.lock);
}

/* -- stealing --------------------------------------------------------------------------------- */

static void run_stolen(struct tu_deque *mine, struct tu_deque *victim, struct tu_part *part)
{
	struct tu_context *owner =
		victim->owner; /* before it is told: then victim may be another's */

	/* [deque-2] release: who waits for part looks into what we fork in turn */
	tu_store_rel(&part->taken, (uintptr_t)mine);
	part->fn(part->arg);
	tu_context_clean(mine->owner);
	/* [deque-3] release: all that fn did; acquire: owner waits if it says so */
	if (tu_swap_acqrel(&part->taken, (uintptr_t)TU_PART_DONE) & TU_PART_WATCHED)
		tu_unpark(owner);
}

bool tu_crew_help(struct tu_deque *mine, struct tu_deque *victim)
{
	struct tu_part *part = tu_deque_steal(victim);

	if (!part)
		return false;
	/* Relaxed: a wish. Seen late it is granted late. */
	if (tu_load_rlx(&crew.sleepers) > 0)
		tu_deque_hungry(victim);
	run_stolen(mine, victim, part);
	return true;
}

/* One look at all, from behind the last that had something. */
static bool help_anyone(struct tu_deque *mine, struct tu_deque **last)
{
	/* [crew-1] acquire: what the deques are; from deque_make */
	struct tu_deque *first = *last ? *last : tu_load_acq(&crew.all), *victim = first;

	do {
		if (victim != mine && tu_crew_help(mine, victim)) {
			*last = victim;
			return true;
		}
		if (victim != mine)
			tu_deque_hungry(victim);
		/* [crew-1] acquire, as above */
		victim = victim->next ? victim->next : tu_load_acq(&crew.all);
	} while (victim != first);
	*last = NULL; /* start with the newest: those that come and go */
	return false;
}

/* -- sleeping and waking ---------------------------------------------------------------------- */

static bool anything_shared(void)
{
	bool any = false;

	for (struct tu_deque *d = tu_load_acq(&crew.all); d; d = d->next) { /* [crew-1] acquire */
		tu_deque_hungry(d);
		any = any || tu_deque_has_shared(d);
	}
	return any;
}

/* false: nobody wanted anything for long, and the caller is no member any more. */
static bool sleep_until_wanted(struct tu_context *self)
{
	struct tu_waiter me = { .context = self, .op = TU_OP_IDLE };
	struct tu_bucket *b = tu_lot_lock(&crew);

	tu_add_seq(&crew.sleepers, 1); /* seq: before the look; see the top */
	if (anything_shared()) {
		tu_add_seq(&crew.sleepers, -1u); /* under the lock; seq only as it is everywhere */
		tu_lot_unlock(b);
		return true;
	}
	tu_does(self, TU_OP_IDLE);
	tu_lot_enqueue_first(b, &me, &crew); /* the others, longer idle, may then end */
	tu_lot_unlock(b);
	if (tu_wait(self, &me, tutti_after(IDLE_NS), 0, &b) == 0)
		return true;
	tu_add_seq(&crew.sleepers, -1u); /* as above */
	tu_store_rlx(&crew.members, crew.members - 1);
	tu_lot_unlock(b);
	return false;
}

static void wake_one(void)
{
	struct tu_bucket *b = tu_lot_lock(&crew);
	struct tu_waiter *sleeper = tu_lot_first(b, &crew);
	struct tu_wakes wakes = { 0 };

	if (sleeper) {
		tu_add_seq(&crew.sleepers, -1u); /* as above */
		tu_lot_grant(b, sleeper, 0, &wakes);
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

/* -- helpers ---------------------------------------------------------------------------------- */

static void help(struct tu_context *self)
{
	struct tu_deque *last = NULL;
	int64_t idle_since = 0;

	for (;;) {
		bool helped = help_anyone(self->deque, &last);
		int64_t now = helped ? 0 : tutti_now();

		if (helped || idle_since == 0) {
			idle_since = now;
		} else if (now - idle_since < SPIN_NS) {
			tu_pause_briefly();
		} else {
			if (!sleep_until_wanted(self))
				return;
			idle_since = 0;
		}
		if (tu_unlikely(self->worker->head != NULL))
			tu_yield(self); /* tasks that a stolen part has left here */
	}
}

/* A member that could not be: there is no more to be had. */
static void give_up_one(void)
{
	struct tu_bucket *b = tu_lot_lock(&crew);

	tu_store_rlx(&crew.members, crew.members - 1);
	tu_store_rlx(&crew.most, crew.most - 1);
	tu_lot_unlock(b);
}

static void helper_main(void *arg)
{
	struct tu_context *self = tu_self();

	(void)arg;
	self->worker->daemon = self->worker->helper = true;
	tu_thread_show_name("tutti-forkjoin");
	if (!tu_crew_join(self)) {
		give_up_one();
		return;
	}
	help(self);
	tu_crew_leave(self);
	tu_worker_close(self->worker);
}

/* Without threads to be had the callers do it all themselves, from now on. */
static __attribute__((noinline)) void recruit(void)
{
	struct tu_bucket *b = tu_lot_lock(&crew);
	int n;

	if (crew.most < 0) /* relaxed, here and below: under the lock but for share's guess */
		tu_store_rlx(&crew.most, tutti_cpu_count() - 1);
	n = crew.most - crew.members;
	/* Relaxed, as above. */
	tu_store_rlx(&crew.members, crew.most);
	tu_lot_unlock(b);
	for (; n > 0; n--)
		if (tu_thread_spawn(helper_main, NULL, 0) < 0)
			give_up_one();
}

void tu_crew_share(struct tu_deque *mine)
{
	tu_deque_share(mine);
	if (tu_load_seq(&crew.sleepers) > 0) /* seq: see the top */
		wake_one();
	/* Relaxed: a guess; recruit looks under the lock. */
	else if (tu_unlikely(tu_load_rlx(&crew.members) != tu_load_rlx(&crew.most)))
		recruit();
}

/* Nobody will end what was stolen from the caller, which is within f: it is lost, but no hang. */
static void give_up_stolen(struct tu_deque *d)
{
	for (struct tu_part *part = d->parts; part < d->head; part++)
		if (part->taken != TU_PART_FREE)
			part->taken = TU_PART_DONE;
}

void tu_crew_after_fork(void)
{
	struct tu_context *self = tu_self(), *native = &self->worker->native;

	for (struct tu_deque *d = crew.all; d; d = d->next)
		if (d != self->deque && d != native->deque)
			d->shared = 0;
	if (self->deque)
		give_up_stolen(self->deque);
	if (native != self && native->deque)
		give_up_stolen(native->deque);
	crew.lock = 0;
	crew.sleepers = 0;
	crew.members = 0;
	crew.most = -1;
}
