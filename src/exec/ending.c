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
#include "core/report.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/alive.h"
#include "exec/executor.h"

#include <errno.h>
#include <stdlib.h>

/* Threads and busy executors that exit waits for; under its own address' bucket in the lot. */
static size_t waited;
static bool registered, over;

static int64_t patience = (int64_t)10 * 1000000000; /* atomic */
void (*tu_ending_told)(void);
bool (*tu_ending_children)(void);
void (*tu_ending_at_once)(void);

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
	size_t threads = waits_for((struct tu_thread *)tutti_thread_current()) ? 1 : 0;

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

/* Until no more than own are waited for. The bucket, locked. */
static struct tu_bucket *wait_for_all(struct tu_context *self, size_t own)
{
	struct tu_bucket *b = tu_lot_lock(&waited);
	/* Relaxed: a number by itself. */
	int64_t until = tu_simulated() ? TUTTI_FOREVER : tutti_after(tu_load_rlx(&patience));

	while (waited > own) {
		struct tu_waiter me = { .context = self, .op = TU_OP_EXIT };
		size_t n = waited - own;

		tu_lot_enqueue(b, &me, &waited);
		tu_lot_unlock(b);
		tu_does(self, TU_OP_EXIT);
		if (tu_wait(self, &me, until, 0, &b) < 0) {
			tu_lot_unlock(b);
			until = TUTTI_FOREVER;
			tell(n);
		}
		b = tu_lot_lock(&waited);
	}
	return b;
}

void tu_ending_now(void)
{
	struct tu_context *self = tu_self();
	size_t own = count_of_caller();
	struct tu_bucket *b = wait_for_all(self, own);

	/* While it is waited for children, threads of daemons may have started others. */
	while (tu_ending_children) {
		bool any;

		tu_lot_unlock(b);
		any = tu_ending_children();
		b = wait_for_all(self, own);
		if (!any)
			break;
	}
	over = true;
	tu_lot_unlock(b);
	self->worker->daemon = false; /* a daemon that called exit must get through it */
	tu_workers_end();
}

/* Under the lock. */
static int watch(void)
{
	if (!registered && atexit(tu_ending_now) == 0)
		registered = true;
	return registered ? 0 : -ENOMEM;
}

int tu_ending_watch(void)
{
	struct tu_bucket *b = tu_lot_lock(&waited);
	int rc = watch();

	tu_lot_unlock(b);
	return rc;
}

int tu_ending_begin(bool daemon)
{
	struct tu_bucket *b = tu_lot_lock(&waited);
	int rc = watch();

	if (rc == 0 && over)
		rc = TUTTI_ESHUTDOWN;
	if (rc == 0 && !daemon)
		waited++;
	tu_lot_unlock(b);
	return rc;
}

void tu_ending_done(bool daemon)
{
	struct tu_wakes wakes = { 0 };
	struct tu_waiter *w;
	struct tu_bucket *b;

	if (daemon)
		return;
	b = tu_lot_lock(&waited);
	waited--;
	while ((w = tu_lot_first(b, &waited)) != NULL)
		tu_lot_grant(b, w, 0, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

void tu_ending_after_fork(void)
{
	waited = waits_for((struct tu_thread *)tutti_thread_current()) ? 1 : 0;
}
