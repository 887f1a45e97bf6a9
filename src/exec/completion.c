/* SPDX-License-Identifier: MIT */
/* completion.c - futures in the order in which they complete; see completion_inside.h. */
#include "exec/completion_inside.h"

#include "base/list.h"
#include "core/alloc.h"
#include "exec/future.h"

#include <errno.h>

enum { BLOCK = 16 }; /* watchers of the first block that adding one by one makes */

static void unref(tutti_completion *c)
{
	/* Acquire-release: what the others did with it comes before its end. */
	if (tu_sub_acqrel(&c->refs, 1u) > 1)
		return;
	for (struct tu_completion_block *b = c->blocks, *next; b; b = next) {
		next = b->next;
		tu_free(b);
	}
	tu_free(c);
}

/* -- one has completed ------------------------------------------------------------------------ */

struct tu_watcher *tu_completion_take(tutti_completion *c)
{
	struct tu_watcher *w;

	if (!c->ready) {
		for (struct tu_watcher *drawn = tu_watch_take(&c->watch), *before; drawn;
			drawn = before) {
			before = drawn->before;
			drawn->before = c->ready;
			c->ready = drawn;
		}
	}
	w = c->ready;
	if (!w)
		return NULL;
	c->ready = w->before;
	w->waiter.ask = TU_COMPLETION_TAKEN;
	c->left--;
	return w;
}

void tu_completion_hand_out(tutti_completion *c, struct tu_bucket *b, struct tu_wakes *wakes)
{
	struct tu_waiter *first;

	while ((first = tu_lot_first(b, c)) != NULL) {
		struct tu_watcher *w = tu_completion_take(c);

		if (!w && c->left > 0)
			return;
		tu_container_of(first, struct tu_taker, waiter)->got = w;
		tu_lot_grant(b, first, w ? 0 : TUTTI_EDONE, wakes);
	}
}

static void act(struct tu_watch *watch, struct tu_news *news)
{
	tutti_completion *c = tu_container_of(watch, struct tutti_completion, watch);
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b;

	(void)news;
	/* [completion-1] acquire: all that was drawn by those who leave it to us; in announce.
	   Before the look: who is drawn after it has another act come. */
	tu_swap_acqrel(&c->acting, 0u);
	b = tu_lot_lock(c);
	tu_completion_hand_out(c, b, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
	unref(c);
}

/* One was drawn. The owner's reference is in place until this is over. */
static void announce(tutti_completion *c, struct tu_news *news)
{
	/* [completion-1] release: what was drawn, for the act that is still to come */
	if (tu_swap_acqrel(&c->acting, 1u) == 0) {
		tu_add_rlx(&c->refs, 1u); /* from one that exists */
		tu_news_add(news, &c->watch);
	}
}

static void told(struct tu_watcher *w, uint32_t flags, struct tu_news *news)
{
	(void)flags;
	announce(tu_container_of(w->watch, struct tutti_completion, watch), news);
	tu_watcher_let_go(w);
}

/* -- adding ----------------------------------------------------------------------------------- */

int tu_completion_reserve(tutti_completion *c, size_t n)
{
	size_t most = (SIZE_MAX - sizeof(struct tu_completion_block)) / sizeof(struct tu_watcher);
	struct tu_completion_block *block =
		n <= most ? tu_alloc(sizeof(*block) + n * sizeof(block->watchers[0])) : NULL;
	struct tu_bucket *b;

	if (!block)
		return -ENOMEM;
	block->n = n;
	b = tu_lot_lock(c);
	for (size_t i = n; i-- > 0;) {
		block->watchers[i].watch = NULL;
		block->watchers[i].before = c->spare;
		c->spare = &block->watchers[i];
	}
	block->next = c->blocks;
	c->blocks = block;
	c->room += n;
	tu_lot_unlock(b);
	return 0;
}

/* Jobs that wait for the next look again: now they may have to lend their seat. Under the lock. */
static void look_again(tutti_completion *c, struct tu_bucket *b, struct tu_wakes *wakes)
{
	struct tu_waiter *first = tu_lot_first(b, c), *w = first, *after;

	for (; w; w = after) {
		struct tu_taker *taker = tu_container_of(w, struct tu_taker, waiter);

		after = tu_lot_after(first, w);
		if (!taker->would_lend)
			continue;
		if (w == first)
			first = after;
		tu_lot_grant(b, w, TU_COMPLETION_AGAIN, wakes);
	}
}

/* A spare one for f, counted; NULL: there is none. number NULL: the next. */
static struct tu_watcher *reserve(tutti_completion *c, tutti_future *f, const size_t *number)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b = tu_lot_lock(c);
	struct tu_watcher *w = c->spare;

	if (w) {
		c->spare = w->before;
		*w = (struct tu_watcher){ .watch = &c->watch,
			.waiter.key = tutti_future_ref(f),
			.index = number ? *number : c->added++,
			.age = tu_future_age };
		c->left++;
		if (tu_job_wait_may_lend(f)) {
			c->lenders++;
			look_again(c, b, &wakes);
		}
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
	return w;
}

static size_t next_block(tutti_completion *c)
{
	struct tu_bucket *b = tu_lot_lock(c);
	size_t n = c->blocks && c->blocks->n >= BLOCK / 2 ? 2 * c->blocks->n : BLOCK;

	tu_lot_unlock(b);
	return n;
}

void tu_completion_watch(tutti_completion *c, struct tu_watcher *w, tutti_future *f)
{
	struct tu_news news = { 0 };

	if (tu_watcher_add(w, f))
		return;
	tu_watcher_let_go(w);
	tu_watcher_draw(w); /* now somebody may take it and use it again */
	announce(c, &news);
	tu_news_act(&news);
}

static int add(tutti_completion *c, tutti_future *f, const size_t *number)
{
	struct tu_watcher *w;
	int rc = 0;

	while ((w = reserve(c, f, number)) == NULL && rc == 0)
		rc = tu_completion_reserve(c, next_block(c));
	if (!w)
		return rc;
	tu_completion_watch(c, w, f);
	return 0;
}

int tu_completion_add(tutti_completion *c, tutti_future *f, size_t number)
{
	return add(c, f, &number);
}

int tutti_completion_add(tutti_completion *c, tutti_future *f)
{
	return f ? add(c, f, NULL) : -EINVAL;
}

tutti_completion *tutti_completion_create(tutti_future *const *futures, size_t n)
{
	tutti_completion *c = futures || n == 0 ? tu_alloc_zero(sizeof(*c)) : NULL;

	if (!c)
		return NULL;
	c->refs = 1;
	c->age = tu_future_age;
	c->watch = (struct tu_watch){ .told = told, .act = act, .ordered = true };
	if (n > 0 && tu_completion_reserve(c, n) < 0) {
		unref(c);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (futures[i])
			add(c, futures[i], NULL); /* there is a spare one */
		else
			c->added++; /* nobody else knows of c */
	}
	return c;
}

void tutti_completion_free(tutti_completion *c)
{
	if (!c)
		return;
	for (struct tu_completion_block *b = c->blocks; b; b = b->next) {
		for (size_t i = 0; i < b->n; i++) {
			struct tu_watcher *w = &b->watchers[i];

			if (!w->watch)
				continue;
			tu_watcher_end(w);
			tutti_future_unref((tutti_future *)w->waiter.key);
		}
	}
	unref(c);
}
