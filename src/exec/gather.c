/* SPDX-License-Identifier: MIT */
/*
 * gather.c - futures that end when others do: gather of many, shield of one.
 *
 * A gather has two references at first, the program's and its own. Its own goes, and with it those
 * that it has on the others, when left is 0: each watcher that was told has been counted out,
 * and so has everybody who holds the others meanwhile (whoever makes it, or passes a cancel on).
 * One watcher may decide earlier how it ends; that one is counted out after it has.
 */
#include "base/list.h"
#include "core/alloc.h"
#include "exec/future.h"
#include "exec/watch.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/wait.h>

struct gather {
	tutti_future future;
	struct tu_watch watch;
	size_t left;              /* atomic, see above */
	struct tu_watcher *first; /* atomic, set once: of whose end the gather's is a copy */
	tutti_when when;
	size_t n;
	struct tu_watcher watchers[];
};

static tutti_future *watched(const struct tu_watcher *w)
{
	return (tutti_future *)w->waiter.key; /* fixed as long as the gather has its reference */
}

static void count_out(struct gather *g, struct tu_news *news)
{
	/* Acquire-release: whoever is last has seen what the others did. */
	if (tu_sub_acqrel(&g->left, (size_t)1) == 1)
		tu_news_add(news, &g->watch);
}

static void told(struct tu_watcher *w, uint32_t flags, struct tu_news *news)
{
	struct gather *g = tu_container_of(w->watch, struct gather, watch);
	bool failed = flags & (TU_FUTURE_FAILED | TU_FUTURE_CANCELED);
	struct tu_watcher *none = NULL;

	/* [gather-1] release: w's future is done; acquired in settle */
	if ((failed || g->when == TUTTI_FIRST_COMPLETED) && tu_cas_acqrel(&g->first, &none, w) &&
		g->when != TUTTI_ALL_COMPLETED)
		tu_news_add(news, &g->watch); /* counted out there */
	else
		count_out(g, news);
}

static void settle(struct gather *g, struct tu_news *news)
{
	struct tu_watcher *first = tu_load_acq(&g->first); /* [gather-1] acquire: from told */
	const char *words = NULL;
	int code = 0;

	if (tu_future_word(&g->future) & TU_FUTURE_DONE)
		return;
	if (first) {
		code = tu_future_code(watched(first)); /* who looks at the gather sees it there */
		words = code < 0 ? tu_future_words(watched(first)) : NULL;
	}
	tu_future_settle_with(&g->future,
		code == 0                 ? 0
		: code == TUTTI_ECANCELED ? TU_FUTURE_CANCELED
					  : TU_FUTURE_FAILED,
		code, words, NULL, news);
}

static void act(struct tu_watch *watch, struct tu_news *news)
{
	struct gather *g = tu_container_of(watch, struct gather, watch);

	settle(g, news);
	/* Acquire: what all the others did. Not 0: one of them has decided and is counted out now,
	   unless it is the last: then as in count_out. */
	if (tu_load_acq(&g->left) > 0 && tu_sub_acqrel(&g->left, (size_t)1) > 1)
		return;
	for (size_t i = 0; i < g->n; i++)
		tutti_future_unref(watched(&g->watchers[i]));
	tutti_future_unref(&g->future);
}

/* -- its future ------------------------------------------------------------------------------- */

static void interrupt(tutti_future *f)
{
	(void)f; /* ends when those do that it waits for; pass_on asks them */
}

static void pass_on(tutti_future *f)
{
	struct gather *g = (struct gather *)f;
	struct tu_news news = { 0 };
	size_t left = tu_load_rlx(&g->left); /* only compared */

	do {
		if (left == 0)
			return; /* all have ended */
				/* Acquire-release as in count_out: with one more they stay ours. */
	} while (!tu_cas_weak_acqrel(&g->left, &left, left + 1));
	for (size_t i = 0; i < g->n; i++)
		tutti_future_cancel(watched(&g->watchers[i]));
	count_out(g, &news);
	tu_news_act(&news);
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
	.free = shield_free,
	.name = shield_name };

/* -- making one ------------------------------------------------------------------------------- */

static struct gather *make(size_t n, tutti_when when, const struct tu_future_ops *ops)
{
	size_t most = (SIZE_MAX - sizeof(struct gather)) / sizeof(struct tu_watcher);
	struct gather *g = NULL;

	if (n <= most)
		g = tu_alloc(sizeof(*g) + n * sizeof(g->watchers[0]));
	if (!g)
		return NULL;
	*g = (struct gather){ .when = when, .watch = { .told = told, .act = act } };
	tu_future_init(&g->future, ops, 2);
	return g;
}

/* Those that are NULL get no watcher. */
static void watch_all(struct gather *g, tutti_future *const *futures, size_t n)
{
	struct tu_news news = { 0 };

	for (size_t i = 0; i < n; i++)
		g->left += futures[i] != NULL;
	g->left++; /* ours */
	for (size_t i = 0; i < n; i++) {
		struct tu_watcher *w = &g->watchers[g->n];

		if (!futures[i])
			continue;
		g->n++;
		*w = (struct tu_watcher){ .watch = &g->watch,
			.waiter.key = tutti_future_ref(futures[i]) };
		if (!tu_watcher_add(w, futures[i]))
			told(w, (uint32_t)tu_future_word(futures[i]), &news);
	}
	count_out(g, &news);
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
	watch_all(g, futures, n);
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
	watch_all(g, &f, 1);
	return &g->future;
}
