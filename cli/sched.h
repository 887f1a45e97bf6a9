/* SPDX-License-Identifier: MIT */
/* sched.h - what the files of `tutti sched` share. */
#ifndef CLI_SCHED_H
#define CLI_SCHED_H

#include <tutti/sched_policy.h>
#include <tutti/sched_workload.h>

#include "cli.h"

enum { SCHED_RUNS_MOST = 16 };

struct sched {
	const tutti_sched_policy *policy; /* as --algorithm says, or the usual one */
	bool compare, json, made_up;      /* made_up: the workload, of seed and processes */
	const char *file;                 /* of the workload; "-": standard input; NULL: none */
	const char *svg;                  /* where the picture goes; NULL: there is none */
	uint64_t seed;
	int processes, width, rows; /* width 0: the terminal's; rows -1: what fits a screen */
	tutti_sched_options options;
	tutti_sched_workload load;
	tutti_sched_result results[SCHED_RUNS_MOST];
	size_t results_n;
};

/* The algorithm that a word means: one built in, or FILE:NAME in a module. NULL: it said why. */
const tutti_sched_policy *sched_find(const char *word);

/* Get the workload: the file's, one made up, or the usual three. An exit status. */
int sched_load(struct sched *s);

/* Print what came of it, and write the picture. An exit status. */
int sched_show(const struct sched *s);

/* The result as an object in JSON, with the end of its line. false: no memory. */
bool sched_json(const tutti_sched_result *r);

#endif
