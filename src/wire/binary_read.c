/* SPDX-License-Identifier: MIT */
/*
 * binary_read.c - values from tutti's own form: docs/values.md, byte by byte.
 *
 * The bytes may come from anybody. No size is believed beyond the bytes that are there, and each
 * item is one byte at least, so that memory grows with the input. What encode would have written in
 * another way is refused, so that equal bytes are the only equal messages.
 */
#include "core/alloc.h"
#include "wire/big.h"
#include "wire/binary.h"
#include "wire/pickle.h"
#include "wire/pile.h"
#include "wire/utf8.h"

#include <errno.h>
#include <math.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

struct reader {
	const unsigned char *data;
	size_t size, at;
	unsigned depth;
	struct tu_pile pile;
	tutti_value_fault *fault;
};

static int read_value(struct reader *r);

#define wrong(r, ...) tu_fault((r)->fault, TUTTI_EPROTO, (r)->at, __VA_ARGS__)

static int no_memory(struct reader *r)
{
	return tu_fault(r->fault, -ENOMEM, r->at, "no memory");
}

static int put(struct reader *r, tutti_value *v)
{
	return tu_pile_put(&r->pile, v) < 0 ? no_memory(r) : 0;
}

static int read_number(struct reader *r, uint64_t *n)
{
	*n = 0;
	for (unsigned i = 0; i < TU_VARINT_MOST; i++) {
		unsigned char byte;

		if (r->at == r->size)
			return wrong(r, "the end, within a number");
		byte = r->data[r->at];
		if ((byte == 0 && i > 0) || (i == TU_VARINT_MOST - 1 && byte > 1))
			return wrong(r, "a number longer than need be, or of more than 64 bits");
		r->at++;
		*n |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80)
			return 0;
	}
	return wrong(r, "a number of more than 64 bits");
}

/* How many of at least unit bytes each; few or more, as fewer have their own first byte. */
static int read_count(struct reader *r, unsigned few, size_t unit, size_t *n)
{
	uint64_t count;
	int rc = read_number(r, &count);

	if (rc < 0)
		return rc;
	if (count > (r->size - r->at) / unit || count + few > (r->size - r->at) / unit)
		return wrong(r, "%llu items or bytes, of which %zu bytes are there",
			(unsigned long long)count + few, r->size - r->at);
	*n = (size_t)count + few;
	return 0;
}

static int read_int(struct reader *r, bool negative)
{
	uint64_t n;
	int rc = read_number(r, &n);

	if (rc < 0)
		return rc;
	if (n > (uint64_t)INT64_MAX - (negative ? TU_BINARY_SMALL_MINUS : TU_BINARY_SMALL_INTS))
		return wrong(r, "an int of more than 64 bits, as one of fewer");
	if (negative)
		return put(r, tutti_value_int(-(int64_t)n - TU_BINARY_SMALL_MINUS - 1));
	return put(r, tutti_value_int((int64_t)n + TU_BINARY_SMALL_INTS));
}

static int read_big(struct reader *r, bool negative)
{
	size_t size = 0, n;
	uint64_t *limbs;
	tutti_value *v;
	int rc = read_count(r, 0, 1, &size);

	if (rc < 0)
		return rc;
	if (size < TU_LIMB_BYTES || r->data[r->at + size - 1] == 0)
		return wrong(r, "a big int longer than need be");
	n = (size + TU_LIMB_BYTES - 1) / TU_LIMB_BYTES;
	limbs = tu_alloc_zero(n * sizeof(*limbs));
	if (!limbs)
		return no_memory(r);
	for (size_t i = 0; i < size; i++)
		limbs[i / TU_LIMB_BYTES] |= (uint64_t)r->data[r->at + i] << (i % TU_LIMB_BYTES * 8);
	if (n == 1 && limbs[0] <= (uint64_t)INT64_MAX + negative)
		rc = wrong(r, "an int of 64 bits as a big one");
	v = rc == 0 ? tu_value_of_limbs(negative, limbs, n) : NULL;
	tu_free(limbs);
	if (rc == 0)
		rc = put(r, v);
	r->at += rc == 0 ? size : 0;
	return rc;
}

