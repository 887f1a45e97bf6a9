/* SPDX-License-Identifier: MIT */
/* kind_namespace.c - the kind Namespace: what has been set under names. */
#include "dist/keyed.h"
#include "dist/kinds.h"
#include "dist/meaning.h"
#include "dist/order.h"
#include "dist/subscript.h"
#include "dist/vector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>

struct namespace
{
	struct tu_object object;
	struct tu_keyed names; /* under object.lock */
};

/* -- life ------------------------------------------------------------------------------------- */

static int need_text(struct tu_call *c, const tutti_value *name)
{
	char type[TU_TYPE_ROOM];

	if (tutti_value_kind(name) == TUTTI_VALUE_TEXT)
		return 0;
	return tu_call_fail(
		c, TUTTI_ETYPE, "attribute name must be string, not '%s'", tu_type_of(name, type));
}

/* A text is compared as it is. */
static int set_name(struct namespace *n, const tutti_value *name, const tutti_value *v)
{
	const struct tu_key key = { (tutti_value *)name, (tutti_value *)name };

	return tu_keyed_set(&n->names, &key, v);
}

static int set_all(struct tu_call *c, struct namespace *n, const tutti_value *dict)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < tutti_value_size(dict); i++) {
		rc = need_text(c, tutti_value_at(dict, i));
		if (rc == 0)
			rc = set_name(n, tutti_value_at(dict, i), tutti_value_under(dict, i));
	}
	return rc;
}

/* A dict in the place of what Python gives by names, for those who serve one. */
static int fill(struct tu_call *c, struct namespace *n)
{
	const tutti_pickle_options items_whole = { .whole_from = 1 };
	const tutti_value *given = tutti_value_at(c->args, 0);
	tutti_value *dict;
	int rc = 0;

	if (tutti_value_size(c->args) > 1)
		return tu_call_fail(c, TUTTI_ETYPE, "a Namespace takes names, or one dict");
	if (given) {
		rc = tutti_value_from_opaque(&dict, given, &items_whole, NULL);
		if (rc < 0 || tutti_value_kind(dict) != TUTTI_VALUE_DICT)
			rc = tu_call_fail(c, TUTTI_ETYPE, "a Namespace takes names, or one dict");
		else
			rc = set_all(c, n, dict);
		tutti_value_unref(dict);
	}
	return rc < 0 ? rc : set_all(c, n, c->kwargs);
}

static void free_namespace(struct tu_object *o)
{
	tu_keyed_free(&((struct namespace *)o)->names);
	free(o);
}

static int make(struct tu_object **o, struct tu_call *c)
{
	struct namespace *n = calloc(1, sizeof(*n));
	int rc;

	if (!n)
		return -ENOMEM;
	tu_object_init(&n->object, &tu_kind_namespace);
	rc = fill(c, n);
	if (rc < 0)
		free_namespace(&n->object);
	else
		*o = &n->object;
	return rc;
}

/* -- its text --------------------------------------------------------------------------------- */

/* "a=1", of one name. */
static int repr_one(const struct tu_keyed_entry *e, tutti_value **text)
{
	tutti_value *value;
	tutti_bytes name, b;
	char *whole;
	int rc = tu_repr_text(&value, e->value);

	if (rc < 0)
		return rc;
	tutti_value_as_bytes(e->key.shown, &name);
	tutti_value_as_bytes(value, &b);
	whole = calloc(1, name.size + b.size + 2);
	if (whole) {
		memcpy(whole, name.data, name.size);
		whole[name.size] = '=';
		memcpy(whole + name.size + 1, b.data, b.size);
	}
	rc = whole ? tutti_value_text(text, whole, name.size + 1 + b.size) : -ENOMEM;
	free(whole);
	tutti_value_unref(value);
	return rc;
}

static bool is_private(const tutti_value *name)
{
	tutti_bytes b;

	return tutti_value_as_bytes(name, &b) == 0 && b.size > 0 && *(const char *)b.data == '_';
}

