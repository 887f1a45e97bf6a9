/* SPDX-License-Identifier: MIT */
/*
 * lanes.h - a run as a chart needs it: for each process and each core what was when, and what of it
 * falls into one place of the chart.
 */
#ifndef TU_SCHED_LANES_H
#define TU_SCHED_LANES_H

#include <tutti/sched.h>

/* A process in one state, from begin to before end; core: -1 where it has none. */
struct tu_span {
	size_t process;
	tutti_sched_state state; /* ready, running or blocked */
	int core, level;
	int64_t begin, end;
};

/*
 * The spans of a process stand together, in order, and so do those of a core. Those of lane i begin
 * at first[i + 1]; before them all are those that belong to none.
 */
struct tu_lanes {
	struct tu_span *of_processes, *of_cores;
	size_t *first, *first_of_core;
	const tutti_sched_result *result;
};

int tu_lanes_make(struct tu_lanes *lanes, const tutti_sched_result *result); /* 0, or -ENOMEM */
void tu_lanes_free(struct tu_lanes *lanes);

/* How many spans a process has, and where they are; likewise who was on a core. */
size_t tu_lane(const struct tu_lanes *lanes, size_t process, const struct tu_span **spans);
size_t tu_lane_of_core(const struct tu_lanes *lanes, int core, const struct tu_span **spans);

/* Time in places: several ticks in each, or several for each tick. One of the two is 1. */
struct tu_scale {
	int64_t from; /* the tick at which the first place begins */
	int64_t ticks, places;
	int n; /* places in all */
};

/* Fit the ticks from..to into n places; a tick has most at most. */
struct tu_scale tu_scale_fit(int64_t from, int64_t to, int n, int most);

/* Where a chart begins: at 0, unless it is long before anybody comes. */
int64_t tu_scale_from(const tutti_sched_result *result);

/* One place: how long each of these was, in parts of whole. */
struct tu_place {
	int64_t run, ready, blocked;
	int64_t longest; /* of one span on a core */
	size_t process;  /* whose that was */
	int level;
};

/* For how much a place stands in the numbers above. */
int64_t tu_scale_whole(const struct tu_scale *scale);

/* Add up what falls into each of the scale's places, which are zero at first. */
void tu_places_fill(struct tu_place *places, const struct tu_scale *scale,
	const struct tu_span *spans, size_t n);

/* The step of 1, 2, 5, 10, 20, ... ticks that takes least places at least. */
int64_t tu_scale_step(const struct tu_scale *scale, int64_t least);

#endif
