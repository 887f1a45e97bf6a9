/* SPDX-License-Identifier: MIT */
/*
 * ending.c - what happens when main returns, or somebody calls exit.
 *
 * An exit handler, registered when the program first has to do with threads: it waits for the
 * threads that are no daemons, and for the jobs of executors that nobody shut down. Then daemons
 * stop at their next wait (core/park.c) or at the output streams, which are locked and stay so: no
 * line is torn, and the C library's own flush, on this same thread, gets through. Nothing is freed,
 * so a daemon that computes on touches nothing that is gone.
 *
 * If that takes long, it says once for whom it waits.
 *
 * No destructor of ours does any of this: they run after the program's.
 */
#include "exec/ending.h"

#include "core/lot.h"
#include "core/mutex.h"
#include "core/report.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/alive.h"
#include "exec/executor.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Threads and busy executors that exit waits for: so many times ONE, and
 *
 *     AWAITED   exit is in the lot, at this address, until there are fewer
 *     OVER      it waits for nobody any more, and nothing may begin
 */
enum { OVER = 1, AWAITED = 2, ONE = 4 };
static uint64_t waited; /* atomic */
static uint32_t registered; /* atomic: exit calls us; goes up under the lock */
static uint32_t lock;

static int64_t patience = (int64_t)10 * 1000000000; /* atomic */
void (*tu_ending_told)(void);

void tu_ending_be_patient(int64_t ns)
{
	tu_store_rlx(&patience, ns); /* a number by itself */
}

static bool waits_for(const struct tu_thread *t)
{
	return t && t->started && !tu_thread_is_left(t);
}

/* The caller's own thread, or the executor of its job, may be among those waited for: not so. */
static size_t count_of_caller(void)
{
	size_t threads = waits_for(tu_thread_self()) ? 1 : 0;

	return threads + tu_executors_of_caller();
}

/* n are waited for. */
static void tell(size_t n)
{
	char names[400];
	size_t threads = tu_threads_waited_for(names, sizeof(names));
	size_t others = n > threads ? n - threads : 0;

	if (threads == 0 && others > 0)
		tu_report(0, "exit waits for %zu executors with jobs", others);
	else if (others > 0)
		tu_report(0, "exit waits for %s, and for %zu executors with jobs", names, others);
	else if (threads > 0)
		tu_report(0, "exit waits for %s", names);
	if (tu_ending_told)
		tu_ending_told();
}

/* Queue me until fewer than now are waited for; b is locked. false: there are only own, it is over. */
static bool queue(struct tu_bucket *b, struct tu_waiter *me, uint64_t own, uint64_t *others)
{
	uint64_t word = tu_load_rlx(&waited); /* the exchange tells */
	bool go_on;

	do {
		go_on = word / ONE > own;
		/* [ending-1] acquire: what those have done that ended; from tu_ending_done. Who
		   ends after it sees AWAITED, and comes for the lock. */
	} while (!tu_cas_weak_acqrel(&waited, &word, word | (go_on ? AWAITED : OVER)));
	*others = word / ONE - own;
	if (go_on)
		tu_lot_enqueue(b, me, &waited);
	return go_on;
}

static void at_exit(void)
{
	struct tu_context *self = tu_self();
	uint64_t own = count_of_caller(), others;
	struct tu_bucket *b = tu_lot_lock(&waited);
	struct tu_waiter me = { .context = self };
	/* Relaxed: a number by itself. */
	int64_t until = tu_simulated() ? TUTTI_FOREVER : tutti_after(tu_load_rlx(&patience));

	while (queue(b, &me, own, &others)) {
		tu_lot_unlock(b);
		tu_does(self, TU_OP_EXIT);
		if (tu_wait(self, &me, until, 0, &b) < 0) {
			tu_lot_unlock(b);
			until = TUTTI_FOREVER;
			tell(others);
		}
		b = tu_lot_lock(&waited);
		me = (struct tu_waiter){ .context = self };
	}
	tu_lot_unlock(b);
	self->worker->daemon = false; /* a daemon that called exit must get through it */
	tu_workers_end();
}

int tu_ending_watch(void)
{
	if (tu_likely(tu_load_rlx(&registered))) /* nothing is published by it */
		return 0;
	tu_mutex_lock(&lock);
	if (!registered && atexit(at_exit) == 0)
		tu_store_rlx(&registered, 1u); /* as above */
	tu_mutex_unlock(&lock);
	return tu_load_rlx(&registered) ? 0 : -ENOMEM; /* as above */
}

int tu_ending_begin(bool daemon)
{
	int rc = tu_ending_watch();
	uint64_t word;

	if (rc < 0)
		return rc;
	/* Relaxed: who asks too early to begin has begun before the end. The count is a number by
	   itself, and its owner's later tu_ending_done is what exit waits for. */
	word = daemon ? tu_load_rlx(&waited) : tu_add_rlx(&waited, (uint64_t)ONE);
	if (tu_likely(!(word & OVER)))
		return 0;
	tu_ending_done(daemon);
	return TUTTI_ESHUTDOWN;
}

static void wake_exit(void)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b = tu_lot_lock(&waited);
	struct tu_waiter *w;

	while ((w = tu_lot_first(b, &waited)) != NULL)
		tu_lot_grant(b, w, 0, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

void tu_ending_done(bool daemon)
{
	if (daemon)
		return;
	/* [ending-1] release: what it has done, for exit */
	if (tu_unlikely(tu_sub_acqrel(&waited, (uint64_t)ONE) & AWAITED))
		wake_exit();
}

void tu_ending_after_fork(void)
{
	uint64_t own = waits_for(tu_thread_self()) ? 1 : 0;

	lock = 0;
	/* Relaxed: the child has one thread. */
	tu_store_rlx(&waited, own * ONE | (tu_load_rlx(&waited) & OVER));
}
