/* SPDX-License-Identifier: MIT */
/*
 * thread.c - threads: started ones, main, and stand-ins for those that tutti did not make.
 *
 * The list of threads alive holds a reference to each. A started thread leaves it before its future
 * is done, so that whoever joined finds it gone.
 */
#include "exec/thread.h"

#include "base/trace.h"
#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/thread.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/crew.h"
#include "exec/ending.h"
#include "sync/local.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t lock;                      /* of all below */
static uint64_t numbers = 1;               /* main has 1 */
static unsigned thread_names, dummy_names; /* how many of each were given */
static const struct tu_future_ops thread_ops;

/* Main is known before it calls tutti, and never forgotten: not allocated. */
static struct tu_future_extra main_extra = { .name = (char[]){ "MainThread" } };
static struct tu_list alive;
static struct tu_thread main_thread = {
	.future = { .ops = &thread_ops,
		.word = (TU_FUTURE_REF << 30) | TU_FUTURE_RUNNING,
		.extra = &main_extra },
	.link = { &alive.head, &alive.head },
	.number = 1,
};
static struct tu_list alive = { { &main_thread.link, &main_thread.link } };

/* -- the future's side ------------------------------------------------------------------------ */

static void thread_interrupt(tutti_future *f)
{
	/* [thread-1] acquire: the context is set up; from tu_thread_enter. Not there yet: it looks
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
	return f->extra->name; /* given at birth */
}

static const struct tu_future_ops thread_ops = { .kind = TU_FUTURE_THREAD,
	.noun = "thread",
	.interrupt = thread_interrupt,
	.free = thread_free,
	.name = thread_name };

const struct tu_future_ops *tu_thread_ops(void)
{
	return &thread_ops;
}

bool tu_is_thread(const tutti_future *f)
{
	return f->ops->kind == TU_FUTURE_THREAD || f->ops->kind == TU_FUTURE_TIMER;
}

/* -- records ---------------------------------------------------------------------------------- */

static struct tu_thread *record(const char *name)
{
	struct tu_thread *t = tu_alloc_zero(sizeof(*t));
	struct tu_future_extra *extra;

	if (!t)
		return NULL;
	tu_future_init(&t->future, &thread_ops, 1);
	extra = tu_future_extra_of(&t->future);
	if (extra)
		extra->name = tu_copy_text(name);
	if (extra && extra->name) {
		tu_mutex_lock(&lock);
		t->number = ++numbers;
		tu_mutex_unlock(&lock);
		return t;
	}
	tutti_future_unref(&t->future);
	return NULL;
}

static unsigned count_up(unsigned *counter)
{
	unsigned n;

	tu_mutex_lock(&lock);
	n = ++*counter;
	tu_mutex_unlock(&lock);
	return n;
}

/* "Thread-12": every start has one to make, and printf takes longer than all the rest of it. */
static const char *number_name(char buf[32], unsigned number)
{
	char *p = buf + 31;

	*p = 0;
	do {
		*--p = (char)('0' + number % 10);
	} while ((number /= 10) > 0);
	p -= sizeof("Thread-") - 1;
	return memcpy(p, "Thread-", sizeof("Thread-") - 1);
}

struct tu_thread *tu_thread_make(tutti_fn fn, void *arg, const char *name)
{
	char buf[32];
	struct tu_thread *t;

	if (!name)
		name = number_name(buf, count_up(&thread_names));
	t = record(name);
	if (!t)
		return NULL;
	t->future.value.start.fn = fn;
	t->future.value.start.arg = arg;
	return t;
}

unsigned tu_thread_names_from(unsigned n)
{
	unsigned before;

	tu_mutex_lock(&lock);
	before = thread_names;
	thread_names = n;
	tu_mutex_unlock(&lock);
	return before;
}

static void list_add(struct tu_thread *t)
{
	tutti_future_ref(&t->future);
	tu_mutex_lock(&lock);
	tu_list_add_tail(&alive, &t->link);
	tu_mutex_unlock(&lock);
}

void tu_thread_unlist(struct tu_thread *t)
{
	bool listed;

	tu_mutex_lock(&lock);
	listed = tu_link_used(&t->link);
	if (listed)
		tu_list_remove(&t->link);
	tu_mutex_unlock(&lock);
	if (listed)
		tutti_future_unref(&t->future);
}

/* -- main and foreign threads ------------------------------------------------------------------ */

