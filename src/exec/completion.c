/* SPDX-License-Identifier: MIT */
/*
 * completion.c - futures in the order in which they complete.
 *
 * Each has a watcher. Those that have completed are drawn on the watch's stack, from there they
 * come, turned round, into ready. Whoever asks takes from ready, or waits in the parking lot for
 * the completion's address and is handed a watcher. A future's completer may not take that lock as
 * well, so it acts later; one such act at a time is enough for all that were drawn before it.
 *
 * A watcher is used again once next has given its number, so memory is that of the most at a time.
 */
#include "exec/completion.h"

#include "base/list.h"
#include "core/alloc.h"
#include "core/wait.h"
#include "exec/future.h"
#include "exec/watch.h"

#include <errno.h>

enum {
	BLOCK = 16, /* watchers of the first block that adding one by one makes */
	AGAIN = 1,  /* a taker's answer: nothing in hand, but what there is has changed */
};

struct block {
	struct block *next;
	size_t n;
	struct tu_watcher watchers[];
};

struct tutti_completion {
	struct tu_watch watch;
	uint32_t acting; /* atomic: an act is to come, which has a reference */
	uint32_t refs;   /* atomic */
	/* Under the lock of the completion's bucket: */
	struct tu_watcher *ready; /* completed, in order; linked through before */
	struct tu_watcher *spare; /* the same; of nothing: their watch is NULL */
	struct block *blocks;     /* the latest first */
	size_t room;              /* watchers in all of them */
	size_t lenders;           /* ever added for which a job may have to lend its seat */
	struct block *looked_in;  /* see look_at_next; NULL: nowhere yet */
	size_t looked_at;
	size_t added; /* by the public add: the next one's number */
	size_t left;  /* added and not given to anyone */
	uint64_t age; /* the process's, see renew */
};

/* Who waits for the next one. On its stack. */
struct taker {
	struct tu_waiter waiter; /* answer: 0, TUTTI_EDONE or AGAIN */
	struct tu_watcher *got;
	bool would_lend; /* it is in a job, and has found nothing to lend its seat for */
};

static void unref(tutti_completion *c)
{
	/* Acquire-release: what the others did with it comes before its end. */
	if (tu_sub_acqrel(&c->refs, 1u) > 1)
		return;
	for (struct block *b = c->blocks, *next; b; b = next) {
		next = b->next;
		tu_free(b);
	}
	tu_free(c);
}

/* -- one has completed ------------------------------------------------------------------------ */

/* The next that has completed, or NULL. Under the lock. */
static struct tu_watcher *take(tutti_completion *c)
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
	c->left--;
	return w;
}

