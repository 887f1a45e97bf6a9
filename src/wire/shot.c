/* SPDX-License-Identifier: MIT */
/*
 * shot.c - the references are copied under the lock, into memory that was got before; if by then
 * there are more than it holds, once more with more. The value is made of them outside.
 */
#include "wire/shot.h"

#include "core/alloc.h"

#include <errno.h>

int tu_shot_fits(const tutti_value *v)
{
	if (!v)
		return -EINVAL;
	return tu_value_height(v) < TUTTI_VALUE_DEPTH_MAX ? 0 : -E2BIG;
}

/* A collection, as seen under its lock. */
struct scene {
	const struct tu_ordered *ordered; /* or */
	const struct tu_row *row;
	bool pairs; /* of ordered */
};

static size_t count(const struct scene *s)
{
	if (s->ordered)
		return s->pairs ? 2 * s->ordered->size : s->ordered->size;
	return s->row->size;
}

static void copy(const struct scene *s, tutti_value **cells)
{
	if (s->ordered)
		tu_ordered_copy(s->ordered, cells, s->pairs);
	else
		for (size_t i = 0; i < s->row->size; i++)
			cells[i] = tu_value_keep(s->row->cells[i]);
}

/* References to all there is; *n: how many. 0 or -ENOMEM. */
static int take(const struct scene *s, tutti_lock *lock, tutti_value ***cells, size_t *n)
{
	size_t room = 0;

	for (*cells = NULL;; room = *n) {
		if (room > 0) {
			tu_free(*cells);
			*cells = tu_alloc(room * sizeof(**cells));
			if (!*cells)
				return -ENOMEM;
		}
		tutti_lock_acquire(lock);
		*n = count(s);
		if (*n <= room)
			copy(s, *cells);
		tutti_lock_release(lock);
		if (*n <= room)
			return 0;
		*n += *n / 8; /* it grows, perhaps further before the next look */
	}
}

static int shoot(tutti_value **out, int kind, const struct scene *s, tutti_lock *lock)
{
	tutti_value **cells;
	size_t n;
	int rc = take(s, lock, &cells, &n);

	if (rc < 0)
		return rc;
	rc = tu_value_gather(out, kind, cells, s->pairs ? n / 2 : n);
	for (size_t i = 0; rc < 0 && i < n; i++)
		tu_value_drop(cells[i]);
	tu_free(cells);
	return rc;
}

int tu_shot_ordered(tutti_value **out, int kind, tutti_lock *lock, const struct tu_ordered *o)
{
	return shoot(out, kind, &(struct scene){ .ordered = o, .pairs = kind == TUTTI_VALUE_DICT },
		lock);
}

int tu_shot_row(tutti_value **out, tutti_lock *lock, const struct tu_row *row)
{
	return shoot(out, TUTTI_VALUE_LIST, &(struct scene){ .row = row }, lock);
}
