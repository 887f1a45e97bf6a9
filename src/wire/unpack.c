/* SPDX-License-Identifier: MIT */
/*
 * unpack.c - values taken apart by a format, as CPython's PyArg_Parse.
 *
 * A format is walked twice with the same arguments: first to see whether the value is like it, then
 * to fill in, so that nothing is filled in by half.
 */
#include "wire/format.h"
#include "wire/value.h"

#include <errno.h>
#include <tutti/error.h>

const char *tu_format_behind(const char *format)
{
	static const char brackets[] = "()[]{}<>";
	const char *open = *format ? strchr(brackets, *format) : NULL;

	if (!open)
		return *format && strchr("nbiLKdsSyO", *format) ? format + 1 : NULL;
	if ((open - brackets) % 2 != 0)
		return NULL;
	for (format = tu_format_skip(format + 1); format && *format != open[1];
		format = format ? tu_format_skip(format) : NULL) {
		format = tu_format_behind(format);
		if (format && *open == '{' && *tu_format_skip(format) == '?')
			format = tu_format_skip(format) + 1;
	}
	return format ? format + 1 : NULL;
}

int tu_format_count(const char *format)
{
	int n = 0;

	for (format = tu_format_skip(format); *format; format = tu_format_skip(format)) {
		format = tu_format_behind(format);
		if (!format)
			return -EINVAL;
		n++;
	}
	return n;
}

const char *tu_format_type(char letter)
{
	switch (letter) {
	case 'n':
		return "None";
	case 'b':
		return "bool";
	case 'i':
	case 'L':
	case 'K':
		return "int";
	case 'd':
		return "float";
	case 's':
	case 'S':
		return "str";
	case 'y':
		return "bytes";
	case '{':
		return "dict";
	default:
		return "list or tuple";
	}
}

/* -- letters ---------------------------------------------------------------------------------- */

/* Where v is to be put; only asked for what fits. */
union place {
	bool *b;
	int *i;
	int64_t *l;
	uint64_t *k;
	double *d;
	const char **s;
	tutti_bytes *y;
	const tutti_value **o;
};

static int get_unsigned(const tutti_value *v, uint64_t *out)
{
	const struct tu_big *big = (const struct tu_big *)tu_value_box(v);
	int64_t n;
	int rc = tutti_value_as_int(v, &n);

	if (rc == -ERANGE && big->box.size == 1 && !(big->box.counted.flags & TU_BOX_NEGATIVE)) {
		*out = big->limbs[0];
		return 0;
	}
	if (rc == 0 && n < 0)
		return -ERANGE;
	*out = rc == 0 ? (uint64_t)n : 0;
	return rc;
}

static int take_int(const tutti_value *v, union place *to)
{
	int64_t n;
	int rc = tutti_value_as_int(v, &n);

	if (rc == 0 && (n < INT32_MIN || n > INT32_MAX))
		return -ERANGE;
	if (rc == 0 && to)
		*to->i = (int)n;
	return rc;
}

static int take_long(const tutti_value *v, union place *to)
{
	int64_t n;
	int rc = tutti_value_as_int(v, &n);

	if (rc == 0 && to)
		*to->l = n;
	return rc;
}

static int take_unsigned(const tutti_value *v, union place *to)
{
	uint64_t n;
	int rc = get_unsigned(v, &n);

	if (rc == 0 && to)
		*to->k = n;
	return rc;
}

static int take_double(const tutti_value *v, union place *to)
{
	double x;
	int rc = tutti_value_as_float(v, &x);

	if (rc == 0 && to)
		*to->d = x;
	return rc;
}

static int take_text(const tutti_value *v, union place *to)
{
	tutti_bytes bytes;

	if (tutti_value_kind(v) != TUTTI_VALUE_TEXT)
		return TUTTI_ETYPE;
	tutti_value_as_bytes(v, &bytes);
	if (memchr(bytes.data, 0, bytes.size))
		return -EINVAL;
	if (to)
		*to->s = bytes.data;
	return 0;
}

static int take_bytes(const tutti_value *v, int kind, union place *to)
{
	if (tutti_value_kind(v) != kind)
		return TUTTI_ETYPE;
	if (to)
		tutti_value_as_bytes(v, to->y);
	return 0;
}

static int take_bool(const tutti_value *v, union place *to)
{
	if (tutti_value_kind(v) != TUTTI_VALUE_BOOL)
		return TUTTI_ETYPE;
	if (to)
		*to->b = (uintptr_t)v == TU_VALUE_TRUE;
	return 0;
}

static int take_letter(char letter, const tutti_value *v, union place *to)
{
	switch (letter) {
	case 'n':
		return (uintptr_t)v == TU_VALUE_NONE ? 0 : TUTTI_ETYPE;
	case 'b':
		return take_bool(v, to);
	case 'i':
		return take_int(v, to);
	case 'L':
		return take_long(v, to);
	case 'K':
		return take_unsigned(v, to);
	case 'd':
		return take_double(v, to);
	case 's':
		return take_text(v, to);
	case 'S':
		return take_bytes(v, TUTTI_VALUE_TEXT, to);
	case 'y':
		return take_bytes(v, TUTTI_VALUE_BYTES, to);
	default: /* O */
		if (to)
			*to->o = v;
		return 0;
	}
}

