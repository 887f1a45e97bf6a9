/* SPDX-License-Identifier: MIT */
/* json_write.c - values as JSON, with the layouts of Python's json.dumps. */
#include "wire/decimal.h"
#include "wire/pile.h"
#include "wire/repr.h"
#include "wire/utf8.h"
#include "wire/value.h"

#include <errno.h>
#include <math.h>
#include <tutti/error.h>

struct writer {
	struct tu_out out;
	tutti_json_options options;
	unsigned depth;
	tutti_value_fault *fault;
};

#define wrong(w, code, ...) tu_fault((w)->fault, code, (w)->out.size, __VA_ARGS__)

static int write_value(struct writer *w, const tutti_value *v);

static void put_u(struct tu_out *o, uint32_t unit)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', hex[unit >> 12], hex[unit >> 8 & 15], hex[unit >> 4 & 15],
		hex[unit & 15] };

	tu_out_put(o, text, sizeof(text));
}

static void put_escaped(struct tu_out *o, uint32_t code)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *l = letters; *l; l += 2) {
		if ((uint32_t)*l == code) {
			tu_out_byte(o, '\\');
			tu_out_byte(o, (unsigned char)l[1]);
			return;
		}
	}
	if (code < 0x10000) {
		put_u(o, code);
		return;
	}
	put_u(o, 0xd800 + ((code - 0x10000) >> 10));
	put_u(o, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

static bool is_plain(unsigned char c, bool ascii)
{
	return c >= 0x20 && c != '"' && c != '\\' && (!ascii || c < 0x7f);
}

static void write_text(struct writer *w, const char *at, size_t size)
{
	const char *end = at + size;

	tu_out_byte(&w->out, '"');
	while (at < end) {
		const char *from = at;

		while (at < end && is_plain((unsigned char)*at, w->options.ascii))
			at++;
		tu_out_put(&w->out, from, (size_t)(at - from));
		if (at < end)
			put_escaped(&w->out, tu_utf8_next(&at));
	}
	tu_out_byte(&w->out, '"');
}

static int write_float(struct writer *w, double x)
{
	char number[TU_DOUBLE_ROOM];

	if (isfinite(x))
		tu_out_put(&w->out, number, tu_double_print(number, x));
	else if (!w->options.nan)
		return wrong(w, -ERANGE, "JSON has no %s", isnan(x) ? "NaN" : "infinity");
	else
		tu_out_text(&w->out, isnan(x) ? "NaN" : x < 0 ? "-Infinity" : "Infinity");
	return 0;
}

static int write_int(struct writer *w, const tutti_value *v)
{
	int rc = tu_out_int(&w->out, v);

	return rc == -E2BIG ? wrong(w, rc, "an int of too many digits") : rc;
}

/* None, bool, int, float. */
static int write_simple(struct writer *w, const tutti_value *v)
{
	switch (tu_value_kind(v)) {
	case TUTTI_VALUE_NONE:
		tu_out_text(&w->out, "null");
		return 0;
	case TUTTI_VALUE_BOOL:
		tu_out_text(&w->out, (uintptr_t)v == TU_VALUE_TRUE ? "true" : "false");
		return 0;
	case TUTTI_VALUE_INT:
		return write_int(w, v);
	default:
		return write_float(w, tu_value_double(v));
	}
}

static int write_key(struct writer *w, const tutti_value *key)
{
	const struct tu_string *text = (const struct tu_string *)tu_value_box(key);
	int rc;

	if (tu_value_kind(key) == TUTTI_VALUE_TEXT) {
		write_text(w, text->data, text->box.size);
		return 0;
	}
	if (tu_value_kind(key) > TUTTI_VALUE_FLOAT)
		return wrong(w, TUTTI_ETYPE, "a %s is no key in JSON", tutti_value_type(key));
	tu_out_byte(&w->out, '"');
	rc = write_simple(w, key);
	tu_out_byte(&w->out, '"');
	return rc;
}

/* A line of its own for what comes next, if so wanted. */
static void put_line(struct writer *w)
{
	if (w->options.indent <= 0)
		return;
	tu_out_byte(&w->out, '\n');
	tu_out_repeat(&w->out, ' ', (size_t)w->options.indent * w->depth);
}

static int write_items(struct writer *w, const tutti_value *v, bool dict)
{
	size_t n = tutti_value_size(v);
	bool lines = w->options.indent > 0, spaced = w->options.spaced;
	tutti_value **cells = tu_value_cells(v);
	int rc = 0;

	tu_out_byte(&w->out, dict ? '{' : '[');
	w->depth++;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (i > 0)
			tu_out_text(&w->out, spaced && !lines ? ", " : ",");
		put_line(w);
		if (dict) {
			rc = write_key(w, cells[2 * i]);
			tu_out_text(&w->out, spaced || lines ? ": " : ":");
		}
		if (rc == 0)
			rc = write_value(w, cells[dict ? 2 * i + 1 : i]);
	}
	w->depth--;
	if (n > 0)
		put_line(w);
	tu_out_byte(&w->out, dict ? '}' : ']');
	return rc;
}

static int write_value(struct writer *w, const tutti_value *v)
{
	int kind = tu_value_kind(v);
	const struct tu_string *text = (const struct tu_string *)tu_value_box(v);

	switch (kind) {
	case TUTTI_VALUE_TEXT:
		write_text(w, text->data, text->box.size);
		return 0;
	case TUTTI_VALUE_LIST:
	case TUTTI_VALUE_TUPLE:
	case TUTTI_VALUE_DICT:
		return write_items(w, v, kind == TUTTI_VALUE_DICT);
	case TUTTI_VALUE_BYTES:
	case TUTTI_VALUE_SET:
	case TUTTI_VALUE_OPAQUE:
		return wrong(w, TUTTI_ETYPE, "JSON has no %s", tutti_value_type(v));
	default:
		return write_simple(w, v);
	}
}

int tutti_value_to_json(tutti_bytes *out, const tutti_value *v, const tutti_json_options *options,
	tutti_value_fault *fault)
{
	struct writer w = { .fault = fault };
	int rc;

	if (!v)
		return tu_fault(fault, -EINVAL, 0, "no value");
	if (options)
		w.options = *options;
	rc = tu_out_end(&w.out, out, write_value(&w, v));
	return rc == -ENOMEM ? tu_fault(fault, rc, 0, "no memory") : rc;
}
