/* SPDX-License-Identifier: MIT */
/*
 * kind_iterator.c - what iter(dict) gives: the keys of one moment, one after the other. A dict that
 * changes meanwhile is no error.
 */
#include "dist/iterator.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>

struct iterator {
	struct tu_object object;
	tutti_value *items; /* a list; fixed */
	size_t at;          /* under object.lock */
};

int tu_iterator_make(struct tu_object **o, tutti_value *items)
{
	struct iterator *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	tu_object_init(&i->object, &tu_kind_iterator);
	i->items = tutti_value_ref(items);
	*o = &i->object;
	return 0;
}

static void free_iterator(struct tu_object *o)
{
	tutti_value_unref(((struct iterator *)o)->items);
	free(o);
}

static int next(struct tu_object *o, struct tu_call *c)
{
	struct iterator *i = (struct iterator *)o;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0)
		return rc;
	if (i->at == tutti_value_size(i->items))
		return -ENODATA;
	c->mark = 1;
	c->result = tutti_value_ref((tutti_value *)tutti_value_at(i->items, i->at++));
	return 0;
}

/* Those who have a proxy of it in common take turns: the next one gets it. */
static void undo(struct tu_object *o, struct tu_call *c)
{
	((struct iterator *)o)->at -= c->mark;
}

/* What generators have, and dicts' iterators do not. */
static int not_here(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	return tu_call_fail(
		c, -ENOSYS, "'dict_keyiterator' object has no attribute '%s'", c->method->name);
}

static const struct tu_method methods[] = {
	{ "__next__", next },
	{ "close", not_here },
	{ "send", not_here },
	{ "throw", not_here },
};

const struct tu_kind tu_kind_iterator = {
	.name = "Iterator",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "builtins",
	.free = free_iterator,
	.undo = undo,
};