static int read_float(struct reader *r)
{
	uint64_t bits;
	double x;

	if (r->size - r->at < sizeof(bits))
		return wrong(r, "the end, within a float");
	memcpy(&bits, r->data + r->at, sizeof(bits));
	bits = tu_little_endian(bits);
	memcpy(&x, &bits, sizeof(x));
	if (isnan(x) && bits != UINT64_C(0x7ff8) << 48)
		return wrong(r, "a NaN that is not written like the others");
	r->at += sizeof(bits);
	return put(r, tutti_value_float(x));
}

static int read_string(struct reader *r, int kind, size_t size)
{
	const char *data = (const char *)r->data + r->at;
	struct tu_string *s;
	size_t good;

	if (size > r->size - r->at)
		return wrong(
			r, "a text of %zu bytes, of which %zu are there", size, r->size - r->at);
	good = kind == TUTTI_VALUE_TEXT ? tu_utf8_check(data, size) : size;
	if (good < size) {
		r->at += good;
		return wrong(r, "not UTF-8");
	}
	s = tu_string_create(kind, size);
	if (!s)
		return no_memory(r);
	memcpy(s->data, data, size);
	r->at += size;
	return put(r, tu_value_of(&s->box));
}

/*
 * Is the member from byte at on behind the one before it, in the order of bytes? Or the same: that
 * is seen when they are put together, unless it is NaN, of which a set may have several.
 */
static bool in_order(const struct reader *r, size_t before, size_t at)
{
	size_t x = at - before, y = r->at - at;
	int order = memcmp(r->data + before, r->data + at, x < y ? x : y);

	return order < 0 || (order == 0 && x <= y);
}

static int read_cells(struct reader *r, int kind, size_t n)
{
	size_t before = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		size_t at = r->at;

		rc = read_value(r);
		if (rc == 0 && kind == TUTTI_VALUE_SET && i > 0 && !in_order(r, before, at))
			rc = wrong(r, "a set whose members are not in order");
		before = at;
	}
	return rc;
}

static int read_items(struct reader *r, int kind, size_t n)
{
	size_t from = r->pile.n, pairs = kind == TUTTI_VALUE_DICT ? 2 : 1, at = r->at;
	int rc;

	if (n * pairs > r->size - r->at)
		return wrong(r, "%zu items, of which %zu bytes are there", n, r->size - r->at);
	if (r->depth == TUTTI_VALUE_DEPTH_MAX)
		return tu_fault(
			r->fault, -E2BIG, r->at, "nested deeper than %d", TUTTI_VALUE_DEPTH_MAX);
	r->depth++;
	rc = read_cells(r, kind, n * pairs);
	r->depth--;
	if (rc < 0)
		return rc;
	rc = tu_pile_gather(&r->pile, kind, from);
	if (rc == TUTTI_ETYPE)
		return tu_fault(r->fault, TUTTI_EPROTO, at, "a key or member that cannot be one");
	if (rc < 0)
		return no_memory(r);
	if (tutti_value_size(r->pile.cells[from]) < n)
		return tu_fault(r->fault, TUTTI_EPROTO, at, "two keys or members that are equal");
	return 0;
}

static int read_counted(struct reader *r, int kind, unsigned few)
{
	size_t n = 0;
	int rc = read_count(r, few, kind == TUTTI_VALUE_DICT ? 2 : 1, &n);

	if (rc < 0)
		return rc;
	return kind <= TUTTI_VALUE_TEXT ? read_string(r, kind, n) : read_items(r, kind, n);
}

