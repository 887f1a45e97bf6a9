/* SPDX-License-Identifier: MIT */
/*
 * pct.c - probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, 2010).
 *
 * Each actor has a random priority, and the one with the highest that can run does. At depth - 1
 * steps of the run, drawn beforehand, the running one falls below all others. A bug that needs
 * depth orderings to come about is hit with a probability of at least 1 / (n * k^(depth-1)), n
 * being actors and k steps. k is the longest run seen so far.
 *
 * It is fair: who polls in vain falls below all others too, and so does who has gone on for very
 * long, or a loop that waits by looking would keep everybody else from ever running.
 *
 * That the clock moves early has a priority of its own, like an actor.
 */
#include "sim/strategy.h"

#include "base/prng.h"
#include "core/alloc.h"
#include "sim/machine.h"

#include <errno.h>
#include <stdlib.h>

enum { DEPTH_MOST = 16, STEPS_AT_FIRST = 32, ALONE_MOST = 20000 };

struct pct {
	uint64_t seed;
	unsigned depth;
	struct tu_prng prng;
	uint64_t longest; /* answers in the longest run so far */
	uint64_t drops[DEPTH_MOST];
	uint64_t time;   /* priority of the clock */
	uint64_t lowest; /* the next priority below all others */
	unsigned alone;  /* so often in a row the running one has gone on, beside others */
};

static int pct_open(void **self, const char *argument, uint64_t seed)
{
	char *end = NULL;
	long depth = argument ? strtol(argument, &end, 10) : 3;
	struct pct *p;

	if (depth < 1 || depth > DEPTH_MOST || (argument && (*end || end == argument)))
		return -EINVAL;
	p = tu_alloc_zero(sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->seed = seed;
	p->depth = (unsigned)depth;
	p->longest = STEPS_AT_FIRST;
	*self = p;
	return 0;
}

/* High priorities are random; below them those that fell are in the order of falling. */
static uint64_t draw_priority(struct pct *p)
{
	return tu_prng_next(&p->prng) | UINT64_C(1) << 63;
}

static bool pct_begin(void *self, uint64_t run)
{
	struct pct *p = self;

	tu_prng_init(&p->prng, p->seed + run);
	for (unsigned i = 0; i + 1 < p->depth; i++)
		p->drops[i] = tu_prng_below(&p->prng, p->longest);
	p->lowest = UINT64_C(1) << 62;
	p->alone = 0;
	/* As a rule time does not fly: of two runs in one it is below all who can run. */
	p->time = tu_prng_below(&p->prng, 2) ? 0 : draw_priority(p);
	return true;
}

static void pct_born(void *self, struct tu_actor *a)
{
	a->priority = draw_priority(self);
}

static void pct_polled(void *self, struct tu_actor *a)
{
	struct pct *p = self;

	a->priority = --p->lowest;
}

static bool drops_at(const struct pct *p, uint64_t at)
{
	for (unsigned i = 0; i + 1 < p->depth; i++)
		if (p->drops[i] == at)
			return true;
	return false;
}

static unsigned highest(const struct pct *p, const struct tu_question *q)
{
	uint64_t best = q->time ? p->time : 0;
	unsigned answer = q->time ? q->n - 1 : 0;

	for (unsigned i = 0; i < q->n - q->time; i++) {
		uint64_t priority = tu_machine_option(i)->priority;

		if (priority > best) {
			best = priority;
			answer = i;
		}
	}
	return answer;
}

static unsigned pct_choose(void *self, const struct tu_question *q, const struct tu_choices *made)
{
	struct pct *p = self;
	unsigned answer;

	if (q->kind != TU_CHOICE_ACTOR)
		return (unsigned)tu_prng_below(
			       &p->prng, q->kind == TU_CHOICE_ALLOCATION ? 64 : q->n) %
		       q->n;
	answer = highest(p, q);
	p->alone = q->goes_on && answer == 0 ? p->alone + 1 : 0;
	if (!drops_at(p, made->count) && p->alone < ALONE_MOST)
		return answer;
	p->alone = 0;
	if (q->time && answer == q->n - 1)
		p->time = 0;
	else
		tu_machine_option(answer)->priority = --p->lowest;
	return highest(p, q);
}

static void pct_end(void *self, const struct tu_choices *made)
{
	struct pct *p = self;

	if (made->count > p->longest)
		p->longest = made->count;
}

static void pct_shown(void *self, uint64_t runs, char *buf, size_t n)
{
	const struct pct *p = self;

	snprintf(buf, n, "%llu schedules of PCT at depth %u, up to %llu choices each",
		(unsigned long long)runs, p->depth, (unsigned long long)p->longest);
}

const struct tu_strategy tu_strategy_pct = { .name = "pct",
	.usage = "pct[:DEPTH]",
	.preempts = true,
	.open = pct_open,
	.close = tu_free,
	.begin = pct_begin,
	.choose = pct_choose,
	.end = pct_end,
	.born = pct_born,
	.polled = pct_polled,
	.shown = pct_shown };
