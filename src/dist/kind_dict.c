/* SPDX-License-Identifier: MIT */
/* kind_dict.c - the kind dict. Keys are read, so that equal ones are one; values stay. */
#include "dist/bound.h"
#include "dist/iterator.h"
#include "dist/keyed.h"
#include "dist/kinds.h"
#include "dist/meaning.h"
#include "dist/subscript.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

struct dict {
	struct tu_object object;
	struct tu_keyed keys; /* under object.lock */
};

static struct tu_keyed *keys_of(struct tu_object *o)
{
	return &((struct dict *)o)->keys;
}

/* -- filling ---------------------------------------------------------------------------------- */

static int set_one(
	struct tu_call *c, struct tu_keyed *k, const tutti_value *key, const tutti_value *value)
{
	struct tu_key read;
	int rc = tu_key_read(c, key, &read);

	if (rc < 0)
		return rc;
	if (k->n >= TU_ITEMS_MAX && !tu_keyed_find(k, read.compared))
		rc = tu_bound_items(c, k->n + 1);
	if (rc == 0)
		rc = tu_keyed_set(k, &read, value);
	tu_key_free(&read);
	return rc;
}

static int set_dict(struct tu_call *c, struct tu_keyed *k, const tutti_value *dict)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < tutti_value_size(dict); i++)
		rc = set_one(c, k, tutti_value_at(dict, i), tutti_value_under(dict, i));
	return rc;
}

static int set_pair(struct tu_call *c, struct tu_keyed *k, const tutti_value *pair, size_t i)
{
	tutti_value *list = NULL;
	int rc = tu_items_bounded(c, pair, &list);

	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc,
			"cannot convert dictionary update sequence element #%zu to a sequence", i);
	if (rc < 0)
		return rc;
	if (tutti_value_size(list) != 2)
		rc = tu_call_fail(c, -EINVAL,
			"dictionary update sequence element #%zu has length %zu; 2 is required", i,
			tutti_value_size(list));
	else
		rc = set_one(c, k, tutti_value_at(list, 0), tutti_value_at(list, 1));
	tutti_value_unref(list);
	return rc;
}

/* A dict with its items left as they came, if v is one; NULL: it is none. */
static tutti_value *read_dict(const tutti_value *v)
{
	for (int plain = 0; plain <= 1; plain++) {
		tutti_pickle_options o = { .whole_from = 1, .plain = plain };
		tutti_value *read;

		if (tutti_value_from_opaque(&read, v, &o, NULL) < 0)
			return NULL;
		if (tutti_value_kind(read) == TUTTI_VALUE_DICT)
			return read;
		tutti_value_unref(read);
	}
	return NULL;
}

/* What update does with one argument: another dict, or pairs. Those before a wrong one count. */
static int set_from(struct tu_call *c, struct tu_keyed *k, const tutti_value *from)
{
	tutti_value *dict = read_dict(from), *list = NULL;
	int rc = dict ? set_dict(c, k, dict) : tu_items_given(c, from, &list);

	for (size_t i = 0; rc == 0 && list && i < tutti_value_size(list); i++)
		rc = set_pair(c, k, tutti_value_at(list, i), i);
	tutti_value_unref(dict);
	tutti_value_unref(list);
	return rc;
}

/* The arguments of dict() and update(): one, and what is given by names. */
static int set_given(struct tu_call *c, struct tu_keyed *k)
{
	const tutti_value *from = tutti_value_at(c->args, 0);
	int rc = 0;

	if (tutti_value_size(c->args) > 1)
		return tu_call_fail(c, TUTTI_ETYPE, "%s expected at most 1 argument, got %zu",
			c->method->name, tutti_value_size(c->args));
	if (from)
		rc = set_from(c, k, from);
	return rc < 0 ? rc : set_dict(c, k, c->kwargs);
}

/* -- life ------------------------------------------------------------------------------------- */

static void free_dict(struct tu_object *o)
{
	tu_keyed_free(keys_of(o));
	free(o);
}

