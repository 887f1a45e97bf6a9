/* SPDX-License-Identifier: MIT */
/* subscript.c - see subscript.h. */
#include "dist/subscript.h"

#include "dist/meaning.h"
#include "dist/order.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

int64_t tu_subscript_place(int64_t index, size_t size)
{
	if (index < 0)
		index += (int64_t)size;
	return index >= 0 && index < (int64_t)size ? index : -1;
}

int tu_int_given(struct tu_call *c, const tutti_value *v, bool clamp, int64_t *n)
{
	char name[TU_TYPE_ROOM];
	int rc = tutti_value_as_int(v, n);

	if (rc == 0)
		return 0;
	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "'%s' object cannot be interpreted as an integer",
			tu_type_of(v, name));
	if (!clamp)
		return tu_call_raise(c, "builtins", "OverflowError",
			"Python int too large to convert to C ssize_t");
	*n = tu_int_is_negative(v) ? INT64_MIN : INT64_MAX;
	return 0;
}

int tu_call_places(struct tu_call *c, size_t n_min, size_t n_max, const tutti_value **out)
{
	size_t n = tutti_value_size(c->args);

	if (tutti_value_size(c->kwargs) > 0)
		return tu_call_fail(
			c, TUTTI_ETYPE, "%s() takes no keyword arguments", c->method->name);
	if (n < n_min || n > n_max)
		return tu_call_fail(c, TUTTI_ETYPE, "%s expected %s%zu argument%s, got %zu",
			c->method->name,
			n_min == n_max ? ""
			: n < n_min    ? "at least "
				       : "at most ",
			n < n_min ? n_min : n_max, (n < n_min ? n_min : n_max) == 1 ? "" : "s", n);
	for (size_t i = 0; i < n_max; i++)
		out[i] = tutti_value_at(c->args, i);
	return 0;
}

/* -- slices ----------------------------------------------------------------------------------- */

/* One of the three of a slice; None: otherwise. */
static int read_bound(struct tu_call *c, const tutti_value *v, int64_t otherwise, int64_t *n)
{
	int64_t dummy;

	if (!v || tutti_value_kind(v) == TUTTI_VALUE_NONE) {
		*n = otherwise;
		return 0;
	}
	if (tutti_value_as_int(v, &dummy) == TUTTI_ETYPE)
		return tu_call_fail(c, TUTTI_ETYPE,
			"slice indices must be integers or None or have an __index__ method");
	return tu_int_given(c, v, true, n);
}

/* To between least and most. */
static int64_t bound(int64_t n, int64_t size, int64_t least, int64_t most)
{
	if (n < 0)
		n += size;
	return n < least ? least : n > most ? most : n;
}

/* The same as PySlice_AdjustIndices. */
static int read_slice(
	struct tu_call *c, const tutti_value *args, int64_t size, struct tu_subscript *p)
{
	bool back;
	int64_t stop = 0;
	int rc = read_bound(c, tutti_value_at(args, 2), 1, &p->step);

	if (rc < 0)
		return rc;
	if (p->step == 0)
		return tu_call_fail(c, -EINVAL, "slice step cannot be zero");
	if (p->step < -INT64_MAX)
		p->step = -INT64_MAX;
	back = p->step < 0;
	rc = read_bound(c, tutti_value_at(args, 0), back ? INT64_MAX : 0, &p->start);
	if (rc == 0)
		rc = read_bound(c, tutti_value_at(args, 1), back ? INT64_MIN : INT64_MAX, &stop);
	if (rc < 0)
		return rc;
	p->start = bound(p->start, size, back ? -1 : 0, back ? size - 1 : size);
	stop = bound(stop, size, back ? -1 : 0, back ? size - 1 : size);
	p->is_slice = true;
	p->n = 0;
	if (back && stop < p->start)
		p->n = (size_t)((p->start - stop - 1) / -p->step + 1);
	if (!back && p->start < stop)
		p->n = (size_t)((stop - p->start - 1) / p->step + 1);
	return 0;
}

int tu_subscript_read(struct tu_call *c, const tutti_value *v, size_t size, const char *type_text,
	struct tu_subscript *p)
{
	tutti_value *parts;
	char name[TU_TYPE_ROOM];
	bool says_type = type_text[strlen(type_text) - 1] == ' ';
	int rc = tutti_value_as_int(v, &p->index);

	p->is_slice = false;
	if (rc == -ERANGE)
		return tu_call_fail(c, rc, "cannot fit 'int' into an index-sized integer");
	if (rc == 0)
		return 0;
	parts = tu_object_of(v, "builtins", "slice");
	if (!parts)
		return tu_call_fail(c, rc, "%s%s", type_text, says_type ? tu_type_of(v, name) : "");
	rc = read_slice(c, tutti_value_at(parts, 2), (int64_t)size, p);
	tutti_value_unref(parts);
	return rc;
}
