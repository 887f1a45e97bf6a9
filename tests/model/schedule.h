/* SPDX-License-Identifier: MIT */
/* schedule.h - one interleaving: the decisions that led to it and the steps it took. */
#ifndef TESTS_MODEL_SCHEDULE_H
#define TESTS_MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { STEPS_MOST = 4000 };

/* The name of this program, for what is printed. */
void schedule_program(const char *path);

/* Before each schedule: its decisions begin as those that are kept. */
void schedule_begin(void);

/* The next decision: one of 0 to options-1. The first time it comes up, 0. */
int schedule_choose(int options);

/* Change the last decision that has an alternative left, drop those after it; false: none has. */
bool schedule_next(void);

/* Keep no decision. */
void schedule_forget(void);

/* Keep those of the text "0,2,1". */
void schedule_take(const char *choices);

/* A fiber, or the clock, is at this place, about to touch where. false: it takes too long. */
bool schedule_note(int fiber, const volatile void *where, const void *code);

/* All steps, and the decisions, to the error stream. */
void schedule_print(const char *test, int bound);

#endif
