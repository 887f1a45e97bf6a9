/* SPDX-License-Identifier: MIT */
/*
 * same.c - equality and hash, as Python's: 1 == 1.0 == True.
 *
 * Numbers are compared exactly, whatever they are kept as. Whatever is equal has the same hash: a
 * float that is a whole number has that of the int. The hash depends on a key of the process, so
 * that nobody outside can choose keys of a dict which all fall on one place.
 */
#include "wire/value.h"

#include "base/bits.h"
#include "base/check.h"
#include "wire/big.h"

#include <errno.h>
#include <math.h>
#include <tutti/value_make.h>

/* -- equality --------------------------------------------------------------------------------- */

static bool is_number(int kind)
{
	return kind >= TUTTI_VALUE_BOOL && kind <= TUTTI_VALUE_FLOAT;
}

static bool equal_ints(const tutti_value *a, const tutti_value *b)
{
	const struct tu_big *x, *y;
	int64_t m, n;

	if (tutti_value_as_int(a, &m) == 0)
		return tutti_value_as_int(b, &n) == 0 && m == n;
	x = (const struct tu_big *)tu_value_box(a);
	y = (const struct tu_big *)tu_value_box(b);
	return y && y->box.counted.kind == TUTTI_VALUE_INT &&
	       x->box.counted.flags == y->box.counted.flags && x->box.size == y->box.size &&
	       memcmp(x->limbs, y->limbs, x->box.size * sizeof(*x->limbs)) == 0;
}

static bool equal_numbers(const tutti_value *a, int a_kind, const tutti_value *b, int b_kind)
{
	struct tu_whole whole;

	if (a_kind == TUTTI_VALUE_FLOAT && b_kind == TUTTI_VALUE_FLOAT)
		return tu_value_double(a) == tu_value_double(b);
	if (b_kind == TUTTI_VALUE_FLOAT)
		return equal_numbers(b, b_kind, a, a_kind);
	if (a_kind != TUTTI_VALUE_FLOAT)
		return equal_ints(a, b);
	return tu_whole_of_double(&whole, tu_value_double(a)) && tu_whole_is(&whole, b);
}

static bool equal_dicts(const struct tu_table *a, const struct tu_table *b)
{
	for (size_t i = 0; i < a->box.size; i++) {
		const tutti_value *other = tu_table_find(b, a->cells[2 * i]);

		if (!other || !tu_value_same_item(a->cells[2 * i + 1], other))
			return false;
	}
	return true;
}

static bool equal_sets(const struct tu_table *a, const struct tu_table *b)
{
	for (size_t i = 0; i < a->box.size; i++)
		if (!tu_table_find(b, a->cells[i]))
			return false;
	return true;
}

static bool equal_boxes(const struct tu_box *a, const struct tu_box *b)
{
	const struct tu_items *x = (const struct tu_items *)a, *y = (const struct tu_items *)b;

	if (a->size != b->size)
		return false;
	switch (a->counted.kind) {
	case TUTTI_VALUE_OPAQUE:
		if (a->counted.flags != b->counted.flags)
			return false;
		/* fall through */
	case TUTTI_VALUE_TEXT:
	case TUTTI_VALUE_BYTES:
		return memcmp(((const struct tu_string *)a)->data,
			       ((const struct tu_string *)b)->data, a->size) == 0;
	case TUTTI_VALUE_LIST:
	case TUTTI_VALUE_TUPLE:
		for (size_t i = 0; i < a->size; i++)
			if (!tu_value_same_item(x->cells[i], y->cells[i]))
				return false;
		return true;
	case TUTTI_VALUE_DICT:
		return equal_dicts((const struct tu_table *)a, (const struct tu_table *)b);
	default:
		return equal_sets((const struct tu_table *)a, (const struct tu_table *)b);
	}
}

bool tutti_value_equal(const tutti_value *a, const tutti_value *b)
{
	int a_kind, b_kind;

	if (!a || !b)
		return a == b;
	a_kind = tu_value_kind(a);
	b_kind = tu_value_kind(b);
	if (is_number(a_kind) && is_number(b_kind))
		return equal_numbers(a, a_kind, b, b_kind);
	if (a == b || a_kind != b_kind)
		return a == b;
	return equal_boxes(tu_value_box(a), tu_value_box(b));
}

bool tu_value_same_item(const tutti_value *a, const tutti_value *b)
{
	return a == b || tutti_value_equal(a, b);
}

/* -- hash ------------------------------------------------------------------------------------- */

/* Where things lie differs from process to process. */
static uint64_t key(void)
{
	static const char place;

	return tu_mix64((uintptr_t)&place);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	__extension__ unsigned __int128 product =
		(unsigned __int128)(h ^ word ^ UINT64_C(0xa0761d6478bd642f)) *
		((word << 32 | word >> 32) ^ key() ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_bytes(uint64_t h, const char *data, size_t size)
{
	uint64_t word;

	h = mix(h, size);
	for (; size >= sizeof(word); data += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		h = mix(h, word);
	}
	word = 0;
	if (size > 0)
		memcpy(&word, data, size);
	return mix(h, word);
}

uint64_t tu_hash_text(const char *text, size_t size)
{
	return hash_bytes(TUTTI_VALUE_TEXT, text, size);
}

static uint64_t hash_limbs(bool negative, const uint64_t *limbs, size_t n)
{
	uint64_t h = negative;

	for (size_t i = 0; i < n; i++)
		h = mix(h, limbs[i]);
	return tu_mix64(h);
}

static uint64_t hash_int64(int64_t n)
{
	uint64_t magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n;

	return hash_limbs(n < 0, &magnitude, 1);
}

/* What is no number equals itself alone: of many in a set no two should fall on one place. */
static uint64_t hash_double(const tutti_value *v)
{
	double x = tu_value_double(v);
	struct tu_whole whole;
	uint64_t bits;

	if (tu_whole_of_double(&whole, x))
		return hash_limbs(whole.negative, whole.limbs, whole.n);
	if (isnan(x))
		return mix(TUTTI_VALUE_FLOAT, (uintptr_t)v);
	memcpy(&bits, &x, sizeof(bits));
	return mix(TUTTI_VALUE_FLOAT, bits);
}

static uint64_t hash_box(const struct tu_box *box)
{
	const struct tu_items *items = (const struct tu_items *)box;
	const struct tu_big *big = (const struct tu_big *)box;
	uint64_t h = mix(box->counted.kind, box->size);

	switch (box->counted.kind) {
	case TUTTI_VALUE_INT:
		return hash_limbs(box->counted.flags & TU_BOX_NEGATIVE, big->limbs, box->size);
	case TUTTI_VALUE_TEXT:
	case TUTTI_VALUE_BYTES:
	case TUTTI_VALUE_OPAQUE:
		return hash_bytes(
			box->counted.kind, ((const struct tu_string *)box)->data, box->size);
	case TUTTI_VALUE_TUPLE:
		for (size_t i = 0; i < box->size; i++)
			h = mix(h, tutti_value_hash(items->cells[i]));
		return h;
	default:
		return h;
	}
}

uint64_t tutti_value_hash(const tutti_value *v)
{
	int64_t n;

	if (!v || (uintptr_t)v == TU_VALUE_NONE)
		return mix(TUTTI_VALUE_NONE, (uintptr_t)v);
	if (tutti_value_kind(v) == TUTTI_VALUE_FLOAT)
		return hash_double(v);
	if (tutti_value_as_int(v, &n) == 0)
		return hash_int64(n);
	return hash_box(tu_value_box(v));
}
