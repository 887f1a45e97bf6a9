/* SPDX-License-Identifier: MIT */
/*
 * kind_value.c - the kind Value. As with Python's managers the typecode is a note and nothing else:
 * programs there have texts and classes in it.
 */
#include "dist/kinds.h"
#include "dist/meaning.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

struct value {
	struct tu_object object;
	tutti_value *typecode; /* fixed */
	tutti_value *value;    /* under object.lock */
};

static int make(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *given[3] = { 0 };
	struct value *v;
	int rc = tu_call_bind(c, "typecode value lock", 2, given);

	if (rc < 0)
		return rc;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	tu_object_init(&v->object, &tu_kind_value);
	v->typecode = tutti_value_ref((tutti_value *)given[0]);
	v->value = tutti_value_ref((tutti_value *)given[1]);
	*o = &v->object;
	return 0;
}

static void free_value(struct tu_object *o)
{
	struct value *v = (struct value *)o;

	tutti_value_unref(v->typecode);
	tutti_value_unref(v->value);
	free(v);
}

static int repr(struct tu_object *o, tutti_value **text)
{
	const struct value *v = (struct value *)o;
	tutti_value *const both[] = { v->typecode, v->value };
	tutti_value *list, *inner;
	tutti_bytes b;
	char *whole;
	int rc = tu_read_items(&list, both, 2);

	if (rc < 0)
		return rc;
	rc = tu_repr_text(&inner, list); /* "['i', 3]" */
	tutti_value_unref(list);
	if (rc < 0)
		return rc;
	tutti_value_as_bytes(inner, &b);
	whole = calloc(1, b.size + sizeof("Value()"));
	rc = whole ? 0 : -ENOMEM;
	if (whole) {
		char *end = mempcpy(stpcpy(whole, "Value("), (const char *)b.data + 1, b.size - 2);

		*end++ = ')';
		rc = tutti_value_text(text, whole, (size_t)(end - whole));
	}
	free(whole);
	tutti_value_unref(inner);
	return rc;
}

static int get(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc == 0)
		c->result = tutti_value_ref(((struct value *)o)->value);
	return rc;
}

static int set(struct tu_object *o, struct tu_call *c)
{
	struct value *v = (struct value *)o;
	const tutti_value *given;
	int rc = tu_call_bind(c, "value", 1, &given);

	if (rc < 0)
		return rc;
	tutti_value_unref(v->value);
	v->value = tutti_value_ref((tutti_value *)given);
	return 0;
}

static const struct tu_method methods[] = {
	{ "get", get },
	{ "set", set },
};

const struct tu_kind tu_kind_value = {
	.name = "Value",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.make = make,
	.free = free_value,
	.repr = repr,
};
