/* SPDX-License-Identifier: MIT */
/*
 * key.c - see key.h. The same object has other bytes when its pickle shares parts with what stands
 * before it, and a frozenset has its members in any order. So what is compared of both are bytes in
 * tutti's own form, which are the same for what is equal (docs/values.md), in an opaque value that
 * no client sees.
 */
#include "dist/key.h"

#include "dist/meaning.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>

void tu_key_free(struct tu_key *key)
{
	tutti_value_unref(key->shown);
	tutti_value_unref(key->compared);
}

/* -- what has a hash -------------------------------------------------------------------------- */

static const char *class_without_hash(const tutti_value *v)
{
	tutti_value *plain = tu_meaning(v);
	int kind = tutti_value_kind(plain);

	tutti_value_unref(plain);
	return kind == TUTTI_VALUE_BYTES  ? "bytearray"
	       : kind == TUTTI_VALUE_DICT ? "collections.OrderedDict"
					  : NULL;
}

/* The type of what in it has no hash; NULL: all has. */
static const char *without_hash(const tutti_value *v) /* NOLINT(misc-no-recursion) */
{
	const char *type = NULL;

	switch (tutti_value_kind(v)) {
	case TUTTI_VALUE_LIST:
	case TUTTI_VALUE_DICT:
	case TUTTI_VALUE_SET:
		return tutti_value_type(v);
	case TUTTI_VALUE_TUPLE:
		for (size_t i = 0; !type && i < tutti_value_size(v); i++)
			type = without_hash(tutti_value_at(v, i));
		return type;
	case TUTTI_VALUE_OPAQUE:
		return class_without_hash(v);
	default:
		return NULL;
	}
}

/* -- what is compared ------------------------------------------------------------------------- */

static int compared(tutti_value **out, const tutti_value *v);

/* The bytes of v, as something of which there is no other sort. */
static int seal(tutti_value **out, const char *sort, const tutti_value *v)
{
	tutti_value *args;
	tutti_bytes b;
	int rc = tutti_value_encode(&b, v);

	if (rc < 0)
		return rc;
	rc = tutti_value_pack(&args, "(y)", b);
	tutti_bytes_free(&b);
	if (rc < 0)
		return rc;
	rc = tutti_value_object_make(out, "tutti", sort, args);
	tutti_value_unref(args);
	return rc;
}

typedef int (*make_fn)(tutti_value **out, tutti_value *const *items, size_t n);

/* Of the items of a tuple or set, together. */
static int compared_items(tutti_value **out, const tutti_value *v, make_fn make)
{
	size_t n = tutti_value_size(v), done = 0;
	tutti_value **items = calloc(n + 1, sizeof(*items));
	int rc = items ? 0 : -ENOMEM;

	while (rc == 0 && done < n) {
		rc = compared(&items[done], tutti_value_at(v, done));
		done += rc == 0;
	}
	if (rc == 0)
		rc = make(out, items, n);
	for (size_t i = 0; i < done; i++)
		tutti_value_unref(items[i]);
	free(items);
	return rc;
}

static int compared_set(tutti_value **out, const tutti_value *set)
{
	tutti_value *members = NULL;
	int rc = compared_items(&members, set, tutti_value_set);

	if (rc < 0)
		return rc;
	rc = seal(out, "frozenset", members);
	tutti_value_unref(members);
	return rc;
}

/* Of what tutti_value_object has found. */
static int compared_object(tutti_value **out, const tutti_value *parts)
{
	const tutti_value *args = tutti_value_at(parts, 2);
	tutti_value *all, *read = NULL;
	int rc = compared(&read, args);

	if (rc < 0)
		return rc;
	rc = tutti_value_pack(&all, "(OOOO)", tutti_value_at(parts, 0), tutti_value_at(parts, 1),
		read, tutti_value_at(parts, 3));
	tutti_value_unref(read);
	if (rc < 0)
		return rc;
	rc = seal(out, "object", all);
	tutti_value_unref(all);
	return rc;
}

static int compared_opaque(tutti_value **out, const tutti_value *v)
{
	tutti_value *plain = tu_meaning(v), *parts = NULL;
	int rc = plain ? 0 : -ENOMEM;

	if (rc == 0 && tutti_value_kind(plain) == TUTTI_VALUE_SET)
		rc = compared_set(out, plain);
	else if (rc == 0 && tutti_value_object(&parts, v) == 0)
		rc = compared_object(out, parts);
	else if (rc == 0)
		*out = tutti_value_ref((tutti_value *)v);
	tutti_value_unref(parts);
	tutti_value_unref(plain);
	return rc;
}

static int compared(tutti_value **out, const tutti_value *v) /* NOLINT(misc-no-recursion) */
{
	switch (tutti_value_kind(v)) {
	case TUTTI_VALUE_TUPLE:
		return compared_items(out, v, tutti_value_tuple);
	case TUTTI_VALUE_OPAQUE:
		return compared_opaque(out, v);
	default:
		*out = tutti_value_ref((tutti_value *)v);
		return 0;
	}
}

int tu_key_read(struct tu_call *c, const tutti_value *v, struct tu_key *key)
{
	const char *type;
	int rc = tutti_value_from_opaque(&key->shown, v, NULL, NULL);

	if (rc == -ENOMEM)
		return rc;
	if (rc < 0)
		return tu_call_fail(c, TUTTI_ETYPE, "a key that cannot be read here");
	type = without_hash(key->shown);
	rc = type ? tu_call_fail(c, TUTTI_ETYPE, "unhashable type: '%s'", type)
		  : compared(&key->compared, key->shown);
	if (rc < 0)
		tutti_value_unref(key->shown);
	return rc;
}
