/* SPDX-License-Identifier: MIT */
/* meaning.c - see meaning.h. */
#include "dist/meaning.h"

#include "dist/bound.h"
#include "dist/typed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>

/* As it stands if it cannot be read; NULL: no memory. */
static tutti_value *read_opaque(const tutti_value *v, bool plain, unsigned whole_from)
{
	tutti_pickle_options o = { .plain = plain, .whole_from = whole_from };
	tutti_value *out;
	int rc = tutti_value_from_opaque(&out, v, &o, NULL);

	if (rc == 0)
		return out;
	return rc == -ENOMEM ? NULL : tutti_value_ref((tutti_value *)v);
}

tutti_value *tu_meaning(const tutti_value *v)
{
	return read_opaque(v, true, 0);
}

static bool same(const tutti_value *a, const tutti_value *b);

/* Which class, called with what, and given what; their bytes may share parts differently. */
static bool same_objects(const tutti_value *a, const tutti_value *b)
{
	tutti_value *x = NULL, *y = NULL;
	bool is = tutti_value_object(&x, a) == 0 && tutti_value_object(&y, b) == 0 && same(x, y);

	tutti_value_unref(x);
	tutti_value_unref(y);
	return is;
}

/* One of them at least is opaque. */
static bool same_when_read(const tutti_value *a, const tutti_value *b)
{
	tutti_value *x = tu_meaning(a), *y = tu_meaning(b);
	int x_kind = x ? tutti_value_kind(x) : TUTTI_VALUE_NONE;
	bool is = x && y && x_kind == tutti_value_kind(y) &&
		  (x_kind == TUTTI_VALUE_OPAQUE ? same_objects(x, y) : same(x, y));

	tutti_value_unref(x);
	tutti_value_unref(y);
	return is;
}

static bool same(const tutti_value *a, const tutti_value *b) /* NOLINT(misc-no-recursion) */
{
	int a_kind = tutti_value_kind(a), b_kind = tutti_value_kind(b);
	size_t n = tutti_value_size(a);
	bool is;

	if (a == b || tutti_value_equal(a, b))
		return true;
	if (a_kind == TUTTI_VALUE_OPAQUE || b_kind == TUTTI_VALUE_OPAQUE)
		return same_when_read(a, b);
	is = a_kind == b_kind && n == tutti_value_size(b) &&
	     (a_kind == TUTTI_VALUE_LIST || a_kind == TUTTI_VALUE_TUPLE);
	for (size_t i = 0; is && i < n; i++)
		is = same(tutti_value_at(a, i), tutti_value_at(b, i));
	return is;
}

static bool has_items(int kind)
{
	return kind >= TUTTI_VALUE_LIST || kind == TUTTI_VALUE_BYTES;
}

int tu_means(const tutti_value *meaning, const tutti_value *v)
{
	tutti_value *other;
	int is;

	if (!has_items(tutti_value_kind(meaning)))
		return tutti_value_equal(meaning, v);
	other = tu_meaning(v);
	if (!other)
		return -ENOMEM;
	is = same(meaning, other);
	tutti_value_unref(other);
	return is;
}

/* -- objects ---------------------------------------------------------------------------------- */

static bool is_text(const tutti_value *v, const char *text)
{
	tutti_bytes b;

	return tutti_value_as_bytes(v, &b) == 0 && b.size == strlen(text) &&
	       memcmp(b.data, text, b.size) == 0;
}

tutti_value *tu_object_of(const tutti_value *v, const char *module, const char *name)
{
	tutti_value *parts;

	if (tutti_value_kind(v) != TUTTI_VALUE_OPAQUE || tutti_value_object(&parts, v) < 0)
		return NULL;
	if (is_text(tutti_value_at(parts, 0), module) && is_text(tutti_value_at(parts, 1), name) &&
		tutti_value_kind(tutti_value_at(parts, 2)) == TUTTI_VALUE_TUPLE)
		return parts;
	tutti_value_unref(parts);
	return NULL;
}

