/* SPDX-License-Identifier: MIT */
/* replay.h - a run in a file: lines of text, of which the choices are all that is needed. */
#ifndef TU_SIM_REPLAY_H
#define TU_SIM_REPLAY_H

#include "sim/report.h"

#include "sim/choices.h"

struct tu_replay {
	char name[128];               /* of the test */
	unsigned flags;               /* of a check */
	char settings[1024];          /* of a program: its TUTTI_SIM; else "" */
	struct tu_answered *answered; /* tu_free it */
	size_t count;
};

/* 0, or a negative errno value. */
int tu_replay_save(const char *file, const struct tu_finding *f, unsigned flags,
	const char *settings, const struct tu_choices *made);

/* Likewise; -EINVAL: it is no such file. */
int tu_replay_load(const char *file, struct tu_replay *r);

#endif
