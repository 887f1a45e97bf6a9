/* SPDX-License-Identifier: MIT */
/*
 * settings.h - what TUTTI_SIM says: words between commas, for example "pct:3,seed=7,horizon=10s".
 *
 *     STRATEGY       fifo (also: 1, on), shuffle, random, pct:D, exhaustive:P, auto
 *     seed=N         of all that is random
 *     run=N          of a strategy that goes on from run to run; the first is 0
 *     steps=N        calls of tutti beyond which it is a livelock; 0: no limit
 *     horizon=TIME   virtual time at which the program ends well: 10s, 1.5s, 200ms
 *     eager          who starts a thread goes on when all others wait
 *     early          the clock may move while somebody can run
 *     draws=X:Y      the first random numbers that are drawn (random.h)
 *     switch=N:M     at the N-th and M-th TUTTI_LOAD or TUTTI_STORE somebody else goes first
 *     replay=FILE    repeat the run in FILE
 *     save=FILE      where a failed run goes; without it nowhere
 *     stats          say at the end how long it took, in both kinds of time
 *     json           reports are JSON
 *     shrink=N       of `tutti check`: runs to make a failed one simpler; 0: none
 */
#ifndef TU_SIM_SETTINGS_H
#define TU_SIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TU_SETTINGS_DRAWS = 256, TU_SETTINGS_SWITCHES = 256 };

struct tu_settings {
	char strategy[64];
	uint64_t seed, run, steps;
	int64_t horizon; /* INT64_MAX: none */
	bool eager, early, stats, json;
	double draws[TU_SETTINGS_DRAWS];
	size_t n_draws;
	uint64_t switches[TU_SETTINGS_SWITCHES];
	size_t n_switches;
	char replay[256], save[256]; /* "": none */
	/* Of `tutti check`, which starts the program with these as well. */
	uint64_t runs;   /* 0: once */
	uint64_t shrink; /* more of them to make a failed one simpler; 0: none */
	int64_t budget;  /* real time; INT64_MAX: no limit */
	int64_t limit;   /* real time of one run */
	bool progress;
	char text[1024]; /* as it was */
};

/* 0, or -EINVAL with the word that means nothing in wrong, which has n bytes. */
int tu_settings_parse(struct tu_settings *s, const char *text, char *wrong, size_t n);

#endif
