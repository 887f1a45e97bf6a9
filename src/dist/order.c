/* SPDX-License-Identifier: MIT */
/*
 * order.c - Python's < of values. Numbers are compared exactly. An int of more than 64 bits is
 * looked at as the bytes of tutti's own form (docs/values.md), which have its sign and magnitude.
 */
#include "dist/order.h"

#include "dist/meaning.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>

/* -- large ints ------------------------------------------------------------------------------- */

enum { ABOVE = 0xd5, BELOW = 0xd6, DOUBLE_BYTES = 136 };

struct magnitude {
	bool negative;
	const unsigned char *bytes; /* the lowest first, the last is not 0 */
	size_t n;
};

/* *from is to be freed when m is not needed any more. */
static int read_large(struct magnitude *m, tutti_bytes *from, const tutti_value *v)
{
	const unsigned char *at;
	int rc = tutti_value_encode(from, v);

	if (rc < 0)
		return rc;
	at = (const unsigned char *)from->data + 1; /* behind the version */
	m->negative = *at++ == BELOW;
	while (*at++ & 0x80) /* the size, which is what is left */
		;
	m->bytes = at;
	m->n = from->size - (size_t)(at - (const unsigned char *)from->data);
	return 0;
}

/* Of a whole number of at least 2^63. */
static void read_double(struct magnitude *m, double x, unsigned char bytes[DOUBLE_BYTES])
{
	int exponent;
	uint64_t bits = (uint64_t)ldexp(frexp(fabs(x), &exponent), 53);
	unsigned shift = (unsigned)(exponent - 53);
	unsigned __int128 wide = (unsigned __int128)bits << shift % 8;

	memset(bytes, 0, DOUBLE_BYTES);
	for (unsigned i = 0; i < 8; i++)
		bytes[shift / 8 + i] = (unsigned char)(wide >> 8 * i);
	m->negative = x < 0;
	m->bytes = bytes;
	m->n = DOUBLE_BYTES;
	while (m->n > 0 && bytes[m->n - 1] == 0)
		m->n--;
}

static int compare_magnitudes(const struct magnitude *a, const struct magnitude *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	if (a->n != b->n)
		return (a->n < b->n) == a->negative ? 1 : -1;
	for (size_t i = a->n; i-- > 0;)
		if (a->bytes[i] != b->bytes[i])
			return (a->bytes[i] < b->bytes[i]) == a->negative ? 1 : -1;
	return 0;
}

bool tu_int_is_negative(const tutti_value *v)
{
	struct magnitude m;
	tutti_bytes from;
	int64_t n;

	if (tutti_value_as_int(v, &n) == 0)
		return n < 0;
	if (read_large(&m, &from, v) < 0)
		return false;
	tutti_bytes_free(&from);
	return m.negative;
}

/* -- numbers ---------------------------------------------------------------------------------- */

static bool is_number(int kind)
{
	return kind == TUTTI_VALUE_BOOL || kind == TUTTI_VALUE_INT || kind == TUTTI_VALUE_FLOAT;
}

/* -1, 0, 1; x is a number. */
static int compare_int_double(int64_t n, double x)
{
	int64_t whole;

	if (x >= 0x1p63 || x < -0x1p63)
		return x > 0 ? -1 : 1;
	whole = (int64_t)x;
	if (n != whole)
		return n < whole ? -1 : 1;
	x -= (double)whole;
	return x > 0 ? -1 : x < 0;
}

/* One of more than 64 bits with a float that is a number. */
static int compare_large_double(const tutti_value *v, double x, int *order)
{
	unsigned char bytes[DOUBLE_BYTES];
	struct magnitude m, other;
	tutti_bytes from;
	int rc = read_large(&m, &from, v);

	if (rc < 0)
		return rc;
	if (isinf(x) || fabs(x) < 0x1p63) {
		*order = isinf(x) ? (x > 0 ? -1 : 1) : m.negative ? -1 : 1;
	} else {
		read_double(&other, x, bytes);
		*order = compare_magnitudes(&m, &other);
	}
	tutti_bytes_free(&from);
	return 0;
}

