/* SPDX-License-Identifier: MIT */
/*
 * gather.c - futures that end when others do: gather of many, shield of one.
 *
 * Who waits for all watches only a few of them at a time, the last in the array first: as most end
 * in the order in which they were begun, there is often but one step, in which all are found done.
 * Who waits for the first has to watch each.
 *
 * A gather has two references at first, the program's and its own. Its own goes, and with it those
 * that it has on the others, with the last hold: one is there until it has ended and none of its
 * watchers is left, and one for each cancel that is being passed on.
 */
#include "base/list.h"
#include "core/alloc.h"
#include "exec/future.h"
#include "exec/watch.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/wait.h>

enum { FEW = 16 };

struct gather {
	tutti_future future;
	struct tu_watch watch;
	tutti_when when;
	uint32_t holds;      /* atomic, see above */
	size_t left;         /* atomic: watchers not told yet; one more while they are added */
	tutti_future *first; /* atomic: of whose end the gather's is a copy; NULL: ends well */
	size_t n;
	size_t open; /* of all: so many from the front are not known to be done; by who steps */
	struct tu_watcher *watchers;
	tutti_future *futures[]; /* references */
};

static bool failed(uint64_t flags)
{
	return flags & (TU_FUTURE_FAILED | TU_FUTURE_CANCELED);
}

/* One of them need not be waited for any more. */
static void count_out(struct gather *g, struct tu_news *news)
{
	/* Acquire-release: whoever is last has seen what the others did. */
	if (tu_sub_acqrel(&g->left, (size_t)1) == 1)
		tu_news_add(news, &g->watch);
}

static void told(struct tu_watcher *w, uint32_t flags, struct tu_news *news)
{
	struct gather *g = tu_container_of(w->watch, struct gather, watch);
	tutti_future *none = NULL;

	/* [gather-1] release: it is done; acquired in settle */
	if (g->when != TUTTI_ALL_COMPLETED && (failed(flags) || g->when == TUTTI_FIRST_COMPLETED) &&
		tu_cas_acqrel(&g->first, &none, g->futures[w->index]))
		tu_news_add(news, &g->watch); /* counted out when that has been acted upon */
	else
		count_out(g, news);
}

static void watch(struct gather *g, size_t slot, size_t i, struct tu_news *news)
{
	struct tu_watcher *w = &g->watchers[slot];

	*w = (struct tu_watcher){ .watch = &g->watch, .index = i };
	if (!tu_watcher_add(w, g->futures[i]))
		told(w, (uint32_t)tu_future_word(g->futures[i]), news);
}

/* Pass those that are done, from the back: the first in the array that failed is the last met. */
static void pass_done(struct gather *g)
{
	for (; g->open > 0; g->open--) {
		uint64_t word = tu_future_word(g->futures[g->open - 1]);

		if (!(word & TU_FUTURE_DONE))
			return;
		if (failed(word))
			/* Relaxed: read by who steps next, ordered by left. */
			tu_store_rlx(&g->first, g->futures[g->open - 1]);
	}
}

/* Watch the next few. false: all are done. */
static bool step(struct gather *g, struct tu_news *news)
{
	size_t passed, few;

	pass_done(g);
	if (g->open == 0)
		return false;
	passed = g->n - g->open;
	few = passed < FEW ? passed + 1 : FEW; /* at first very few, see above */
	if (few > g->open)
		few = g->open;
	/* Relaxed: nobody else counts now. */
	tu_store_rlx(&g->left, few + 1);
	for (size_t i = 0; i < few; i++)
		watch(g, i, g->open - 1 - i, news);
	count_out(g, news);
	return true;
}

static void settle(struct gather *g, struct tu_news *news)
{
	tutti_future *first = tu_load_acq(&g->first); /* [gather-1] acquire: from told */
	struct tu_outcome how = { .code = 0 };

	if (tu_future_word(&g->future) & TU_FUTURE_DONE)
		return;
	if (first)
		how.code = tu_future_code(first); /* seen: who looks at the gather sees it there */
	if (how.code < 0)
		how.text = tu_future_words(first);
	how.flags = tu_future_flags_for(how.code);
	tu_future_settle_with(&g->future, &how, news);
}

static void let_go(struct gather *g)
{
	/* Acquire-release: what the others did comes before the end. */
	if (tu_sub_acqrel(&g->holds, 1u) > 1)
		return;
	for (size_t i = 0; i < g->n; i++)
		tutti_future_unref(g->futures[i]);
	tutti_future_unref(&g->future);
}

static void act(struct tu_watch *of, struct tu_news *news)
{
	struct gather *g = tu_container_of(of, struct gather, watch);

	if (g->when == TUTTI_ALL_COMPLETED && step(g, news))
		return;
	settle(g, news);
	/* Acquire: what all the others did. Not 0: one of them has decided and is counted out now,
	   perhaps as the last. */
	if (tu_load_acq(&g->left) > 0 && tu_sub_acqrel(&g->left, (size_t)1) > 1)
		return;
	let_go(g);
}

