/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SIM_H
#define TUTTI_SIM_H

#include <tutti/api.h>
#include <tutti/time.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * sim.h - run a concurrent test under many schedules, in virtual time, the same way each time.
 *
 * In a simulated run all threads, tasks and pools are fibers of the calling thread, one at a time.
 * Who goes on is decided before each call of tutti, by a strategy; the clock stands still while
 * anybody can run and then jumps to the next deadline, so that sleeping takes no time. What the
 * test does is then fixed by the strategy's answers alone: a run that fails can be run again, and
 * fails again, with a debugger or with more output.
 *
 * A run fails if the test says so (tutti_sim_fail, TUTTI_SIM_REQUIRE), if it ends by a signal
 * (assert, a fault), and if it comes to
 *
 *     a deadlock      nobody can run, and no deadline is left; or some wait for each other
 *     a livelock      more steps than allowed, or all who can run only look and look again
 *     what is left    the test has returned, and a thread that is no daemon waits for ever; a
 *                     thread or task ended with a lock held; a failure that nobody looked at
 *
 * The report names who waits for what since when, who holds it and where it was taken.
 *
 * Simulated is what goes through tutti. A plain read or sleep holds up all threads of the run; the
 * report names the call. Between two calls of tutti nobody else runs: give a race its place with
 * TUTTI_LOAD and TUTTI_STORE (race.h), or a tutti_yield. Memory is sequentially consistent. A
 * test runs thousands of times in one process: it begins by initialising all that it uses, and
 * thread-local variables (not tutti_local) are shared by all its threads. Other threads of the
 * process must leave tutti alone as long as a check runs.
 *
 * A whole program runs once in virtual time, unchanged, with TUTTI_SIM in its environment, and
 * under many schedules by `tutti check ./program`; see the manual of the command.
 *
 * Example:
 *
 *     #include <tutti/race.h>
 *     #include <tutti/thread.h>
 *
 *     static int balance;
 *
 *     static void *deposit(void *arg)
 *     {
 *             TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 1);
 *             return arg;
 *     }
 *
 *     static void two_deposits(void *arg)
 *     {
 *             tutti_thread *a, *b;
 *
 *             balance = 0;
 *             a = tutti_thread_start(deposit, arg, NULL);
 *             b = tutti_thread_start(deposit, arg, NULL);
 *             tutti_thread_join(a, NULL);
 *             tutti_thread_join(b, NULL);
 *             tutti_future_unref(a);
 *             tutti_future_unref(b);
 *             TUTTI_SIM_REQUIRE(balance == 2);
 *     }
 *
 *     int find_it(void)
 *     {
 *             return tutti_sim_check(two_deposits, NULL);
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_sim_trouble {
	TUTTI_SIM_NONE,
	TUTTI_SIM_FAILED,   /* the test said so */
	TUTTI_SIM_DEADLOCK, /* nobody can run, and no deadline is left */
	TUTTI_SIM_CIRCLE,   /* some wait for each other, others live */
	TUTTI_SIM_LIVELOCK, /* too many steps, or nothing but looking */
	TUTTI_SIM_LEFT,     /* the test has returned, and somebody waits for ever */
	TUTTI_SIM_HELD,     /* a thread or task ended with a lock held */
	TUTTI_SIM_UNSEEN,   /* a failure that nobody looked at, or another report of the library */
	TUTTI_SIM_OUTSIDE,  /* a call that is not ours holds everything up */
	TUTTI_SIM_DIVERGED  /* a replay went another way than the run it repeats */
} tutti_sim_trouble;

/* What a check has found. Free the texts with tutti_sim_result_clear. */
typedef struct tutti_sim_result {
	uint64_t runs;  /* begun, the failed one included, those to make it simpler not */
	uint64_t steps; /* calls of tutti in them */
	uint64_t hash;  /* of all that happened in the last run: the same run has the same */
	bool complete;  /* the strategy has tried all that it can */
	tutti_sim_trouble trouble;
	char *shown; /* "all 2479 schedules with at most 2 preemptions"; NULL if a run failed */
	char *text;  /* the report of the failed run, some lines; NULL if none failed */
	char *json;  /* the same as one JSON object */
	uint64_t reserved[4];
} tutti_sim_result;

enum {
	TUTTI_SIM_ALLOCATIONS = 1, /* each allocation of tutti may fail */
	TUTTI_SIM_SPURIOUS = 2, /* each sleep of a thread may end for no reason: for tutti itself */
	TUTTI_SIM_STRICT_TIME = 4, /* the clock never moves while somebody can run */
	TUTTI_SIM_EAGER = 8,       /* who starts a thread goes on when all others wait */
	TUTTI_SIM_QUIET = 16,      /* nothing is written; result has it all */
	TUTTI_SIM_AS_FOUND = 32    /* a failed run is kept as it was found, see tutti_sim_check */
};

/* All zero: as tutti_sim_check does with NULL. */
typedef struct tutti_sim_options {
	const char *name;     /* of the test: for the report and the file. NULL: "test" */
	const char *strategy; /* NULL: "auto"; see below */
	uint64_t runs;        /* most; 0: 10,000 */
	tutti_time budget;    /* real time after which no other run is begun; 0: 30 s */
	uint64_t seed;        /* of all that is random */
	uint64_t steps;       /* most in a run, beyond which it is a livelock; 0: 1,000,000 */
	tutti_time horizon;   /* virtual time after which a run ends well; 0: no limit */
	const char *save;     /* file for the failed run; NULL: "NAME.replay"; "": none */
	const char *replay;   /* file of a run to be repeated instead; NULL: none */
	unsigned flags;
	void *arg;                /* for the test */
	tutti_sim_result *result; /* receives what was found; NULL: not wanted */
	uint64_t reserved[4];
} tutti_sim_options;

/*
 * Run test under many schedules, until one fails.
 *
 * Strategies: "fifo": one run, in which nobody is stopped and everybody runs in turn. "random":
 * each choice at random; "shuffle": only where one must be made. "pct:D": random priorities that
 * change D - 1 times in a run. It finds with a known probability what needs D orderings, 3 if
 * nothing is said. "exhaustive:P": all schedules with at most P preemptions, 2 if nothing is said.
 * "auto": exhaustive up to 2 as far as that goes, then random and pct in turn.
 *
 * A run that has failed is made simpler before it is told of: its choices are put back to the usual
 * course, many at a time and then one by one, as long as it fails in the same way, in at most 500
 * more runs and 5 s. One that ends by a signal is told of as it was found.
 *
 * With TUTTI_SIM_REPLAY=FILE in the environment the check whose name is in FILE repeats that run.
 *
 * test       called once in each run, on a thread named "main"
 * options    NULL: the usual ones
 * Returns    0: no run failed; 1: one did, and its report was written to stderr
 * Errors     -EINVAL   no test, or an option that means nothing; the reason is reported
 *            -EBUSY    a check is running, or the caller is in a simulated run
 *            -ENOMEM   no memory
 *            -ENOENT and the like: of the file to be repeated
 * Context    any thread, not a task
 * Waits      never: it runs
 */
TUTTI_API int tutti_sim_check(void (*test)(void *arg), const tutti_sim_options *options);

/*
 * Free what a result points to, and zero it. NULL: nothing happens.
 *
 * result     of a check
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_sim_result_clear(tutti_sim_result *result);

/*
 * The test has failed: end this run here, without unwinding. Outside of a simulated run the words
 * are written to stderr and the process aborts.
 *
 * format     as printf
 * Context    any thread or task
 * Waits      never; does not return
 */
TUTTI_API void tutti_sim_fail(const char *format, ...) TUTTI_PRINTF(1, 2) TUTTI_NORETURN;

/* Fail unless condition holds, naming it and its place. */
#define TUTTI_SIM_REQUIRE(condition) \
	((condition) ? (void)0       \
		     : tutti_sim_fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition))

/*
 * Does the calling thread run in virtual time?
 *
 * Returns    true: in a run of a check, or with TUTTI_SIM in the environment
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_simulated(void);

TUTTI_END

#endif
