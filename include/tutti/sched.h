/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SCHED_H
#define TUTTI_SCHED_H

#include <tutti/api.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * sched.h - how an operating system shares its cores: a simulator to learn with. Nothing of it runs
 * for real; time is whole ticks, whatever a tick may be.
 *
 * A process arrives, computes, waits for input or output, computes again, and ends. An algorithm
 * decides who has a core meanwhile. What comes of a run is the whole trace, and how long everybody
 * waited. The same processes and options give the same run, always:
 *
 *     At one instant first the bursts end that end, then the slices. Then become ready, in this
 *     order: who arrives, whose I/O is over, whose slice has ended, each group by place in the
 *     workload, the last by core. Then idle cores are given away, the lowest first; and then, with
 *     an algorithm that pre-empts, those of processes that must yield, the last first. A switch
 *     takes no time.
 *
 * The algorithms there are:
 *
 *     fcfs       first come, first served: to the end of the burst, in the order of readiness
 *     sjf        shortest job first: the shortest burst among the ready, to its end
 *     srtf       shortest remaining time first: a shorter one takes the core from a longer
 *     rr         round robin: slices of 4 ticks, in turns
 *     mlfq       multilevel feedback queue: 3 queues, slices of 1, 2 and 4 ticks. All begin in the
 *                first. Who uses its slice up goes down one queue, the last to its own tail. A
 *                queue is served when those above are empty; who enters a higher one takes the
 *                core from who is of a lower, which goes to the tail of its queue, with a fresh
 *                slice to come
 *     rtc        run to completion: nobody leaves the core before its end, not for I/O either
 *     parallel   a core for everybody
 *
 * sched_policy.h says how to add one, sched_workload.h reads workloads and makes them up,
 * sched_chart.h draws a run. `tutti sched` does all of this in a shell.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int show_waits(void)
 *     {
 *             const tutti_sched_process jobs[] = {
 *                     { "A", 0, TUTTI_SCHED_BURSTS(24) },
 *                     { "B", 0, TUTTI_SCHED_BURSTS(1, 5, 2) },
 *             };
 *             tutti_sched_result r;
 *             int rc = tutti_sched_run(tutti_sched_find("rr"), jobs, 2, NULL, &r);
 *
 *             if (rc < 0)
 *                     return rc;
 *             for (size_t i = 0; i < r.processes_n; i++)
 *                     printf("%s waited %lld\n", jobs[i].name, (long long)r.measures[i].waiting);
 *             tutti_sched_result_clear(&r);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_sched_state {
	TUTTI_SCHED_NEW,       /* not there yet */
	TUTTI_SCHED_READY,     /* has all it needs but a core */
	TUTTI_SCHED_RUNNING,   /* has a core */
	TUTTI_SCHED_BLOCKED,   /* waits for an event: input, output */
	TUTTI_SCHED_TERMINATED /* has ended, or was ended; cannot run again */
} tutti_sched_state;

/* Why a process has become ready, or has left its core. */
typedef enum tutti_sched_reason {
	TUTTI_SCHED_ARRIVED,
	TUTTI_SCHED_WOKEN,      /* its I/O is over */
	TUTTI_SCHED_SLICE_OVER, /* it has had its slice, and is not done */
	TUTTI_SCHED_PREEMPTED,  /* another one has taken its core */
	TUTTI_SCHED_BURST_OVER  /* it is done, for now or for good */
} tutti_sched_reason;

typedef struct tutti_sched_process {
	const char *name;      /* NULL: by its place, P1, P2, ... */
	int64_t arrival;       /* tick, from 0 on */
	const int64_t *bursts; /* ticks, each at least 1: on a core, I/O, on a core, ... */
	size_t bursts_n;       /* odd: it begins and ends on a core */
} tutti_sched_process;

/*
 * The last two members of a process, in C: { "A", 0, TUTTI_SCHED_BURSTS(3, 5, 2) }. Not for static
 * variables of a function.
 */
#define TUTTI_SCHED_BURSTS(...) \
	(const int64_t[]){ __VA_ARGS__ }, sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)

enum { TUTTI_SCHED_FAULT_BYTES = 120 };

/* Why something was refused, in words; line: of a text, from 1 on, otherwise 0. */
typedef struct tutti_sched_fault {
	size_t line;
	char text[TUTTI_SCHED_FAULT_BYTES];
} tutti_sched_fault;

