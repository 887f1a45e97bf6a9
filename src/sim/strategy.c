/* SPDX-License-Identifier: MIT */
/* strategy.c - the simple strategies, and which there are. */
#include "sim/strategy.h"

#include "base/prng.h"
#include "core/alloc.h"
#include "sim/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -- first in, first out ----------------------------------------------------------------------- */

static int fifo_open(void **self, const char *argument, uint64_t seed)
{
	struct tu_prng *draws = argument ? NULL : tu_alloc(sizeof(*draws));

	if (!draws)
		return argument ? -EINVAL : -ENOMEM;
	tu_prng_init(draws, seed);
	*self = draws;
	return 0;
}

static bool fifo_begin(void *self, uint64_t run)
{
	(void)self;
	return run == 0; /* all others would be the same */
}

/* Only what the program draws is left to chance. */
static unsigned fifo_choose(void *self, const struct tu_question *q, const struct tu_choices *made)
{
	(void)made;
	return q->kind == TU_CHOICE_RANDOM ? (unsigned)tu_prng_below(self, q->n) : 0;
}

static void fifo_shown(void *self, uint64_t runs, char *buf, size_t n)
{
	(void)self, (void)runs;
	snprintf(buf, n, "one run, first in first out");
}

const struct tu_strategy tu_strategy_fifo = { .name = "fifo",
	.usage = "fifo",
	.open = fifo_open,
	.close = tu_free,
	.begin = fifo_begin,
	.choose = fifo_choose,
	.shown = fifo_shown };

/* -- a random walk ----------------------------------------------------------------------------- */

struct walk {
	uint64_t seed;
	struct tu_prng prng;
	uint64_t bits; /* of the last number, as many as there are left */
	unsigned draws;
};

static int walk_open(void **self, const char *argument, uint64_t seed)
{
	struct walk *w = argument ? NULL : tu_alloc_zero(sizeof(*w));

	if (!w)
		return argument ? -EINVAL : -ENOMEM;
	w->seed = seed;
	*self = w;
	return 0;
}

static bool walk_begin(void *self, uint64_t run)
{
	struct walk *w = self;

	tu_prng_init(&w->prng, w->seed + run);
	w->draws = 0;
	return true;
}

/* One of n. A number is enough for four draws among few: one of three is as good as unbiased. */
static inline unsigned draw(struct walk *w, unsigned n)
{
	enum { BITS = 16, DRAWS = 4, FEW = 256 };
	unsigned drawn;

	if (n > FEW)
		return (unsigned)tu_prng_below(&w->prng, n);
	if (w->draws == 0) {
		w->bits = tu_prng_next(&w->prng);
		w->draws = DRAWS;
	}
	drawn = (unsigned)(w->bits & ((1 << BITS) - 1)) * n >> BITS;
	w->bits >>= BITS;
	w->draws--;
	return drawn;
}

/* Faults come seldom, and the clock seldom moves early: else nothing else would ever happen. */
static bool is_rare(const struct tu_question *q)
{
	return q->kind == TU_CHOICE_ALLOCATION || q->kind == TU_CHOICE_SPURIOUS;
}

static unsigned walk_choose(void *self, const struct tu_question *q, const struct tu_choices *made)
{
	enum { SELDOM = 16 };
	struct walk *w = self;

	(void)made;
	if (is_rare(q))
		return draw(w, SELDOM) == 0;
	if (q->time && (q->n == 1 || draw(w, SELDOM) == 0))
		return q->n - 1;
	return draw(w, q->n - q->time);
}

static void walk_shown(void *self, uint64_t runs, char *buf, size_t n)
{
	(void)self;
	snprintf(buf, n, "%llu random schedules", (unsigned long long)runs);
}

const struct tu_strategy tu_strategy_random = { .name = "random",
	.usage = "random",
	.preempts = true,
	.open = walk_open,
	.close = tu_free,
	.begin = walk_begin,
	.choose = walk_choose,
	.shown = walk_shown };

/* The same where somebody must be chosen; nobody is stopped who could go on. */
static unsigned shuffle_choose(
	void *self, const struct tu_question *q, const struct tu_choices *made)
{
	return q->kind == TU_CHOICE_ACTOR || q->kind == TU_CHOICE_WAITER ||
			       q->kind == TU_CHOICE_RANDOM
		       ? walk_choose(self, q, made)
		       : 0;
}

const struct tu_strategy tu_strategy_shuffle = { .name = "shuffle",
	.usage = "shuffle",
	.open = walk_open,
	.close = tu_free,
	.begin = walk_begin,
	.choose = shuffle_choose,
	.shown = walk_shown };

/* -- which there are --------------------------------------------------------------------------- */

static const struct tu_strategy *const all[] = { &tu_strategy_auto, &tu_strategy_fifo,
	&tu_strategy_shuffle, &tu_strategy_random, &tu_strategy_pct, &tu_strategy_exhaustive };

const struct tu_strategy *tu_strategy_find(const char *text, const char **argument)
{
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);

	*argument = colon ? colon + 1 : NULL;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strlen(all[i]->name) == n && memcmp(all[i]->name, text, n) == 0)
			return all[i];
	return NULL;
}

void tu_strategy_list(char *buf, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && used < n; i++)
		used += (size_t)snprintf(
			buf + used, n - used, "%s%s", i > 0 ? ", " : "", all[i]->usage);
}
