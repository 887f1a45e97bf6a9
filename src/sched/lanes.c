/* SPDX-License-Identifier: MIT */
/* lanes.c - see lanes.h. */
#include "sched/lanes.h"

#include "core/alloc.h"

#include <errno.h>

/* -- spans ------------------------------------------------------------------------------------- */

static bool is_shown(tutti_sched_state state)
{
	return state == TUTTI_SCHED_READY || state == TUTTI_SCHED_RUNNING ||
	       state == TUTTI_SCHED_BLOCKED;
}

/*
 * Go through the changes and give each span to its lane, from 1 on: its process, or its core.
 * Twice: to count, with spans NULL, and to put them where next says.
 */
static void walk(const tutti_sched_result *r, struct tu_span *under_way, size_t *next,
	struct tu_span *spans, bool by_core)
{
	for (size_t i = 0; i < r->processes_n; i++)
		under_way[i] = (struct tu_span){ i, TUTTI_SCHED_NEW, -1, 0, 0, 0 };
	for (size_t i = 0; i < r->changes_n; i++) {
		const tutti_sched_change *c = &r->changes[i];
		struct tu_span *s = &under_way[c->process];
		size_t lane = by_core ? (size_t)(s->core + 1) : s->process + 1;

		s->end = c->at;
		if (is_shown(s->state) && s->end > s->begin) {
			if (spans)
				spans[next[lane]] = *s;
			next[lane]++;
		}
		*s = (struct tu_span){ c->process, c->to, c->core, c->level, c->at, 0 };
	}
}

/* Lane 0 is that of spans that belong nowhere. */
static int sort_spans(const tutti_sched_result *r, bool by_core, size_t lanes_n,
	struct tu_span **spans, size_t **first)
{
	struct tu_span *under_way = tu_alloc(r->processes_n * sizeof *under_way);
	size_t *next = tu_alloc_zero((lanes_n + 2) * sizeof *next), sum = 0;

	*first = tu_alloc_zero((lanes_n + 2) * sizeof **first);
	*spans = tu_alloc((r->changes_n + 1) * sizeof **spans);
	if (!under_way || !next || !*first || !*spans) {
		tu_free(under_way);
		tu_free(next);
		return -ENOMEM;
	}
	walk(r, under_way, next, NULL, by_core);
	for (size_t lane = 0; lane <= lanes_n; lane++) {
		size_t n = next[lane];

		next[lane] = (*first)[lane] = sum;
		sum += n;
	}
	(*first)[lanes_n + 1] = sum;
	walk(r, under_way, next, *spans, by_core);
	tu_free(under_way);
	tu_free(next);
	return 0;
}

int tu_lanes_make(struct tu_lanes *lanes, const tutti_sched_result *result)
{
	int rc;

	*lanes = (struct tu_lanes){ .result = result };
	rc = sort_spans(result, false, result->processes_n, &lanes->of_processes, &lanes->first);
	if (rc == 0)
		rc = sort_spans(result, true, (size_t)result->cores, &lanes->of_cores,
			&lanes->first_of_core);
	if (rc < 0)
		tu_lanes_free(lanes);
	return rc;
}

void tu_lanes_free(struct tu_lanes *lanes)
{
	tu_free(lanes->of_processes);
	tu_free(lanes->of_cores);
	tu_free(lanes->first);
	tu_free(lanes->first_of_core);
	*lanes = (struct tu_lanes){ 0 };
}

size_t tu_lane(const struct tu_lanes *lanes, size_t process, const struct tu_span **spans)
{
	size_t first = lanes->first[process + 1];

	*spans = &lanes->of_processes[first];
	return lanes->first[process + 2] - first;
}

size_t tu_lane_of_core(const struct tu_lanes *lanes, int core, const struct tu_span **spans)
{
	size_t first = lanes->first_of_core[core + 1];

	*spans = &lanes->of_cores[first];
	return lanes->first_of_core[core + 2] - first;
}

/* -- places ------------------------------------------------------------------------------------ */

struct tu_scale tu_scale_fit(int64_t from, int64_t to, int n, int most)
{
	struct tu_scale s = { from, 1, 1, 0 };
	int64_t length = to - from;

	if (length <= n) {
		s.places = n / length < most ? n / length : most;
		s.n = (int)(length * s.places);
	} else {
		s.ticks = (length - 1) / n + 1;
		s.n = (int)((length - 1) / s.ticks + 1);
	}
	return s;
}

int64_t tu_scale_from(const tutti_sched_result *result)
{
	return result->begin <= result->end - result->begin ? 0 : result->begin;
}

int64_t tu_scale_whole(const struct tu_scale *scale)
{
	return scale->ticks;
}

static void add_to(struct tu_place *p, const struct tu_span *s, int64_t amount)
{
	if (s->state == TUTTI_SCHED_RUNNING)
		p->run += amount;
	else if (s->state == TUTTI_SCHED_READY)
		p->ready += amount;
	else
		p->blocked += amount;
	if (s->core >= 0 && amount > p->longest) {
		p->longest = amount;
		p->process = s->process;
		p->level = s->level;
	}
}

/* A place that is part of a tick belongs to one span whole. */
void tu_places_fill(struct tu_place *places, const struct tu_scale *scale,
	const struct tu_span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t begin = spans[i].begin - scale->from, end = spans[i].end - scale->from;

		for (int64_t at = begin * scale->places / scale->ticks;
			at * scale->ticks < end * scale->places; at++) {
			int64_t from = at * scale->ticks, to = from + scale->ticks;

			if (scale->ticks > 1) {
				from = from > begin ? from : begin;
				to = to < end ? to : end;
			}
			add_to(&places[at], &spans[i], to - from);
		}
	}
}

int64_t tu_scale_step(const struct tu_scale *scale, int64_t least)
{
	static const int next[] = { 2, 5, 10 };
	int64_t power = 1, step = 1;

	for (int i = 0; step * scale->places < least * scale->ticks; i++) {
		step = power * next[i % 3];
		power = i % 3 == 2 ? power * 10 : power;
	}
	return step;
}
