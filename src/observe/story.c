/* SPDX-License-Identifier: MIT */
/*
 * story.c - from records to lanes. Of all records in order of time each changes one lane: what it
 * was at until now becomes a stretch.
 */
#include "observe/story.h"

#include "core/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/time.h>

/* A record and where it stood, which tells the order of one thread's. */
struct entry {
	int64_t time;
	size_t place;
	int pid;
	const struct tu_tape_record *record;
};

struct start {
	struct tu_lane *by;
	int64_t at;
};

static void *more(struct tu_story *s, void *items, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *p;

	if (n < *room)
		return items;
	p = tu_resize(items, wanted * size);
	if (!p) {
		s->failed = true;
		return NULL;
	}
	*room = wanted;
	return p;
}

static const char *text_of(const struct tu_tape_record *r)
{
	return r->slots > 1 ? (const char *)(r + 1) : "";
}

static void put(struct tu_story *s, struct tu_table *t, uint64_t key, void *value)
{
	void **at = tu_table_at(t, key);

	if (at)
		*at = value;
	else if (key && !(tu_table_reserve(t, t->used + 1) && tu_table_put(t, key, value)))
		s->failed = true;
}

/* -- who -------------------------------------------------------------------------------------- */

/* What a forked child says first, or anybody where one has ended: that number is another's now. */
static bool begins_process(const struct tu_story_process *before, const struct tu_tape_record *r)
{
	return r->kind == TU_TAPE_PROCESS && (before->ended || !*text_of(r));
}

static struct tu_story_process *process_of(
	struct tu_story *s, int pid, const struct tu_tape_record *r)
{
	struct tu_story_process *all, *before = NULL;

	for (size_t i = s->processes_n; i-- > 0 && !before;)
		if (s->processes[i].pid == pid)
			before = &s->processes[i];
	if (before && !begins_process(before, r))
		return before;
	all = more(s, s->processes, s->processes_n, &s->processes_room, sizeof(*all));
	if (!all)
		return NULL;
	all[s->processes_n] = (struct tu_story_process){ .pid = pid,
		.pid_again = before != NULL,
		.name = "",
		.begin = r->time,
		.last = r->time };
	s->processes = all;
	return &all[s->processes_n++];
}

static struct tu_lane *lane_of(
	struct tu_story *s, struct tu_story_process *p, uint64_t id, int64_t now)
{
	struct tu_lane *l = tu_table_find(&p->lanes, id), **all;

	if (l)
		return l;
	all = more(s, s->lanes, s->lanes_n, &s->lanes_room, sizeof(struct tu_lane *));
	l = all ? tu_alloc_zero(sizeof(*l)) : NULL;
	if (all)
		s->lanes = all;
	if (!l) {
		s->failed = true;
		return NULL;
	}
	l->process = (unsigned)(p - s->processes);
	l->id = id;
	l->name = "";
	l->number = s->lanes_n;
	l->begin = l->end = now;
	s->lanes[s->lanes_n++] = l;
	put(s, &p->lanes, id, l);
	return l;
}

/* -- what ------------------------------------------------------------------------------------- */

/* It was at that until now, and from now on is at something else. */
static void turn(struct tu_story *s, struct tu_lane *l, int64_t now, enum tu_state next)
{
	struct tu_stretch *all;

	if (l->open && now > l->since) {
		all = more(s, s->stretches, s->stretches_n, &s->stretches_room, sizeof(*all));
		if (!all)
			return;
		s->stretches = all;
		all[s->stretches_n++] = (struct tu_stretch){ .lane = l->number,
			.begin = l->since,
			.end = now,
			.object = l->object,
			.op = l->op,
			.state = l->state };
	}
	if (!l->open)
		l->end = now;
	l->open = true;
	l->since = now;
	l->state = (uint8_t)next;
	l->op = TU_OPS;
	l->object = 0;
}

