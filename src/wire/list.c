/* SPDX-License-Identifier: MIT */
/*
 * list.c - a list that changes: a row of values in a block with room before and behind, and a lock.
 * What is given back is so outside it.
 */
#include "wire/shot.h"

#include "core/alloc.h"

#include <errno.h>
#include <tutti/list.h>

struct tutti_list {
	tutti_lock lock;
	struct tu_row row; /* inside the block */
	tutti_value **block;
	size_t room;
};

enum { FIRST_ROOM = 8 };

int tutti_list_create(tutti_list **l)
{
	*l = tu_alloc_zero(sizeof(**l));
	return *l ? 0 : -ENOMEM;
}

/* The place that a user means; negative or beyond the size: none. */
static int64_t place(const tutti_list *l, int64_t index)
{
	return index < 0 ? index + (int64_t)l->row.size : index;
}

/* The cell there; NULL: there is none. */
static tutti_value **cell(tutti_list *l, int64_t index)
{
	int64_t at = place(l, index);

	return at >= 0 && at < (int64_t)l->row.size ? &l->row.cells[at] : NULL;
}

/*
 * Let there be room for one more at both ends. Nearly empty at one end: all moves to the middle;
 * nearly full: to a block twice as large. Either way it takes as many more to come here again as
 * were moved, in proportion.
 */
static int make_room(tutti_list *l)
{
	size_t n = l->row.size, room = n < l->room / 2 ? l->room : 2 * l->room + FIRST_ROOM;
	tutti_value **block = room == l->room ? l->block : tu_alloc(room * sizeof(*block));
	tutti_value **to;

	if (!block)
		return -ENOMEM;
	to = block + (room - n) / 2;
	if (n > 0)
		memmove(to, l->row.cells, n * sizeof(*to));
	if (block != l->block)
		tu_free(l->block);
	l->block = block;
	l->room = room;
	l->row.cells = to;
	return 0;
}

/* Before the cell at this place; the shorter side makes way. */
static void open_gap(tutti_list *l, size_t at)
{
	struct tu_row *row = &l->row;

	if (at < row->size / 2) {
		row->cells--;
		memmove(row->cells, row->cells + 1, at * sizeof(*row->cells));
	} else {
		memmove(row->cells + at + 1, row->cells + at,
			(row->size - at) * sizeof(*row->cells));
	}
	row->size++;
}

static void close_gap(tutti_list *l, size_t at)
{
	struct tu_row *row = &l->row;

	row->size--;
	if (at < row->size / 2) {
		memmove(row->cells + 1, row->cells, at * sizeof(*row->cells));
		row->cells++;
	} else {
		memmove(row->cells + at, row->cells + at + 1,
			(row->size - at) * sizeof(*row->cells));
	}
}

/* Under the lock. */
static int insert(tutti_list *l, int64_t at, tutti_value *v)
{
	bool has_room = l->row.cells > l->block && l->row.cells + l->row.size < l->block + l->room;
	int rc = has_room ? 0 : make_room(l);

	if (rc < 0)
		return rc;
	at = at < 0 ? 0 : at;
	at = at > (int64_t)l->row.size ? (int64_t)l->row.size : at;
	open_gap(l, (size_t)at);
	l->row.cells[at] = tu_value_keep(v);
	return 0;
}

int tutti_list_append(tutti_list *l, tutti_value *v)
{
	return tutti_list_insert(l, INT64_MAX, v);
}

int tutti_list_insert(tutti_list *l, int64_t index, tutti_value *v)
{
	int rc = tu_shot_fits(v);

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&l->lock);
	rc = insert(l, place(l, index), v);
	tutti_lock_release(&l->lock);
	return rc;
}

int tutti_list_get(tutti_list *l, int64_t index, tutti_value **out)
{
	tutti_value **c;

	tutti_lock_acquire(&l->lock);
	c = cell(l, index);
	if (c)
		*out = tu_value_keep(*c);
	tutti_lock_release(&l->lock);
	return c ? 0 : -ERANGE;
}

int tutti_list_set(tutti_list *l, int64_t index, tutti_value *v)
{
	int rc = tu_shot_fits(v);
	tutti_value *old = NULL, **c;

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&l->lock);
	c = cell(l, index);
	if (c) {
		old = *c;
		*c = tu_value_keep(v);
	}
	tutti_lock_release(&l->lock);
	tutti_value_unref(old);
	return c ? 0 : -ERANGE;
}

/* Under the lock: the value, whose reference is the caller's then. */
static tutti_value *take(tutti_list *l, tutti_value **c)
{
	tutti_value *v = c ? *c : NULL;

	if (c)
		close_gap(l, (size_t)(c - l->row.cells));
	return v;
}

int tutti_list_pop(tutti_list *l, int64_t index, tutti_value **out)
{
	tutti_value *was;

	tutti_lock_acquire(&l->lock);
	was = take(l, cell(l, index));
	tutti_lock_release(&l->lock);
	if (!was)
		return -ERANGE;
	if (out)
		*out = was;
	else
		tutti_value_unref(was);
	return 0;
}

/* Under the lock: where the first is that equals v; NULL: none does. */
static tutti_value **find(const tutti_list *l, const tutti_value *v)
{
	for (size_t i = 0; i < l->row.size; i++)
		if (tu_value_same_item(l->row.cells[i], v))
			return &l->row.cells[i];
	return NULL;
}

int tutti_list_remove(tutti_list *l, const tutti_value *v)
{
	tutti_value *was;

	if (!v)
		return -EINVAL;
	tutti_lock_acquire(&l->lock);
	was = take(l, find(l, v));
	tutti_lock_release(&l->lock);
	tutti_value_unref(was);
	return was ? 0 : -ENOENT;
}

ssize_t tutti_list_index(tutti_list *l, const tutti_value *v)
{
	ssize_t at;
	tutti_value **c;

	if (!v)
		return -EINVAL;
	tutti_lock_acquire(&l->lock);
	c = find(l, v);
	at = c ? c - l->row.cells : -ENOENT;
	tutti_lock_release(&l->lock);
	return at;
}

size_t tutti_list_size(tutti_list *l)
{
	size_t n;

	tutti_lock_acquire(&l->lock);
	n = l->row.size;
	tutti_lock_release(&l->lock);
	return n;
}

int tutti_list_snapshot(tutti_list *l, tutti_value **out)
{
	return tu_shot_row(out, &l->lock, &l->row);
}

static void drop(tutti_value **block, const struct tu_row *row)
{
	for (size_t i = 0; i < row->size; i++)
		tu_value_drop(row->cells[i]);
	tu_free(block);
}

void tutti_list_clear(tutti_list *l)
{
	struct tu_row row;
	tutti_value **block;

	tutti_lock_acquire(&l->lock);
	row = l->row;
	block = l->block;
	l->row = (struct tu_row){ 0 };
	l->block = NULL;
	l->room = 0;
	tutti_lock_release(&l->lock);
	drop(block, &row);
}

void tutti_list_free(tutti_list *l)
{
	if (l)
		drop(l->block, &l->row);
	tu_free(l);
}
