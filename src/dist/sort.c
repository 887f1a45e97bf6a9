/* SPDX-License-Identifier: MIT */
/*
 * sort.c - list.sort: short pieces as CPython sorts them, so that the same is compared and the same
 * error told, and those merged by halves. Items are read once, before.
 */
#include "dist/meaning.h"
#include "dist/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT = 64 };

struct pair {
	tutti_value *meaning, *item;
};

struct sorting {
	struct tu_call *call;
	struct pair *pairs, *room; /* as much */
	int fault;                 /* of the first comparison that failed; then none counts */
};

static bool less(struct sorting *s, const struct pair *a, const struct pair *b)
{
	int rc = s->fault < 0 ? s->fault : tu_less(s->call, a->meaning, b->meaning);

	if (rc < 0)
		s->fault = rc;
	return rc == 1;
}

static void turn(struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct pair p = pairs[i];

		pairs[i] = pairs[n - 1 - i];
		pairs[n - 1 - i] = p;
	}
}

/* How many at the beginning are in order; those that go down are turned round. */
static size_t first_run(struct sorting *s, struct pair *at, size_t n)
{
	size_t run = 2;

	if (n < 2)
		return n;
	if (less(s, &at[1], &at[0])) {
		while (run < n && less(s, &at[run], &at[run - 1]))
			run++;
		turn(at, run);
		return run;
	}
	while (run < n && !less(s, &at[run], &at[run - 1]) && s->fault == 0)
		run++;
	return run;
}

static void insert_each(struct sorting *s, struct pair *at, size_t n)
{
	for (size_t i = first_run(s, at, n); i < n && s->fault == 0; i++) {
		struct pair p = at[i];
		size_t low = 0, high = i;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (less(s, &p, &at[middle]))
				high = middle;
			else
				low = middle + 1;
		}
		memmove(&at[low + 1], &at[low], (i - low) * sizeof(*at));
		at[low] = p;
	}
}

static void merge(struct sorting *s, struct pair *at, size_t n, size_t half)
{
	size_t left = 0, right = half, to = 0;

	memcpy(s->room, at, half * sizeof(*at));
	while (left < half && right < n)
		at[to++] = less(s, &at[right], &s->room[left]) ? at[right++] : s->room[left++];
	memcpy(&at[to], &s->room[left], (half - left) * sizeof(*at));
}

static void sort(struct sorting *s, struct pair *at, size_t n) /* NOLINT(misc-no-recursion) */
{
	size_t half = n / 2;

	if (n < SHORT) {
		insert_each(s, at, n);
		return;
	}
	sort(s, at, half);
	sort(s, at + half, n - half);
	if (s->fault == 0)
		merge(s, at, n, half);
}

static int read_all(struct sorting *s, tutti_value **items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->pairs[i] = (struct pair){ tu_meaning(items[i]), items[i] };
		if (!s->pairs[i].meaning)
			return -ENOMEM;
	}
	return 0;
}

static int sort_pairs(struct sorting *s, tutti_value **items, size_t n, bool reverse)
{
	int rc = read_all(s, items, n);

	if (rc < 0)
		return rc;
	if (reverse)
		turn(s->pairs, n);
	sort(s, s->pairs, n);
	if (s->fault < 0)
		return s->fault;
	if (reverse)
		turn(s->pairs, n);
	for (size_t i = 0; i < n; i++)
		items[i] = s->pairs[i].item;
	return 0;
}

int tu_sort(struct tu_call *c, tutti_value **items, size_t n, bool reverse)
{
	struct pair *pairs, *room;
	int rc = -ENOMEM;

	if (n == 0)
		return 0;
	pairs = calloc(n, sizeof(*pairs));
	room = calloc(n, sizeof(*room));
	if (pairs && room)
		rc = sort_pairs(&(struct sorting){ .call = c, .pairs = pairs, .room = room }, items,
			n, reverse);
	for (size_t i = 0; pairs && i < n; i++)
		tutti_value_unref(pairs[i].meaning);
	free(pairs);
	free(room);
	return rc;
}