static int make(struct tu_object **o, struct tu_call *c)
{
	struct dict *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return -ENOMEM;
	tu_object_init(&d->object, &tu_kind_dict);
	rc = set_given(c, &d->keys);
	if (rc < 0)
		free_dict(&d->object);
	else
		*o = &d->object;
	return rc;
}

static int get_value(struct tu_object *o, tutti_value **v)
{
	return tu_keyed_dict(keys_of(o), v);
}

static int repr(struct tu_object *o, tutti_value **text)
{
	struct tu_keyed read = { 0 };
	const struct tu_keyed_entry *e;
	tutti_value *dict = NULL;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && (e = tu_keyed_next(keys_of(o), &at)) != NULL) {
		tutti_value *v;

		rc = tutti_value_from_opaque(&v, e->value, NULL, NULL);
		if (rc < 0 && rc != -ENOMEM) /* it cannot be read: as it is */
			v = tutti_value_ref(e->value), rc = 0;
		if (rc == 0)
			rc = tu_keyed_set(&read, &e->key, v);
		tutti_value_unref(rc == 0 ? v : NULL);
	}
	if (rc == 0)
		rc = tu_keyed_dict(&read, &dict);
	if (rc == 0)
		rc = tu_repr_text(text, dict);
	tu_keyed_free(&read);
	tutti_value_unref(dict);
	return rc;
}

/* -- one key ---------------------------------------------------------------------------------- */

static int no_such_key(struct tu_call *c, const tutti_value *key)
{
	tutti_value *args;
	int rc = tutti_value_pack(&args, "(O)", key);

	if (rc < 0)
		return rc;
	rc = tutti_value_object_make(&c->result, "builtins", "KeyError", args);
	tutti_value_unref(args);
	return rc < 0 ? rc : TUTTI_EREMOTE;
}

/* The entry of a key that is given; *e is NULL: there is none. */
static int find(
	struct tu_object *o, struct tu_call *c, const tutti_value *key, struct tu_keyed_entry **e)
{
	struct tu_key read;
	int rc = tu_key_read(c, key, &read);

	if (rc < 0)
		return rc;
	*e = tu_keyed_find(keys_of(o), read.compared);
	tu_key_free(&read);
	return 0;
}

static int contains(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = NULL;
	const tutti_value *key = NULL;
	int rc = tu_call_places(c, 1, 1, &key);

	if (rc == 0)
		rc = find(o, c, key, &e);
	if (rc == 0)
		c->result = tutti_value_bool(e);
	return rc;
}

/* The entry under the one argument; without one it is a KeyError. */
static int find_item(struct tu_object *o, struct tu_call *c, struct tu_keyed_entry **e)
{
	const tutti_value *key = NULL;
	int rc = tu_call_places(c, 1, 1, &key);

	if (rc == 0)
		rc = find(o, c, key, e);
	return rc == 0 && !*e ? no_such_key(c, key) : rc;
}

static int delete_item(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = NULL;
	int rc = find_item(o, c, &e);

	if (rc == 0)
		tutti_value_unref(tu_keyed_take(keys_of(o), e));
	return rc;
}

static int get_item(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = NULL;
	int rc = find_item(o, c, &e);

	if (rc == 0)
		c->result = tutti_value_ref(e->value);
	return rc;
}

static int set_item(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *given[2] = { 0 };
	int rc = tu_call_places(c, 2, 2, given);

	return rc < 0 ? rc : set_one(c, keys_of(o), given[0], given[1]);
}

static int get(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = NULL;
	const tutti_value *given[2] = { 0 };
	int rc = tu_call_places(c, 1, 2, given);

	if (rc == 0)
		rc = find(o, c, given[0], &e);
	if (rc == 0)
		c->result = tutti_value_ref(e ? e->value : (tutti_value *)given[1]);
	return rc;
}

static int pop(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = NULL;
	const tutti_value *given[2] = { 0 };
	int rc = tu_call_places(c, 1, 2, given);

	if (rc == 0 && keys_of(o)->n > 0) /* of an empty one Python does not look at the key */
		rc = find(o, c, given[0], &e);
	if (rc < 0)
		return rc;
	if (!e && !given[1])
		return no_such_key(c, given[0]);
	c->mark = e != NULL;
	c->result = e ? tu_keyed_take(keys_of(o), e) : tutti_value_ref((tutti_value *)given[1]);
	return 0;
}

