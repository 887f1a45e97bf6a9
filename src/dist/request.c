/* SPDX-License-Identifier: MIT */
/* request.c - see request.h. */
#include "dist/request.h"

#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

/* None before the name: of the first few bytes, whatever protocol wrote them. */
enum { NAME_WITHIN = 64 };

static bool take_text(const tutti_value *v, tutti_bytes *text)
{
	return tutti_value_kind(v) == TUTTI_VALUE_TEXT && tutti_value_as_bytes(v, text) == 0;
}

static bool has_text_keys(const tutti_value *dict)
{
	size_t n = tutti_value_size(dict);

	for (size_t i = 0; i < n; i++)
		if (tutti_value_kind(tutti_value_at(dict, i)) != TUTTI_VALUE_TEXT)
			return false;
	return tutti_value_kind(dict) == TUTTI_VALUE_DICT;
}

static bool take_parts(struct tu_request *r)
{
	const tutti_value *ident = tutti_value_at(r->whole, 0);

	r->args = tutti_value_at(r->whole, 2);
	r->kwargs = tutti_value_at(r->whole, 3);
	r->of_object = take_text(ident, &r->ident);
	return tutti_value_kind(r->whole) == TUTTI_VALUE_TUPLE && tutti_value_size(r->whole) == 4 &&
	       (r->of_object || tutti_value_kind(ident) == TUTTI_VALUE_NONE) &&
	       take_text(tutti_value_at(r->whole, 1), &r->name) &&
	       tutti_value_kind(r->args) == TUTTI_VALUE_TUPLE && has_text_keys(r->kwargs);
}

int tu_request_read(struct tu_request *r, const void *data, size_t size,
	const tutti_manager_options *options, tutti_value_fault *fault)
{
	const tutti_pickle_options how = { .size_max = options->message_max,
		.whole_from = 2,
		.classes = options->known_classes ? TUTTI_CLASSES_KNOWN : TUTTI_CLASSES_ANY };
	int rc;

	*r = (struct tu_request){ .whole = NULL };
	rc = tutti_value_from_pickle(&r->whole, data, size, &how, fault);
	if (rc < 0 || take_parts(r))
		return rc;
	snprintf(fault->text, sizeof(fault->text), "a request is (ident, name, args, kwargs)");
	tu_request_end(r);
	return TUTTI_EPROTO;
}

void tu_request_end(struct tu_request *r)
{
	tutti_value_unref(r->whole);
	r->whole = NULL;
}

bool tu_request_is_create(const void *data, size_t size)
{
	return memmem(data, size < NAME_WITHIN ? size : NAME_WITHIN, "create", 6) != NULL;
}
