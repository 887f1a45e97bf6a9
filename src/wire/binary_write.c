/* SPDX-License-Identifier: MIT */
/* binary_write.c - values into tutti's own form: docs/values.md, byte by byte. */
#include "core/alloc.h"
#include "wire/big.h"
#include "wire/binary.h"
#include "wire/pickle.h"
#include "wire/value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <tutti/value_codec.h>

static int write_value(struct tu_out *o, const tutti_value *v);

/* A first byte, and a number in sevens of bits, the low ones first. */
static void put_number(struct tu_out *o, unsigned first, uint64_t n)
{
	char *begin = tu_out_room(o, 1 + TU_VARINT_MOST), *to = begin;

	if (!to)
		return;
	*to++ = (char)first;
	for (; n >= 0x80; n >>= 7)
		*to++ = (char)(n | 0x80);
	*to++ = (char)n;
	o->size += (size_t)(to - begin);
}

/* How many there are: in the first byte if they are few, else what is beyond few. */
static void put_count(
	struct tu_out *o, unsigned short_form, unsigned few, unsigned long_form, size_t n)
{
	if (n < few)
		tu_out_byte(o, short_form + (unsigned)n);
	else
		put_number(o, long_form, n - few);
}

static void write_big(struct tu_out *o, const struct tu_big *big)
{
	bool negative = big->box.counted.flags & TU_BOX_NEGATIVE;
	size_t n = big->box.size * TU_LIMB_BYTES;

	for (uint64_t top = big->limbs[big->box.size - 1]; top >> 56 == 0; top <<= 8)
		n--;
	put_number(o, negative ? TU_BINARY_BIG_MINUS : TU_BINARY_BIG_INT, n);
	for (size_t i = 0; i < n; i++)
		tu_out_byte(o, big->limbs[i / TU_LIMB_BYTES] >> (i % TU_LIMB_BYTES * 8) & 0xff);
}

static void write_int(struct tu_out *o, const tutti_value *v)
{
	int64_t n;

	if (tutti_value_as_int(v, &n) < 0)
		write_big(o, (const struct tu_big *)tu_value_box(v));
	else if (n >= 0 && n < TU_BINARY_SMALL_INTS)
		tu_out_byte(o, (unsigned)n);
	else if (n < 0 && n >= -TU_BINARY_SMALL_MINUS)
		tu_out_byte(o, (unsigned)(TU_BINARY_TEXT + n));
	else if (n >= 0)
		put_number(o, TU_BINARY_LARGE_INT, (uint64_t)n - TU_BINARY_SMALL_INTS);
	else
		put_number(o, TU_BINARY_LARGE_MINUS, -(uint64_t)n - TU_BINARY_SMALL_MINUS - 1);
}

static void write_float(struct tu_out *o, double x)
{
	char *to = tu_out_room(o, 1 + sizeof(x));
	uint64_t bits = UINT64_C(0x7ff8) << 48; /* one for all that is no number */

	if (!to)
		return;
	if (!isnan(x))
		memcpy(&bits, &x, sizeof(bits));
	bits = tu_little_endian(bits);
	*to = (char)TU_BINARY_FLOAT;
	memcpy(to + 1, &bits, sizeof(bits));
	o->size += 1 + sizeof(x);
}

static int write_cells(struct tu_out *o, const tutti_value *v, size_t n)
{
	tutti_value **cells = tu_value_cells(v);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = write_value(o, cells[i]);
	return rc;
}

/* -- sets ------------------------------------------------------------------------------------- */

struct member {
	const char *data;
	size_t size;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);

	return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

/* The members from byte first on into the order of their bytes; members has where each ends. */
static void sort_members(
	struct tu_out *o, size_t first, struct member *members, size_t n, char *copy)
{
	size_t at = first;