/* [thread-1] release: the context, for thread_interrupt. seq against ASKED: whoever cancels sets
   ASKED and then looks for the context; we store the context and then look at ASKED. */
static void set_context(struct tu_thread *t, struct tu_context *native)
{
	native->worker->thread = t;
	if (!native->self) /* a helper's is what it runs for somebody */
		native->self = &t->future;
	tu_store_rlx(&t->native_id, tu_thread_native_id()); /* a number by itself */
	tu_store_seq(&t->context, native);
	if (tu_load_seq(&t->future.word) & TU_FUTURE_ASKED)
		tu_context_cancel(native);
}

/* A thread that tutti did not make: on the list from when it asks who it is until it ends. */
static struct tu_thread *adopt(struct tu_context *native)
{
	struct tu_thread *t = &main_thread;
	char buf[32];

	tu_ending_watch(); /* without memory the first thread to start says so */
	if (!tu_thread_is_main()) {
		snprintf(buf, sizeof(buf), "Dummy-%u", count_up(&dummy_names));
		t = record(buf);
		tu_check(t != NULL, "no memory for a thread's record");
		t->daemon = true;
		t->future.word |= TU_FUTURE_RUNNING;
		if (!native->worker->helper)
			list_add(t);
	}
	set_context(t, native);
	return t;
}

/* Destructors may ask who they are, and a watchdog at any time: so t stays until it is unknown. */
static void complete(struct tu_thread *t, struct tu_context *native, void *result)
{
	tutti_future_ref(&t->future);
	tu_future_complete_from(&t->future, native, result);
	native->worker->thread = NULL;
	tutti_future_unref(&t->future);
}

static void foreign_ends(struct tu_context *native)
{
	struct tu_thread *t = native->worker->thread;

	tu_worker_close(native->worker);
	if (native->slots)
		native->slots->end(native);
	if (!t || t == &main_thread) {
		tu_ended(native);
		return;
	}
	tu_thread_unlist(t);
	complete(t, native, NULL);
}

/*
 * Of the threads the caller's own goes on. The list may have been caught half-changed by another
 * thread: it is walked forwards only.
 */
static void threads_after_fork(void)
{
	struct tu_thread *self = tu_current ? tu_current->worker->thread : NULL;
	struct tu_link *link = alive.head.next, *next;

	lock = 0;
	tu_list_init(&alive);
	if (!self && tu_thread_is_main()) /* which is whoever forked: it has not asked who it is */
		self = &main_thread;
	for (; link && link != &alive.head; link = next) {
		next = link->next;
		link->next = link->prev = NULL;
		if (self == tu_container_of(link, struct tu_thread, link))
			tu_list_add_tail(&alive, link);
	}
	if (!self)
		return;
	self->forked = self != &main_thread;
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

tutti_thread *tutti_thread_current(void)
{
	struct tu_worker *w = tu_worker_self();
	struct tu_thread *t = w->thread;

	return t ? &t->future : &adopt(&w->native)->future;
}

tutti_thread *tutti_thread_main(void)
{
	return &main_thread.future;
}

/* -- started threads -------------------------------------------------------------------------- */

int tu_thread_launch(struct tu_thread *t, void (*entry)(void *thread), size_t stack_bytes)
{
	int rc = tu_ending_begin(tu_thread_is_left(t));

	if (rc < 0)
		return rc;
	t->started = true;
	list_add(t);
	tutti_future_ref(&t->future); /* the thread's own */
	rc = tu_thread_spawn(entry, t, stack_bytes);
	if (rc == 0)
		return 0;
	tu_thread_unlist(t);
	tu_ending_done(tu_thread_is_left(t));
	tutti_future_unref(&t->future);
	return rc;
}

/* t may be gone afterwards. */
static void finish(void *arg)
{
	struct tu_thread *t = arg;
	struct tu_context *native = tu_self();
	bool left = tu_thread_is_left(t);

	tu_thread_unlist(t); /* it has not left by itself if it ended by pthread_exit */
	if (t->withdrawn) {
		native->self = NULL;
		native->worker->thread = NULL;
		tutti_future_unref(&t->future);
	} else {
		complete(t, native, t->result);
	}
	tu_ending_done(left);
}

void tu_thread_enter(struct tu_thread *t)
{
	struct tu_context *native = tu_self();

	native->worker->daemon = tu_thread_is_left(t);
	tu_thread_show_name(t->future.extra->name);
	set_context(t, native);
	t->ends_later = tu_at_thread_end(finish, t) == 0;
	tu_trace(TU_TRACE_THREAD_START, native->id, (uintptr_t)t->future.value.start.fn, 0);
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

	tu_trace(TU_TRACE_THREAD_END, native->id, 0, 0);
	tu_worker_close(native->worker);
	native->worker->daemon = false;
	tu_thread_unlist(t);
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
	if (!t || t == &main_thread)
		return;
	tu_thread_unlist(t);
	if (t->started && !(tu_future_word(&t->future) & TU_FUTURE_DONE))
		tu_ending_done(tu_thread_is_left(t));
}

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
	t->daemon = o->daemon == 0 ? tutti_thread_daemon(NULL) : o->daemon > 0;
	t->future.word |= TU_FUTURE_RUNNING; /* born started */
	rc = tu_thread_launch(t, thread_main, o->stack_bytes);
	if (rc < 0) {
		tutti_future_ref(&t->future);
		tu_future_complete_error(&t->future, rc);
	}
	return &t->future;
}

