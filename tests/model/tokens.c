/* SPDX-License-Identifier: MIT */
/*
 * tokens.c - parking without a scheduler, the mutex without its sleep. In the place of park.c and
 * mutex.c; the promises are those of context.h and mutex.h.
 *
 * Of the worker two fields are in use: inbox, not NULL while a notification is on its way to the
 * one context there is, and sleep.
 */
#include "core/mutex.h"
#include "core/wait.h"
#include "model/ground.h"
#include "os/os.h"

__thread struct tu_context *tu_current;

void tu_pause_briefly(void)
{
	model_ground_pause();
}

bool tu_single_cpu(void)
{
	return true; /* who spins for another fiber waits for its turn */
}

/* -- parking ---------------------------------------------------------------------------------- */

static bool is_called(void *worker)
{
	struct tu_worker *w = worker;

	return w->sleep == TU_WORKER_AWAKE || tu_wheel_next(&w->wheel) <= model_now();
}

static void fire_timers(struct tu_worker *w)
{
	struct tu_timer *timer;

	while ((timer = tu_wheel_pop(&w->wheel, model_now())) != NULL)
		timer->fire(timer);
}

static void sleep_until_called(struct tu_worker *w)
{
	w->sleep = TU_WORKER_ASLEEP;
	model_block(is_called, w);
	w->sleep = TU_WORKER_AWAKE;
	fire_timers(w);
}

void tu_park(struct tu_context *self)
{
	struct tu_worker *w = self->worker;
	uint32_t empty = TU_PARK_EMPTY;

	if (tu_cas_acqrel(&self->park, &empty, TU_PARK_PARKED)) {
		/* Who notifies us before this look has nobody to wake; afterwards it must. */
		tu_model_point(&w->inbox);
		while (!w->inbox)
			sleep_until_called(w);
		w->inbox = NULL;
	}
	tu_swap_acqrel(&self->park, TU_PARK_EMPTY);
}

struct tu_worker *tu_unpark_begin(struct tu_context *c)
{
	struct tu_worker *w = c->worker;

	if (tu_swap_acqrel(&c->park, TU_PARK_NOTIFIED) != TU_PARK_PARKED)
		return NULL;
	tu_check(!w->inbox, "a context is called twice");
	w->inbox = &c->node;
	return tu_current->worker == w ? NULL : w;
}

void tu_worker_wake(struct tu_worker *w)
{
	tu_model_point(&w->sleep);
	w->sleep = TU_WORKER_AWAKE;
}

/* -- the mutex -------------------------------------------------------------------------------- */

static bool is_free(void *mutex)
{
	return *(uint32_t *)mutex == 0;
}

/* Nothing comes between being chosen to go on and taking it. */
void tu_mutex_lock_slow(uint32_t *m)
{
	model_block(is_free, m);
	*m = 1;
}

/* The word is never 2 here. */
void tu_mutex_wake(uint32_t *m)
{
	(void)m;
}
