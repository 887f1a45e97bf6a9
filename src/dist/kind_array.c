/* SPDX-License-Identifier: MIT */
/* kind_array.c - the kind Array: an array.array, whose items are checked as they come. */
#include "dist/bound.h"
#include "dist/kinds.h"
#include "dist/meaning.h"
#include "dist/typed.h"
#include "dist/vector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

static const char not_a_place[] = "array indices must be integers";

struct array {
	struct tu_object object;
	char typecode;          /* fixed */
	struct tu_vector items; /* under object.lock; each as array.array gives it back */
};

/* -- life ------------------------------------------------------------------------------------- */

static int read_typecode(struct tu_call *c, const tutti_value *v, char *typecode)
{
	char name[TU_TYPE_ROOM];
	tutti_bytes b;

	if (tutti_value_kind(v) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(v, &b) < 0 ||
		b.size != 1)
		return tu_call_fail(c, TUTTI_ETYPE,
			"array() argument 1 must be a unicode character, not %s",
			tu_type_of(v, name));
	*typecode = *(const char *)b.data;
	if (!tu_typed_knows(*typecode))
		return tu_call_fail(
			c, -EINVAL, "bad typecode (must be b, B, h, H, i, I, l, L, q, Q, f or d)");
	return 0;
}

static int read_bytes(struct tu_call *c, char typecode, const tutti_value *v, tutti_value **list)
{
	tutti_bytes b;
	int rc = tutti_value_as_bytes(v, &b);

	if (rc == 0)
		rc = tu_typed_bytes(typecode, b, list);
	if (rc == -E2BIG)
		return tu_bound_items(c, UINT64_MAX);
	if (rc == -EINVAL)
		tu_call_fail(c, rc, "bytes length not a multiple of item size");
	return rc;
}

/* What array(typecode, from) would go through. */
static int read_initial(
	struct tu_call *c, char typecode, const tutti_value *from, tutti_value **list)
{
	tutti_value *meaning = tu_meaning(from);
	int rc;

	if (!meaning)
		return -ENOMEM;
	if (tutti_value_kind(meaning) == TUTTI_VALUE_TEXT)
		rc = tu_call_fail(c, TUTTI_ETYPE,
			"cannot use a str to initialize an array with typecode '%c'", typecode);
	else if (tutti_value_kind(meaning) == TUTTI_VALUE_BYTES)
		rc = read_bytes(c, typecode, meaning, list);
	else
		rc = tu_items_given(c, from, list);
	tutti_value_unref(meaning);
	return rc;
}

static int append_checked(struct tu_call *c, struct array *a, const tutti_value *list)
{
	int rc = tu_bound_items(c, tutti_value_size(list));

	for (size_t i = 0; rc == 0 && i < tutti_value_size(list); i++) {
		tutti_value *item;

		rc = tu_typed_item(c, a->typecode, tutti_value_at(list, i), &item);
		if (rc < 0)
			break;
		rc = tu_vector_splice(&a->items, a->items.n, 0, &item, 1);
		tutti_value_unref(item);
	}
	return rc;
}

static void free_array(struct tu_object *o)
{
	tu_vector_free(&((struct array *)o)->items);
	free(o);
}

static int make(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *given[3] = { 0 };
	tutti_value *list = NULL;
	struct array *a;
	char typecode = 0;
	int rc = tu_call_bind(c, "typecode sequence lock", 2, given);

	if (rc == 0)
		rc = read_typecode(c, given[0], &typecode);
	if (rc == 0)
		rc = read_initial(c, typecode, given[1], &list);
	if (rc < 0)
		return rc;
	a = calloc(1, sizeof(*a));
	if (a) {
		tu_object_init(&a->object, &tu_kind_array);
		a->typecode = typecode;
		rc = append_checked(c, a, list);
	} else {
		rc = -ENOMEM;
	}
	tutti_value_unref(list);
	if (rc < 0 && a)
		free_array(&a->object);
	if (rc == 0)
		*o = &a->object;
	return rc;
}

static int get_value(struct tu_object *o, tutti_value **v)
{
	const struct array *a = (struct array *)o;

	return tu_typed_make(v, a->typecode, a->items.cells, a->items.n);
}

