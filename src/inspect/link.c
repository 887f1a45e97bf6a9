/* SPDX-License-Identifier: MIT */
/*
 * link.c - from addresses to rows: who belongs to whom, who holds what somebody waits for, and who
 * waits for himself by way of others.
 */
#include "inspect/inside.h"

#include <stdio.h>
#include <string.h>

static const size_t nobody = TUTTI_INSPECT_NOBODY;

/* -- finding ----------------------------------------------------------------------------------- */

/* Rows by a number, in an open table: there may be a hundred thousand of them. */
struct finder {
	size_t *slots; /* row + 1; 0: free */
	size_t size;   /* a power of two */
	uint64_t (*of)(const struct beside *b);
};

static uint64_t context_of(const struct beside *b)
{
	return b->context;
}

static uint64_t future_of(const struct beside *b)
{
	return b->future;
}

static uint64_t joined_of(const struct beside *b)
{
	return b->joins ? b->key : 0;
}

static size_t home(const struct finder *f, uint64_t value, unsigned look)
{
	return (size_t)(((value + look) * 0x9e3779b97f4a7c15u) >> 20) & (f->size - 1);
}

static void fill(
	struct finder *f, struct tutti_inspection *in, uint64_t (*of)(const struct beside *))
{
	*f = (struct finder){ .size = 64, .of = of };
	while (f->size < 2 * in->n)
		f->size *= 2;
	f->slots = tu_arena_take(&in->arena, f->size * sizeof(*f->slots));
	for (size_t i = 0; f->slots && i < in->n; i++) {
		size_t at = home(f, of(&in->beside[i]), in->beside[i].look);

		if (!of(&in->beside[i]))
			continue;
		while (f->slots[at])
			at = (at + 1) & (f->size - 1);
		f->slots[at] = i + 1;
	}
}

/* The row of that copy with that number; NOBODY. */
static size_t find(
	const struct finder *f, const struct tutti_inspection *in, uint64_t value, unsigned look)
{
	if (!f->slots || !value)
		return nobody;
	for (size_t at = home(f, value, look); f->slots[at]; at = (at + 1) & (f->size - 1)) {
		const struct beside *b = &in->beside[f->slots[at] - 1];

		if (b->look == look && f->of(b) == value)
			return f->slots[at] - 1;
	}
	return nobody;
}

/* -- who belongs to whom ----------------------------------------------------------------------- */

/* Of a group: who joins it, or else on whose stack it lies. */
static size_t owner_of(const struct tutti_inspection *in, const struct finder *joined,
	uint64_t group, unsigned look)
{
	size_t joins = find(joined, in, group, look);

	if (joins != nobody)
		return joins;
	for (size_t i = 0; i < in->n; i++)
		if (in->beside[i].look == look && in->beside[i].low < group &&
			group < in->beside[i].high)
			return i;
	return nobody;
}

/* A child of a child is not its own parent, whatever was read. */
static bool is_above(const struct tutti_inspection *in, size_t row, size_t of)
{
	for (size_t n = 0; of != nobody && n <= in->n; n++) {
		if (of == row)
			return true;
		of = in->rows[of].parent;
	}
	return false;
}

static void link_groups(struct tutti_inspection *in, const struct finder *joined)
{
	uint64_t group = 0;
	size_t owner = nobody;
	unsigned look = 0;

	for (size_t i = 0; i < in->n; i++) {
		const struct beside *b = &in->beside[i];

		if (!b->group)
			continue;
		if (b->group != group || b->look != look) { /* as a rule many of one in a row */
			group = b->group;
			look = b->look;
			owner = owner_of(in, joined, group, look);
		}
		if (owner != nobody && owner != i && !is_above(in, i, owner))
			in->rows[i].parent = owner;
	}
}

static void make_tree(struct tutti_inspection *in)
{
	for (size_t i = 0; i < in->n; i++)
		in->beside[i].child = in->beside[i].next = nobody;
	for (size_t i = in->n; i-- > 0;) {
		size_t parent = in->rows[i].parent;

		if (parent == nobody)
			continue;
		in->beside[i].next = in->beside[parent].child;
		in->beside[parent].child = i;
		in->beside[parent].children++;
	}
}

/* -- who waits for whom ------------------------------------------------------------------------ */

