/* SPDX-License-Identifier: MIT */
/* repr.c - values as Python's repr and str write them. */
#include "wire/repr.h"

#include "core/alloc.h"
#include "wire/big.h"
#include "wire/decimal.h"
#include "wire/utf8.h"
#include "wire/value.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/value_codec.h>

struct writer {
	struct tu_out out;
	size_t enough; /* stop beyond so many bytes */
};

static const char hex[] = "0123456789abcdef";

int tu_out_int(struct tu_out *o, const tutti_value *v)
{
	char few[24], *digits;
	long n;

	if (tu_value_is_small_int(v)) {
		n = snprintf(few, sizeof(few), "%lld", (long long)tu_value_small_int(v));
		tu_out_put(o, few, (size_t)n);
		return 0;
	}
	n = tu_big_print(&digits, (const struct tu_big *)tu_value_box(v));
	if (n < 0)
		return (int)n;
	tu_out_put(o, digits, (size_t)n);
	tu_free(digits);
	return 0;
}

static void put_hex(struct tu_out *o, char letter, uint32_t code, int digits)
{
	tu_out_byte(o, '\\');
	tu_out_byte(o, (unsigned char)letter);
	while (digits-- > 0)
		tu_out_byte(o, (unsigned char)hex[code >> (4 * digits) & 15]);
}

/* What is escaped in text and bytes alike; false: not this one. */
static bool put_escape(struct tu_out *o, uint32_t code, char quote)
{
	char letter = code == '\n' ? 'n' : code == '\r' ? 'r' : code == '\t' ? 't' : 0;

	if (code == '\\' || code == (unsigned char)quote)
		letter = (char)code;
	if (!letter)
		return false;
	tu_out_byte(o, '\\');
	tu_out_byte(o, (unsigned char)letter);
	return true;
}

static void put_byte(struct tu_out *o, unsigned char c, char quote)
{
	if (put_escape(o, c, quote))
		return;
	if (c < 0x20 || c >= 0x7f)
		put_hex(o, 'x', c, 2);
	else
		tu_out_byte(o, c);
}

static void put_code(struct tu_out *o, const char *at, uint32_t code, size_t n, char quote)
{
	if (put_escape(o, code, quote))
		return;
	if (code >= 0x20 && code < 0x7f)
		tu_out_byte(o, code);
	else if (tu_code_printable(code))
		tu_out_put(o, at, n);
	else if (code < 0x100)
		put_hex(o, 'x', code, 2);
	else if (code < 0x10000)
		put_hex(o, 'u', code, 4);
	else
		put_hex(o, 'U', code, 8);
}

/* ' unless there are ' and no " in it. */
static char quote_of(const struct tu_string *s)
{
	bool single = memchr(s->data, '\'', s->box.size), twice = memchr(s->data, '"', s->box.size);

	return single && !twice ? '"' : '\'';
}

static void write_string(struct writer *w, const struct tu_string *s)
{
	const char *at = s->data, *end = at + s->box.size;
	bool text = s->box.counted.kind == TUTTI_VALUE_TEXT;
	char quote = quote_of(s);

	if (!text)
		tu_out_byte(&w->out, 'b');
	tu_out_byte(&w->out, (unsigned char)quote);
	while (at < end && w->out.size < w->enough) {
		const char *from = at;

		if (!text) {
			put_byte(&w->out, (unsigned char)*at++, quote);
		} else {
			uint32_t code = tu_utf8_next(&at);

			put_code(&w->out, from, code, (size_t)(at - from), quote);
		}
	}
	tu_out_byte(&w->out, (unsigned char)quote);
}

static int write_value(struct writer *w, const tutti_value *v);

static int write_items(struct writer *w, const tutti_value *v, int kind)
{
	static const char *const around[] = { [TUTTI_VALUE_LIST] = "[]",
		[TUTTI_VALUE_TUPLE] = "()",
		[TUTTI_VALUE_DICT] = "{}",
		[TUTTI_VALUE_SET] = "{}" };
	size_t n = tu_value_box(v)->size;
	tutti_value **cells = tu_value_cells(v);
	bool dict = kind == TUTTI_VALUE_DICT;
	int rc = 0;

	if (n == 0 && kind == TUTTI_VALUE_SET) {
		tu_out_text(&w->out, "set()");
		return 0;
	}
	tu_out_byte(&w->out, (unsigned char)around[kind][0]);
	for (size_t i = 0; i < n && rc == 0 && w->out.size < w->enough; i++) {
		tu_out_text(&w->out, i > 0 ? ", " : "");
		rc = write_value(w, cells[dict ? 2 * i : i]);
		if (dict && rc == 0) {
			tu_out_text(&w->out, ": ");
			rc = write_value(w, cells[2 * i + 1]);
		}
	}
	if (n == 1 && kind == TUTTI_VALUE_TUPLE)
		tu_out_byte(&w->out, ',');
	tu_out_byte(&w->out, (unsigned char)around[kind][1]);
	return rc;
}

static int write_value(struct writer *w, const tutti_value *v)
{
	char number[TU_DOUBLE_ROOM];
	int kind = tu_value_kind(v);

	switch (kind) {
	case TUTTI_VALUE_NONE:
		tu_out_text(&w->out, "None");
		return 0;
	case TUTTI_VALUE_BOOL:
		tu_out_text(&w->out, (uintptr_t)v == TU_VALUE_TRUE ? "True" : "False");
		return 0;
	case TUTTI_VALUE_INT:
		return tu_out_int(&w->out, v);
	case TUTTI_VALUE_FLOAT:
		tu_out_put(&w->out, number, tu_double_print(number, tu_value_double(v)));
		return 0;
	case TUTTI_VALUE_BYTES:
	case TUTTI_VALUE_TEXT:
		write_string(w, (const struct tu_string *)tu_value_box(v));
		return 0;
	case TUTTI_VALUE_OPAQUE:
		tu_out_put(&w->out, number,
			(size_t)snprintf(number, sizeof(number), "<opaque, %zu bytes>",
				tu_value_box(v)->size));
		return 0;
	default:
		return write_items(w, v, kind);
	}
}

int tutti_value_repr(tutti_bytes *out, const tutti_value *v)
{
	struct writer w = { .enough = SIZE_MAX };

	return v ? tu_out_end(&w.out, out, write_value(&w, v)) : -EINVAL;
}

int tutti_value_str(tutti_bytes *out, const tutti_value *v)
{
	const struct tu_box *box = tu_value_box(v);
	struct tu_out o = { 0 };

	if (!box || box->counted.kind != TUTTI_VALUE_TEXT)
		return tutti_value_repr(out, v);
	tu_out_put(&o, ((const struct tu_string *)box)->data, box->size);
	return tu_out_end(&o, out, 0);
}

void tu_value_describe(const tutti_value *v, char *buf, size_t n)
{
	struct writer w = { .enough = n };
	tutti_bytes text;
	size_t size;

	if (tu_out_end(&w.out, &text, write_value(&w, v)) < 0) {
		snprintf(buf, n, "%s", tutti_value_type(v));
		return;
	}
	size = text.size;
	if (size >= n)
		for (size = n - 4; size > 0 && (((const char *)text.data)[size] & 0xc0) == 0x80;)
			size--;
	snprintf(buf, n, "%.*s%s", (int)size, (const char *)text.data,
		size < text.size ? "..." : "");
	tutti_bytes_free(&text);
}
