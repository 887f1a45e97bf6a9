/* SPDX-License-Identifier: MIT */
/*
 * strategy.h - how the choices of a run are answered: a table of functions for each way.
 *
 * One that is opened serves all runs of a check, one after the other. To add one: write its table,
 * and name it in strategy.c.
 */
#ifndef TU_SIM_STRATEGY_H
#define TU_SIM_STRATEGY_H

#include "sim/choices.h"

#include <stdio.h>

struct tu_strategy {
	const char *name;  /* "random" */
	const char *usage; /* "random", "pct[:DEPTH]" */
	bool preempts;     /* it is asked also where the running one might simply go on */
	/* argument: what stands behind the colon, NULL: nothing. 0, -EINVAL or -ENOMEM. */
	int (*open)(void **self, const char *argument, uint64_t seed);
	void (*close)(void *self);
	/* Another run, counted from 0. false: there is none left that would be different. */
	bool (*begin)(void *self, uint64_t run);
	unsigned (*choose)(void *self, const struct tu_question *q, const struct tu_choices *made);
	/* The run has ended as made says. May be NULL; likewise the next three. */
	void (*end)(void *self, const struct tu_choices *made);
	void (*born)(void *self, struct tu_actor *a);
	void (*polled)(void *self, struct tu_actor *a);
	/* Of a check in which no run failed: what has been shown. */
	void (*shown)(void *self, uint64_t runs, char *buf, size_t n);
};

extern const struct tu_strategy tu_strategy_fifo, tu_strategy_shuffle, tu_strategy_random,
	tu_strategy_pct, tu_strategy_exhaustive, tu_strategy_auto;

/* By what stands before the colon; NULL: there is none of that name. *argument: what follows. */
const struct tu_strategy *tu_strategy_find(const char *text, const char **argument);

/* "auto, fifo, random, pct[:DEPTH], ..." */
void tu_strategy_list(char *buf, size_t n);

/*
 * A run once more, of a strategy that preempts or not: asked where that was asked. In open's place,
 * with the list to follow, which is copied. loose: to try another list than one that was answered.
 */
const struct tu_strategy *tu_strategy_repeat(bool preempts);
int tu_strategy_repeat_open(
	void **self, const struct tu_answered *answered, size_t count, bool loose);

/* Did such a run turn out to be another? Then also at which answer, and at which step. */
bool tu_strategy_diverged(
	const struct tu_strategy *s, const void *self, size_t *at, uint64_t *step);

#endif
