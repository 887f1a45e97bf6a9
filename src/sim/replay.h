/* SPDX-License-Identifier: MIT */
/* replay.h - a run in a file: lines of text, of which the choices are all that is needed. */
#ifndef TU_SIM_REPLAY_H
#define TU_SIM_REPLAY_H

#include "sim/report.h"

#include "sim/choices.h"

struct tu_replay {
	char name[128];               /* of the test */
	unsigned flags;               /* of a check */
	bool preempts;                /* of its strategy */
	char settings[1024];          /* of a program: its TUTTI_SIM; else "" */
	struct tu_answered *answered; /* tu_free it */
	size_t count;
};

struct tu_keep {
	const char *file;
	unsigned flags;
	const char *settings;
	const char *before, *after; /* of the file's name, in how the run is repeated */
	char text[600];             /* what f has in the end */
};

/* Put made, which is f, into a file; f says then how to repeat it, or why that cannot be done. */
void tu_replay_keep(struct tu_finding *f, struct tu_keep *k, const struct tu_choices *made);

/* 0, or a negative errno value; -EINVAL: it is no such file. */
int tu_replay_load(const char *file, struct tu_replay *r);

#endif