static void add_arrow(struct tu_story *s, const struct tu_arrow *a)
{
	struct tu_arrow *all = more(s, s->arrows, s->arrows_n, &s->arrows_room, sizeof(*all));

	if (!all)
		return;
	s->arrows = all;
	all[s->arrows_n++] = *a;
}

/* Who began by a start that was told under key. */
static void began(
	struct tu_story *s, struct tu_table *starts, uint64_t key, struct tu_lane *l, int64_t now)
{
	struct start *start = key ? tu_table_find(starts, key) : NULL;

	if (!start)
		return;
	add_arrow(s, &(struct tu_arrow){ .from = start->by->number,
			     .to = l->number,
			     .left = start->at,
			     .arrived = now,
			     .waited = now - start->at,
			     .op = TU_OPS,
			     .start = true });
	put(s, starts, key, NULL);
	tu_free(start);
}

static void starts(
	struct tu_story *s, struct tu_table *table, uint64_t key, struct tu_lane *by, int64_t now)
{
	struct start *start = key ? tu_table_find(table, key) : NULL;

	if (!start)
		start = key ? tu_alloc(sizeof(*start)) : NULL;
	if (!start)
		return;
	*start = (struct start){ by, now };
	put(s, table, key, start);
}

static void is(struct tu_story *s, struct tu_story_process *p, struct tu_lane *l,
	const struct tu_tape_record *r)
{
	if (!*l->name || r->op)
		l->name = text_of(r);
	l->native = r->op;
	l->thread = r->b;
	put(s, &p->futures, r->a, l);
	if (!l->open)
		turn(s, l, r->time, TU_STATE_RUNS);
	began(s, &p->starts, r->a, l, r->time);
}

static void goes_on(struct tu_story *s, struct tu_lane *l, int64_t now)
{
	turn(s, l, now, TU_STATE_RUNS);
	if (l->woken_by && l->woken_by != l)
		add_arrow(s, &(struct tu_arrow){ .from = l->woken_by->number,
				     .to = l->number,
				     .left = l->woken_at,
				     .arrived = now,
				     .waited = now - l->waits_since,
				     .op = l->woken_op });
	l->woken_by = NULL;
}

static void waits(struct tu_story *s, struct tu_lane *l, const struct tu_tape_record *r)
{
	turn(s, l, r->time, r->op == TU_OP_IDLE ? TU_STATE_IDLE : TU_STATE_WAITS);
	l->op = r->op;
	l->object = r->a;
	l->waits_since = r->time;
	l->woken_by = NULL;
}

static void wakes(struct tu_story *s, struct tu_story_process *p, struct tu_lane *l,
	const struct tu_tape_record *r)
{
	if (!l->open || l->state == TU_STATE_RUNS)
		return;
	turn(s, l, r->time, TU_STATE_READY);
	l->woken_by = r->a ? lane_of(s, p, r->a, r->time) : NULL;
	l->woken_at = r->time;
	l->woken_op = r->op;
}

/* -- spans ------------------------------------------------------------------------------------ */

static void span_begins(struct tu_story *s, struct tu_lane *l, const struct tu_tape_record *r)
{
	struct tu_span *all = more(s, s->spans, s->spans_n, &s->spans_room, sizeof(*all));

	if (!all)
		return;
	s->spans = all;
	all[s->spans_n++] = (struct tu_span){ .lane = l->number,
		.begin = r->time,
		.end = INT64_MAX,
		.beneath = l->innermost,
		.name = text_of(r),
		.depth = (unsigned)l->depth++,
		.job = r->kind == TU_TAPE_JOB };
	l->innermost = s->spans_n;
}

static void span_ends(struct tu_story *s, struct tu_lane *l, int64_t now, int code)
{
	struct tu_span *span = l->innermost ? &s->spans[l->innermost - 1] : NULL;

	if (!span)
		return;
	span->end = now;
	span->code = code;
	l->innermost = span->beneath;
	l->depth--;
}

