/* SPDX-License-Identifier: MIT */
/*
 * scenes.h - a test program that plays scenes of its own in virtual time: each in a process of its
 * own, started with TUTTI_SIM, and then looks what it said, how it ended, and what it left behind.
 */
#ifndef TESTS_SUPPORT_SCENES_H
#define TESTS_SUPPORT_SCENES_H

#include "support/suite.h"
#include "support/test.h"

#include <tutti/tutti.h>

struct scene {
	const char *name;
	void (*play)(void);
};

/* In a scene, which is what the program is told to be: play it, and be over. */
int scene_play(const struct scene *scenes, const char *name);

/* In any process of a scene: a line, with the virtual time since the beginning, in seconds. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct playing {
	char *out, *err; /* all that its processes have said */
	double seconds;  /* of virtual time; -1: it did not come to say so */
	char hash[17];
	int status;
	int left; /* processes whose end it has not taken notice of */
};

/*
 * Play one to its end, and wait until all processes of it have ended: those that were left are
 * taken off. watch: called again and again with what it has said so far; NULL: nobody watches.
 */
struct playing scene_run(const char *name, const char *settings, void (*watch)(const char *out));
void playing_free(struct playing *p);

/* It says exactly that, takes so long, ends with status 0 and leaves nobody; many times alike. */
void scene_says(const char *name, const char *settings, double seconds, const char *out);

#endif
