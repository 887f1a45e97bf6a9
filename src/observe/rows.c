/* SPDX-License-Identifier: MIT */
/* rows.c - see rows.h. */
#include "observe/rows.h"

#include "core/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKED = 24 }; /* lanes, above which those that follow each other share a row */

/* A lane and where it belongs: behind the thread that it runs on. */
struct entry {
	struct tu_lane *lane;
	int64_t thread_begin;
	size_t row, order;
};

/* -- order ------------------------------------------------------------------------------------ */

/* How much of a name is the same for all that are numbered. */
static size_t stem(const char *name)
{
	size_t n = strlen(name);

	while (n > 0 && (name[n - 1] == '\'' || (name[n - 1] >= '0' && name[n - 1] <= '9')))
		n--;
	return n;
}

static bool same_stem(const struct tu_lane *a, const struct tu_lane *b)
{
	size_t n = stem(a->name);

	return a->process == b->process && a->native == b->native && n == stem(b->name) &&
	       memcmp(a->name, b->name, n) == 0;
}

static int natural(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->lane->process != y->lane->process)
		return x->lane->process < y->lane->process ? -1 : 1;
	if (x->thread_begin != y->thread_begin)
		return x->thread_begin < y->thread_begin ? -1 : 1;
	if (x->lane->native != y->lane->native)
		return x->lane->native ? -1 : 1;
	if (x->lane->begin != y->lane->begin)
		return x->lane->begin < y->lane->begin ? -1 : 1;
	return x->lane->number < y->lane->number ? -1 : 1;
}

static int compare_stems(const struct tu_lane *x, const struct tu_lane *y)
{
	size_t n = stem(x->name), m = stem(y->name);
	int c = memcmp(x->name, y->name, n < m ? n : m);

	return c != 0 ? c : n < m ? -1 : n > m;
}

/* The tasks of a thread behind it, and by their names. */
static int grouped(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	bool tasks = !x->lane->native && !y->lane->native;
	int c = 0;

	if (tasks && x->lane->process == y->lane->process && x->thread_begin == y->thread_begin)
		c = compare_stems(x->lane, y->lane);
	return c != 0 ? c : natural(a, b);
}

static int by_row(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int by_stem(const void *a, const void *b)
{
	const struct tu_lane *x = ((const struct entry *)a)->lane;
	const struct tu_lane *y = ((const struct entry *)b)->lane;
	int c = compare_stems(x, y);

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	if (x->native != y->native)
		return x->native ? -1 : 1;
	if (c != 0)
		return c;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* A thread is found by its number in the kernel, which another may have had before. */
static void find_threads(const struct tu_story *s, struct entry *e)
{
	struct tu_table threads = { 0 };

	for (size_t i = 0; i < s->lanes_n; i++) {
		struct tu_lane *l = s->lanes[i];
		uint64_t key = (uint64_t)l->process << 32 | l->thread;

		if (l->native && key && !tu_table_at(&threads, key) &&
			tu_table_reserve(&threads, threads.used + 1))
			tu_table_put(&threads, key, l);
	}
	for (size_t i = 0; i < s->lanes_n; i++) {
		struct tu_lane *l = s->lanes[i];
		struct tu_lane *t = tu_table_find(&threads, (uint64_t)l->process << 32 | l->thread);

		e[i] = (struct entry){ l, l->native || !t ? l->begin : t->begin, i, i };
	}
	tu_table_free(&threads);
}

/* -- into rows -------------------------------------------------------------------------------- */

/* Threads of one kind of name, or the tasks of one thread that are. */
static bool same_group(const struct entry *a, const struct entry *b)
{
	return same_stem(a->lane, b->lane) &&
	       (a->lane->native || a->lane->thread == b->lane->thread);
}

static size_t group_end(const struct entry *e, size_t n, size_t begin)
{
	size_t end = begin + 1;

	while (end < n && same_group(&e[end - 1], &e[end]))
		end++;
	return end;
}

/* Each goes into the first row whose last has ended; if that takes more than most, all into one. */
static size_t pack_group(struct entry *e, size_t n, size_t row, size_t most, int64_t *ends)
{
	size_t rows = 0;

	for (size_t i = 0; i < n && rows <= most; i++) {
		size_t r = 0;

		while (r < rows && ends[r] > e[i].lane->begin)
			r++;
		if (r == rows && rows++ == most)
			break;
		ends[r] = e[i].lane->end;
		e[i].row = row + r;
	}
	if (rows <= most)
		return rows;
	for (size_t i = 0; i < n; i++)
		e[i].row = row;
	return 1;
}

/* Groups one below the other, each in no more rows than most. How many rows there are in all. */
static size_t pack(struct entry *e, size_t n, size_t most, int64_t *ends)
{
	size_t rows = 0;

	for (size_t begin = 0, end; begin < n; begin = end) {
		end = group_end(e, n, begin);
		rows += pack_group(e + begin, end - begin, rows, most, ends);
	}
	return rows;
}

/* Those of one stem in one row. */
static size_t fold(struct entry *e, size_t n)
{
	size_t rows = 0;

	qsort(e, n, sizeof(*e), by_stem);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !same_stem(e[i - 1].lane, e[i].lane))
			rows++;
		e[i].row = rows - 1;
		e[i].order = i;
	}
	return rows;
}