/* -- looking at threads ------------------------------------------------------------------------ */

static int join(tutti_thread *t, void **result, tutti_time deadline)
{
	if (!t || t == &((struct tu_thread *)tutti_thread_current())->future)
		return -EDEADLK;
	if (!tu_is_thread(t) && !tu_future_never_began(t))
		return TUTTI_ETYPE;
	return tu_future_result(t, result, result ? sizeof(*result) : 0, deadline);
}

int tutti_thread_join(tutti_thread *t, void **result)
{
	tu_point(TU_OP_FUTURE_WAIT, t);
	return join(t, result, TUTTI_FOREVER);
}

int tutti_thread_join_until(tutti_thread *t, void **result, tutti_time deadline)
{
	tu_point(TU_OP_FUTURE_WAIT, t);
	return join(t, result, deadline);
}

/* NULL for what is not a thread; the caller's for NULL. */
static const struct tu_thread *thread_of(const tutti_thread *t)
{
	if (!t)
		t = tutti_thread_current();
	return tu_is_thread(t) ? (const struct tu_thread *)t : NULL;
}

bool tutti_thread_is_alive(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	tu_point(TU_OP_FUTURE_LOOK, thread);
	tu_polled();
	return t && !(tu_future_word(&t->future) & TU_FUTURE_DONE);
}

const char *tutti_thread_name(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	return t ? t->future.extra->name : NULL;
}

uint64_t tutti_thread_ident(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	return t ? t->number : 0;
}

int tutti_thread_native_id(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);
	int id = t ? tu_load_rlx(&t->native_id) : 0; /* a number by itself */

	if (!t)
		return TUTTI_ETYPE;
	return id ? id : TUTTI_EPENDING;
}

bool tutti_thread_daemon(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	return t && t->daemon;
}

static size_t enumerate(tutti_thread **buf, size_t n)
{
	size_t i = 0;

	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		if (i < n)
			buf[i] = tutti_future_ref(
				&tu_container_of(link, struct tu_thread, link)->future);
		i++;
	}
	tu_mutex_unlock(&lock);
	return i;
}

size_t tu_threads_waited_for(char *buf, size_t n)
{
	const struct tu_thread *self = tu_worker_self()->thread;
	size_t count = 0, used = 0;

	*buf = 0;
	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		const struct tu_thread *t = tu_container_of(link, struct tu_thread, link);

		if (t == self || !t->started || tu_thread_is_left(t))
			continue;
		if (used < n)
			used += (size_t)snprintf(buf + used, n - used, "%sthread '%s'",
				count ? ", " : "", t->future.extra->name);
		count++;
	}
	tu_mutex_unlock(&lock);
	return count;
}

bool tu_threads_are_coming(void)
{
	bool any = false;

	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		const struct tu_thread *t = tu_container_of(link, struct tu_thread, link);

		/* Relaxed: a guess; nothing is read through it. */
		any = any || (t->started && !tu_load_rlx(&t->context));
	}
	tu_mutex_unlock(&lock);
	return any;
}

/* Whoever asks for them again and again is waiting for some to begin or to end. */

size_t tutti_thread_enumerate(tutti_thread **buf, size_t n)
{
	tu_point(TU_OP_THREADS_LOOK, NULL);
	tu_polled();
	return enumerate(buf, n);
}

size_t tutti_thread_active_count(void)
{
	tu_point(TU_OP_THREADS_LOOK, NULL);
	tu_polled();
	return enumerate(NULL, 0);
}