static int collect(const struct namespace *n, struct tu_vector *texts)
{
	const struct tu_keyed_entry *e;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && (e = tu_keyed_next(&n->names, &at)) != NULL) {
		tutti_value *text;

		if (is_private(e->key.shown))
			continue;
		rc = repr_one(e, &text);
		if (rc < 0)
			break;
		rc = tu_vector_splice(texts, texts->n, 0, &text, 1);
		tutti_value_unref(text);
	}
	return rc;
}

/* "Namespace(" and the texts, with commas. */
static int join(const struct tu_vector *texts, tutti_value **out)
{
	size_t size = sizeof("Namespace()");
	tutti_bytes b;
	char *whole, *to;
	int rc;

	for (size_t i = 0; i < texts->n; i++)
		size += tutti_value_size(texts->cells[i]) + 2;
	whole = calloc(1, size);
	if (!whole)
		return -ENOMEM;
	to = stpcpy(whole, "Namespace(");
	for (size_t i = 0; i < texts->n; i++) {
		tutti_value_as_bytes(texts->cells[i], &b);
		to = i > 0 ? stpcpy(to, ", ") : to;
		memcpy(to, b.data, b.size);
		to += b.size;
	}
	*to++ = ')';
	rc = tutti_value_text(out, whole, (size_t)(to - whole));
	free(whole);
	return rc;
}

static int repr(struct tu_object *o, tutti_value **text)
{
	struct tu_call none = { 0 };
	struct tu_vector texts = { 0 };
	int rc = collect((struct namespace *)o, &texts);

	if (rc == 0)
		rc = tu_sort(&none, texts.cells, texts.n, false);
	if (rc == 0)
		rc = join(&texts, text);
	tu_vector_free(&texts);
	return rc;
}

/* -- methods ---------------------------------------------------------------------------------- */

static int missing(struct tu_call *c, const tutti_value *name)
{
	tutti_bytes b = { 0 };

	tutti_value_as_bytes(name, &b);
	return tu_call_fail(
		c, -ENOSYS, "'Namespace' object has no attribute '%.80s'", (const char *)b.data);
}

static int get_attribute(struct tu_object *o, struct tu_call *c)
{
	struct namespace *n = (struct namespace *)o;
	const struct tu_keyed_entry *e;
	const tutti_value *name = NULL;
	int rc = tu_call_places(c, 1, 1, &name);

	if (rc == 0)
		rc = need_text(c, name);
	if (rc < 0)
		return rc;
	e = tu_keyed_find(&n->names, name);
	if (!e)
		return missing(c, name);
	c->result = tutti_value_ref(e->value);
	return 0;
}

static int set_attribute(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *given[2] = { 0 };
	int rc = tu_call_places(c, 2, 2, given);

	if (rc == 0)
		rc = need_text(c, given[0]);
	return rc < 0 ? rc : set_name((struct namespace *)o, given[0], given[1]);
}

static int delete_attribute(struct tu_object *o, struct tu_call *c)
{
	struct namespace *n = (struct namespace *)o;
	struct tu_keyed_entry *e = NULL;
	const tutti_value *name = NULL;
	int rc = tu_call_places(c, 1, 1, &name);

	if (rc == 0)
		rc = need_text(c, name);
	if (rc < 0)
		return rc;
	e = tu_keyed_find(&n->names, name);
	if (!e)
		return missing(c, name);
	tutti_value_unref(tu_keyed_take(&n->names, e));
	return 0;
}

static const struct tu_method methods[] = {
	{ "__delattr__", delete_attribute },
	{ "__getattribute__", get_attribute },
	{ "__setattr__", set_attribute },
};

const struct tu_kind tu_kind_namespace = {
	.name = "Namespace",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.make = make,
	.free = free_namespace,
	.repr = repr,
};
