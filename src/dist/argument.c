/* SPDX-License-Identifier: MIT */
/* argument.c - what a method does with its arguments, and what it says of them; see object.h. */
#include "dist/object.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

int tu_call_fail(struct tu_call *c, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->text, sizeof(c->text), format, args);
	va_end(args);
	return code;
}

int tu_call_raise(struct tu_call *c, const char *module, const char *name, const char *text)
{
	tutti_value *args, *e = NULL;
	int rc = text ? tutti_value_pack(&args, "(s)", text) : tutti_value_pack(&args, "()");

	if (rc == 0) {
		rc = tutti_value_object_make(&e, module, name, args);
		tutti_value_unref(args);
	}
	if (rc < 0)
		return rc;
	tutti_value_unref(c->result);
	c->result = e;
	return TUTTI_EREMOTE;
}

/* -- binding ---------------------------------------------------------------------------------- */

/* The next word of names, and what is behind it; an empty one at the end. */
static tutti_bytes next_name(const char **names)
{
	size_t n = strcspn(*names, " ");
	tutti_bytes name = tutti_bytes_of(*names, n);

	*names += n + strspn(*names + n, " ");
	return name;
}

/* Where the word stands in names; -1: nowhere. */
static int place_of(const char *names, tutti_bytes word)
{
	for (int i = 0; *names; i++) {
		tutti_bytes name = next_name(&names);

		if (name.size == word.size && memcmp(name.data, word.data, word.size) == 0)
			return i;
	}
	return -1;
}

static size_t count(const char *names)
{
	size_t n = 0;

	for (; *names; n++)
		next_name(&names);
	return n;
}

static int bind_keyword(struct tu_call *c, const char *names, size_t i, const tutti_value **out)
{
	const tutti_value *key = tutti_value_at(c->kwargs, i);
	tutti_bytes word;
	int place;

	if (tutti_value_kind(key) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(key, &word) < 0)
		return tu_call_fail(
			c, TUTTI_ETYPE, "%s() keywords must be strings", c->method->name);
	place = place_of(names, word);
	if (place < 0)
		return tu_call_fail(c, TUTTI_ETYPE,
			"%s() got an unexpected keyword argument '%.*s'", c->method->name,
			word.size < 60 ? (int)word.size : 60, (const char *)word.data);
	if (out[place])
		return tu_call_fail(c, TUTTI_ETYPE, "%s() got multiple values for argument '%.*s'",
			c->method->name, (int)word.size, (const char *)word.data);
	out[place] = tutti_value_under(c->kwargs, i);
	return 0;
}

int tu_call_bind(struct tu_call *c, const char *names, size_t n_needed, const tutti_value **out)
{
	size_t n = count(names), given = tutti_value_size(c->args);
	const char *rest = names;
	int rc = 0;

	if (given > n)
		return tu_call_fail(c, TUTTI_ETYPE, "%s() takes %zu arguments but %zu were given",
			c->method->name, n, given);
	for (size_t i = 0; i < n; i++)
		out[i] = tutti_value_at(c->args, i);
	for (size_t i = 0; rc == 0 && i < tutti_value_size(c->kwargs); i++)
		rc = bind_keyword(c, names, i, out);
	for (size_t i = 0; rc == 0 && i < n_needed; i++) {
		tutti_bytes name = next_name(&rest);

		if (!out[i])
			rc = tu_call_fail(c, TUTTI_ETYPE, "%s() missing required argument: '%.*s'",
				c->method->name, (int)name.size, (const char *)name.data);
	}
	return rc;
}

/* -- what they mean --------------------------------------------------------------------------- */

bool tu_truth(const tutti_value *v, bool otherwise)
{
	double x;

	switch (v ? tutti_value_kind(v) : -1) {
	case -1:
		return otherwise;
	case TUTTI_VALUE_NONE:
		return false;
	case TUTTI_VALUE_BOOL:
	case TUTTI_VALUE_INT:
	case TUTTI_VALUE_FLOAT:
		return tutti_value_as_float(v, &x) < 0 || x != 0;
	default: /* what is opaque has something in it */
		return tutti_value_size(v) > 0;
	}
}

int tu_timeout(const tutti_value *v, tutti_time *deadline, double *seconds)
{
	double x;
	int rc;

	if (!v || tutti_value_kind(v) == TUTTI_VALUE_NONE) {
		*deadline = TUTTI_FOREVER;
		return 0;
	}
	rc = tutti_value_as_float(v, &x);
	if (rc == -ERANGE)
		x = INFINITY; /* an int beyond all doubles */
	else if (rc < 0)
		return TUTTI_ETYPE;
	if (isnan(x))
		return TUTTI_ETYPE;
	if (seconds)
		*seconds = x;
	x *= 1e9;
	*deadline = x >= 9e18 ? TUTTI_FOREVER : tutti_after(x <= 0 ? -1 : (tutti_time)x);
	return 0;
}
