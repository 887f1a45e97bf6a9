/* SPDX-License-Identifier: MIT */
/*
 * interpreter.h - a lock around all that runs, as Python's interpreter has one: whoever computes
 * holds it, hands it on every hundred instructions, and lets go of it for as long as it waits.
 *
 * Each process has one. It is a semaphore and not a tutti_lock, since its permit goes to who has
 * waited longest: so it is handed on indeed, and not taken back at once.
 */
#ifndef EXAMPLES_INTERPRETER_H
#define EXAMPLES_INTERPRETER_H

#include <tutti/tutti.h>

enum { SWITCH_INTERVAL = 100, INSTRUCTIONS = 400 };

typedef struct order {
	char name;
	bool waits, locked, spins;
} order;

static struct interpreter {
	tutti_once begun;
	tutti_semaphore lock;
	char turns[64]; /* who has held it, one after the other; under the lock */
	size_t n;
} python;

static inline int interpreter_begin(void *arg)
{
	(void)arg;
	return tutti_semaphore_init(&python.lock, 1, TUTTI_BOUNDED);
}

static inline int interpreter_enter(char who)
{
	int rc = tutti_once_run(&python.begun, interpreter_begin, NULL);

	if (rc == 0)
		rc = tutti_semaphore_acquire(&python.lock);
	if (rc == 0 && python.n < sizeof(python.turns) - 1)
		python.turns[python.n++] = who;
	return rc;
}

static inline void interpreter_leave(void)
{
	tutti_semaphore_release(&python.lock, 1);
}

/* Some milliseconds: of computing, or as if there were a CPU for each that asks. */
static inline void interpreter_instruction(bool spins)
{
	if (!spins)
		tutti_sleep(TUTTI_MILLISECONDS(2.5));
	for (volatile int turns = 0; spins && turns < 500000; turns++)
		;
}

/* After so many instructions: let others run, if it is time. */
static inline int interpreter_step(char who, int instructions)
{
	if (instructions % SWITCH_INTERVAL != 0)
		return 0;
	interpreter_leave();
	return interpreter_enter(who);
}

/* A program that computes or waits, in an interpreter with a lock or in one without. */
static inline int run_program(const order *o)
{
	int rc = o->locked ? interpreter_enter(o->name) : 0;

	for (int i = 1; rc == 0 && !o->waits && i <= INSTRUCTIONS; i++) {
		interpreter_instruction(o->spins);
		if (o->locked && i < INSTRUCTIONS)
			rc = interpreter_step(o->name, i);
	}
	if (rc == 0 && o->locked)
		interpreter_leave();
	return rc == 0 && o->waits ? tutti_sleep(TUTTI_SECONDS(1)) : rc;
}

#endif
