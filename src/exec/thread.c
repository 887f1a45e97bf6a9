/* SPDX-License-Identifier: MIT */
/*
 * thread.c - threads that are started here. Others are in foreign.c, the list of all in alive.c.
 *
 * The last word of a thread, by which its future is done, comes with the destructors of its OS
 * thread: by then it has been taken off the list.
 */
#include "exec/thread.h"

#include "core/alloc.h"
#include "core/tape.h"
#include "core/thread.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/alive.h"
#include "exec/ending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { REFS = 3 };

/* -- the future's side ------------------------------------------------------------------------ */

static void thread_interrupt(tutti_future *f)
{
	/* [thread-1] acquire: the context is set up; from tu_thread_settle. Not there yet: it looks
	   at ASKED itself when it comes. */
	struct tu_context *c = tu_load_acq(&((struct tu_thread *)f)->context);

	if (c)
		tu_context_cancel(c);
}

static void thread_free(tutti_future *f)
{
	tu_free(f);
}

static const char *thread_name(const tutti_future *f, char *buf, size_t n)
{
	(void)buf, (void)n;
	return ((const struct tu_thread *)f)->name;
}

const struct tu_future_ops tu_thread_ops = { .kind = TU_FUTURE_THREAD,
	.noun = "thread",
	.interrupt = thread_interrupt,
	.free = thread_free,
	.name = thread_name };

/* -- beginning --------------------------------------------------------------------------------- */

struct tu_thread *tu_thread_make(tutti_fn fn, void *arg, const char *name)
{
	size_t name_bytes = name ? strlen(name) + 1 : TU_NUMBERED_NAME_BYTES;
	struct tu_thread *t = tu_alloc_zero(sizeof(*t) + name_bytes);

	if (!t)
		return NULL;
	tu_future_init(&t->future, &tu_thread_ops, REFS);
	if (name)
		t->name = memcpy(t->own_name, name, name_bytes);
	t->future.value.start.fn = fn;
	t->future.value.start.arg = arg;
	return t;
}

int tu_thread_launch(struct tu_thread *t, void (*entry)(void *thread), size_t stack_bytes)
{
	int rc = tu_ending_begin(tu_thread_is_left(t));

	t->started = true;
	tu_alive_add(t, false);
	tu_starts(&t->future);
	if (rc == 0) {
		rc = tu_thread_spawn(entry, t, stack_bytes);
		if (rc == 0)
			return 0;
		tu_ending_done(tu_thread_is_left(t));
	}
	tu_alive_remove(t);
	tutti_future_unref(&t->future);
	tutti_future_unref(&t->future);
	return rc;
}

/* [thread-1] release: the context, for thread_interrupt. seq against ASKED: whoever cancels sets
   ASKED and then looks for the context; we store the context and then look at ASKED. */
void tu_thread_settle(struct tu_thread *t, struct tu_context *native)
{
	native->worker->thread = t;
	if (!native->self) /* a helper's is what it runs for somebody */
		native->self = &t->future;
	tu_store_rlx(&t->native_id, tu_thread_native_id()); /* a number by itself */
	tu_store_seq(&t->context, native);
	if (tu_load_seq(&t->future.word) & TU_FUTURE_ASKED)
		tu_context_cancel(native);
}

/* -- ending ------------------------------------------------------------------------------------ */

/* Destructors may ask who they are, and a watchdog at any time: so t stays until it is unknown. */
void tu_thread_complete(struct tu_thread *t, struct tu_context *native, void *result)
{
	tu_future_complete_from(&t->future, native, result);
	native->worker->thread = NULL;
	tutti_future_unref(&t->future);
}

/* It was done before it could begin. */
static void forget(struct tu_thread *t, struct tu_context *native)
{
	native->self = NULL;
	native->worker->thread = NULL;
	tutti_future_unref(&t->future);
	tutti_future_unref(&t->future);
}

/* t may be gone afterwards. */
static void finish(void *arg)
{
	struct tu_thread *t = arg;
	struct tu_context *native = tu_self();
	bool left = tu_thread_is_left(t);

	tu_alive_remove(t); /* it has not left by itself if it ended by pthread_exit */
	if (t->withdrawn)
		forget(t, native);
	else
		tu_thread_complete(t, native, t->result);
	tu_ending_done(left);
}

void tu_thread_enter(struct tu_thread *t)
{
	struct tu_context *native = tu_self();

	native->worker->daemon = tu_thread_is_left(t);
	tu_thread_show_name(t->name);
	tu_thread_settle(t, native);
	t->ends_later = tu_at_thread_end(finish, t) == 0;
	tu_begins(native);
}

/*
 * The child has no main to return to. Its process would end with its last thread, but helpers and
 * the threads of a pool wait for ever for what nobody is there to give them.
 */
_Noreturn static void end_child(struct tu_thread *t)
{
	finish(t); /* who has joined it goes on before exit waits for that one */
	exit(EXIT_SUCCESS);
}

void tu_thread_leave(struct tu_thread *t, void *result)
{
	struct tu_context *native = tu_self();

	tu_worker_close(native->worker);
	native->worker->daemon = false;
	tu_alive_remove(t);
	t->result = result;
	if (t->forked)
		end_child(t);
	if (!t->ends_later) /* no memory for it */
		finish(t);
}

/* Its record stays: who has it may look at it. */
void tu_thread_abandon(struct tu_worker *w)
{
	struct tu_thread *t = w->thread;

	tu_worker_abandon(w);
	if (!t || t == &tu_main_thread)
		return;
	tu_alive_remove(t);
	if (t->started && !(tu_future_word(&t->future) & TU_FUTURE_DONE))
		tu_ending_done(tu_thread_is_left(t));
}

/* -- the usual one ----------------------------------------------------------------------------- */

static void thread_main(void *arg)
{
	struct tu_thread *t = arg;

	tu_thread_enter(t);
	tu_thread_leave(t, t->future.value.start.fn(t->future.value.start.arg));
}

tutti_thread *tutti_thread_start(tutti_fn fn, void *arg, const tutti_thread_options *options)
{
	static const tutti_thread_options none;
	const tutti_thread_options *o = options ? options : &none;
	struct tu_thread *t = fn ? tu_thread_make(fn, arg, o->name) : NULL;
	int rc;

	tu_point(TU_OP_THREAD_START, NULL);
	if (!t)
		return tu_future_failed(fn ? -ENOMEM : -EINVAL);
	t->daemon = o->daemon == 0 ? tu_thread_self()->daemon : o->daemon > 0;
	t->future.word |= TU_FUTURE_RUNNING; /* born started */
	rc = tu_thread_launch(t, thread_main, o->stack_bytes);
	if (rc < 0) {
		tutti_future_ref(&t->future);
		tu_future_complete_error(&t->future, rc);
	}
	return &t->future;
}