/* Give those that wait what there is; if nothing will come any more, say that. Under the lock. */
static void hand_out(tutti_completion *c, struct tu_bucket *b, struct tu_wakes *wakes)
{
	struct tu_waiter *first;

	while ((first = tu_lot_first(b, c)) != NULL) {
		struct tu_watcher *w = take(c);

		if (!w && c->left > 0)
			return;
		tu_container_of(first, struct taker, waiter)->got = w;
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
	hand_out(c, b, &wakes);
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
	size_t most = (SIZE_MAX - sizeof(struct block)) / sizeof(struct tu_watcher);
	struct block *block =
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
		struct taker *taker = tu_container_of(w, struct taker, waiter);

		after = tu_lot_after(first, w);
		if (!taker->would_lend)
			continue;
		if (w == first)
			first = after;
		tu_lot_grant(b, w, AGAIN, wakes);
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

static void watch_one(tutti_completion *c, struct tu_watcher *w, tutti_future *f)
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
	watch_one(c, w, f);
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
	tutti_completion *c = tu_alloc_zero(sizeof(*c));

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

/* -- after a fork ------------------------------------------------------------------------------ */

/* Those that nobody will tell, in a list. Under the lock. */
static struct tu_watcher *take_lost(tutti_completion *c)
{
	struct tu_watcher *lost = NULL;

	if (c->age == tu_future_age)
		return NULL;
	tu_store_rlx(&c->age, tu_future_age); /* under the lock but for renew's guess */
	tu_store_rlx(&c->acting, 0u);         /* whoever was to act is not here */
	/* Who drew one may not have come to say so. [watch-2] acquire: from tu_watcher_draw */
	for (struct tu_watcher *w = tu_load_acq(&c->watch.drawn); w; w = w->before)
		if (w->age != tu_future_age)
			tu_watcher_let_go(w);
	for (struct block *b = c->blocks; b; b = b->next) {
		for (size_t i = 0; i < b->n; i++) {
			struct tu_watcher *w = &b->watchers[i];

			if (!w->watch || w->age == tu_future_age ||
				tu_load_acq(&w->waiter.granted)) /* [watch-1] */
				continue;
			w->before = lost;
			lost = w;
		}
	}
	return lost;
}

static void watch_again(tutti_completion *c, struct tu_watcher *w)
{
	struct tu_watcher *before;

	for (; w; w = before) {
		before = w->before;
		w->waiter.next = NULL;
		watch_one(c, w, (tutti_future *)w->waiter.key);
	}
}

/* A fork has emptied the lot: those of before are watched anew, and the lost ones are done. */
static void renew(tutti_completion *c)
{
	struct tu_watcher *lost;
	struct tu_bucket *b;

	if (tu_load_rlx(&c->age) == tu_future_age) /* a guess that is wrong only after a fork */
		return;
	b = tu_lot_lock(c);
	lost = take_lost(c);
	tu_lot_unlock(b);
	watch_again(c, lost);
}

/* -- taking ----------------------------------------------------------------------------------- */

/* The watcher is ours: nobody else takes it. Until it was told it is still its future's too. */
static void give_back(tutti_completion *c, struct tu_watcher *w, size_t *index)
{
	tutti_future *f = (tutti_future *)w->waiter.key;
	struct tu_bucket *b;

	tu_watcher_end(w);
	if (index)
		*index = w->index;
	b = tu_lot_lock(c);
	w->watch = NULL;
	w->before = c->spare;
	c->spare = w;
	tu_lot_unlock(b);
	tutti_future_unref(f);
}

/* What there is at once: 0 and *w, TUTTI_EDONE or TUTTI_ETIMEDOUT. Under the lock. */
static int try_take(
	tutti_completion *c, struct tu_bucket *b, struct tu_watcher **w, struct tu_wakes *wakes)
{
	int rc = c->left == 0 ? TUTTI_EDONE : TUTTI_ETIMEDOUT;

	*w = take(c);
	if (!*w)
		return rc;
	if (c->left == 0) /* nobody need wait for another */
		hand_out(c, b, wakes);
	return 0;
}

/* Round and round through all watchers: what the next one watches, if it may be waited for. */
static tutti_future *look_at_next(tutti_completion *c)
{
	struct tu_watcher *w;
	tutti_future *f;

	if (!c->looked_in || ++c->looked_at >= c->looked_in->n) {
		c->looked_in = c->looked_in && c->looked_in->next ? c->looked_in->next : c->blocks;
		c->looked_at = 0;
	}
	w = &c->looked_in->watchers[c->looked_at];
	/* Relaxed: its future from reserve on, which the lot writes once more. And the word: a
	   guess, which saves a look at those that are done. */
	f = w->watch ? (tutti_future *)tu_load_rlx(&w->waiter.key) : NULL;
	if (!f || !tu_job_wait_may_lend(f) || tu_load_rlx(&f->word) & TU_FUTURE_DONE)
		return NULL;
	return f;
}

/* How far a job has come in looking for one to lend its seat for. */
struct search {
	size_t left;    /* to be looked at */
	size_t lenders; /* the completion's, when it began */
};

/* The next one found, with a reference. */
static tutti_future *search(tutti_completion *c, struct search *s)
{
	struct tu_bucket *b = tu_lot_lock(c);
	tutti_future *f = NULL;

	if (s->left > c->room) {
		s->left = c->room;
		s->lenders = c->lenders;
	}
	for (; s->left > 0 && !f; s->left--)
		f = look_at_next(c);
	if (f)
		tutti_future_ref(f);
	tu_lot_unlock(b);
	return f;
}

/* The caller is in a job: of those that are left one may be of its pool. Returns lenders. */
static size_t lend_seat(tutti_completion *c, struct tu_job_wait *lent)
{
	struct search s = { .left = SIZE_MAX };
	tutti_future *f;

	while (!lent->job && (f = search(c, &s)) != NULL) {
		tu_job_wait_many_begins(&f, 1, lent);
		tutti_future_unref(f);
	}
	return s.lenders;
}

/* Take one or wait until handed one. lenders: of a job that may lend its seat yet; or NULL */
static int take_or_wait(
	tutti_completion *c, struct tu_watcher **w, tutti_time deadline, const size_t *lenders)
{
	struct taker me = { .waiter.context = tu_self(),
		.waiter.looks_again = true,
		.would_lend = lenders != NULL };
	bool caller = tu_watch_has_caller(&c->watch, me.waiter.context);
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b = tu_lot_lock(c);
	int rc = try_take(c, b, w, &wakes);

	if (rc == TUTTI_ETIMEDOUT && caller && c->left == 1)
		rc = -EDEADLK;
	if (rc == TUTTI_ETIMEDOUT && lenders && *lenders != c->lenders)
		rc = AGAIN;
	if (rc != TUTTI_ETIMEDOUT) {
		tu_lot_unlock(b);
		tu_wakes_flush(&wakes);
		return rc;
	}
	tu_lot_enqueue(b, &me.waiter, c);
	tu_lot_unlock(b);
	rc = tu_wait(me.waiter.context, &me.waiter, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0) {
		tu_lot_unlock(b);
		return rc;
	}
	*w = me.got;
	/* With nothing in hand it was granted by a fork, if not to look again. */
	return me.got || me.waiter.answer < 0 ? me.waiter.answer : AGAIN;
}

static int lend_and_wait(tutti_completion *c, struct tu_watcher **w, tutti_time deadline)
{
	struct tu_job_wait lent = { NULL, NULL, 0 };
	bool in_job = tu_self()->job != NULL;
	size_t lenders = in_job ? lend_seat(c, &lent) : 0;
	int rc = take_or_wait(c, w, deadline, in_job && !lent.job ? &lenders : NULL);

	if (lent.job)
		tu_job_wait_over(&lent);
	return rc;
}

int tutti_completion_next_until(tutti_completion *c, size_t *index, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());
	struct tu_wakes wakes = { 0 };
	struct tu_watcher *w;
	struct tu_bucket *b;
	uint64_t age;

	tu_point(TU_OP_FUTURE_WAIT_MANY, NULL);
	if (rc < 0)
		return rc;
	do {
		age = tu_future_age;
		renew(c);
		b = tu_lot_lock(c);
		rc = try_take(c, b, &w, &wakes);
		tu_lot_unlock(b);
		tu_wakes_flush(&wakes);
		if (rc == TUTTI_ETIMEDOUT && !tu_past(deadline))
			rc = lend_and_wait(c, &w, deadline);
	} while (rc == AGAIN || (rc == TUTTI_ETIMEDOUT && age != tu_future_age));
	if (rc == TUTTI_ETIMEDOUT)
		tu_polled();
	if (rc == 0)
		give_back(c, w, index);
	return rc;
}

int tutti_completion_next(tutti_completion *c, size_t *index)
{
	return tutti_completion_next_until(c, index, TUTTI_FOREVER);
}

void tutti_completion_free(tutti_completion *c)
{
	if (!c)
		return;
	for (struct block *b = c->blocks; b; b = b->next) {
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
