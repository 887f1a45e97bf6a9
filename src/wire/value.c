/* SPDX-License-Identifier: MIT */
/* value.c - looking at values, and their end. */
#include "wire/value.h"

#include "core/alloc.h"
#include "wire/big.h"
#include "wire/repr.h"

#include <errno.h>
#include <math.h>
#include <tutti/error.h>

static size_t cell_count(const struct tu_box *box)
{
	switch (box->counted.kind) {
	case TUTTI_VALUE_LIST:
	case TUTTI_VALUE_TUPLE:
	case TUTTI_VALUE_SET:
		return box->size;
	case TUTTI_VALUE_DICT:
		return 2 * box->size;
	default:
		return 0;
	}
}

/* Goes down into items: no deeper than TUTTI_VALUE_DEPTH_MAX, see tu_value_gather. */
static void box_free(struct tu_counted *c)
{
	struct tu_box *box = (struct tu_box *)c;
	size_t n = cell_count(box);
	tutti_value **cells = n > 0 ? tu_value_cells(tu_value_of(box)) : NULL;

	for (size_t i = 0; i < n; i++)
		tu_value_drop(cells[i]);
	tu_free(box);
}

struct tu_box *tu_box_create(int kind, size_t size, size_t head, size_t bytes)
{
	static const struct tu_counted_type type = { box_free, tu_value_describe };
	struct tu_box *box = bytes <= SIZE_MAX / 2 ? tu_alloc(head + bytes) : NULL;

	if (!box)
		return NULL;
	box->counted = (struct tu_counted){ .type = &type, .refs = 1, .kind = (uint8_t)kind };
	box->size = size;
	return box;
}

tutti_value *tutti_value_ref(tutti_value *v)
{
	return tu_value_keep(v);
}

void tutti_value_unref(tutti_value *v)
{
	tu_value_drop(v);
}

int tutti_value_kind(const tutti_value *v)
{
	return v ? tu_value_kind(v) : -EINVAL;
}

const char *tutti_value_type(const tutti_value *v)
{
	static const char *const names[] = { "NoneType", "bool", "int", "float", "bytes", "str",
		"list", "tuple", "dict", "set", "opaque" };

	return v ? names[tutti_value_kind(v)] : "nothing";
}

size_t tutti_value_size(const tutti_value *v)
{
	return tutti_value_kind(v) >= TUTTI_VALUE_BYTES ? tu_value_box(v)->size : 0;
}

/* Of a list or tuple, dict, set, else NULL. */
static const struct tu_box *with_items(const tutti_value *v)
{
	int kind = tutti_value_kind(v);

	return kind >= TUTTI_VALUE_LIST && kind <= TUTTI_VALUE_SET ? tu_value_box(v) : NULL;
}

const tutti_value *tutti_value_at(const tutti_value *v, size_t index)
{
	const struct tu_box *box = with_items(v);

	if (!box || index >= box->size)
		return NULL;
	return tu_value_cells(v)[box->counted.kind == TUTTI_VALUE_DICT ? 2 * index : index];
}

const tutti_value *tutti_value_under(const tutti_value *v, size_t index)
{
	if (tutti_value_kind(v) != TUTTI_VALUE_DICT || index >= tu_value_box(v)->size)
		return NULL;
	return tu_value_cells(v)[2 * index + 1];
}

const tutti_value *tutti_value_find(const tutti_value *v, const tutti_value *key)
{
	int kind = tutti_value_kind(v);

	if ((kind != TUTTI_VALUE_DICT && kind != TUTTI_VALUE_SET) || !key ||
		!tu_value_hashable(key))
		return NULL;
	return tu_table_find(tu_value_table(v), key);
}

unsigned tu_value_height(const tutti_value *v)
{
	const struct tu_box *box = tu_value_box(v);

	return box ? box->counted.height : 0;
}

bool tu_value_hashable(const tutti_value *v)
{
	const struct tu_box *box = tu_value_box(v);

	return !box || !(box->counted.flags & TU_BOX_UNHASHABLE);
}

/*
 * The doubles whose exponent is about the middle, 1e-77 to 1e77, differ from each other in all bits
 * but two: those are given up for the tag. Turned left by three, the top bits 011 and 100 leave 01
 * and 10 at the low end, which the highest bit tells apart. 0.0 takes the place of one such double.
 */
double tu_value_double(const tutti_value *v)
{
	uint64_t bits = (uintptr_t)v;
	double x;

	if ((bits & 3) == 0)
		return ((const struct tu_float *)tu_value_box(v))->x;
	if (bits == (UINT64_C(1) << 63 | 2))
		return 0.0;
	bits = (bits & ~UINT64_C(3)) | (2 - (bits >> 63));
	bits = bits >> 3 | bits << 61;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

int tutti_value_as_int(const tutti_value *v, int64_t *out)
{
	int kind = tutti_value_kind(v);

	if (kind == TUTTI_VALUE_BOOL)
		*out = (uintptr_t)v == TU_VALUE_TRUE;
	else if (kind != TUTTI_VALUE_INT)
		return TUTTI_ETYPE;
	else if (tu_value_is_small_int(v))
		*out = tu_value_small_int(v);
	else
		return tu_big_int64((const struct tu_big *)tu_value_box(v), out);
	return 0;
}

int tutti_value_as_float(const tutti_value *v, double *out)
{
	int kind = tutti_value_kind(v);
	int64_t n;
	double x;

	if (kind == TUTTI_VALUE_FLOAT) {
		*out = tu_value_double(v);
		return 0;
	}
	if (kind != TUTTI_VALUE_INT && kind != TUTTI_VALUE_BOOL)
		return TUTTI_ETYPE;
	if (tutti_value_as_int(v, &n) == 0)
		x = (double)n;
	else
		x = tu_big_double((const struct tu_big *)tu_value_box(v));
	if (isinf(x))
		return -ERANGE;
	*out = x;
	return 0;
}

int tutti_value_as_bytes(const tutti_value *v, tutti_bytes *out)
{
	int kind = tutti_value_kind(v);

	if (kind != TUTTI_VALUE_TEXT && kind != TUTTI_VALUE_BYTES)
		return TUTTI_ETYPE;
	*out = tutti_bytes_of(
		((const struct tu_string *)tu_value_box(v))->data, tu_value_box(v)->size);
	return 0;
}
