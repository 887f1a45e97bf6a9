/* SPDX-License-Identifier: MIT */
/*
 * kind_list.c - the kind list. Items are kept as they came; an item equals another if what they say
 * is equal, and an object of a class what has the same bytes.
 */
#include "dist/bound.h"
#include "dist/kinds.h"
#include "dist/meaning.h"
#include "dist/order.h"
#include "dist/vector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

static const char not_a_place[] = "list indices must be integers or slices, not ";

struct list {
	struct tu_object object;
	struct tu_vector items; /* under object.lock */
};

/* -- life ------------------------------------------------------------------------------------- */

static int make(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *from = NULL;
	tutti_value *items = NULL;
	struct list *l = NULL;
	int rc = tu_call_places(c, 0, 1, &from);

	if (rc == 0 && from)
		rc = tu_items_given(c, from, &items);
	if (rc == 0) {
		l = calloc(1, sizeof(*l));
		rc = l ? 0 : -ENOMEM;
	}
	if (rc == 0 && items)
		rc = tu_vector_extend(c, &l->items, items);
	tutti_value_unref(items);
	if (rc < 0) {
		free(l);
		return rc;
	}
	tu_object_init(&l->object, &tu_kind_list);
	*o = &l->object;
	return 0;
}

static void free_list(struct tu_object *o)
{
	tu_vector_free(&((struct list *)o)->items);
	free(o);
}

static struct tu_vector *items_of(struct tu_object *o)
{
	return &((struct list *)o)->items;
}

static int get_value(struct tu_object *o, tutti_value **v)
{
	const struct tu_vector *items = items_of(o);

	return tutti_value_list(v, items->cells, items->n);
}

static int repr(struct tu_object *o, tutti_value **text)
{
	tutti_value *read;
	int rc = tu_read_items(&read, items_of(o)->cells, items_of(o)->n);

	if (rc < 0)
		return rc;
	rc = tu_repr_text(text, read);
	tutti_value_unref(read);
	return rc;
}

/* -- by place --------------------------------------------------------------------------------- */

static int out_of_range(struct tu_call *c, const char *text)
{
	return tu_call_fail(c, -ERANGE, "%s", text);
}

static int get_item(struct tu_object *o, struct tu_call *c)
{
	const struct tu_vector *items = items_of(o);
	struct tu_subscript s = { 0 };
	const tutti_value *where = NULL;
	int64_t at = 0;
	int rc = tu_call_places(c, 1, 1, &where);

	if (rc == 0)
		rc = tu_subscript_read(c, where, items->n, not_a_place, &s);
	if (rc < 0)
		return rc;
	if (s.is_slice)
		return tu_vector_slice_list(items, &s, &c->result);
	at = tu_subscript_place(s.index, items->n);
	if (at < 0)
		return out_of_range(c, "list index out of range");
	c->result = tutti_value_ref(items->cells[at]);
	return 0;
}

static int set_slice(struct tu_vector *items, struct tu_call *c, const struct tu_subscript *s,
	const tutti_value *from)
{
	tutti_value *list = NULL;
	int rc = tu_items_bounded(c, from, &list);

	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "%s",
			s->step == 1 ? "can only assign an iterable"
				     : "must assign iterable to extended slice");
	if (rc < 0)
		return rc;
	rc = tu_vector_assign(c, items, s, list, "sequence");
	tutti_value_unref(list);
	return rc;
}

static int set_item(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *given[2] = { 0 };
	struct tu_subscript s = { 0 };
	int64_t at = 0;
	int rc = tu_call_places(c, 2, 2, given);

	if (rc == 0)
		rc = tu_subscript_read(c, given[0], items->n, not_a_place, &s);
	if (rc < 0)
		return rc;
	if (s.is_slice)
		return set_slice(items, c, &s, given[1]);
	at = tu_subscript_place(s.index, items->n);
	if (at < 0)
		return out_of_range(c, "list assignment index out of range");
	tutti_value_unref(items->cells[at]);
	items->cells[at] = tutti_value_ref((tutti_value *)given[1]);
	return 0;
}