static int repr(struct tu_object *o, tutti_value **text)
{
	const struct array *a = (struct array *)o;
	tutti_value *list, *inner;
	tutti_bytes b;
	char *whole;
	int rc = tutti_value_list(&list, a->items.cells, a->items.n);

	if (rc < 0)
		return rc;
	rc = tu_repr_text(&inner, list);
	tutti_value_unref(list);
	if (rc < 0)
		return rc;
	tutti_value_as_bytes(inner, &b);
	whole = calloc(1, b.size + sizeof("array('i', )"));
	rc = whole ? 0 : -ENOMEM;
	if (whole && a->items.n > 0)
		sprintf(whole, "array('%c', %s)", a->typecode, (const char *)b.data);
	else if (whole)
		sprintf(whole, "array('%c')", a->typecode);
	if (whole)
		rc = tutti_value_text(text, whole, strlen(whole));
	free(whole);
	tutti_value_unref(inner);
	return rc;
}

/* -- methods ---------------------------------------------------------------------------------- */

static int length(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		c->result = tutti_value_uint(((struct array *)o)->items.n);
	return rc;
}

static int get_slice(const struct array *a, const struct tu_subscript *s, tutti_value **out)
{
	tutti_value **items = calloc(s->n + 1, sizeof(*items));
	int rc;

	if (!items)
		return -ENOMEM;
	tu_vector_slice(&a->items, s, items);
	rc = tu_typed_make(out, a->typecode, items, s->n);
	free(items);
	return rc;
}

static int get_item(struct tu_object *o, struct tu_call *c)
{
	const struct array *a = (struct array *)o;
	const tutti_value *where = NULL;
	struct tu_subscript s = { 0 };
	int64_t at = 0;
	int rc = tu_call_places(c, 1, 1, &where);

	if (rc == 0)
		rc = tu_subscript_read(c, where, a->items.n, not_a_place, &s);
	if (rc < 0)
		return rc;
	if (s.is_slice)
		return get_slice(a, &s, &c->result);
	at = tu_subscript_place(s.index, a->items.n);
	if (at < 0)
		return tu_call_fail(c, -ERANGE, "array index out of range");
	c->result = tutti_value_ref(a->items.cells[at]);
	return 0;
}

static int set_slice(
	struct array *a, struct tu_call *c, const struct tu_subscript *s, const tutti_value *from)
{
	char typecode = 0, name[TU_TYPE_ROOM];
	tutti_value *list = NULL;
	int rc = tutti_value_kind(from) == TUTTI_VALUE_OPAQUE
			 ? tu_typed_open(from, &typecode, &list)
			 : TUTTI_ETYPE;

	if (rc == -E2BIG)
		return tu_bound_items(c, UINT64_MAX);
	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "can only assign array (not \"%s\") to array slice",
			tu_type_of(from, name));
	if (rc < 0)
		return rc;
	if (typecode != a->typecode)
		rc = tu_call_fail(c, TUTTI_ETYPE, "bad argument type for built-in operation");
	else if (tutti_value_size(list) == 0) /* as there, also of a slice with a step */
		tu_vector_remove(&a->items, s);
	else
		rc = tu_vector_assign(c, &a->items, s, list, "array");
	tutti_value_unref(list);
	return rc;
}

static int set_item(struct tu_object *o, struct tu_call *c)
{
	struct array *a = (struct array *)o;
	const tutti_value *given[2] = { 0 };
	struct tu_subscript s = { 0 };
	tutti_value *item;
	int64_t at = 0;
	int rc = tu_call_places(c, 2, 2, given);

	if (rc == 0)
		rc = tu_subscript_read(c, given[0], a->items.n, not_a_place, &s);
	if (rc < 0)
		return rc;
	if (s.is_slice)
		return set_slice(a, c, &s, given[1]);
	at = tu_subscript_place(s.index, a->items.n);
	if (at < 0)
		return tu_call_fail(c, -ERANGE, "array assignment index out of range");
	rc = tu_typed_item(c, a->typecode, given[1], &item);
	if (rc < 0)
		return rc;
	tutti_value_unref(a->items.cells[at]);
	a->items.cells[at] = item;
	return 0;
}

static const struct tu_method methods[] = {
	{ "__getitem__", get_item },
	{ "__len__", length },
	{ "__setitem__", set_item },
};

const struct tu_kind tu_kind_array = {
	.name = "Array",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.make = make,
	.free = free_array,
	.repr = repr,
	.value = get_value,
};