const char *tu_type_of(const tutti_value *v, char name[TU_TYPE_ROOM])
{
	tutti_value *read =
		tutti_value_kind(v) == TUTTI_VALUE_OPAQUE ? read_opaque(v, false, 1) : NULL;
	tutti_value *parts = NULL;
	tutti_bytes class;

	snprintf(name, TU_TYPE_ROOM, "%s", tutti_value_type(read ? read : v));
	if (read && tutti_value_kind(read) == TUTTI_VALUE_OPAQUE) {
		snprintf(name, TU_TYPE_ROOM, "object");
		if (tutti_value_object(&parts, read) == 0 &&
			tutti_value_as_bytes(tutti_value_at(parts, 1), &class) == 0)
			snprintf(name, TU_TYPE_ROOM, "%.*s", (int)class.size,
				(const char *)class.data);
		if (strcmp(name, "_array_reconstructor") == 0)
			snprintf(name, TU_TYPE_ROOM, "array");
		tutti_value_unref(parts);
	}
	tutti_value_unref(read);
	return name;
}

/* -- items ------------------------------------------------------------------------------------ */

/* A list of items, whose references are given up. */
static int list_of(tutti_value **list, tutti_value **items, size_t n)
{
	int rc = tutti_value_list(list, items, n);

	for (size_t i = 0; i < n; i++)
		tutti_value_unref(items[i]);
	free(items);
	return rc;
}

static int room_for(tutti_value ***items, size_t n)
{
	if (n > TU_ITEMS_MAX)
		return -E2BIG;
	*items = calloc(n > 0 ? n : 1, sizeof(**items));
	return *items ? 0 : -ENOMEM;
}

static int members(const tutti_value *v, tutti_value **list)
{
	size_t n = tutti_value_size(v);
	tutti_value **items;
	int rc = room_for(&items, n);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		items[i] = tutti_value_ref((tutti_value *)tutti_value_at(v, i));
	return list_of(list, items, n);
}

static size_t character(const char *at)
{
	unsigned char c = (unsigned char)*at;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static size_t count_characters(tutti_bytes text)
{
	size_t n = 0;

	for (size_t at = 0; at < text.size; at += character((const char *)text.data + at))
		n++;
	return n;
}

static int characters(const tutti_value *v, tutti_value **list)
{
	tutti_bytes text;
	tutti_value **items = NULL;
	size_t n = 0, size;
	int rc = tutti_value_as_bytes(v, &text);

	if (rc == 0)
		rc = room_for(&items, count_characters(text));
	if (rc < 0)
		return rc;
	for (size_t at = 0; rc == 0 && at < text.size; at += size) {
		const char *from = (const char *)text.data + at;

		size = character(from);
		rc = tutti_value_text(&items[n], from, size);
		n += rc == 0;
	}
	if (rc == 0)
		return list_of(list, items, n);
	while (n > 0)
		tutti_value_unref(items[--n]);
	free(items);
	return rc;
}

static int octets(const tutti_value *v, tutti_value **list)
{
	tutti_bytes b;
	tutti_value **items = NULL;
	int rc = tutti_value_as_bytes(v, &b);

	if (rc < 0)
		return rc;
	rc = room_for(&items, b.size);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < b.size; i++)
		items[i] = tutti_value_int(((const unsigned char *)b.data)[i]);
	return list_of(list, items, b.size);
}

/* Of range(start, stop, step). */
static int count_up(const tutti_value *args, tutti_value **list)
{
	int64_t start, stop, step, n;
	tutti_value **items;
	int rc;

	if (tutti_value_unpack(args, "(LLL)", &start, &stop, &step) < 0 || step == 0)
		return -E2BIG; /* numbers of more than 64 bits */
	if (step > 0 ? start >= stop : start <= stop)
		n = 0;
	else if (__builtin_sub_overflow(stop, start, &n) || step == INT64_MIN)
		return -E2BIG;
	else
		n = (n - (step > 0 ? 1 : -1)) / step + 1;
	rc = room_for(&items, (size_t)n);
	if (rc < 0)
		return rc;
	for (int64_t i = 0; i < n; i++)
		items[i] = tutti_value_int(start + i * step);
	return list_of(list, items, (size_t)n);
}

