/* SPDX-License-Identifier: MIT */
/* sched_json.c - a run of `tutti sched` as one line of JSON. */
#include "sched.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static void add_text(struct text *t, const char *key, const char *value)
{
	text_printf(t, "\"%s\":", key);
	text_json(t, value ? value : "", value ? strlen(value) : 0);
}

static void add_process(struct text *t, const tutti_sched_result *r, size_t i)
{
	const tutti_sched_process *p = &r->processes[i];
	const tutti_sched_measure *m = &r->measures[i];

	text_printf(t, "%s{", i > 0 ? "," : "");
	add_text(t, "name", p->name);
	text_printf(t, ",\"arrival\":%" PRId64 ",\"bursts\":[", p->arrival);
	for (size_t j = 0; j < p->bursts_n; j++)
		text_printf(t, "%s%" PRId64, j > 0 ? "," : "", p->bursts[j]);
	text_printf(t,
		"],\"waiting\":%" PRId64 ",\"turnaround\":%" PRId64 ",\"response\":%" PRId64
		",\"finish\":%" PRId64 "}",
		m->waiting, m->turnaround, m->response, m->finish);
}

static const char *why_text(tutti_sched_reason why)
{
	return why == TUTTI_SCHED_SLICE_OVER  ? "slice over"
	       : why == TUTTI_SCHED_PREEMPTED ? "pre-empted"
					      : "burst over";
}

static void add_slice(struct text *t, const tutti_sched_slice *s, bool first)
{
	text_printf(t, "%s{\"process\":%zu,\"core\":%d,", first ? "" : ",", s->process, s->core);
	if (s->level > 0)
		text_printf(t, "\"queue\":%d,", s->level);
	text_printf(t, "\"begin\":%" PRId64 ",\"end\":%" PRId64 ",\"why\":\"%s\"}", s->begin,
		s->end, why_text(s->why));
}

static void add_change(struct text *t, const tutti_sched_change *c, bool first)
{
	text_printf(t, "%s{\"process\":%zu,\"at\":%" PRId64 ",\"from\":\"%s\",\"to\":\"%s\"}",
		first ? "" : ",", c->process, c->at, tutti_sched_state_name(c->from),
		tutti_sched_state_name(c->to));
}

static void add_run(struct text *t, const tutti_sched_result *r)
{
	text_printf(t, "{");
	add_text(t, "algorithm", r->name);
	text_printf(t, ",");
	add_text(t, "title", r->title);
	text_printf(t, ",\"cores\":%d,", r->cores);
	if (r->slice > 0)
		text_printf(t, "\"slice\":%" PRId64 ",", r->slice);
	if (r->levels > 0)
		text_printf(t, "\"levels\":%d,\"factor\":%d,", r->levels, r->factor);
	text_printf(t, "\"begin\":%" PRId64 ",\"end\":%" PRId64 ",\"switches\":%zu", r->begin,
		r->end, r->switches);
	text_printf(t, ",\"mean\":{\"waiting\":%.15g,\"turnaround\":%.15g,\"response\":%.15g}",
		r->waiting_mean, r->turnaround_mean, r->response_mean);
	text_printf(t, ",\"processes\":[");
	for (size_t i = 0; i < r->processes_n; i++)
		add_process(t, r, i);
	text_printf(t, "],\"slices\":[");
	for (size_t i = 0; i < r->slices_n; i++)
		add_slice(t, &r->slices[i], i == 0);
	text_printf(t, "],\"changes\":[");
	for (size_t i = 0; i < r->changes_n; i++)
		add_change(t, &r->changes[i], i == 0);
	text_printf(t, "]}\n");
}

bool sched_json(const tutti_sched_result *r)
{
	struct text t = { 0 };
	bool whole;

	add_run(&t, r);
	whole = !t.failed;
	if (whole)
		fwrite(t.data, 1, t.size, stdout); /* main looks whether it arrived */
	text_free(&t);
	return whole;
}
