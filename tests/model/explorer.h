/* SPDX-License-Identifier: MIT */
/*
 * explorer.h - runs a tiny program again and again, each time with another interleaving, until
 * there is none left.
 *
 * Two or three fibers take turns on one OS thread. The sources under test are compiled with
 * TU_MODEL, so each of their atomic accesses first calls tu_model_point. There the explorer decides
 * who goes on: the fiber itself, another one, or the clock, which jumps to its next instant. It
 * keeps the list of its decisions, and begins the next schedule by changing the last one that had
 * an alternative left: a depth-first walk that keeps nothing else (stateless).
 *
 * Taking the turn from a fiber that could go on, or letting time pass while one can, is a
 * preemption. Schedules are explored with none of them, then with at most one, and so on up to the
 * test's bound: what goes wrong is first found in its simplest form.
 *
 * A schedule fails when a check does, when nobody can go on and time has run out (deadlock), or
 * when it does not end within STEPS_MOST points (livelock). What is printed then is each step, with
 * function and line, and the decisions, which the program takes back:
 *
 *     MODEL_BOUND=2 MODEL_CHOICES=0,2,1 PROGRAM TEST    that schedule alone, its steps shown
 *     MODEL_BOUND=4 PROGRAM TEST                        all with at most four preemptions
 *     MODEL_MOST=2 PROGRAM                              as usual, but no more than two
 *
 * What it cannot see: memory is sequentially consistent here, so an order that is too weak goes
 * unnoticed, and so does a race on plain memory between two points.
 */
#ifndef TESTS_MODEL_EXPLORER_H
#define TESTS_MODEL_EXPLORER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MODEL_FIBERS = 3,
	MODEL_INSTANTS = 3,
	MODEL_ALL = 1000, /* as a bound: more than there are steps */
};

#define MODEL_START INT64_C(1000) /* what the clock says first */

struct model_test {
	const char *name;
	void (*begin)(void);               /* before each schedule: make everything new */
	void (*fiber[MODEL_FIBERS])(void); /* NULL: no more */
	void (*end)(void); /* after each, no fiber runs: look what is left; or NULL */
	int64_t instants[MODEL_INSTANTS]; /* to which time may pass, in order; 0: no more */
	unsigned outcomes;                /* bits, each to be seen in some schedule or other */
	int bound;                        /* most preemptions; */
	int deep;                         /* the same with TUTTI_TORTURE=1 */
};

/* Run the tests, or the one that the first argument names. An exit status. */
int model_main(int argc, char **argv, const struct model_test *tests, size_t n);

/* -- for the fibers of a test ------------------------------------------------------------------ */

#define MODEL_CHECK(cond) \
	((cond) ? (void)0 : model_fail("%s:%d: not so: %s", __FILE__, __LINE__, #cond))

_Noreturn void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One of the test's outcomes has come about. */
void model_saw(unsigned outcome);

/* The fiber that runs, -1 in begin and end. */
int model_self(void);

/* -- for the ground they stand on -------------------------------------------------------------- */

/* The clock. Not a point. */
int64_t model_now(void);

/* Go on once ready(arg) holds. It must not change anything, and is a point. */
void model_block(bool (*ready)(void *arg), void *arg);

/* The ground provides these: before each schedule, whenever another fiber goes on, after it. */
void model_ground_begin(void);
void model_ground_enter(int fiber);
void model_ground_end(void);

#endif