static int pop_item(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = tu_keyed_last(keys_of(o));
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc < 0)
		return rc;
	if (!e)
		return tu_call_fail(c, -ENOENT, "popitem(): dictionary is empty");
	rc = tutti_value_pack(&c->result, "(OO)", e->key.shown, e->value);
	if (rc == 0)
		tutti_value_unref(tu_keyed_take(keys_of(o), e));
	return rc;
}

/* What was taken out and never arrived is there again, unless there is something new. */
static void undo(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *key = tutti_value_at(c->args, 0), *v = c->result;
	struct tu_keyed_entry *e = NULL;

	if (c->method->call == pop_item) {
		key = tutti_value_at(c->result, 0);
		v = tutti_value_at(c->result, 1);
	} else if (c->method->call != pop || c->mark == 0) {
		return;
	}
	if (find(o, c, key, &e) == 0 && !e)
		(void)set_one(c, keys_of(o), key, v); /* for want of room alone it is lost */
}

static int set_default(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed_entry *e = NULL;
	const tutti_value *given[2] = { 0 };
	int rc = tu_call_places(c, 1, 2, given);

	if (rc == 0)
		rc = find(o, c, given[0], &e);
	if (rc < 0)
		return rc;
	if (!given[1])
		given[1] = tutti_value_none();
	if (!e)
		rc = set_one(c, keys_of(o), given[0], given[1]);
	if (rc == 0)
		c->result = tutti_value_ref(e ? e->value : (tutti_value *)given[1]);
	return rc;
}

/* -- all of it -------------------------------------------------------------------------------- */

static int length(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		c->result = tutti_value_uint(keys_of(o)->n);
	return rc;
}

static int clear(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		tu_keyed_free(keys_of(o));
	return rc;
}

static int copy(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	return rc < 0 ? rc : get_value(o, &c->result);
}

/* What of an entry goes into a list; a reference of the caller's, NULL: no memory. */
typedef tutti_value *(*part_fn)(const struct tu_keyed_entry *e);

static tutti_value *key_part(const struct tu_keyed_entry *e)
{
	return tutti_value_ref(e->key.shown);
}

static tutti_value *value_part(const struct tu_keyed_entry *e)
{
	return tutti_value_ref(e->value);
}

static tutti_value *both_parts(const struct tu_keyed_entry *e)
{
	tutti_value *pair;

	return tutti_value_pack(&pair, "(OO)", e->key.shown, e->value) == 0 ? pair : NULL;
}

static int list_parts(const struct tu_keyed *k, part_fn part, tutti_value **list)
{
	tutti_value **items = calloc(k->n + 1, sizeof(*items));
	const struct tu_keyed_entry *e;
	size_t at = 0, n = 0;
	int rc = -ENOMEM;

	while (items && (e = tu_keyed_next(k, &at)) != NULL && (items[n] = part(e)) != NULL)
		n++;
	if (items && n == k->n)
		rc = tutti_value_list(list, items, n);
	for (size_t i = 0; i < n; i++)
		tutti_value_unref(items[i]);
	free(items);
	return rc;
}

static int answer_parts(struct tu_object *o, struct tu_call *c, part_fn part)
{
	int rc = tu_call_places(c, 0, 0, NULL);

	return rc < 0 ? rc : list_parts(keys_of(o), part, &c->result);
}

static int list_items(struct tu_object *o, struct tu_call *c)
{
	return answer_parts(o, c, both_parts);
}

static int list_keys(struct tu_object *o, struct tu_call *c)
{
	return answer_parts(o, c, key_part);
}

static int list_values(struct tu_object *o, struct tu_call *c)
{
	return answer_parts(o, c, value_part);
}