/* A job that ends takes along what was left open in it. */
static void ends(struct tu_story *s, struct tu_lane *l, const struct tu_tape_record *r)
{
	bool job = r->kind == TU_TAPE_JOB_ENDS;
	size_t i = l->innermost;

	while (i && s->spans[i - 1].job != job) {
		if (!job) /* a span that is not there */
			return;
		i = s->spans[i - 1].beneath;
	}
	while (i && l->innermost != i)
		span_ends(s, l, r->time, 0);
	if (i)
		span_ends(s, l, r->time, (int)(int64_t)r->a);
}

static void mark(struct tu_story *s, struct tu_lane *l, const struct tu_tape_record *r)
{
	struct tu_mark *all = more(s, s->marks, s->marks_n, &s->marks_room, sizeof(*all));

	if (!all)
		return;
	s->marks = all;
	all[s->marks_n++] = (struct tu_mark){ l->number, r->time, text_of(r) };
}

/* -- all -------------------------------------------------------------------------------------- */

static void close_lane(struct tu_story *s, struct tu_lane *l, int64_t now)
{
	while (l->innermost)
		span_ends(s, l, now, 0);
	if (l->open)
		turn(s, l, now, TU_STATE_RUNS);
	l->open = false;
	l->end = now;
	l->woken_by = NULL;
}

static void tell_lane(struct tu_story *s, struct tu_story_process *p, struct tu_lane *l,
	const struct tu_tape_record *r)
{
	if (!l->open && r->kind != TU_TAPE_ENDS && r->kind != TU_TAPE_WAKES &&
		r->kind != TU_TAPE_STARTS)
		turn(s, l, r->time, TU_STATE_RUNS);
	switch ((enum tu_tape_kind)r->kind) {
	case TU_TAPE_IS:
		is(s, p, l, r);
		break;
	case TU_TAPE_ENDS:
		close_lane(s, l, r->time);
		break;
	case TU_TAPE_WAITS:
		waits(s, l, r);
		break;
	case TU_TAPE_GOES:
		goes_on(s, l, r->time);
		break;
	case TU_TAPE_YIELDS:
		turn(s, l, r->time, TU_STATE_READY);
		break;
	case TU_TAPE_WAKES:
		wakes(s, p, l, r);
		break;
	case TU_TAPE_STARTS:
		starts(s, &p->starts, r->a, l, r->time);
		break;
	case TU_TAPE_JOB:
		began(s, &p->starts, r->a, l, r->time);
		span_begins(s, l, r);
		break;
	case TU_TAPE_SPAN:
		span_begins(s, l, r);
		break;
	case TU_TAPE_JOB_ENDS:
	case TU_TAPE_SPAN_ENDS:
		ends(s, l, r);
		break;
	case TU_TAPE_LABEL:
		if (l->innermost)
			s->spans[l->innermost - 1].label = text_of(r);
		break;
	case TU_TAPE_MARK:
		mark(s, l, r);
		break;
	default:
		break;
	}
}

static void tell(struct tu_story *s, struct tu_table *children, const struct entry *e)
{
	const struct tu_tape_record *r = e->record;
	struct tu_story_process *p = process_of(s, e->pid, r);
	struct tu_lane *l = p && r->id ? lane_of(s, p, r->id, r->time) : NULL;

	if (!p || (r->id && !l))
		return;
	p->last = r->time > p->last ? r->time : p->last;
	if (r->kind == TU_TAPE_PROCESS)
		p->name = *text_of(r) ? text_of(r) : p->name;
	else if (r->kind == TU_TAPE_PROCESS_ENDS)
		p->ended = true;
	else if (r->kind == TU_TAPE_NAME)
		put(s, &p->names, r->a, (void *)text_of(r));
	else if (r->kind == TU_TAPE_STARTS && r->b)
		starts(s, children, r->b, l, r->time);
	else if (l)
		tell_lane(s, p, l, r);
	if (l && p->lanes_n++ == 0)
		began(s, children, (uint64_t)p->pid, l, r->time);
}

