/* SPDX-License-Identifier: MIT */
/*
 * choices.h - the one stream of choices that makes a run what it is.
 *
 * Whatever is left open is asked here, and answered by the strategy of the check. A run is the list
 * of its answers: with the same list it runs the same way again. Each answer is kept with a hash of
 * all that happened before, so that a replay notices at which step it is no longer the same run.
 */
#ifndef TU_SIM_CHOICES_H
#define TU_SIM_CHOICES_H

#include "core/probe.h"

#include <stddef.h>

struct tu_actor;

struct tu_question {
	enum tu_choice_kind kind;
	bool goes_on; /* of who runs: answer 0 is the running one, which need not stop */
	unsigned n;   /* answers 0 to n - 1; at least 2 */
	bool time;    /* of who runs: the last answer is that the clock moves */
};

struct tu_answered {
	uint8_t kind;
	bool goes_on, time;
	uint32_t n, answer;
	uint32_t hash; /* of all before */
};

struct tu_choices {
	struct tu_answered *answered;
	size_t count, room;
	uint64_t hash;
	uint64_t step;
	bool preempts; /* it was asked also where nobody needed to stop */
};

struct tu_strategy;

/* Keep the answers there, for good; those for which there is no room are not kept. */
void tu_choices_use(struct tu_answered *answered, size_t room, size_t *count);

/* Let strategy answer from here on; the list is empty. */
void tu_choices_begin(const struct tu_strategy *strategy, void *self);

/* Is the strategy to be asked also where nobody needs to stop? */
bool tu_choices_preempts(void);

unsigned tu_choices_make(const struct tu_question *q);

/* These are part of what happens: who does what, when. */
void tu_choices_step(unsigned actor, unsigned op, int64_t now);
void tu_choices_born(struct tu_actor *a);
void tu_choices_polled(struct tu_actor *a);

/* Others have gone on with what happened: so far it is this. */
void tu_choices_go_on(uint64_t hash, uint64_t step);

/* What was answered so far. */
const struct tu_choices *tu_choices_made(void);

#endif