static int iterate(struct tu_object *o, struct tu_call *c)
{
	tutti_value *list = NULL;
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		rc = list_parts(keys_of(o), key_part, &list);
	if (rc < 0)
		return rc;
	rc = tu_iterator_make(&c->proxy, list);
	tutti_value_unref(list);
	return rc;
}

static int reversed(struct tu_object *o, struct tu_call *c)
{
	tutti_value *list = NULL;
	int rc = tu_call_places(c, 0, 0, NULL);

	if (rc == 0)
		rc = list_parts(keys_of(o), key_part, &list);
	if (rc == 0)
		rc = tu_reversed(&c->result, list);
	tutti_value_unref(list);
	return rc;
}

static int update(struct tu_object *o, struct tu_call *c)
{
	return set_given(c, keys_of(o));
}

static int update_itself(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *from = NULL;
	int rc = tu_call_places(c, 1, 1, &from);

	if (rc == 0)
		rc = set_from(c, keys_of(o), from);
	return rc < 0 ? rc : get_value(o, &c->result);
}

/* first | second: one of them is this, the other was given. */
static int unite(struct tu_call *c, struct tu_keyed *k, const tutti_value *other, bool other_first)
{
	struct tu_keyed sum = { 0 };
	tutti_value *dict = read_dict(other), *mine;
	int rc = dict ? tu_keyed_dict(k, &mine) : 0;

	if (!dict)
		return tutti_value_object_make(&c->result, "builtins", "NotImplemented", NULL);
	if (rc == 0) {
		rc = set_dict(c, &sum, other_first ? dict : mine);
		if (rc == 0)
			rc = set_dict(c, &sum, other_first ? mine : dict);
		tutti_value_unref(mine);
	}
	if (rc == 0)
		rc = tu_keyed_dict(&sum, &c->result);
	tu_keyed_free(&sum);
	tutti_value_unref(dict);
	return rc;
}

static int or_other(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *other = NULL;
	int rc = tu_call_places(c, 1, 1, &other);

	return rc < 0 ? rc : unite(c, keys_of(o), other, false);
}

static int other_or(struct tu_object *o, struct tu_call *c)
{
	const tutti_value *other = NULL;
	int rc = tu_call_places(c, 1, 1, &other);

	return rc < 0 ? rc : unite(c, keys_of(o), other, true);
}

static int from_keys(struct tu_object *o, struct tu_call *c)
{
	struct tu_keyed made = { 0 };
	const tutti_value *given[2] = { 0 }, *value;
	tutti_value *list = NULL;
	int rc = tu_call_places(c, 1, 2, given);

	(void)o;
	value = given[1] ? given[1] : tutti_value_none();
	if (rc == 0)
		rc = tu_items_given(c, given[0], &list);
	if (rc == 0 && tutti_value_size(list) > 1)
		rc = tu_bound_times(c, 1, tu_weigh(value), tutti_value_size(list));
	for (size_t i = 0; rc == 0 && i < tutti_value_size(list); i++)
		rc = set_one(c, &made, tutti_value_at(list, i), value);
	if (rc == 0)
		rc = tu_keyed_dict(&made, &c->result);
	tu_keyed_free(&made);
	tutti_value_unref(list);
	return rc;
}

static const struct tu_method methods[] = {
	{ "__contains__", contains },
	{ "__delitem__", delete_item },
	{ "__getitem__", get_item },
	{ "__ior__", update_itself },
	{ "__iter__", iterate },
	{ "__len__", length },
	{ "__or__", or_other },
	{ "__reversed__", reversed },
	{ "__ror__", other_or },
	{ "__setitem__", set_item },
	{ "clear", clear },
	{ "copy", copy },
	{ "fromkeys", from_keys },
	{ "get", get },
	{ "items", list_items },
	{ "keys", list_keys },
	{ "pop", pop },
	{ "popitem", pop_item },
	{ "setdefault", set_default },
	{ "update", update },
	{ "values", list_values },
};

const struct tu_kind tu_kind_dict = {
	.name = "dict",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.make = make,
	.free = free_dict,
	.undo = undo,
	.repr = repr,
	.value = get_value,
};
