/* SPDX-License-Identifier: MIT */
/* typed.c - see typed.h. */
#include "dist/typed.h"

#include "dist/bound.h"
#include "dist/meaning.h"
#include "dist/order.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

struct type {
	char letter;
	unsigned char size;
	bool is_signed, is_float;
	const char *name; /* in errors; NULL: they have another form */
};

/* int_max of a signed type and of an unsigned one are told by its size. */
static const struct type types[] = {
	{ 'b', 1, true, false, "signed char" },
	{ 'B', 1, false, false, "unsigned byte integer" },
	{ 'h', 2, true, false, "signed short integer" },
	{ 'H', 2, false, false, "unsigned short" },
	{ 'i', sizeof(int), true, false, "signed int" },
	{ 'I', sizeof(int), false, false, "unsigned int" },
	{ 'l', sizeof(long), true, false, "signed long" },
	{ 'L', sizeof(long), false, false, "unsigned long" },
	{ 'q', 8, true, false, "signed long long" },
	{ 'Q', 8, false, false, "unsigned long long" },
	{ 'f', 4, true, true, NULL },
	{ 'd', 8, true, true, NULL },
};

static const struct type *find(char letter)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].letter == letter)
			return &types[i];
	return NULL;
}

bool tu_typed_knows(char typecode)
{
	return find(typecode);
}

/* -- one item --------------------------------------------------------------------------------- */

/* With words also for create, which has no exception to answer with. */
static int overflow(struct tu_call *c, const char *text)
{
	tu_call_fail(c, 0, "OverflowError: %s", text);
	return tu_call_raise(c, "builtins", "OverflowError", text);
}

static int float_item(
	struct tu_call *c, const struct type *t, const tutti_value *v, tutti_value **out)
{
	char name[TU_TYPE_ROOM];
	double x;
	int rc = tutti_value_as_float(v, &x);

	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "must be real number, not %s", tu_type_of(v, name));
	if (rc < 0)
		return overflow(c, "int too large to convert to float");
	*out = tutti_value_float(t->size == 4 ? (double)(float)x : x);
	return *out ? 0 : -ENOMEM;
}

static int beyond(struct tu_call *c, const struct type *t, bool below)
{
	char text[80];

	snprintf(text, sizeof(text), "%s is %s than %s", t->name, below ? "less" : "greater",
		below ? "minimum" : "maximum");
	return overflow(c, text);
}

/* Of 64 bits, above what int64_t holds. */
static bool fits_uint64(const tutti_value *v)
{
	uint64_t n;

	return tutti_value_unpack(v, "K", &n) == 0;
}

int tu_typed_item(struct tu_call *c, char typecode, const tutti_value *v, tutti_value **out)
{
	const struct type *t = find(typecode);
	unsigned bits = t->size * CHAR_BIT;
	char name[TU_TYPE_ROOM];
	bool fits;
	int64_t n;
	int rc;

	if (t->is_float)
		return float_item(c, t, v, out);
	rc = tutti_value_as_int(v, &n);
	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "'%s' object cannot be interpreted as an integer",
			tu_type_of(v, name));
	if (rc < 0)
		fits = !t->is_signed && bits == 64 && fits_uint64(v);
	else if (!t->is_signed)
		fits = n >= 0 && (bits == 64 || n >> bits == 0);
	else
		fits = bits == 64 || n >> (bits - 1) == (n < 0 ? -1 : 0);
	if (!fits)
		return beyond(c, t, rc == 0 ? n < 0 : tu_int_is_negative(v));
	*out = rc == 0 ? tutti_value_int(n) : tutti_value_ref((tutti_value *)v);
	return *out ? 0 : -ENOMEM;
}

/* -- bytes ------------------------------------------------------------------------------------ */

/* How items lie: a row of CPython's table of machine formats. */
struct format {
	unsigned size;
	bool is_signed, is_float, big;
};

static tutti_value *read_item(const unsigned char *from, const struct format *f)
{
	uint64_t n = 0;
	uint32_t half;
	float single;
	double x;

	for (unsigned i = 0; i < f->size; i++)
		n |= (uint64_t)from[f->big ? f->size - 1 - i : i] << (CHAR_BIT * i);
	if (!f->is_float && !f->is_signed)
		return tutti_value_uint(n);
	if (!f->is_float)
		return tutti_value_int(
			(int64_t)(n << (64 - CHAR_BIT * f->size)) >> (64 - CHAR_BIT * f->size));
	half = (uint32_t)n;
	memcpy(&single, &half, sizeof(single));
	memcpy(&x, &n, sizeof(x));
	return tutti_value_float(f->size == 4 ? (double)single : x);
}