	memcpy(copy, o->data + first, o->size - first);
	for (size_t i = 0; i < n; i++) {
		size_t end = members[i].size;

		members[i] = (struct member){ copy + (at - first), end - at };
		at = end;
	}
	qsort(members, n, sizeof(*members), compare_members);
	for (size_t i = 0; i < n; first += members[i++].size)
		memcpy(o->data + first, members[i].data, members[i].size);
}

/* Members have no order: they are written in that of their bytes, so that there is one way only. */
static int write_set(struct tu_out *o, const tutti_value *v)
{
	size_t n = tutti_value_size(v), first;
	struct member *members;
	char *copy = NULL;
	int rc = 0;

	put_number(o, TU_BINARY_SET, n);
	if (n == 0)
		return 0;
	first = o->size;
	members = tu_alloc(n * sizeof(*members));
	for (size_t i = 0; members && i < n && rc == 0; i++) {
		rc = write_value(o, tu_value_cells(v)[i]);
		members[i].size = o->size;
	}
	if (members && rc == 0 && !o->failed)
		copy = tu_alloc(o->size - first);
	if (copy)
		sort_members(o, first, members, n, copy);
	else if (rc == 0)
		rc = -ENOMEM;
	tu_free(copy);
	tu_free(members);
	return rc;
}

/* -- all -------------------------------------------------------------------------------------- */

static int write_box(struct tu_out *o, const tutti_value *v)
{
	const struct tu_box *box = tu_value_box(v);

	switch (box->counted.kind) {
	case TUTTI_VALUE_TEXT:
		put_count(o, TU_BINARY_TEXT, TU_BINARY_SHORT_TEXT, TU_BINARY_LONG_TEXT, box->size);
		tu_out_put(o, ((const struct tu_string *)box)->data, box->size);
		return 0;
	case TUTTI_VALUE_BYTES:
		put_number(o, TU_BINARY_BYTES, box->size);
		tu_out_put(o, ((const struct tu_string *)box)->data, box->size);
		return 0;
	case TUTTI_VALUE_LIST:
		put_count(o, TU_BINARY_LIST, TU_BINARY_SHORT_LIST, TU_BINARY_LONG_LIST, box->size);
		return write_cells(o, v, box->size);
	case TUTTI_VALUE_TUPLE:
		put_count(
			o, TU_BINARY_TUPLE, TU_BINARY_SHORT_TUPLE, TU_BINARY_LONG_TUPLE, box->size);
		return write_cells(o, v, box->size);
	case TUTTI_VALUE_DICT:
		put_count(o, TU_BINARY_DICT, TU_BINARY_SHORT_DICT, TU_BINARY_LONG_DICT, box->size);
		return write_cells(o, v, 2 * box->size);
	case TUTTI_VALUE_OPAQUE:
		put_number(o,
			box->counted.flags & TU_BOX_LEGACY ? TU_BINARY_OPAQUE_LEGACY
							   : TU_BINARY_OPAQUE,
			box->size);
		tu_out_put(o, ((const struct tu_string *)box)->data, box->size);
		return 0;
	default:
		return write_set(o, v);
	}
}

static int write_value(struct tu_out *o, const tutti_value *v)
{
	switch (tu_value_kind(v)) {
	case TUTTI_VALUE_NONE:
		tu_out_byte(o, TU_BINARY_NONE);
		return 0;
	case TUTTI_VALUE_BOOL:
		tu_out_byte(o, (uintptr_t)v == TU_VALUE_TRUE ? TU_BINARY_TRUE : TU_BINARY_FALSE);
		return 0;
	case TUTTI_VALUE_INT:
		write_int(o, v);
		return 0;
	case TUTTI_VALUE_FLOAT:
		write_float(o, tu_value_double(v));
		return 0;
	default:
		return write_box(o, v);
	}
}

int tutti_value_encode(tutti_bytes *out, const tutti_value *v)
{
	struct tu_out o = { 0 };

	if (!v)
		return -EINVAL;
	tu_out_byte(&o, TU_BINARY_VERSION);
	return tu_out_end(&o, out, write_value(&o, v));
}
