/* SPDX-License-Identifier: MIT */
/* serve_kinds.c - objects of the kinds, under names: one that all share, or a new one for each. */
#include "dist/kinds.h"
#include "dist/manager.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/manager_objects.h>
#include <tutti/value_make.h>

static int tuple_of_list(const tutti_value *list, tutti_value **tuple)
{
	size_t n = tutti_value_size(list);
	tutti_value **items = calloc(n + 1, sizeof(*items));
	int rc;

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		items[i] = (tutti_value *)tutti_value_at(list, i);
	rc = tutti_value_tuple(tuple, items, n);
	free(items);
	return rc;
}

/* Arguments as create has them. */
static int make_arguments(const tutti_value *args, tutti_value **tuple, tutti_value **kwargs)
{
	int kind = args ? tutti_value_kind(args) : TUTTI_VALUE_TUPLE, rc = 0;

	if (!args)
		rc = tutti_value_pack(tuple, "()");
	else if (kind == TUTTI_VALUE_LIST)
		rc = tuple_of_list(args, tuple);
	else if (kind == TUTTI_VALUE_TUPLE)
		*tuple = tutti_value_ref((tutti_value *)args);
	else
		rc = TUTTI_ETYPE;
	if (rc < 0)
		return rc;
	rc = tutti_value_dict(kwargs, NULL, 0);
	if (rc < 0)
		tutti_value_unref(*tuple);
	return rc;
}

static int make_object(struct tu_object **o, const struct tu_kind *kind, const tutti_value *args)
{
	char text[TU_CALL_TEXT];
	tutti_value *tuple, *kwargs;
	int rc = make_arguments(args, &tuple, &kwargs);

	if (rc < 0)
		return rc;
	rc = tu_object_make(o, kind, tuple, kwargs, text);
	tutti_value_unref(tuple);
	tutti_value_unref(kwargs);
	return rc < 0 && rc != -ENOMEM && rc != TUTTI_ETYPE ? -EINVAL : rc;
}

int tutti_manager_serve_shared(
	tutti_manager *m, const char *name, const char *kind, const tutti_value *args)
{
	const struct tu_kind *k = kind ? tu_kind_find(kind) : NULL;
	struct tu_object *o;
	int rc;

	if (!k || !tu_is_identifier(name))
		return -EINVAL;
	rc = make_object(&o, k, args);
	if (rc < 0)
		return rc;
	rc = tu_manager_serve(m, name, k, o);
	if (rc < 0)
		tu_object_free(o);
	return rc;
}

int tutti_manager_serve_kinds(tutti_manager *m)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && tu_kind_name(i); i++)
		rc = tu_manager_serve(m, tu_kind_name(i), tu_kind_find(tu_kind_name(i)), NULL);
	return rc;
}
