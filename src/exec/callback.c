/* SPDX-License-Identifier: MIT */
/*
 * callback.c - what is called when a future is done.
 *
 * Under the lock of the future's bucket each is on one of two lists: of those to be called, or of
 * those that were sent to the loop of the task that added them. Whoever takes one off decides what
 * becomes of it: it is called, or it was removed and never will be. One that was sent belongs to
 * the loop all the same, which frees it on its arrival.
 */
#include "core/alloc.h"
#include "core/wait.h"
#include "exec/future.h"

#include <errno.h>

struct callback {
	struct tu_runnable node; /* on its way */
	struct tu_link link;
	struct tu_worker *worker; /* NULL: called where the future is completed */
	uint32_t number;          /* the worker's, when it was added: its thread may have ended */
	tutti_future *future;     /* a reference, once on its way */
	void (*fn)(tutti_future *f, void *arg);
	void *arg;
};

static struct callback *callback_of(struct tu_link *link)
{
	return tu_container_of(link, struct callback, link);
}

/* -- calling ---------------------------------------------------------------------------------- */

/* The next to be called, or sent if it is a loop's; NULL: that was all. */
static struct callback *take_next(tutti_future *f, struct tu_future_extra *extra)
{
	struct tu_bucket *b = tu_lot_lock(f);
	struct tu_link *link = tu_list_take(&extra->callbacks);

	if (link && callback_of(link)->worker)
		tu_list_add_tail(&extra->sent, link);
	tu_lot_unlock(b);
	return link ? callback_of(link) : NULL;
}

/* One that was sent, or could not be. false: it has been removed meanwhile. */
static bool take_sent(tutti_future *f, struct callback *c)
{
	struct tu_bucket *b = tu_lot_lock(f);
	bool there = tu_link_used(&c->link);

	if (there)
		tu_list_remove(&c->link);
	tu_lot_unlock(b);
	return there;
}

static void callback_runs(struct tu_runnable *node, int rc)
{
	struct callback *c = tu_container_of(node, struct callback, node);
	struct tu_context *self = tu_current;

	if (rc == 0) { /* else it runs within a wait of somebody else's */
		self->id = tu_worker_new_id(self->worker);
		self->worker->begun++;
	}
	if (take_sent(c->future, c))
		c->fn(c->future, c->arg);
	if (rc == 0) {
		tu_ended(self);
		self->worker->ended++;
		tu_context_clean(self);
	}
	tutti_future_unref(c->future);
	tu_free(c);
}

static const struct tu_start callback_start = { callback_runs, TU_STACK_CLASS_USUAL, 0 };

/* To the loop that added it, if there still is that loop. */
static bool send_back(tutti_future *f, struct callback *c)
{
	c->future = tutti_future_ref(f);
	c->node.job = &callback_start;
	if (tu_worker_post_to(c->worker, c->number, &c->node))
		return true;
	tutti_future_unref(f); /* not the last: whoever completes f has one */
	return false;
}

void tu_callbacks_call(tutti_future *f, struct tu_future_extra *extra)
{
	struct callback *c;

	while ((c = take_next(f, extra)) != NULL) {
		if (c->worker && send_back(f, c))
			continue;
		if (!c->worker || take_sent(f, c))
			c->fn(f, c->arg);
		tu_free(c);
	}
}

void tu_callbacks_drop(struct tu_future_extra *extra)
{
	struct tu_link *link;

	while ((link = tu_list_take(&extra->callbacks)) != NULL)
		tu_free(callback_of(link));
}

/* -- adding and removing ---------------------------------------------------------------------- */

int tu_future_call_back(
	tutti_future *f, struct tu_worker *w, void (*fn)(tutti_future *f, void *arg), void *arg)
{
	struct tu_future_extra *extra = tu_future_extra_of(f);
	struct callback *c = extra ? tu_alloc_zero(sizeof(*c)) : NULL;
	struct tu_bucket *b;
	bool done;

	if (!c)
		return -ENOMEM;
	tu_future_word(f); /* one that a fork has lost is done from here on */
	c->fn = fn;
	c->arg = arg;
	c->worker = w;
	c->number = w ? w->number : 0;
	b = tu_lot_lock(f);
	/* [future-1] acquire, if it is done: fn reads the result. Else whoever completes f sees
	   WATCHED, comes for the bucket's lock and finds the callback. */
	done = tu_or_acqrel(&f->word, (uint64_t)TU_FUTURE_WATCHED) & TU_FUTURE_DONE;
	if (!done)
		tu_list_add_tail(&extra->callbacks, &c->link);
	tu_lot_unlock(b);
	if (done) {
		tu_free(c);
		fn(f, arg);
	}
	return 0;
}

int tutti_future_add_done_callback(
	tutti_future *f, void (*fn)(tutti_future *f, void *arg), void *arg)
{
	struct tu_context *self = tu_self();

	tu_point(TU_OP_CALLBACK, f);
	return tu_future_call_back(f, self == &self->worker->native ? NULL : self->worker, fn, arg);
}

/* Take those of fn and arg off from; they go to taken, if that is given. */
static int take_all(struct tu_list *from, void (*fn)(tutti_future *f, void *arg), const void *arg,
	struct tu_list *taken)
{
	int n = 0;

	tu_list_each_safe(link, from) {
		if (callback_of(link)->fn != fn || callback_of(link)->arg != arg)
			continue;
		tu_list_remove(link);
		if (taken)
			tu_list_add_tail(taken, link);
		n++;
	}
	return n;
}

int tutti_future_remove_done_callback(
	tutti_future *f, void (*fn)(tutti_future *f, void *arg), void *arg)
{
	/* [future-3] acquire, as in tu_future_extra_of */
	struct tu_future_extra *extra = tu_load_acq(&f->extra);
	struct tu_future_extra taken;
	struct tu_bucket *b;
	int n;

	tu_point(TU_OP_CALLBACK, f);
	if (!extra)
		return 0;
	tu_list_init(&taken.callbacks);
	b = tu_lot_lock(f);
	n = take_all(&extra->callbacks, fn, arg, &taken.callbacks);
	n += take_all(&extra->sent, fn, arg, NULL);
	tu_lot_unlock(b);
	tu_callbacks_drop(&taken);
	return n;
}