static int by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static size_t count(void)
{
	size_t n = 0;

	for (size_t i = 0, pages = tu_tape_pages(); i < pages; i++)
		n += tu_load_acq(&tu_tape_page(i)->used); /* [tape-2] acquire: the records */
	return n;
}

/* No more than most: others may write on. */
static size_t gather(struct entry *entries, size_t most)
{
	size_t n = 0;

	for (size_t i = 0, pages = tu_tape_pages(); i < pages; i++) {
		const struct tu_tape_page *page = tu_tape_page(i);
		size_t used = tu_load_acq(&page->used); /* [tape-2] acquire: the records */

		for (size_t k = 0; k < used && n < most; k += page->slot[k].slots)
			entries[n++] = (struct entry){ page->slot[k].time, i * TU_TAPE_SLOTS + k,
				page->pid, &page->slot[k] };
	}
	qsort(entries, n, sizeof(*entries), by_time);
	return n;
}

/* Of a process that was killed nothing is known after its last word. */
static void close_all(struct tu_story *s)
{
	for (size_t i = 0; i < s->lanes_n; i++) {
		struct tu_lane *l = s->lanes[i];
		const struct tu_story_process *p = &s->processes[l->process];

		if (l->open)
			close_lane(s, l, p->ours ? s->end : p->last);
	}
}

static int stretch_order(const void *a, const void *b)
{
	const struct tu_stretch *x = a, *y = b;

	if (x->lane != y->lane)
		return x->lane < y->lane ? -1 : 1;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* The stretches of a lane stand together. */
static void put_in_order(struct tu_story *s)
{
	if (s->stretches_n > 0)
		qsort(s->stretches, s->stretches_n, sizeof(*s->stretches), stretch_order);
	for (size_t i = s->stretches_n; i-- > 0;) {
		struct tu_lane *l = s->lanes[s->stretches[i].lane];

		l->first = i;
		l->n++;
	}
}

static void free_starts(struct tu_table *t)
{
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i].key)
			tu_free(t->slots[i].value);
	tu_table_free(t);
}

int tu_story_read(struct tu_story *s)
{
	struct tu_table children = { 0 };
	size_t most = count(), n;
	struct entry *entries = tu_alloc((most + 1) * sizeof(*entries));

	*s = (struct tu_story){ .lost = tu_tape_lost(), .end = tu_tape_now() };
	if (!entries)
		return -ENOMEM;
	n = gather(entries, most);
	s->begin = n ? entries[0].time : s->end;
	for (size_t i = 0; i < n && !s->failed; i++)
		tell(s, &children, &entries[i]);
	tu_free(entries);
	free_starts(&children);
	for (size_t i = 0; i < s->processes_n; i++) {
		s->processes[i].ours = s->processes[i].pid == tu_tape_pid();
		if (s->processes[i].last > s->end)
			s->end = s->processes[i].last;
	}
	close_all(s);
	put_in_order(s);
	if (!s->failed)
		return 0;
	tu_story_free(s);
	return -ENOMEM;
}

void tu_story_free(struct tu_story *s)
{
	for (size_t i = 0; i < s->processes_n; i++) {
		tu_table_free(&s->processes[i].lanes);
		tu_table_free(&s->processes[i].futures);
		tu_table_free(&s->processes[i].names);
		free_starts(&s->processes[i].starts);
	}
	for (size_t i = 0; i < s->lanes_n; i++)
		tu_free(s->lanes[i]);
	tu_free(s->processes);
	tu_free(s->lanes);
	tu_free(s->stretches);
	tu_free(s->spans);
	tu_free(s->arrows);
	tu_free(s->marks);
	*s = (struct tu_story){ 0 };
}