static int compare_large(const tutti_value *a, const tutti_value *b, int *order)
{
	struct magnitude x, y;
	tutti_bytes from_a, from_b;
	int rc = read_large(&x, &from_a, a);

	if (rc < 0)
		return rc;
	rc = read_large(&y, &from_b, b);
	if (rc == 0) {
		*order = compare_magnitudes(&x, &y);
		tutti_bytes_free(&from_b);
	}
	tutti_bytes_free(&from_a);
	return rc;
}

static int compare_with_float(const tutti_value *v, double x, int *order)
{
	int64_t n;

	if (tutti_value_as_int(v, &n) < 0)
		return compare_large_double(v, x, order);
	*order = compare_int_double(n, x);
	return 0;
}

static int less_ints(const tutti_value *a, const tutti_value *b)
{
	int64_t m, n;
	bool small_a = tutti_value_as_int(a, &m) == 0, small_b = tutti_value_as_int(b, &n) == 0;
	int order = 0, rc;

	if (small_a && small_b)
		return m < n;
	if (small_a)
		return !tu_int_is_negative(b);
	if (small_b)
		return tu_int_is_negative(a);
	rc = compare_large(a, b, &order);
	return rc < 0 ? rc : order < 0;
}

static int less_numbers(const tutti_value *a, int a_kind, const tutti_value *b, int b_kind)
{
	bool a_float = a_kind == TUTTI_VALUE_FLOAT, b_float = b_kind == TUTTI_VALUE_FLOAT;
	double x = 0, y = 0;
	int order = 0, rc;

	if (a_float)
		tutti_value_as_float(a, &x);
	if (b_float)
		tutti_value_as_float(b, &y);
	if (isnan(x) || isnan(y))
		return 0;
	if (a_float && b_float)
		return x < y;
	if (!a_float && !b_float)
		return less_ints(a, b);
	rc = a_float ? compare_with_float(b, x, &order) : compare_with_float(a, y, &order);
	return rc < 0 ? rc : a_float ? order > 0 : order < 0;
}

/* -- others ----------------------------------------------------------------------------------- */

static int less_bytes(const tutti_value *a, const tutti_value *b)
{
	tutti_bytes x, y;
	size_t n;
	int order = 0;

	tutti_value_as_bytes(a, &x);
	tutti_value_as_bytes(b, &y);
	n = x.size < y.size ? x.size : y.size;
	if (n > 0)
		order = memcmp(x.data, y.data, n);
	return order != 0 ? order < 0 : x.size < y.size;
}

static int less_items(struct tu_call *c, const tutti_value *a, const tutti_value *b)
{
	size_t m = tutti_value_size(a), n = tutti_value_size(b);

	for (size_t i = 0; i < m && i < n; i++) {
		const tutti_value *x = tutti_value_at(a, i), *y = tutti_value_at(b, i);

		if (x != y && !tutti_value_equal(x, y))
			return tu_less(c, x, y);
	}
	return m < n;
}

static int less_sets(const tutti_value *a, const tutti_value *b)
{
	if (tutti_value_size(a) >= tutti_value_size(b))
		return 0;
	for (size_t i = 0; i < tutti_value_size(a); i++)
		if (!tutti_value_find(b, tutti_value_at(a, i)))
			return 0;
	return 1;
}

int tu_less(struct tu_call *c, const tutti_value *a, const tutti_value *b)
{
	int a_kind = tutti_value_kind(a), b_kind = tutti_value_kind(b);
	char a_name[TU_TYPE_ROOM], b_name[TU_TYPE_ROOM];

	if (is_number(a_kind) && is_number(b_kind))
		return less_numbers(a, a_kind, b, b_kind);
	if (a_kind == b_kind && (a_kind == TUTTI_VALUE_TEXT || a_kind == TUTTI_VALUE_BYTES))
		return less_bytes(a, b);
	if (a_kind == b_kind && (a_kind == TUTTI_VALUE_LIST || a_kind == TUTTI_VALUE_TUPLE))
		return less_items(c, a, b);
	if (a_kind == b_kind && a_kind == TUTTI_VALUE_SET)
		return less_sets(a, b);
	return tu_call_fail(c, TUTTI_ETYPE, "'<' not supported between instances of '%s' and '%s'",
		tu_type_of(a, a_name), tu_type_of(b, b_name));
}