static int of_object(const tutti_value *v, tutti_value **list)
{
	tutti_value *range = tu_object_of(v, "builtins", "range");
	tutti_value *made = tu_object_of(v, "builtins", "list");
	const tutti_value *from = tutti_value_at(tutti_value_at(made, 2), 0);
	char typecode;
	int rc = TUTTI_ETYPE;

	if (range)
		rc = count_up(tutti_value_at(range, 2), list);
	else if (from && tutti_value_kind(from) != TUTTI_VALUE_OPAQUE)
		rc = tu_items_of(from, list);
	else
		rc = tu_typed_open(v, &typecode, list);
	tutti_value_unref(range);
	tutti_value_unref(made);
	return rc;
}

static int of_opaque(const tutti_value *v, tutti_value **list)
{
	tutti_value *read = NULL;
	int rc = -ENOMEM;

	for (int plain = 0; plain <= 1; plain++) {
		tutti_value_unref(read);
		read = read_opaque(v, plain, 1);
		if (!read || tutti_value_kind(read) != TUTTI_VALUE_OPAQUE)
			break;
	}
	if (read)
		rc = tutti_value_kind(read) == TUTTI_VALUE_OPAQUE ? of_object(read, list)
								  : tu_items_of(read, list);
	tutti_value_unref(read);
	return rc;
}

int tu_items_of(const tutti_value *v, tutti_value **list)
{
	switch (tutti_value_kind(v)) {
	case TUTTI_VALUE_LIST:
	case TUTTI_VALUE_TUPLE:
		*list = tutti_value_ref((tutti_value *)v);
		return 0;
	case TUTTI_VALUE_SET:
	case TUTTI_VALUE_DICT:
		return members(v, list);
	case TUTTI_VALUE_TEXT:
		return characters(v, list);
	case TUTTI_VALUE_BYTES:
		return octets(v, list);
	case TUTTI_VALUE_OPAQUE:
		return of_opaque(v, list);
	default:
		return TUTTI_ETYPE;
	}
}

int tu_items_bounded(struct tu_call *c, const tutti_value *v, tutti_value **list)
{
	int rc = tu_items_of(v, list);

	return rc == -E2BIG ? tu_bound_items(c, UINT64_MAX) : rc;
}

int tu_items_given(struct tu_call *c, const tutti_value *v, tutti_value **list)
{
	char name[TU_TYPE_ROOM];
	int rc = tu_items_bounded(c, v, list);

	if (rc == TUTTI_ETYPE)
		tu_call_fail(c, rc, "'%s' object is not iterable", tu_type_of(v, name));
	return rc;
}

int tu_reversed(tutti_value **iterator, const tutti_value *list)
{
	tutti_value *args = NULL;
	int rc = tutti_value_pack(&args, "(O)", list);

	if (rc == 0)
		rc = tutti_value_object_make(iterator, "builtins", "reversed", args);
	tutti_value_unref(args);
	return rc;
}

/* -- text ------------------------------------------------------------------------------------- */

int tu_repr_text(tutti_value **text, const tutti_value *v)
{
	tutti_value *read = read_opaque(v, false, 0);
	tutti_bytes b;
	int rc = read ? tutti_value_repr(&b, read) : -ENOMEM;

	tutti_value_unref(read);
	if (rc < 0)
		return rc;
	rc = tutti_value_text(text, b.data, b.size);
	tutti_bytes_free(&b);
	return rc;
}

int tu_read_items(tutti_value **out, tutti_value *const *items, size_t n)
{
	tutti_value **read = calloc(n + 1, sizeof(*read));
	bool all = read;

	for (size_t i = 0; all && i < n; i++) {
		read[i] = read_opaque(items[i], false, 0);
		all = read[i];
	}
	if (all)
		return list_of(out, read, n);
	for (size_t i = 0; read && i < n; i++)
		tutti_value_unref(read[i]);
	free(read);
	return -ENOMEM;
}
