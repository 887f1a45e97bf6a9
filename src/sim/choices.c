/* SPDX-License-Identifier: MIT */
/* choices.c - see choices.h. */
#include "sim/choices.h"

#include "core/alloc.h"
#include "sim/machine.h"
#include "sim/strategy.h"

#include <string.h>

static struct tu_choices made;
static const struct tu_strategy *strategy;
static void *strategy_self;
static bool preempts;       /* as made has it, apart from what each choice changes */
static size_t *shown_count; /* in shared memory; NULL: the list is our own */

void tu_choices_begin(const struct tu_strategy *s, void *self)
{
	strategy = s;
	strategy_self = self;
	preempts = made.preempts = s->preempts;
	made.count = 0;
	made.hash = made.step = 0;
}

void tu_choices_use(struct tu_answered *answered, size_t room, size_t *count)
{
	made.answered = answered;
	made.room = room;
	shown_count = count;
}

bool tu_choices_preempts(void)
{
	return preempts;
}

const struct tu_choices *tu_choices_made(void)
{
	return &made;
}

/* Multiply and fold: enough to tell two histories apart, at a few cycles a step. */
static inline void mix(uint64_t word)
{
	uint64_t h = (made.hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);

	made.hash = h ^ h >> 29;
}

void tu_choices_step(unsigned actor, unsigned op, int64_t now)
{
	made.step++;
	mix((uint64_t)actor << 32 | op);
	mix((uint64_t)now);
}

void tu_choices_go_on(uint64_t hash, uint64_t step)
{
	made.hash = hash;
	made.step = step;
}

static void make_room(void)
{
	size_t room = made.room ? made.room * 2 : 1024;
	struct tu_answered *more = tu_machine_alloc(room * sizeof(*more));

	if (made.count > 0)
		memcpy(more, made.answered, made.count * sizeof(*more));
	tu_free(made.answered);
	made.answered = more;
	made.room = room;
}

static inline void count(void)
{
	if (tu_likely(!shown_count))
		made.count++;
	else if (made.count + 1 < made.room) /* the last place is kept for the question */
		*shown_count = ++made.count;
}

unsigned tu_choices_make(const struct tu_question *q)
{
	struct tu_answered *at;

	if (tu_unlikely(made.count == made.room) && !shown_count)
		make_room();
	at = &made.answered[made.count];
	/* In its place before the strategy sees it: a replay compares. */
	*at = (struct tu_answered){ (uint8_t)q->kind, q->goes_on, q->time, q->n, 0,
		(uint32_t)(made.hash >> 32) };
	at->answer = strategy->choose(strategy_self, q, &made);
	count();
	mix((uint64_t)q->kind << 56 | (uint64_t)q->n << 28 | at->answer);
	return at->answer;
}

void tu_choices_born(struct tu_actor *a)
{
	if (strategy->born)
		strategy->born(strategy_self, a);
}

void tu_choices_polled(struct tu_actor *a)
{
	if (strategy->polled)
		strategy->polled(strategy_self, a);
}
