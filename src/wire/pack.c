/* SPDX-License-Identifier: MIT */
/* pack.c - values by a format, as CPython's Py_BuildValue. */
#include "wire/format.h"
#include "wire/pile.h"

#include <errno.h>
#include <tutti/value_make.h>

static int pack_until(struct tu_pile *p, const char **format, char end, va_list *args);

const char *tu_format_skip(const char *format)
{
	while (*format == ' ' || *format == '\t' || *format == '\n' || *format == ',' ||
		*format == ':')
		format++;
	return format;
}

static int put_text(struct tu_pile *p, const char *text, size_t size)
{
	tutti_value *v;
	int rc;

	if (!text && size == 0)
		return tu_pile_put(p, tutti_value_none());
	rc = tutti_value_text(&v, text, size);
	return rc < 0 ? rc : tu_pile_put(p, v);
}

static int put_bytes(struct tu_pile *p, tutti_bytes bytes)
{
	tutti_value *v;
	int rc = tutti_value_bytes(&v, bytes.data, bytes.size);

	return rc < 0 ? rc : tu_pile_put(p, v);
}

static int pack_text(struct tu_pile *p, va_list *args)
{
	const char *text = va_arg(*args, const char *);

	return put_text(p, text, text ? strlen(text) : 0);
}

static int pack_sized_text(struct tu_pile *p, va_list *args)
{
	tutti_bytes bytes = va_arg(*args, tutti_bytes);

	return put_text(p, bytes.data ? bytes.data : "", bytes.size);
}

static int pack_letter(struct tu_pile *p, char letter, va_list *args)
{
	tutti_value *v;

	switch (letter) {
	case 'n':
		return tu_pile_put(p, tutti_value_none());
	case 'b':
		return tu_pile_put(p, tutti_value_bool(va_arg(*args, int)));
	case 'i':
		return tu_pile_put(p, tutti_value_int(va_arg(*args, int)));
	case 'L':
		return tu_pile_put(p, tutti_value_int(va_arg(*args, int64_t)));
	case 'K':
		return tu_pile_put(p, tutti_value_uint(va_arg(*args, uint64_t)));
	case 'd':
		return tu_pile_put(p, tutti_value_float(va_arg(*args, double)));
	case 's':
		return pack_text(p, args);
	case 'S':
		return pack_sized_text(p, args);
	case 'y':
		return put_bytes(p, va_arg(*args, tutti_bytes));
	case 'O':
		v = va_arg(*args, tutti_value *);
		return v ? tu_pile_put(p, tu_value_keep(v)) : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* What closes this bracket, and the kind of value that it makes; 0: it is no bracket. */
static char closing(char c, int *kind)
{
	static const char brackets[] = "()[]<>{}";
	static const int kinds[] = { TUTTI_VALUE_TUPLE, TUTTI_VALUE_LIST, TUTTI_VALUE_SET,
		TUTTI_VALUE_DICT };
	const char *found = c ? strchr(brackets, c) : NULL;

	if (!found || (found - brackets) % 2 != 0)
		return 0;
	*kind = kinds[(found - brackets) / 2];
	return found[1];
}

static int pack_piece(struct tu_pile *p, const char **format, va_list *args)
{
	char c = *(*format)++;
	size_t from = p->n;
	int kind, rc;
	char end = closing(c, &kind);

	if (!end)
		return pack_letter(p, c, args);
	rc = pack_until(p, format, end, args);
	if (rc < 0)
		return rc;
	if (kind == TUTTI_VALUE_DICT && (p->n - from) % 2 != 0)
		return -EINVAL;
	return tu_pile_gather(p, kind, from);
}

/* Up to end, and behind it; end 0: up to the end. */
static int pack_until(struct tu_pile *p, const char **format, char end, va_list *args)
{
	int rc = 0;

	*format = tu_format_skip(*format);
	while (rc == 0 && **format != end) {
		if (**format == '\0')
			return -EINVAL;
		rc = pack_piece(p, format, args);
		*format = tu_format_skip(*format);
	}
	*format += rc == 0 && end;
	return rc;
}

static int pack(tutti_value **out, const char *format, va_list *args)
{
	struct tu_pile p = { 0 };
	int rc = pack_until(&p, &format, '\0', args);

	if (rc == 0 && p.n == 0)
		rc = tu_pile_put(&p, tutti_value_none());
	else if (rc == 0 && p.n > 1)
		rc = tu_pile_gather(&p, TUTTI_VALUE_TUPLE, 0);
	return tu_pile_end(&p, out, rc);
}

int tu_pack_tuple(tutti_value **out, const char *format, va_list *args)
{
	struct tu_pile p = { 0 };
	int rc = pack_until(&p, &format, '\0', args);

	if (rc == 0)
		rc = tu_pile_gather(&p, TUTTI_VALUE_TUPLE, 0);
	return tu_pile_end(&p, out, rc);
}

int tutti_value_pack(tutti_value **out, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = pack(out, format, &args);
	va_end(args);
	return rc;
}
