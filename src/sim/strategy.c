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
	return q->kind == TU_CHOICE_ACTOR || q->kind == TU_CHOICE_RANDOM
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

/* -- a run once more --------------------------------------------------------------------------- */

struct replay {
	struct tu_answered *answered;
	size_t count, at;
	bool diverged;
	uint64_t step; /* where it did */
};

int tu_strategy_replay_open(void **self, const struct tu_answered *answered, size_t count)
{
	struct replay *r = tu_alloc_zero(sizeof(*r));

	if (r && count > 0)
		r->answered = tu_alloc(count * sizeof(*answered));
	if (!r || (count > 0 && !r->answered)) {
		tu_free(r);
		return -ENOMEM;
	}
	if (count > 0)
		memcpy(r->answered, answered, count * sizeof(*answered));
	r->count = count;
	*self = r;
	return 0;
}

static void replay_close(void *self)
{
	tu_free(((struct replay *)self)->answered);
	tu_free(self);
}

static bool replay_begin(void *self, uint64_t run)
{
	((struct replay *)self)->at = 0;
	return run == 0;
}

static bool same(const struct tu_answered *a, const struct tu_answered *b)
{
	return a->kind == b->kind && a->n == b->n && a->hash == b->hash;
}

/* Behind the end of the list, or where it is another run, nothing forces anybody. */
static unsigned replay_choose(
	void *self, const struct tu_question *q, const struct tu_choices *made)
{
	struct replay *r = self;
	const struct tu_answered *now = &made->answered[made->count];

	(void)q;
	if (r->diverged || r->at >= r->count)
		return 0;
	if (!same(&r->answered[r->at], now)) {
		r->diverged = true;
		r->step = made->step;
		return 0;
	}
	return r->answered[r->at++].answer;
}

bool tu_strategy_replay_diverged(const void *self, size_t *at, uint64_t *step)
{
	const struct replay *r = self;

	*at = r->at;
	*step = r->step;
	return r->diverged;
}

const struct tu_strategy tu_strategy_replay = { .name = "replay",
	.usage = "replay",
	.preempts = true,
	.close = replay_close,
	.begin = replay_begin,
	.choose = replay_choose };

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