static int delete_item(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *where = NULL;
	struct tu_subscript s = { 0 };
	int64_t at = 0;
	int rc = tu_call_places(c, 1, 1, &where);

	if (rc == 0)
		rc = tu_subscript_read(c, where, items->n, not_a_place, &s);
	if (rc < 0)
		return rc;
	if (s.is_slice) {
		tu_vector_remove(items, &s);
		return 0;
	}
	at = tu_subscript_place(s.index, items->n);
	if (at < 0)
		return out_of_range(c, "list assignment index out of range");
	return tu_vector_splice(items, (size_t)at, 1, NULL, 0);
}

static int pop(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *where = NULL;
	int64_t at = -1;
	int rc = tu_call_places(c, 0, 1, &where);

	if (rc == 0 && where)
		rc = tu_int_given(c, where, false, &at);
	if (rc < 0)
		return rc;
	if (items->n == 0)
		return out_of_range(c, "pop from empty list");
	at = tu_subscript_place(at, items->n);
	if (at < 0)
		return out_of_range(c, "pop index out of range");
	c->result = tutti_value_ref(items->cells[at]);
	c->mark = (uint64_t)at;
	return tu_vector_splice(items, (size_t)at, 1, NULL, 0);
}

/* To within 0 and n, as insert and index do. */
static int64_t within(int64_t at, size_t n)
{
	at = at < 0 ? at + (int64_t)n : at;
	return at < 0 ? 0 : at > (int64_t)n ? (int64_t)n : at;
}

static int insert(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *given[2] = { 0 };
	int64_t at = 0;
	int rc = tu_call_places(c, 2, 2, given);

	if (rc == 0)
		rc = tu_int_given(c, given[0], false, &at);
	if (rc < 0)
		return rc;
	return tu_vector_insert(c, items, (size_t)within(at, items->n), given[1]);
}

/* An item whose taker never got it is where it was, as far as that can be said. */
static void undo(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	size_t at = c->mark < items->n ? (size_t)c->mark : items->n;

	if (c->method->call == pop)
		(void)tu_vector_splice(
			items, at, 0, &c->result, 1); /* its room was never given up */
}

/* -- by value --------------------------------------------------------------------------------- */

/* Where what means the same is, from first to before last, or -1; -ENOMEM is told as such. */
static int64_t find(
	const struct tu_vector *items, const tutti_value *meaning, int64_t first, int64_t last)
{
	for (int64_t i = first; i < last; i++) {
		int same = tu_means(meaning, items->cells[i]);

		if (same != 0)
			return same < 0 ? same : i;
	}
	return -1;
}

_Static_assert(-ENOMEM != -1, "find tells them apart");

/* The same of an argument. */
static int find_given(const struct tu_vector *items, const tutti_value *v, int64_t first,
	int64_t last, int64_t *at)
{
	tutti_value *meaning = tu_meaning(v);

	if (!meaning)
		return -ENOMEM;
	*at = find(items, meaning, first, last);
	tutti_value_unref(meaning);
	return *at == -ENOMEM ? -ENOMEM : 0;
}

static int contains(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *v = NULL;
	int64_t at = 0;
	int rc = tu_call_places(c, 1, 1, &v);

	if (rc == 0)
		rc = find_given(items_of(o), v, 0, (int64_t)items_of(o)->n, &at);
	if (rc == 0)
		c->result = tutti_value_bool(at >= 0);
	return rc;
}

static int count(struct tu_object *o, struct tu_call *c)
{
	const struct tu_vector *items = items_of(o);
	const tutti_value *v = NULL;
	tutti_value *meaning;
	int64_t n = 0;
	int rc = tu_call_places(c, 1, 1, &v);

	if (rc < 0)
		return rc;
	meaning = tu_meaning(v);
	rc = meaning ? 0 : -ENOMEM;
	for (size_t i = 0; rc >= 0 && i < items->n; i++) {
		rc = tu_means(meaning, items->cells[i]);
		n += rc == 1;
	}
	tutti_value_unref(meaning);
	if (rc < 0)
		return rc;
	c->result = tutti_value_int(n);
	return 0;
}