/* -- its future ------------------------------------------------------------------------------- */

static void interrupt(tutti_future *f)
{
	(void)f; /* ends when those do that it waits for; pass_on asks them */
}

/* Keep the others; false: all have ended. */
static bool hold(struct gather *g)
{
	uint32_t holds = tu_load_rlx(&g->holds); /* only compared */

	/* Acquire-release as in let_go. */
	while (holds > 0 && !tu_cas_weak_acqrel(&g->holds, &holds, holds + 1))
		continue;
	return holds > 0;
}

/* A job waits: if one of the others is of its own pool, it lends its seat meanwhile. */
static int wait_begins(tutti_future *f, int64_t deadline, struct tu_job_wait *wait)
{
	struct gather *g = (struct gather *)f;

	(void)deadline;
	if (!hold(g))
		return 0;
	tu_job_wait_many_begins(g->futures, g->n, wait);
	let_go(g);
	return 0;
}

static void pass_on(tutti_future *f)
{
	struct gather *g = (struct gather *)f;

	if (!hold(g))
		return;
	for (size_t i = 0; i < g->n; i++)
		tutti_future_cancel(g->futures[i]);
	let_go(g);
}

static void gather_free(tutti_future *f)
{
	tu_free(f);
}

static const char *gather_name(const tutti_future *f, char *buf, size_t n)
{
	snprintf(buf, n, "of %zu", ((const struct gather *)f)->n);
	return buf;
}

static const struct tu_future_ops gather_ops = { .kind = TU_FUTURE_GATHER,
	.noun = "gather",
	.interrupt = interrupt,
	.pass_on = pass_on,
	.wait_begins = wait_begins,
	.free = gather_free,
	.name = gather_name };

static void shield_free(tutti_future *f)
{
	tutti_future_unref(f->value.inner);
	tu_free(f);
}

static const char *shield_name(const tutti_future *f, char *buf, size_t n)
{
	return f->value.inner->ops->name(f->value.inner, buf, n);
}

static const struct tu_future_ops shield_ops = { .kind = TU_FUTURE_SHIELD,
	.noun = "shield",
	.interrupt = interrupt,
	.wait_begins = wait_begins,
	.free = shield_free,
	.name = shield_name };

/* -- making one ------------------------------------------------------------------------------- */

static struct gather *make(size_t n, tutti_when when, const struct tu_future_ops *ops)
{
	size_t each = sizeof(tutti_future *), few = n;
	struct gather *g = NULL;

	if (when == TUTTI_ALL_COMPLETED && few > FEW)
		few = FEW;
	if (n <= (SIZE_MAX / 2 - sizeof(*g)) / (each + sizeof(struct tu_watcher)))
		g = tu_alloc(sizeof(*g) + n * each + few * sizeof(struct tu_watcher));
	if (!g)
		return NULL;
	*g = (struct gather){ .when = when, .holds = 1, .watch = { .told = told, .act = act } };
	g->watchers = (struct tu_watcher *)(g->futures + n);
	tu_future_init(&g->future, ops, 2);
	return g;
}

/* Begin to watch. Those that are NULL are left out. */
static void begin(struct gather *g, tutti_future *const *futures, size_t n)
{
	struct tu_news news = { 0 };

	for (size_t i = 0; i < n; i++)
		if (futures[i])
			g->futures[g->n++] = tutti_future_ref(futures[i]);
	g->open = g->n;
	if (g->when == TUTTI_ALL_COMPLETED) {
		act(&g->watch, &news);
	} else {
		g->left = g->n + 1; /* nobody else knows of it */
		for (size_t i = 0; i < g->n; i++)
			watch(g, i, i, &news);
		count_out(g, &news);
	}
	tu_news_act(&news);
}

tutti_future *tutti_gather(tutti_future *const *futures, size_t n, tutti_when when)
{
	struct gather *g;

	if ((n > 0 && !futures) || (unsigned)when > TUTTI_FIRST_ERROR)
		return tu_future_failed(-EINVAL);
	g = make(n, when, &gather_ops);
	if (!g)
		return tu_future_failed(-ENOMEM);
	g->future.word |= TU_FUTURE_RUNNING; /* nobody else knows of it */
	begin(g, futures, n);
	return &g->future;
}

tutti_future *tutti_shield(tutti_future *f)
{
	struct gather *g;

	if (!f)
		return tu_future_failed(-EINVAL);
	g = make(1, TUTTI_ALL_COMPLETED, &shield_ops);
	if (!g)
		return tu_future_failed(-ENOMEM);
	g->future.value.inner = tutti_future_ref((tutti_future *)tu_future_inner(f));
	begin(g, &f, 1);
	return &g->future;
}
