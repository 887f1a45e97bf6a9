/* SPDX-License-Identifier: MIT */
/* proxy_text.c - an exception that a proxy's call has ended with, in words as Python has them. */
#include "dist/proxy.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>

static bool is(tutti_bytes text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

/* What is after the name: a KeyError shows its key as it is written. */
static int say_args(tutti_bytes *out, tutti_bytes name, const tutti_value *args)
{
	if (tutti_value_size(args) != 1)
		return tutti_value_repr(out, args);
	if (is(name, "KeyError"))
		return tutti_value_repr(out, tutti_value_at(args, 0));
	return tutti_value_str(out, tutti_value_at(args, 0));
}

static int say(tutti_bytes *out, const tutti_value *parts)
{
	const tutti_value *args = tutti_value_at(parts, 2);
	tutti_bytes name, said;
	int rc;

	if (tutti_value_as_bytes(tutti_value_at(parts, 1), &name) < 0 ||
		tutti_value_kind(args) != TUTTI_VALUE_TUPLE)
		return TUTTI_ETYPE;
	if (tutti_value_size(args) == 0)
		return tutti_bytes_printf(out, "%s", (const char *)name.data);
	rc = say_args(&said, name, args);
	if (rc < 0)
		return rc;
	while (said.size > 0 && ((const char *)said.data)[said.size - 1] == '\n')
		said.size--; /* of a traceback */
	rc = tutti_bytes_printf(
		out, "%s: %.*s", (const char *)name.data, (int)said.size, (const char *)said.data);
	tutti_bytes_free(&said);
	return rc;
}

int tutti_proxy_exception(tutti_bytes *out, const tutti_value *result)
{
	tutti_value *parts;
	int rc = tutti_value_object(&parts, result);

	if (rc == -ELOOP || rc == -E2BIG)
		return TUTTI_ETYPE;
	if (rc < 0)
		return rc;
	rc = say(out, parts);
	tutti_value_unref(parts);
	return rc;
}