static int say_missing(struct tu_call *c, const tutti_value *v)
{
	tutti_value *text;
	tutti_bytes b;
	int rc = tu_repr_text(&text, v);

	if (rc < 0)
		return tu_call_fail(c, -EINVAL, "the item is not in list");
	if (tutti_value_as_bytes(text, &b) == 0)
		tu_call_fail(c, -EINVAL, "%.100s is not in list", (const char *)b.data);
	tutti_value_unref(text);
	return -EINVAL;
}

/* A bound of index, or what it is otherwise. */
static int read_bound(struct tu_call *c, const tutti_value *v, int64_t *n)
{
	if (v && tu_int_given(c, v, true, n) < 0)
		return tu_call_fail(c, TUTTI_ETYPE,
			"slice indices must be integers or have an __index__ method");
	return 0;
}

static int find_index(struct tu_object *o, struct tu_call *c)
{
	const struct tu_vector *items = items_of(o);
	const tutti_value *given[3] = { 0 };
	int64_t first = 0, last = INT64_MAX, at = -1;
	int rc = tu_call_places(c, 1, 3, given);

	if (rc == 0)
		rc = read_bound(c, given[1], &first);
	if (rc == 0)
		rc = read_bound(c, given[2], &last);
	if (rc == 0)
		rc = find_given(
			items, given[0], within(first, items->n), within(last, items->n), &at);
	if (rc < 0)
		return rc;
	if (at < 0)
		return say_missing(c, given[0]);
	c->result = tutti_value_int(at);
	return 0;
}

static int take_out(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *v = NULL;
	int64_t at = 0;
	int rc = tu_call_places(c, 1, 1, &v);

	if (rc == 0)
		rc = find_given(items, v, 0, (int64_t)items->n, &at);
	if (rc < 0)
		return rc;
	if (at < 0)
		return tu_call_fail(c, -EINVAL, "list.remove(x): x not in list");
	return tu_vector_splice(items, (size_t)at, 1, NULL, 0);
}

/* -- all of it -------------------------------------------------------------------------------- */

static int append(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *v = NULL;
	int rc = tu_call_places(c, 1, 1, &v);

	if (rc < 0)
		return rc;
	return tu_vector_insert(c, items, items->n, v);
}

static int extend(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *from = NULL;
	tutti_value *list = NULL;
	int rc = tu_call_places(c, 1, 1, &from);

	if (rc == 0)
		rc = tu_items_given(c, from, &list);
	if (rc < 0)
		return rc;
	rc = tu_vector_extend(c, items_of(o), list);
	tutti_value_unref(list);
	return rc;
}

static int add(struct tu_object *o, struct tu_call *c)
{
	const struct tu_vector *items = items_of(o);
	struct tu_vector sum = { 0 };
	const tutti_value *other = NULL;
	tutti_value *list = NULL;
	char name[TU_TYPE_ROOM];
	int rc = tu_call_places(c, 1, 1, &other);

	if (rc < 0)
		return rc;
	rc = tu_items_bounded(c, other, &list);
	if (rc == TUTTI_ETYPE || (rc == 0 && strcmp(tu_type_of(other, name), "list") != 0))
		rc = tu_call_fail(c, TUTTI_ETYPE, "can only concatenate list (not \"%s\") to list",
			tu_type_of(other, name));
	if (rc == 0)
		rc = tu_vector_splice(&sum, 0, 0, items->cells, items->n);
	if (rc == 0)
		rc = tu_vector_extend(c, &sum, list);
	if (rc == 0)
		rc = tutti_value_list(&c->result, sum.cells, sum.n);
	tu_vector_free(&sum);
	tutti_value_unref(list);
	return rc;
}

