/* SPDX-License-Identifier: MIT */
/*
 * trace_json.c - a story in the form of Chrome's trace events, which Perfetto reads.
 *
 * A lane is a "thread" of its process, whether it is one or a task. Slices of a lane must lie
 * within each other; so what a lane is at is cut where a span begins or ends.
 */
#include "core/alloc.h"
#include "observe/trace.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TEXT = 512, PID_MOST = 1 << 24 };

/* A text as JSON has it; what is no UTF-8 becomes '?'. */
static void put_text(struct tu_paper *p, const char *text)
{
	tu_paper_text(p, "\"");
	tu_paper_name(p, text, TEXT, TU_PAPER_JSON, false);
	tu_paper_text(p, "\"");
}

/* The time in us since the beginning, to the nanosecond. */
static void put_time(struct tu_trace_sheet *s, const char *key, int64_t ns)
{
	tu_paper_printf(&s->paper, ",\"%s\":%" PRId64 ".%03d", key, ns / 1000, (int)(ns % 1000));
}

/* Of a number that another has had, one that no process can have: readers know them by it. */
static int number_of(const struct tu_trace_sheet *s, size_t process)
{
	const struct tu_story_process *p = &s->story->processes[process];

	return p->pid_again ? PID_MOST + (int)process : p->pid;
}

static void put_place(struct tu_trace_sheet *s, size_t lane)
{
	tu_paper_printf(&s->paper, ",\"pid\":%d,\"tid\":%zu",
		number_of(s, s->story->lanes[lane]->process), lane + 1);
}

static void begin(struct tu_trace_sheet *s, const char *phase, const char *name)
{
	tu_trace_turn_over(s);
	tu_paper_printf(&s->paper, "%s\n{\"ph\":\"%s\",\"name\":", s->begun ? "," : "", phase);
	s->begun = true;
	put_text(&s->paper, name);
}

static void end(struct tu_trace_sheet *s)
{
	tu_paper_text(&s->paper, "}");
}

/* -- names ------------------------------------------------------------------------------------ */

static void put_processes(struct tu_trace_sheet *s)
{
	char name[200];

	for (size_t i = 0; i < s->story->processes_n; i++) {
		begin(s, "M", "process_name");
		tu_paper_printf(&s->paper, ",\"pid\":%d,\"args\":{\"name\":", number_of(s, i));
		put_text(&s->paper, tu_story_process(s->story, (unsigned)i, name, sizeof(name)));
		tu_paper_text(&s->paper, "}");
		end(s);
	}
}

static void put_lanes(struct tu_trace_sheet *s)
{
	for (size_t i = 0; i < s->story->lanes_n; i++) {
		begin(s, "M", "thread_name");
		put_place(s, i);
		tu_paper_text(&s->paper, ",\"args\":{\"name\":");
		put_text(&s->paper, s->story->lanes[i]->name);
		tu_paper_text(&s->paper, "}");
		end(s);
		begin(s, "M", "thread_sort_index");
		put_place(s, i);
		tu_paper_printf(&s->paper, ",\"args\":{\"sort_index\":%zu}", i);
		end(s);
	}
}

/* -- slices ----------------------------------------------------------------------------------- */

static void put_slice(struct tu_trace_sheet *s, size_t lane, const char *name, const char *category,
	int64_t from, int64_t to)
{
	begin(s, "X", name);
	tu_paper_printf(&s->paper, ",\"cat\":\"%s\"", category);
	put_place(s, lane);
	put_time(s, "ts", from - s->story->begin);
	put_time(s, "dur", to - from);
	end(s);
}

static void put_span(struct tu_trace_sheet *s, const struct tu_span *span)
{
	char name[TEXT];
	bool failed = span->code < 0;

	put_slice(s, span->lane, tu_story_span(span, name, sizeof(name)),
		span->job ? failed ? "job,failed" : "job"
		: failed  ? "span,failed"
			  : "span",
		span->begin, span->end);
}

