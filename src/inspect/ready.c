/* SPDX-License-Identifier: MIT */
/*
 * ready.c - what has not begun: tasks in the queue of a thread, jobs of an executor. These lists
 * change while they are followed, and what was on them may be something else by now: only what
 * looks like a future is believed, and only as long as the list leads from one to the next.
 */
#include "inspect/inside.h"

#include <stdio.h>
#include <string.h>

/* -- what is there already --------------------------------------------------------------------- */

/* Of this copy's rows from first on: has one that future? */
static bool is_shown(const struct look *l, size_t first, uint64_t future)
{
	for (size_t i = first; i < l->in->n; i++)
		if (l->in->beside[i].future == future && l->in->beside[i].look == l->number)
			return true;
	return false;
}

static bool runs_here(const struct look *l, uint64_t future)
{
	for (size_t i = 0; i < l->places_n; i++)
		if (l->places[i].self == future || l->places[i].job == future)
			return true;
	return false;
}

static size_t add(struct look *l, tutti_inspect_kind kind, size_t parent,
	const struct future_seen *f, tutti_inspect_state state)
{
	size_t number = tu_seen_row(l->in, kind, parent);
	tutti_inspect_row *row;

	if (number == TUTTI_INSPECT_NOBODY)
		return number;
	row = &l->in->rows[number];
	row->pid = l->pid;
	row->native_id = l->in->rows[parent].native_id;
	row->state = state;
	row->name = tu_arena_text(&l->in->arena, "%s", f->name);
	row->code = f->fn;
	row->role = state == TUTTI_INSPECT_READY ? "not begun" : "";
	l->in->beside[number].look = l->number;
	l->in->beside[number].future = f->at;
	l->in->beside[number].group = f->group;
	return number;
}

static void left_out(struct look *l, size_t row)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: more than %d are ready; the rest is not shown",
		l->in->rows[row].name, TU_SEEN_QUEUED);
	tu_seen_note(l->in, text);
}

/* -- tasks ------------------------------------------------------------------------------------- */

/* Where in its future's block what is in the queue lies: its start says so. 0: it is nothing. */
static uint64_t within(struct look *l, uint64_t start)
{
	uint32_t at;

	return start && tu_look_read(l, start + l->k->start_within, &at, sizeof(at)) && at < 4096
		       ? at
		       : 0;
}

/* false: the list leads nowhere. */
static bool add_queued(struct look *l, const struct worker_seen *w, uint64_t at, uint64_t *next)
{
	char bytes[32], again[32];
	struct future_seen f;
	uint64_t start, in;

	if (!tu_look_read(l, at, bytes, sizeof(bytes)))
		return false;
	start = tu_u64(bytes, l->k->runnable_job);
	*next = tu_u64(bytes, l->k->runnable_next);
	in = within(l, start);
	if (!in)
		return true; /* a context, or what has no future */
	if (!tu_look_future(l, at - in, &f) || f.word & l->k->word_done ||
		!tu_look_read(l, at, again, sizeof(again)) ||
		tu_u64(again, l->k->runnable_job) != start)
		return false;
	if (!runs_here(l, f.at))
		add(l, f.ops->kind == l->k->kind_job ? TUTTI_INSPECT_JOB : TUTTI_INSPECT_TASK,
			w->row, &f, TUTTI_INSPECT_READY);
	return true;
}

void tu_look_at_queue(struct look *l, const struct worker_seen *w)
{
	uint64_t from[2] = { w->head, w->inbox };

	if (l->k->runnable_next > 16 || l->k->runnable_job > 16 || !l->k->future_size ||
		w->row == TUTTI_INSPECT_NOBODY)
		return;
	for (int i = 0; i < 2; i++) {
		uint64_t at = from[i], next = 0;
		int n = 0;

		while (at && n < TU_SEEN_QUEUED && add_queued(l, w, at, &next)) {
			at = next == at ? 0 : next;
			n++;
		}
		if (n == TU_SEEN_QUEUED)
			left_out(l, w->row);
	}
}

/* -- jobs -------------------------------------------------------------------------------------- */

static bool is_job(const struct look *l, const struct future_seen *f)
{
	return f->ops->kind == l->k->kind_job;
}

/* A list of jobs by their links, which lie at link in them. */
static void add_jobs(struct look *l, uint64_t list, uint64_t link, const char *scheme)
{
	size_t first = l->in->n, number;
	uint64_t at;
	int n = 0;

	if (!tu_look_read(l, list, &at, sizeof(at)))
		return;
	for (; at && at != list && n < TU_SEEN_QUEUED; n++) {
		uint64_t runs_on = 0;
		bool begun, last;
		struct future_seen f;

		if (!tu_look_future(l, at - link, &f) || !is_job(l, &f) || f.word & l->k->word_done)
			return;
		/* A queue that is a circle by mistake: it comes back to its first job. */
		last = n > 0 && l->in->n > first && l->in->beside[first].future == f.at;
		begun = f.word & l->k->word_running;
		tu_look_read(l, f.at + l->k->job_runs_on, &runs_on, sizeof(runs_on));
		if (last)
			return;
		if (!runs_here(l, f.at) && !(begun && is_shown(l, l->process, f.at))) {
			number = add(l, TUTTI_INSPECT_JOB, l->process, &f,
				begun ? TUTTI_INSPECT_RUNNING : TUTTI_INSPECT_READY);
			if (number != TUTTI_INSPECT_NOBODY)
				l->in->rows[number].role =
					tu_arena_text(&l->in->arena, "%s%s", scheme,
						!begun    ? ", not begun"
						: runs_on ? ""
							  : ", elsewhere");
		}
		if (!tu_look_read(l, at, &at, sizeof(at)))
			return;
	}
	if (n == TU_SEEN_QUEUED)
		left_out(l, l->process);
}

static void look_at_executor(struct look *l, uint64_t at)
{
	const struct known *k = l->k;
	char scheme[TU_SEEN_NAME] = "executor", bytes[1 << 10];
	uint64_t seats, text;

	if (!tu_look_read(l, at, bytes, k->executor_size))
		return;
	if (!tu_look_read(
		    l, tu_u64(bytes, k->executor_engine) + k->engine_scheme, &text, sizeof(text)) ||
		!tu_look_text(l, text, scheme))
		snprintf(scheme, sizeof(scheme), "executor");
	seats = tu_u64(bytes, k->executor_seats);
	if (seats)
		add_jobs(l, seats + k->seats_jobs, k->job_queued, scheme);
	else
		add_jobs(l, at + k->executor_under_way, k->job_link, scheme);
}

/* Executors are found by their guards, as fork finds them. */
void tu_look_at_executors(struct look *l)
{
	const struct known *k = l->k;
	uint64_t at, in_child;

	if (!k->executor_size || !k->job_size || !k->guards ||
		!tu_look_read(l, k->guards, &at, sizeof(at)))
		return;
	for (int n = 0; at && at != k->guards && n < TU_SEEN_QUEUED; n++) {
		uint64_t guard = at - k->guard_link;

		if (!tu_look_read(l, guard + k->guard_in_child, &in_child, sizeof(in_child)))
			return;
		if (in_child == k->executor_in_child)
			look_at_executor(l, guard - k->executor_guard);
		if (!tu_look_read(l, at, &at, sizeof(at)))
			return;
	}
}
