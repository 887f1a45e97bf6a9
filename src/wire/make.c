/* SPDX-License-Identifier: MIT */
/* make.c - values of C's, one by one. */
#include "wire/value.h"

#include "core/alloc.h"
#include "wire/big.h"
#include "wire/decimal.h"
#include "wire/utf8.h"

#include <errno.h>
#include <tutti/value_make.h>

tutti_value *tutti_value_none(void)
{
	return tu_value_of_word(TU_VALUE_NONE);
}

tutti_value *tutti_value_bool(bool b)
{
	return tu_value_of_word(b ? TU_VALUE_TRUE : TU_VALUE_FALSE);
}

tutti_value *tutti_value_int(int64_t n)
{
	uint64_t magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n;

	if (n >= TU_SMALL_INT_MIN && n <= TU_SMALL_INT_MAX)
		return tu_value_of_small_int(n);
	return tu_value_of_limbs(n < 0, &magnitude, 1);
}

tutti_value *tutti_value_uint(uint64_t n)
{
	if (n <= (uint64_t)TU_SMALL_INT_MAX)
		return tu_value_of_small_int((int64_t)n);
	return tu_value_of_limbs(false, &n, 1);
}

int tutti_value_digits(tutti_value **out, const char *digits, size_t size)
{
	bool negative = size > 0 && *digits == '-';

	if (size > 0 && (*digits == '-' || *digits == '+')) {
		digits++;
		size--;
	}
	for (size_t i = 0; i < size; i++)
		if (digits[i] < '0' || digits[i] > '9')
			return -EINVAL;
	if (size == 0)
		return -EINVAL;
	return tu_big_parse(out, negative, digits, size);
}

/* See tu_value_double. */
tutti_value *tutti_value_float(double x)
{
	struct tu_float *f;
	uint64_t bits;
	unsigned top;

	memcpy(&bits, &x, sizeof(bits));
	top = (unsigned)(bits >> 60) & 7;
	if (bits == 0)
		return tu_value_of_word(UINT64_C(1) << 63 | 2);
	if ((top == 3 || top == 4) && bits != UINT64_C(3) << 60)
		return tu_value_of_word(((bits << 3 | bits >> 61) & ~UINT64_C(3)) | 2);
	f = (struct tu_float *)tu_box_create(TUTTI_VALUE_FLOAT, 0, sizeof(*f), 0);
	if (!f)
		return NULL;
	f->x = x;
	return tu_value_of(&f->box);
}

struct tu_string *tu_string_create(int kind, size_t size)
{
	struct tu_string *s = size < SIZE_MAX / 2 ? (struct tu_string *)tu_box_create(
							    kind, size, sizeof(*s), size + 1)
						  : NULL;

	if (s)
		s->data[size] = '\0';
	return s;
}

static int make_string(tutti_value **out, int kind, const void *data, size_t size)
{
	struct tu_string *s = tu_string_create(kind, size);

	if (!s)
		return -ENOMEM;
	if (size > 0)
		memcpy(s->data, data, size);
	*out = tu_value_of(&s->box);
	return 0;
}

int tutti_value_bytes(tutti_value **out, const void *data, size_t size)
{
	return make_string(out, TUTTI_VALUE_BYTES, data, size);
}

int tutti_value_text(tutti_value **out, const char *text, size_t size)
{
	if (tu_utf8_check(text, size) < size)
		return -EINVAL;
	return make_string(out, TUTTI_VALUE_TEXT, text, size);
}

/* As gather, but the caller keeps its references. */
static int gather_kept(tutti_value **out, int kind, tutti_value *const *cells, size_t n)
{
	size_t count = kind == TUTTI_VALUE_DICT ? 2 * n : n;
	int rc;

	if (n > SIZE_MAX / 4 / sizeof(*cells))
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (!cells[i])
			return -EINVAL;
	for (size_t i = 0; i < count; i++)
		tu_value_keep(cells[i]);
	rc = tu_value_gather(out, kind, cells, n);
	for (size_t i = 0; rc < 0 && i < count; i++)
		tu_value_drop(cells[i]);
	return rc;
}

int tutti_value_list(tutti_value **out, tutti_value *const *items, size_t n)
{
	return gather_kept(out, TUTTI_VALUE_LIST, items, n);
}

int tutti_value_tuple(tutti_value **out, tutti_value *const *items, size_t n)
{
	return gather_kept(out, TUTTI_VALUE_TUPLE, items, n);
}

int tutti_value_dict(tutti_value **out, tutti_value *const *pairs, size_t n)
{
	return gather_kept(out, TUTTI_VALUE_DICT, pairs, n);
}

int tutti_value_set(tutti_value **out, tutti_value *const *items, size_t n)
{
	return gather_kept(out, TUTTI_VALUE_SET, items, n);
}
