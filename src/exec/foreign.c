/* SPDX-License-Identifier: MIT */
/*
 * foreign.c - main, and stand-ins for threads that tutti did not make: these are on the list from
 * when they ask who they are until they end.
 */
#include "core/fork.h"
#include "core/thread.h"
#include "core/worker.h"
#include "exec/alive.h"
#include "exec/crew.h"
#include "exec/ending.h"
#include "sync/local.h"

static struct tu_thread *adopt(struct tu_context *native)
{
	struct tu_thread *t = &tu_main_thread;

	tu_ending_watch(); /* without memory the first thread to start says so */
	if (!tu_thread_is_main()) {
		t = tu_thread_make(NULL, NULL, NULL);
		tu_check(t != NULL, "no memory for a thread's record");
		tutti_future_unref(&t->future); /* nobody has started it */
		t->daemon = true;
		t->future.word |= TU_FUTURE_RUNNING;
		tu_alive_add(t, native->worker->helper);
	}
	tu_thread_settle(t, native);
	return t;
}

static void foreign_ends(struct tu_context *native)
{
	struct tu_thread *t = native->worker->thread;

	tu_worker_close(native->worker);
	if (native->slots)
		native->slots->end(native);
	if (!t || t == &tu_main_thread) {
		tu_ended(native);
		return;
	}
	tu_alive_remove(t);
	tu_thread_complete(t, native, NULL);
}

/* Of the threads the caller's own goes on. */
static void threads_after_fork(void)
{
	struct tu_thread *self = tu_current ? tu_current->worker->thread : NULL;

	if (!self && tu_thread_is_main()) /* which is whoever forked: it has not asked who it is */
		self = &tu_main_thread;
	tu_alive_after_fork(self);
	if (!self)
		return;
	self->forked = self != &tu_main_thread;
	tu_future_survive_one(&self->future);
	tu_store_rlx(&self->native_id, tu_thread_native_id()); /* alone here */
}

static void after_fork(void)
{
	tu_future_after_fork();
	threads_after_fork();
	tu_ending_after_fork();
	tu_crew_after_fork();
}

__attribute__((constructor(101))) static void set_hook(void)
{
	tu_at_detach = foreign_ends;
	tu_after_fork = after_fork;
}

struct tu_thread *tu_thread_self(void)
{
	struct tu_worker *w = tu_worker_self();
	struct tu_thread *t = w->thread;

	return t ? t : adopt(&w->native);
}

tutti_thread *tutti_thread_current(void)
{
	return &tu_thread_self()->future;
}

tutti_thread *tutti_thread_main(void)
{
	return &tu_main_thread.future;
}