static int read_items(tutti_bytes bytes, const struct format *f, tutti_value **list)
{
	size_t n = bytes.size / f->size, made = 0;
	tutti_value **items;
	int rc = -ENOMEM;

	if (bytes.size % f->size != 0)
		return -EINVAL;
	if (n > TU_ITEMS_MAX)
		return -E2BIG;
	items = calloc(n + 1, sizeof(*items));
	while (items && made < n) {
		items[made] = read_item((const unsigned char *)bytes.data + made * f->size, f);
		if (!items[made])
			break;
		made++;
	}
	if (items && made == n)
		rc = tutti_value_list(list, items, n);
	for (size_t i = 0; i < made; i++)
		tutti_value_unref(items[i]);
	free(items);
	return rc;
}

int tu_typed_bytes(char typecode, tutti_bytes bytes, tutti_value **list)
{
	static const uint16_t one = 1;
	const struct type *t = find(typecode);
	struct format f = { t->size, t->is_signed, t->is_float,
		.big = *(const unsigned char *)&one == 0 };

	return read_items(bytes, &f, list);
}

/* -- pickled ---------------------------------------------------------------------------------- */

static bool read_format(int64_t code, struct format *f)
{
	static const unsigned char sizes[] = { 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8, 8, 8, 4, 4, 8,
		8 };

	if (code < 0 || code >= (int64_t)sizeof(sizes))
		return false;
	f->size = sizes[code];
	f->is_float = code >= 14;
	f->is_signed = code == 1 || (code >= 2 && (code - 2) % 4 >= 2);
	f->big = code >= 2 && code % 2 == 1;
	return true;
}

static bool read_letter(const tutti_value *v, char *letter)
{
	tutti_bytes b;

	if (tutti_value_kind(v) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(v, &b) < 0 ||
		b.size != 1 || !find(*(const char *)b.data))
		return false;
	*letter = *(const char *)b.data;
	return true;
}

/* array(letter, items) */
static int open_called(const tutti_value *args, char *typecode, tutti_value **list)
{
	const tutti_value *from = tutti_value_at(args, 1);
	tutti_bytes bytes;

	if (!read_letter(tutti_value_at(args, 0), typecode))
		return TUTTI_ETYPE;
	if (!from)
		return tutti_value_list(list, NULL, 0);
	if (tutti_value_kind(from) == TUTTI_VALUE_BYTES && tutti_value_as_bytes(from, &bytes) == 0)
		return tu_typed_bytes(*typecode, bytes, list);
	return tu_items_of(from, list);
}

/* _array_reconstructor(array, letter, format, bytes) */
static int open_built(const tutti_value *args, char *typecode, tutti_value **list)
{
	struct format f;
	tutti_bytes bytes;
	int64_t code;

	if (!read_letter(tutti_value_at(args, 1), typecode) ||
		tutti_value_as_int(tutti_value_at(args, 2), &code) < 0 || !read_format(code, &f) ||
		tutti_value_as_bytes(tutti_value_at(args, 3), &bytes) < 0)
		return TUTTI_ETYPE;
	return read_items(bytes, &f, list);
}

int tu_typed_open(const tutti_value *v, char *typecode, tutti_value **list)
{
	tutti_value *called = tu_object_of(v, "array", "array");
	tutti_value *built = called ? NULL : tu_object_of(v, "array", "_array_reconstructor");
	int rc = TUTTI_ETYPE;

	if (called)
		rc = open_called(tutti_value_at(called, 2), typecode, list);
	else if (built)
		rc = open_built(tutti_value_at(built, 2), typecode, list);
	tutti_value_unref(called);
	tutti_value_unref(built);
	return rc == -EINVAL ? TUTTI_ETYPE : rc;
}

int tu_typed_make(tutti_value **out, char typecode, tutti_value *const *items, size_t n)
{
	char letter[2] = { typecode };
	tutti_value *list, *args;
	int rc = tutti_value_list(&list, items, n);

	if (rc < 0)
		return rc;
	rc = tutti_value_pack(&args, "(sO)", letter, list);
	tutti_value_unref(list);
	if (rc < 0)
		return rc;
	rc = tutti_value_object_make(out, "array", "array", args);
	tutti_value_unref(args);
	return rc;
}