static void fill(struct tu_rows *r, const struct entry *e, size_t n, size_t most)
{
	for (size_t i = 0; i < n; i++) {
		struct tu_lane *l = e[i].lane;
		struct tu_row *row;

		r->row_of[l->number] = SIZE_MAX;
		if (e[i].row >= most) {
			r->left_out++;
			continue;
		}
		row = &r->rows[e[i].row];
		if (e[i].row == r->n) {
			*row = (struct tu_row){ .first = i, .process = l->process };
			r->n++;
		}
		row->folded = row->folded ||
			      (row->n > 0 && r->lanes[row->first + row->n - 1]->end > l->begin);
		r->lanes[row->first + row->n++] = l;
		r->row_of[l->number] = e[i].row;
	}
}

/* Into most rows, if that can be: the larger a group, the sooner it is but one of them. */
static void arrange(struct entry *e, size_t n, size_t most, int64_t *ends)
{
	size_t of_a_group = most * 2 / 5 + 1;

	qsort(e, n, sizeof(*e), grouped);
	for (size_t i = 0; i < n; i++)
		e[i].order = i;
	while (pack(e, n, of_a_group, ends) > most)
		if ((of_a_group /= 2) == 0) {
			fold(e, n);
			return;
		}
}

int tu_rows_make(struct tu_rows *r, const struct tu_story *s, size_t wanted)
{
	size_t n = s->lanes_n, most = wanted < n ? wanted : n;
	struct entry *e = tu_alloc((n + 1) * sizeof(*e));
	int64_t *ends = tu_alloc((most + 1) * sizeof(*ends));

	*r = (struct tu_rows){ .lanes = tu_alloc((n + 1) * sizeof(*r->lanes)),
		.rows = tu_alloc((most + 1) * sizeof(*r->rows)),
		.row_of = tu_alloc((n + 1) * sizeof(*r->row_of)) };
	if (!e || !ends || !r->lanes || !r->rows || !r->row_of) {
		tu_free(e);
		tu_free(ends);
		tu_rows_free(r);
		return -ENOMEM;
	}
	find_threads(s, e);
	qsort(e, n, sizeof(*e), natural);
	for (size_t i = 0; i < n; i++)
		e[i].row = e[i].order = i;
	if (n > (most < PACKED ? most : PACKED))
		arrange(e, n, most, ends);
	qsort(e, n, sizeof(*e), by_row);
	fill(r, e, n, most);
	tu_free(e);
	tu_free(ends);
	return 0;
}

void tu_rows_free(struct tu_rows *r)
{
	tu_free(r->lanes);
	tu_free(r->rows);
	tu_free(r->row_of);
	*r = (struct tu_rows){ 0 };
}

/* -- what is in one --------------------------------------------------------------------------- */

const char *tu_row_label(const struct tu_rows *r, const struct tu_row *row, char *buf, size_t n)
{
	const char *name = r->lanes[row->first]->name;
	bool same = true;

	for (size_t i = 1; i < row->n; i++)
		same = same && strcmp(name, r->lanes[row->first + i]->name) == 0;
	if (row->n == 1)
		snprintf(buf, n, "%s", name);
	else if (same)
		snprintf(buf, n, "%zu x %s", row->n, name);
	else
		snprintf(buf, n, "%zu x %.*s*'", row->n, (int)stem(name), name);
	return buf;
}

static int in_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* 0: no memory. */
size_t tu_row_at_once(const struct tu_rows *r, const struct tu_row *row)
{
	int64_t *ends = tu_alloc((row->n + 1) * sizeof(*ends));
	size_t over = 0, most = 0;

	if (!ends)
		return 0;
	for (size_t i = 0; i < row->n; i++)
		ends[i] = r->lanes[row->first + i]->end;
	qsort(ends, row->n, sizeof(*ends), in_time);
	for (size_t i = 0; i < row->n; i++) { /* by their beginnings */
		while (ends[over] < r->lanes[row->first + i]->begin)
			over++;
		most = i + 1 - over > most ? i + 1 - over : most;
	}
	tu_free(ends);
	return most;
}

static void share(struct tu_share *shares, size_t n, double place, double from, double to,
	enum tu_state state)
{
	size_t i = (size_t)(from / place), last = (size_t)(to / place);

	for (; i <= last && i < n; i++) {
		double begin = (double)i * place, end = begin + place;

		begin = from > begin ? from : begin;
		end = to < end ? to : end;
		if (end > begin)
			shares[i].state[state] += (end - begin) / place;
	}
}

void tu_row_shares(const struct tu_story *s, const struct tu_rows *r, const struct tu_row *row,
	struct tu_share *shares, size_t n)
{
	double place = (double)(s->end - s->begin + 1) / (double)n;

	for (size_t i = 0; i < row->n; i++) {
		const struct tu_lane *l = r->lanes[row->first + i];

		for (size_t k = l->first; k < l->first + l->n; k++)
			share(shares, n, place, (double)(s->stretches[k].begin - s->begin),
				(double)(s->stretches[k].end - s->begin), s->stretches[k].state);
	}
}
