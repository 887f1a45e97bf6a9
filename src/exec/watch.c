/* SPDX-License-Identifier: MIT */
/* watch.c - see watch.h. */
#include "exec/watch.h"

#include "base/list.h"
#include "exec/future.h"
#include "exec/job_future.h"

static struct tu_watcher *watcher_of(struct tu_waiter *w)
{
	return tu_container_of(w, struct tu_watcher, waiter);
}

bool tu_watcher_add(struct tu_watcher *w, tutti_future *f)
{
	struct tu_bucket *b;
	bool done;

	if (tu_future_word(f) & TU_FUTURE_DONE)
		return false;
	w->age = tu_future_age;
	b = tu_lot_lock(f);
	/* As in tu_future_wait: who completes f sees WATCHED and comes for the lock, or is done. */
	done = tu_or_acqrel(&f->word, (uint64_t)TU_FUTURE_WATCHED) & TU_FUTURE_DONE;
	if (!done)
		tu_lot_enqueue(b, &w->waiter, f);
	tu_lot_unlock(b);
	return !done;
}

void tu_watcher_end(struct tu_watcher *w)
{
	struct tu_bucket *b;

	/* [watch-1] acquire: from tu_watcher_let_go */
	if (tu_load_acq(&w->waiter.granted))
		return;
	if (w->age != tu_future_age) /* a fork has emptied the lot */
		return;
	b = tu_lot_lock_waiter(&w->waiter);
	if (w->waiter.next)
		tu_lot_remove(b, &w->waiter);
	tu_lot_unlock(b);
}

void tu_watcher_draw(struct tu_watcher *w)
{
	struct tu_watch *watch = w->watch;
	struct tu_watcher *latest = tu_load_rlx(&watch->drawn); /* only compared */

	do
		w->before = latest;
	/* [watch-2] release: the watcher and those before it, for tu_watch_take */
	while (!tu_cas_weak_acqrel(&watch->drawn, &latest, w));
}

struct tu_watcher *tu_watch_take(struct tu_watch *watch)
{
	/* [watch-2] acquire: from tu_watcher_draw */
	return tu_swap_acqrel(&watch->drawn, (struct tu_watcher *)NULL);
}

bool tu_watch_has(struct tu_watch *watch, const tutti_future *f)
{
	struct tu_bucket *b;
	bool has = false;

	/* Relaxed: one of ours was added by the caller or told to it. */
	if (!(tu_load_rlx(&f->word) & TU_FUTURE_WATCHED))
		return false;
	b = tu_lot_lock(f);
	for (struct tu_waiter *first = tu_lot_first(b, f), *w = first; w && !has;
		w = tu_lot_after(first, w))
		has = !w->context && watcher_of(w)->watch == watch;
	tu_lot_unlock(b);
	return has;
}

bool tu_watch_has_caller(struct tu_watch *watch, const struct tu_context *self)
{
	const tutti_future *job = self->job;

	for (; job; job = tu_job_future_of(job)->beneath)
		if (tu_watch_has(watch, job))
			return true;
	return self->self && tu_watch_has(watch, self->self);
}

void tu_watchers_draw(struct tu_bucket *b, const tutti_future *f)
{
	struct tu_waiter *first = tu_lot_first(b, f);

	for (struct tu_waiter *w = first; w; w = tu_lot_after(first, w))
		if (!w->context && watcher_of(w)->watch->ordered)
			tu_watcher_draw(watcher_of(w));
}

void tu_watcher_tell(struct tu_bucket *b, struct tu_waiter *w, uint32_t flags, struct tu_news *news)
{
	tu_lot_remove(b, w);
	watcher_of(w)->watch->told(watcher_of(w), flags, news);
}

void tu_news_add(struct tu_news *news, struct tu_watch *watch)
{
	watch->acting_next = news->acting;
	news->acting = watch;
}

/* In a loop, not one within the other: a chain of a million gathers needs no stack. */
void tu_news_act(struct tu_news *news)
{
	struct tu_watch *watch;

	while ((watch = news->acting) != NULL) {
		news->acting = watch->acting_next;
		watch->act(watch, news);
	}
}