/*
 * A lock that is handed on has its next holder written into it a moment before that one is woken:
 * who waits for himself has done so for longer.
 */
static const tutti_time handed_on_within = TUTTI_SECONDS(1);

static void link_holders(
	struct tutti_inspection *in, const struct finder *contexts, const struct finder *futures)
{
	for (size_t i = 0; i < in->n; i++) {
		struct beside *b = &in->beside[i];
		tutti_inspect_row *row = &in->rows[i];

		if (b->holder && b->holder == b->context && row->waited < handed_on_within)
			b->holder = 0;
		if (b->holder)
			row->held_by = find(contexts, in, b->holder, b->look);
		else if (b->key && strcmp(row->noun, "future") == 0)
			row->held_by = find(futures, in, b->key, b->look);
	}
}

enum { NEW, ENTERED, LEFT };

/* A search along those who wait, depth first. */
struct walk {
	struct tutti_inspection *in;
	unsigned char *state;
	size_t *path, *tried; /* and of each on it whom it has come to last */
	size_t n;
};

static bool waits_for_ever(const tutti_inspect_row *row)
{
	return row->state == TUTTI_INSPECT_WAITING && row->left < 0;
}

/* Whom row waits for, after the one that was tried; of a group that is joined, all its members. */
static size_t next_awaited(const struct walk *w, size_t row, size_t tried)
{
	const struct beside *b = &w->in->beside[row];
	size_t i;

	if (!waits_for_ever(&w->in->rows[row]))
		return nobody;
	if (!b->joins)
		return tried == nobody ? w->in->rows[row].held_by : nobody;
	i = tried == nobody ? b->child : w->in->beside[tried].next;
	while (i != nobody && w->in->beside[i].group != b->key)
		i = w->in->beside[i].next;
	return i;
}

static void tell_circle(const struct walk *w, size_t from)
{
	char text[900] = "deadlock: ";
	size_t used = strlen(text);

	for (size_t i = from; i < w->n && used < sizeof(text); i++) {
		const tutti_inspect_row *row = &w->in->rows[w->path[i]];
		const tutti_inspect_row *next = &w->in->rows[w->path[i + 1 < w->n ? i + 1 : from]];
		bool held = w->in->beside[w->path[i]].holder != 0;

		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"%s'%s' waits for %s%s'%s'", i > from ? "; " : "", row->name,
			held ? tu_words_of_object(w->in, row) : "", held ? ", held by " : "",
			next == row ? "itself" : next->name);
	}
	tu_seen_note(w->in, text);
}

static void enter(struct walk *w, size_t row)
{
	w->state[row] = ENTERED;
	w->path[w->n] = row;
	w->tried[w->n++] = nobody;
}

static void follow(struct walk *w, size_t row)
{
	w->n = 0;
	enter(w, row);
	while (w->n > 0) {
		size_t at = w->path[w->n - 1], from = w->n;
		size_t next = next_awaited(w, at, w->tried[w->n - 1]);

		w->tried[w->n - 1] = next;
		if (next == nobody) {
			w->state[at] = LEFT;
			w->n--;
		} else if (w->state[next] == NEW) {
			enter(w, next);
		} else if (w->state[next] == ENTERED) {
			while (w->path[--from] != next)
				;
			tell_circle(w, from);
		}
	}
}

static void find_circles(struct tutti_inspection *in)
{
	struct walk w = { .in = in, .state = tu_arena_take(&in->arena, in->n + 1) };

	w.path = tu_arena_take(&in->arena, (in->n + 1) * sizeof(*w.path));
	w.tried = tu_arena_take(&in->arena, (in->n + 1) * sizeof(*w.tried));
	for (size_t i = 0; w.state && w.path && w.tried && i < in->n; i++)
		if (w.state[i] == NEW)
			follow(&w, i);
}

void tu_link_all(struct tutti_inspection *in)
{
	struct finder contexts, futures, joined;

	for (size_t i = 0; i < in->n; i++)
		in->beside[i].joins = strcmp(in->rows[i].verb, "join a group") == 0;
	fill(&contexts, in, context_of);
	fill(&futures, in, future_of);
	fill(&joined, in, joined_of);
	link_holders(in, &contexts, &futures);
	link_groups(in, &joined);
	make_tree(in);
	for (size_t i = 0; i < in->n; i++)
		tu_words_of_wait(in, i);
	find_circles(in);
}
