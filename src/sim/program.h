/* SPDX-License-Identifier: MIT */
/* program.h - a whole program in virtual time: once, or many times for `tutti check`. */
#ifndef TU_SIM_PROGRAM_H
#define TU_SIM_PROGRAM_H

#include "sim/choices.h"
#include "sim/machine.h"
#include "sim/settings.h"
#include "sim/strategy.h"

enum { TU_SIM_STATUS = 99 }; /* of a program that the simulation has ended */

/* What a run leaves to whoever had it run. In shared memory. */
struct tu_outcome {
	enum tu_trouble trouble;
	uint64_t steps, hash;
	int64_t now;
	size_t count;
	char words[1024]; /* of who failed, or what was reported */
	char text[16384], json[16384];
	struct tu_answered answered[]; /* as many as there is room for */
};

enum { TU_OUTCOME_ANSWERS = 1 << 18 };

/* From here on the process is simulated, with the choices of strategy. outcome: NULL: none. */
void tu_program_begin(const struct tu_settings *s, const struct tu_strategy *strategy, void *self,
	struct tu_outcome *outcome);

/*
 * Run the program many times, each in a child. Returns in each child, which goes on to be the
 * program; in the process itself it does not return.
 */
void tu_server_run(const struct tu_settings *s, const struct tu_strategy *strategy, void *self);

/* The program's name, without its folder. */
const char *tu_program_name(void);

#endif
