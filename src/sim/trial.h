/* SPDX-License-Identifier: MIT */
/*
 * trial.h - a check under way: its runs, and what is told of the one that fails.
 *
 * The caller of tutti_sim_check stands outside of the machine, on its own worker. In each run it
 * starts the thread "main", lets the machine run until that is over, and forgets what is left. It
 * is set up and concluded in check.c; one at a time, in one thread.
 */
#ifndef TU_SIM_TRIAL_H
#define TU_SIM_TRIAL_H

#include "sim/shrink.h"
#include "sim/strategy.h"
#include "sim/verdict.h"

#include <tutti/sim.h>

extern struct tu_trial {
	tutti_sim_options o;
	void (*test)(void *arg);
	const struct tu_strategy *strategy;
	const char *strategy_text;
	void *self; /* the strategy's */
	struct tu_machine_options machine;
	tutti_sim_result result;
	uint64_t run;
	bool repeats; /* it is a run in a file */
	struct tu_page report, json;
	char save[160];
	struct {
		bool looking; /* for a simpler run that fails like this one */
		bool told;    /* the next one like it is the one to be told of */
		struct tu_verdict verdict;
		struct tu_page report, json;
		struct tu_shrink shrink;
	} first;
} tu_trial;

/* All its runs, until one fails or there has been enough of them. */
void tu_trial_run_all(void);

/* The next run, of which the strategy knows. */
void tu_trial_run(void);

/* If a run has failed: what was said of it is said of a simpler one, if there is one. */
void tu_trial_make_simpler(void);

/* Does the run that is over fail like the one that was found? */
bool tu_trial_fails_alike(void);

/* For the machine's options, and the two that look on (outside.h, os.h). */
void tu_trial_over(enum tu_trouble trouble);
void tu_trial_held(const char *words);
void tu_trial_crashed(int signal);

#endif