/* All zero: one core, and the algorithm's own slice. */
typedef struct tutti_sched_options {
	int cores;           /* 0: 1 */
	int64_t slice;       /* ticks, of the first queue if there are several; 0: 4, mlfq 1 */
	int levels;          /* queues of mlfq; 0: 3 */
	int factor;          /* by which a queue's slice is longer than the one's above; 0: 2 */
	bool keep_slice;     /* who was pre-empted gets the rest of its slice, no fresh one */
	uint64_t slices_max; /* in a run, beyond which it is refused; 0: 1,000,000 */
	void *data;          /* for an algorithm of your own */
	tutti_sched_fault *fault; /* receives why a run was refused; NULL: not wanted */
	uint64_t reserved[4];
} tutti_sched_options;

/* From begin to before end the process had the core. */
typedef struct tutti_sched_slice {
	size_t process;
	int core;  /* from 0 on */
	int level; /* the queue it came from, from 1 on; 0: the algorithm has none */
	int64_t begin, end;
	tutti_sched_reason why; /* it ended */
} tutti_sched_slice;

typedef struct tutti_sched_change {
	size_t process;
	int64_t at;
	tutti_sched_state from, to;
	int core;  /* it has from now on; -1: none */
	int level; /* as of a slice */
} tutti_sched_change;

/* Ticks of one process. */
typedef struct tutti_sched_measure {
	int64_t waiting;    /* ready, all in all */
	int64_t turnaround; /* from its arrival to its end */
	int64_t response;   /* from its arrival to its first tick on a core */
	int64_t finish;     /* the instant of its end */
} tutti_sched_measure;

/* What came of a run; all of it its own. Free it with tutti_sched_result_clear. */
typedef struct tutti_sched_result {
	const char *name, *title; /* of the algorithm; the algorithm's, not freed */
	int cores;
	int levels, factor;             /* queues, as in the options; 0: the algorithm has none */
	int64_t slice;                  /* of the first of them; 0: the algorithm has none */
	tutti_sched_process *processes; /* as given */
	tutti_sched_measure *measures;  /* of each process */
	size_t processes_n;
	tutti_sched_slice *slices; /* by begin, then by core */
	size_t slices_n;
	tutti_sched_change *changes; /* as they happened */
	size_t changes_n;
	int64_t begin, end; /* the first arrival, the last finish */
	size_t switches;    /* times a core went to another process than it had had before */
	double waiting_mean, turnaround_mean, response_mean; /* ticks */
} tutti_sched_result;

/* An algorithm; see sched_policy.h. */
typedef struct tutti_sched_policy tutti_sched_policy;

/*
 * Change the state of a process, if that can be: new to ready; ready to running; running to ready,
 * blocked or terminated; blocked to ready, never back to running at once. Whoever lives can be
 * killed, which is terminated.
 *
 * state      of the process; unchanged if it is refused
 * to         the new state
 * Returns    0
 * Errors     -EPERM    there is no way from there to here
 *            -EINVAL   one of them is no state
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_state_change(tutti_sched_state *state, tutti_sched_state to);

/*
 * Name a state.
 *
 * state      any
 * Returns    a static text, such as "ready"
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_sched_state_name(tutti_sched_state state);

/*
 * Find an algorithm by its name.
 *
 * name       one of those above
 * Returns    the algorithm, which is for good; NULL: there is none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_sched_policy *tutti_sched_find(const char *name);

/*
 * Go through the algorithms.
 *
 * i          from 0 on
 * Returns    the algorithm in that place, in the order above; NULL: there are no more
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_sched_policy *tutti_sched_builtin(size_t i);

/*
 * Run a workload to its end.
 *
 * policy     how it is decided who runs
 * processes  the workload, n of them, read during the call
 * n          how many, at least 1
 * options    NULL: the usual ones
 * result     receives what came of it; the caller's to clear
 * Returns    0
 * Errors     -EINVAL   a process or an option that cannot be; no process; no algorithm
 *            -E2BIG    more slices than allowed
 *            -EDEADLK  the algorithm leaves cores idle for ever, and some are ready
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never: it computes
 */
TUTTI_API int tutti_sched_run(const tutti_sched_policy *policy,
	const tutti_sched_process *processes, size_t n, const tutti_sched_options *options,
	tutti_sched_result *result);

/*
 * Free what a result holds, and zero it. NULL: nothing happens.
 *
 * result     of a run
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_sched_result_clear(tutti_sched_result *result);

TUTTI_END

#endif