static int read_opaque(struct reader *r, bool legacy)
{
	size_t n = 0;
	tutti_value *v = NULL;
	int rc = read_count(r, 0, 1, &n);

	if (rc < 0)
		return rc;
	rc = tu_pickle_check(r->data + r->at, n);
	if (rc < 0 && rc != -ENOMEM)
		return wrong(r, "an opaque value that is no part of a pickle");
	if (rc == 0)
		rc = tu_opaque_create(&v, r->data + r->at, n, legacy);
	if (rc < 0)
		return no_memory(r);
	r->at += n;
	return put(r, v);
}

/* What has more than its first byte. */
static int read_long(struct reader *r, unsigned first)
{
	switch (first) {
	case TU_BINARY_LARGE_INT:
	case TU_BINARY_LARGE_MINUS:
		return read_int(r, first == TU_BINARY_LARGE_MINUS);
	case TU_BINARY_BIG_INT:
	case TU_BINARY_BIG_MINUS:
		return read_big(r, first == TU_BINARY_BIG_MINUS);
	case TU_BINARY_FLOAT:
		return read_float(r);
	case TU_BINARY_LONG_TEXT:
		return read_counted(r, TUTTI_VALUE_TEXT, TU_BINARY_SHORT_TEXT);
	case TU_BINARY_BYTES:
		return read_counted(r, TUTTI_VALUE_BYTES, 0);
	case TU_BINARY_LONG_LIST:
		return read_counted(r, TUTTI_VALUE_LIST, TU_BINARY_SHORT_LIST);
	case TU_BINARY_LONG_TUPLE:
		return read_counted(r, TUTTI_VALUE_TUPLE, TU_BINARY_SHORT_TUPLE);
	case TU_BINARY_LONG_DICT:
		return read_counted(r, TUTTI_VALUE_DICT, TU_BINARY_SHORT_DICT);
	case TU_BINARY_SET:
		return read_counted(r, TUTTI_VALUE_SET, 0);
	case TU_BINARY_OPAQUE:
	case TU_BINARY_OPAQUE_LEGACY:
		return read_opaque(r, first == TU_BINARY_OPAQUE_LEGACY);
	default:
		r->at--;
		return wrong(r, "0x%02x begins no value", first);
	}
}

static int read_value(struct reader *r)
{
	unsigned first;

	if (r->at == r->size)
		return wrong(r, "the end, where a value is missing");
	first = r->data[r->at++];
	if (first < TU_BINARY_MINUS)
		return put(r, tu_value_of_small_int(first));
	if (first < TU_BINARY_TEXT)
		return put(r, tu_value_of_small_int((int64_t)first - TU_BINARY_TEXT));
	if (first < TU_BINARY_LIST)
		return read_string(r, TUTTI_VALUE_TEXT, first - TU_BINARY_TEXT);
	if (first < TU_BINARY_TUPLE)
		return read_items(r, TUTTI_VALUE_LIST, first - TU_BINARY_LIST);
	if (first < TU_BINARY_DICT)
		return read_items(r, TUTTI_VALUE_TUPLE, first - TU_BINARY_TUPLE);
	if (first < TU_BINARY_NONE)
		return read_items(r, TUTTI_VALUE_DICT, first - TU_BINARY_DICT);
	if (first == TU_BINARY_NONE)
		return put(r, tu_value_of_word(TU_VALUE_NONE));
	if (first == TU_BINARY_FALSE || first == TU_BINARY_TRUE)
		return put(r, tutti_value_bool(first == TU_BINARY_TRUE));
	return read_long(r, first);
}

int tutti_value_decode(tutti_value **out, const void *data, size_t size, tutti_value_fault *fault)
{
	struct reader r = { .data = data, .size = size, .fault = fault };
	int rc;

	if (size == 0)
		rc = wrong(&r, "nothing");
	else if (r.data[0] != TU_BINARY_VERSION)
		rc = wrong(&r, "0x%02x, where 0x%02x says that these are values", r.data[0],
			TU_BINARY_VERSION);
	else
		r.at = 1, rc = read_value(&r);
	if (rc == 0 && r.at < size)
		rc = wrong(&r, "more than one value");
	return tu_pile_end(&r.pile, out, rc);
}