static int bound_times(struct tu_call *c, const struct tu_vector *items, int64_t times)
{
	uint64_t weight = 0;

	for (size_t i = 0; i < items->n; i++)
		weight += tu_weigh(items->cells[i]);
	return tu_bound_times(c, items->n, weight, (uint64_t)times);
}

/* So many times what is in items, at the end of sum. */
static int repeat(struct tu_call *c, struct tu_vector *sum, const struct tu_vector *items)
{
	const tutti_value *given;
	int64_t n = 0;
	int rc = tu_call_places(c, 1, 1, &given);

	if (rc == 0)
		rc = tu_int_given(c, given, false, &n);
	if (rc == 0 && n > 1)
		rc = bound_times(c, items, n);
	for (int64_t i = 0; rc == 0 && items->n > 0 && i < n; i++)
		rc = tu_vector_splice(sum, sum->n, 0, items->cells, items->n);
	return rc;
}

static int multiply(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector sum = { 0 };
	int rc = repeat(c, &sum, items_of(o));

	if (rc == 0)
		rc = tutti_value_list(&c->result, sum.cells, sum.n);
	tu_vector_free(&sum);
	return rc;
}

static int multiply_itself(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector sum = { 0 };
	int rc = repeat(c, &sum, items_of(o));

	if (rc < 0) {
		tu_vector_free(&sum);
		return rc;
	}
	tu_vector_free(items_of(o));
	*items_of(o) = sum;
	return get_value(o, &c->result);
}

static int clear(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		tu_vector_free(items_of(o));
	return rc;
}

static int copy(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	return rc < 0 ? rc : get_value(o, &c->result);
}

static int length(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		c->result = tutti_value_uint(items_of(o)->n);
	return rc;
}

static int reverse(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	int rc = tu_call_places(c, 0, 0, NULL);

	for (size_t i = 0; rc == 0 && i < items->n / 2; i++) {
		tutti_value *v = items->cells[i];

		items->cells[i] = items->cells[items->n - 1 - i];
		items->cells[items->n - 1 - i] = v;
	}
	return rc;
}

static int reversed(struct tu_object *o, struct tu_call *c)
{
	tutti_value *list = NULL;
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		rc = get_value(o, &list);
	if (rc == 0)
		rc = tu_reversed(&c->result, list);
	tutti_value_unref(list);
	return rc;
}

static int sort(struct tu_object *o, struct tu_call *c)
{
	struct tu_vector *items = items_of(o);
	const tutti_value *given[2] = { 0 };
	int64_t down = 0;
	int rc;

	if (tutti_value_size(c->args) > 0)
		return tu_call_fail(c, TUTTI_ETYPE, "sort() takes no positional arguments");
	rc = tu_call_bind(c, "key reverse", 0, given);
	if (rc == 0 && given[1])
		rc = tu_int_given(c, given[1], true, &down);
	if (rc < 0)
		return rc;
	if (given[0] && tutti_value_kind(given[0]) != TUTTI_VALUE_NONE)
		return tu_call_fail(c, TUTTI_ETYPE, "this manager cannot call a key function");
	return tu_sort(c, items->cells, items->n, down != 0);
}

static const struct tu_method methods[] = {
	{ "__add__", add },
	{ "__contains__", contains },
	{ "__delitem__", delete_item },
	{ "__getitem__", get_item },
	{ "__imul__", multiply_itself },
	{ "__len__", length },
	{ "__mul__", multiply },
	{ "__reversed__", reversed },
	{ "__rmul__", multiply },
	{ "__setitem__", set_item },
	{ "append", append },
	{ "clear", clear },
	{ "copy", copy },
	{ "count", count },
	{ "extend", extend },
	{ "index", find_index },
	{ "insert", insert },
	{ "pop", pop },
	{ "remove", take_out },
	{ "reverse", reverse },
	{ "sort", sort },
};

const struct tu_kind tu_kind_list = {
	.name = "list",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.make = make,
	.free = free_list,
	.undo = undo,
	.repr = repr,
	.value = get_value,
};