static void put_stretch(
	struct tu_trace_sheet *s, const struct tu_stretch *stretch, int64_t from, int64_t to)
{
	static const char *const categories[] = { "running", "ready", "waiting", "idle" };
	char name[TEXT];

	if (to > from)
		put_slice(s, stretch->lane, tu_story_state(s->story, stretch, name, sizeof(name)),
			categories[stretch->state], from, to);
}

/* Where spans begin and end, in order of time: cuts. */
struct cut {
	size_t lane;
	int64_t at;
};

static int cut_order(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;

	if (x->lane != y->lane)
		return x->lane < y->lane ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static struct cut *make_cuts(struct tu_trace_sheet *s)
{
	struct cut *cuts = tu_alloc((2 * s->story->spans_n + 1) * sizeof(*cuts));

	if (!cuts) {
		s->paper.failed = true;
		return NULL;
	}
	for (size_t i = 0; i < s->story->spans_n; i++) {
		const struct tu_span *span = &s->story->spans[i];

		cuts[2 * i] = (struct cut){ span->lane, span->begin };
		cuts[2 * i + 1] = (struct cut){ span->lane, span->end };
	}
	qsort(cuts, 2 * s->story->spans_n, sizeof(*cuts), cut_order);
	return cuts;
}

/* Stretches and cuts are both in order of lanes and time. */
static void put_stretches(struct tu_trace_sheet *s)
{
	struct cut *cuts = make_cuts(s);
	size_t k = 0, n = 2 * s->story->spans_n;

	for (size_t i = 0; cuts && i < s->story->stretches_n; i++) {
		const struct tu_stretch *stretch = &s->story->stretches[i];
		int64_t from = stretch->begin;

		while (k < n && (cuts[k].lane < stretch->lane ||
					(cuts[k].lane == stretch->lane && cuts[k].at <= from)))
			k++;
		for (; k < n && cuts[k].lane == stretch->lane && cuts[k].at < stretch->end; k++) {
			put_stretch(s, stretch, from, cuts[k].at);
			from = cuts[k].at;
		}
		put_stretch(s, stretch, from, stretch->end);
	}
	tu_free(cuts);
}

/* -- arrows and marks ------------------------------------------------------------------------- */

static void put_end_of_arrow(struct tu_trace_sheet *s, size_t i, bool arrives)
{
	const struct tu_arrow *a = &s->story->arrows[i];

	begin(s, arrives ? "f" : "s", tu_story_by(a));
	tu_paper_printf(&s->paper, ",\"cat\":\"%s\",\"id\":%zu%s", a->start ? "start" : "wake",
		i + 1, arrives ? ",\"bp\":\"e\"" : "");
	put_place(s, arrives ? a->to : a->from);
	put_time(s, "ts", (arrives ? a->arrived : a->left) - s->story->begin);
	end(s);
}

static void put_marks(struct tu_trace_sheet *s)
{
	for (size_t i = 0; i < s->story->marks_n; i++) {
		const struct tu_mark *m = &s->story->marks[i];

		begin(s, "i", m->text);
		put_place(s, m->lane);
		put_time(s, "ts", m->at - s->story->begin);
		tu_paper_text(&s->paper, ",\"s\":\"t\"");
		end(s);
	}
}

void tu_trace_json(struct tu_trace_sheet *s)
{
	tu_paper_printf(&s->paper,
		"{\"displayTimeUnit\":\"ns\",\"otherData\":{\"lost\":\"%" PRIu64
		"\"},\"traceEvents\":[",
		s->story->lost);
	put_processes(s);
	put_lanes(s);
	for (size_t i = 0; i < s->story->spans_n; i++)
		put_span(s, &s->story->spans[i]);
	put_stretches(s);
	for (size_t i = 0; i < s->story->arrows_n; i++) {
		put_end_of_arrow(s, i, false);
		put_end_of_arrow(s, i, true);
	}
	put_marks(s);
	tu_paper_text(&s->paper, "\n]}\n");
}