/* The argument of a letter. */
static union place next_place(char letter, va_list *args)
{
	switch (letter) {
	case 'b':
		return (union place){ .b = va_arg(*args, bool *) };
	case 'i':
		return (union place){ .i = va_arg(*args, int *) };
	case 'L':
		return (union place){ .l = va_arg(*args, int64_t *) };
	case 'K':
		return (union place){ .k = va_arg(*args, uint64_t *) };
	case 'd':
		return (union place){ .d = va_arg(*args, double *) };
	case 's':
		return (union place){ .s = va_arg(*args, const char **) };
	case 'S':
	case 'y':
		return (union place){ .y = va_arg(*args, tutti_bytes *) };
	default:
		return (union place){ .o = va_arg(*args, const tutti_value **) };
	}
}

/* -- brackets --------------------------------------------------------------------------------- */

static int unpack_items(
	const char **format, char end, const tutti_value *v, va_list *args, enum tu_unpack what)
{
	int kind = tutti_value_kind(v), rc = 0;
	size_t i = 0;

	if (what != TU_UNPACK_SKIP && kind != TUTTI_VALUE_LIST && kind != TUTTI_VALUE_TUPLE)
		return TUTTI_ETYPE;
	for (*format = tu_format_skip(*format); rc == 0 && **format != end;
		*format = tu_format_skip(*format), i++) {
		const tutti_value *item = tutti_value_at(v, i);

		if (what != TU_UNPACK_SKIP && !item)
			return TUTTI_ETYPE;
		rc = tu_unpack_piece(format, item, args, what);
	}
	*format += end != 0;
	if (rc == 0 && what != TU_UNPACK_SKIP && i != tutti_value_size(v))
		rc = TUTTI_ETYPE;
	return rc;
}

static int unpack_pairs(
	const char **format, const tutti_value *v, va_list *args, enum tu_unpack what)
{
	int rc = 0;

	if (what != TU_UNPACK_SKIP && tutti_value_kind(v) != TUTTI_VALUE_DICT)
		return TUTTI_ETYPE;
	for (*format = tu_format_skip(*format); rc == 0 && **format != '}';
		*format = tu_format_skip(*format)) {
		bool optional;
		const tutti_value *item;

		if (*(*format)++ != 's')
			return -EINVAL;
		*format = tu_format_skip(*format);
		optional = **format == '?';
		*format = tu_format_skip(*format + optional);
		item = tutti_value_key(v, va_arg(*args, const char *));
		if (!item && !optional && what != TU_UNPACK_SKIP)
			return TUTTI_ETYPE;
		rc = tu_unpack_piece(format, item, args, item ? what : TU_UNPACK_SKIP);
	}
	++*format;
	return rc;
}

int tu_unpack_piece(const char **format, const tutti_value *v, va_list *args, enum tu_unpack what)
{
	char c = *(*format)++;
	union place to;

	switch (c) {
	case '(':
		return unpack_items(format, ')', v, args, what);
	case '[':
		return unpack_items(format, ']', v, args, what);
	case '{':
		return unpack_pairs(format, v, args, what);
	case 'n':
		return what == TU_UNPACK_SKIP ? 0 : take_letter(c, v, NULL);
	case '<': /* its members have no places */
	case '}': /* a key without a piece behind it */
		return -EINVAL;
	default:
		to = next_place(c, args);
		if (what == TU_UNPACK_SKIP)
			return 0;
		return take_letter(c, v, what == TU_UNPACK_FILL ? &to : NULL);
	}
}

/* -- all -------------------------------------------------------------------------------------- */

static int unpack(const char *format, const tutti_value *v, va_list *args, enum tu_unpack what)
{
	int n = tu_format_count(format);

	format = tu_format_skip(format);
	if (n < 0)
		return n;
	if (!v)
		return TUTTI_ETYPE;
	if (n == 1)
		return tu_unpack_piece(&format, v, args, what);
	if (n == 0)
		return take_letter('n', v, NULL);
	return unpack_items(&format, '\0', v, args, what);
}

int tutti_value_unpack(const tutti_value *v, const char *format, ...)
{
	va_list args, again;
	int rc;

	va_start(args, format);
	va_copy(again, args);
	rc = unpack(format, v, &args, TU_UNPACK_CHECK);
	if (rc == 0)
		unpack(format, v, &again, TU_UNPACK_FILL);
	va_end(again);
	va_end(args);
	return rc;
}

const tutti_value *tutti_value_key(const tutti_value *v, const char *key)
{
	/* compared as it is: no value is made of it */
	return key && tutti_value_kind(v) == TUTTI_VALUE_DICT
		       ? tu_table_find_text(tu_value_table(v), key, strlen(key))
		       : NULL;
}
