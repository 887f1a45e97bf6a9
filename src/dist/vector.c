/* SPDX-License-Identifier: MIT */
/* vector.c - see vector.h. */
#include "dist/vector.h"

#include "dist/bound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { FIRST_ROOM = 8 };

static int reserve(struct tu_vector *v, size_t n)
{
	size_t room = v->room + v->room / 2 + FIRST_ROOM;
	tutti_value **cells;

	if (n <= v->room)
		return 0;
	room = room < n ? n : room;
	if (room > SIZE_MAX / sizeof(*cells))
		return -ENOMEM;
	cells = calloc(room, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	if (v->n > 0)
		memcpy(cells, v->cells, v->n * sizeof(*cells));
	free(v->cells);
	v->cells = cells;
	v->room = room;
	return 0;
}

int tu_vector_splice(
	struct tu_vector *v, size_t at, size_t n_out, tutti_value *const *items, size_t n_in)
{
	size_t behind = v->n - at - n_out;
	int rc = reserve(v, v->n - n_out + n_in);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n_out; i++)
		tutti_value_unref(v->cells[at + i]);
	if (behind > 0 && n_in != n_out)
		memmove(&v->cells[at + n_in], &v->cells[at + n_out], behind * sizeof(*v->cells));
	for (size_t i = 0; i < n_in; i++)
		v->cells[at + i] = tutti_value_ref(items[i]);
	v->n = at + n_in + behind;
	return 0;
}

/* The items of a list or tuple in the place of n_out others; items may be what has just them. */
static int splice_items(
	struct tu_call *c, struct tu_vector *v, size_t at, size_t n_out, const tutti_value *items)
{
	size_t n = tutti_value_size(items);
	int rc = tu_bound_items(c, v->n - n_out + n);
	tutti_value **cells;

	if (rc < 0)
		return rc;
	cells = calloc(n + 1, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		cells[i] = (tutti_value *)tutti_value_at(items, i);
	rc = tu_vector_splice(v, at, n_out, cells, n);
	free(cells);
	return rc;
}

int tu_vector_insert(struct tu_call *c, struct tu_vector *v, size_t at, const tutti_value *item)
{
	int rc = tu_bound_items(c, v->n + 1);

	return rc < 0 ? rc : tu_vector_splice(v, at, 0, (tutti_value *const *)&item, 1);
}

int tu_vector_extend(struct tu_call *c, struct tu_vector *v, const tutti_value *items)
{
	return splice_items(c, v, v->n, 0, items);
}

/* Where the i-th of a slice is. */
static size_t place(const struct tu_subscript *s, size_t i)
{
	return (size_t)(s->start + (int64_t)i * s->step);
}

void tu_vector_slice(const struct tu_vector *v, const struct tu_subscript *s, tutti_value **to)
{
	for (size_t i = 0; i < s->n; i++)
		to[i] = v->cells[place(s, i)];
}

int tu_vector_slice_list(
	const struct tu_vector *v, const struct tu_subscript *s, tutti_value **list)
{
	tutti_value **items = calloc(s->n + 1, sizeof(*items));
	int rc;

	if (!items)
		return -ENOMEM;
	tu_vector_slice(v, s, items);
	rc = tutti_value_list(list, items, s->n);
	free(items);
	return rc;
}

int tu_vector_assign(struct tu_call *c, struct tu_vector *v, const struct tu_subscript *s,
	const tutti_value *items, const char *what)
{
	size_t n = tutti_value_size(items);

	if (s->step == 1)
		return splice_items(c, v, (size_t)s->start, s->n, items);
	if (n != s->n)
		return tu_call_fail(c, -EINVAL,
			"attempt to assign %s of size %zu to extended slice of size %zu", what, n,
			s->n);
	for (size_t i = 0; i < n; i++) {
		tutti_value **cell = &v->cells[place(s, i)];

		tutti_value_unref(*cell);
		*cell = tutti_value_ref((tutti_value *)tutti_value_at(items, i));
	}
	return 0;
}

void tu_vector_remove(struct tu_vector *v, const struct tu_subscript *s)
{
	size_t to = 0;

	for (size_t i = 0; i < s->n; i++) {
		tutti_value **cell = &v->cells[place(s, i)];

		tutti_value_unref(*cell);
		*cell = NULL;
	}
	for (size_t i = 0; s->n > 0 && i < v->n; i++)
		if (v->cells[i])
			v->cells[to++] = v->cells[i];
	if (s->n > 0)
		v->n = to;
}

void tu_vector_free(struct tu_vector *v)
{
	for (size_t i = 0; i < v->n; i++)
		tutti_value_unref(v->cells[i]);
	free(v->cells);
	*v = (struct tu_vector){ 0 };
}
