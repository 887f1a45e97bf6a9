/* SPDX-License-Identifier: MIT */
/*
 * claims.h - what the measurements of the tutorials' claims share. Each claim is a function that
 * does its work, checks it, and reports figures by bench_report; which of them are enough is said
 * in rows.py, not here. A claim stands by itself: it runs in a process of its own.
 *
 *     claims C5 [--quick | --smoke]
 *
 * --quick does about a tenth of the work, --smoke as little as still shows that it works: nothing
 * is measured then.
 */
#ifndef CLAIMS_H
#define CLAIMS_H
#include "../bench.h"

#include <tutti/tutti.h>

enum size { FULL, QUICK, SMOKE };

struct scale {
	enum size size;
	int cpus; /* usable */
};

typedef void claim_function(const struct scale *s);

claim_function claim_1, claim_2, claim_3, claim_4, claim_5, claim_6, claim_7, claim_8, claim_9,
	claim_10, claim_11, claim_12, claim_13, claim_14, claim_15, claim_16, claim_17, claim_18,
	claim_19, claim_20, claim_21, claim_22, claim_23, claim_24, claim_25, claim_26, claim_27,
	claim_28, claim_29, claim_32, claim_33, claim_34;
claim_function claim_18_by_manager, claim_30, claim_31; /* of the other program: net.c */

/* One of the three, as the scale says. */
static inline long sized(const struct scale *s, long full, long quick, long smoke)
{
	return s->size == FULL ? full : s->size == QUICK ? quick : smoke;
}

/* Ends the program, with the error's text, unless rc is fine. */
static inline void fine(int rc, const char *what)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, tutti_strerror(rc));
	exit(1);
}

/* A future that is done with, well or not. */
static inline void end_well(tutti_future *f, const char *what)
{
	fine(tutti_future_result(f, NULL, 0), what);
	tutti_future_unref(f);
}

/* Report "PREFIX_REST". */
void report_for(const char *prefix, const char *rest, double value, const char *unit);

/* Report nanoseconds since start, divided by n, as "PREFIX_REST" in microseconds. */
void report_each(const char *prefix, const char *rest, int64_t start, long n);

/* Compute so many steps of about a nanosecond, which no compiler leaves out. */
void compute(long steps);

/* How long one step takes here, in nanoseconds. */
double step_ns(void);

/* This thread's time on a CPU so far, in nanoseconds. */
int64_t thread_cpu_ns(void);

/* From now on this process, with threads yet to come, has that CPU alone; -1: all it had. */
void pin(int cpu);

/* Memory that process pid has for itself alone, in KiB; with page tables. */
double private_kib(int pid);

/* MiB that could be had now. */
long available_mib(void);

/* fn(arg) in n threads at once, each with its own element of an array of such a size. Joined. */
void in_threads(int n, tutti_fn fn, void *args, size_t size);

/* A forked child that runs fn(arg) and ends, well if it is joined. */
int child_start(void (*fn)(void *arg), void *arg);
void child_join(int pid);
void child_kill(int pid);

#endif
