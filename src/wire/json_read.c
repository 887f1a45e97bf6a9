/* SPDX-License-Identifier: MIT */
/*
 * json_read.c - values from JSON (RFC 8259). The text may come from anybody: how deep it goes is
 * limited, and memory grows with its size.
 */
#include "wire/big.h"
#include "wire/decimal.h"
#include "wire/pile.h"
#include "wire/utf8.h"

#include "core/alloc.h"

#include <errno.h>
#include <math.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

struct reader {
	const char *text, *at, *end;
	bool nan;
	unsigned depth;
	struct tu_pile pile;
	tutti_value_fault *fault;
};

static int read_value(struct reader *r);

#define wrong_at(r, where, code, ...) \
	tu_fault((r)->fault, code, (size_t)((where) - (r)->text), __VA_ARGS__)
#define wrong(r, ...) wrong_at(r, (r)->at, TUTTI_EPROTO, __VA_ARGS__)

static int no_memory(struct reader *r)
{
	return wrong_at(r, r->at, -ENOMEM, "no memory");
}

static int put(struct reader *r, tutti_value *v)
{
	return tu_pile_put(&r->pile, v) < 0 ? no_memory(r) : 0;
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end &&
		(*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

/* Is c next? Then go behind it. */
static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* What is there instead of what was expected. */
static int unexpected(struct reader *r, const char *expected)
{
	if (r->at == r->end)
		return wrong(r, "the end, where %s is missing", expected);
	if (*r->at >= 0x20 && *r->at < 0x7f)
		return wrong(r, "'%c', where %s is missing", *r->at, expected);
	return wrong(r, "byte 0x%02x, where %s is missing", (unsigned char)*r->at, expected);
}

/* -- numbers ---------------------------------------------------------------------------------- */

static size_t skip_digits(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - from);
}

static int put_int(struct reader *r, const char *from)
{
	bool negative = *from == '-';
	tutti_value *v;
	int rc = tu_big_parse(&v, negative, from + negative, (size_t)(r->at - from) - negative);

	if (rc == -E2BIG)
		return wrong_at(
			r, from, rc, "an int of more than %d digits", TUTTI_VALUE_DIGITS_MAX);
	return rc < 0 ? no_memory(r) : put(r, v);
}

static int put_float(struct reader *r, const char *from)
{
	double x;

	if (!tu_double_parse(from, (size_t)(r->at - from), &x))
		return no_memory(r);
	if (isinf(x) && !r->nan)
		return wrong_at(r, from, -ERANGE, "a number beyond all doubles");
	return put(r, tutti_value_float(x));
}

static int read_number(struct reader *r)
{
	const char *from = r->at;
	bool whole = true, zero;

	take(r, '-');
	zero = r->at < r->end && *r->at == '0';
	if (zero)
		r->at++;
	else if (skip_digits(r) == 0)
		return unexpected(r, "a digit");
	if (zero && skip_digits(r) > 0)
		return wrong_at(r, from, TUTTI_EPROTO, "a number that begins with 0");
	if (take(r, '.')) {
		whole = false;
		if (skip_digits(r) == 0)
			return unexpected(r, "a digit behind the point");
	}
	if (take(r, 'e') || take(r, 'E')) {
		whole = false;
		if (!take(r, '-'))
			take(r, '+');
		if (skip_digits(r) == 0)
			return unexpected(r, "a digit of the exponent");
	}
	return whole ? put_int(r, from) : put_float(r, from);
}

/* -- texts ------------------------------------------------------------------------------------ */

static int read_hex(struct reader *r, uint32_t *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++, r->at++) {
		char c = r->at < r->end ? *r->at : 0, letter = (char)(c | 32);

		if (c >= '0' && c <= '9')
			*unit = *unit << 4 | (uint32_t)(c - '0');
		else if (letter >= 'a' && letter <= 'f')
			*unit = *unit << 4 | (uint32_t)(letter - 'a' + 10);
		else
			return unexpected(r, "one of four hex digits");
	}
	return 0;
}

/* Behind \u. */
static int read_code(struct reader *r, uint32_t *code)
{
	const char *from = r->at - 2;
	uint32_t low;
	int rc = read_hex(r, code);

	if (rc < 0 || (*code & 0xf800) != 0xd800)
		return rc;
	if (*code >= 0xdc00 || r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
		return wrong_at(r, from, TUTTI_EPROTO, "half a character: a lone surrogate");
	r->at += 2;
	rc = read_hex(r, &low);
	if (rc < 0)
		return rc;
	if ((low & 0xfc00) != 0xdc00)
		return wrong_at(r, from, TUTTI_EPROTO, "half a character: a lone surrogate");
	*code = 0x10000 + ((*code & 0x3ff) << 10) + (low & 0x3ff);
	return 0;
}

/* Behind the backslash: the character that is meant, put at *to. */
static int read_escape(struct reader *r, char **to)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	uint32_t code;
	int rc;

	for (const char *l = letters; r->at < r->end && *l; l += 2) {
		if (*r->at == *l) {
			*(*to)++ = l[1];
			r->at++;
			return 0;
		}
	}
	if (!take(r, 'u'))
		return unexpected(r, "what a backslash may stand before");
	rc = read_code(r, &code);
	if (rc == 0)
		*to += tu_utf8_put(*to, code);
	return rc;
}

/* The text from behind its first quote to before its last, as long as it has no mistake. */
static const char *find_end(const struct reader *r, bool *escapes)
{
	const char *at = r->at;

	for (*escapes = false; at < r->end && *at != '"' && (unsigned char)*at >= 0x20; at++)
		if (*at == '\\') {
			*escapes = true;
			if (++at == r->end)
				break;
		}
	return at;
}

/* What is written is never longer than what it is read from. */
static int read_escaped(struct reader *r, const char *end)
{
	char *buf = tu_alloc((size_t)(end - r->at)), *to = buf;
	struct tu_string *s;
	int rc = 0;

	if (!buf)
		return no_memory(r);
	while (rc == 0 && r->at < end) {
		if (*r->at != '\\') {
			*to++ = *r->at++;
			continue;
		}
		r->at++;
		rc = read_escape(r, &to);
	}
	if (rc == 0) {
		s = tu_string_create(TUTTI_VALUE_TEXT, (size_t)(to - buf));
		if (s)
			memcpy(s->data, buf, (size_t)(to - buf));
		rc = s ? put(r, tu_value_of(&s->box)) : no_memory(r);
	}
	tu_free(buf);
	return rc;
}

/* Behind the quote. */
static int read_text(struct reader *r)
{
	bool escapes;
	const char *end = find_end(r, &escapes);
	size_t size = (size_t)(end - r->at), good = tu_utf8_check(r->at, size);
	struct tu_string *s;
	int rc;

	if (good < size) {
		r->at += good;
		return wrong(r, "not UTF-8");
	}
	if (end == r->end || *end != '"') {
		r->at = end;
		return end == r->end ? wrong(r, "the end, within a text")
				     : wrong(r, "a control character within a text");
	}
	if (escapes) {
		rc = read_escaped(r, end);
	} else {
		s = tu_string_create(TUTTI_VALUE_TEXT, size);
		if (s)
			memcpy(s->data, r->at, size);
		rc = s ? put(r, tu_value_of(&s->box)) : no_memory(r);
		r->at = end;
	}
	if (rc == 0)
		r->at++;
	return rc;
}

/* -- arrays and objects ------------------------------------------------------------------------ */

static int read_pair(struct reader *r)
{
	int rc;

	skip_space(r);
	if (!take(r, '"'))
		return unexpected(r, "a key");
	rc = read_text(r);
	if (rc < 0)
		return rc;
	skip_space(r);
	if (!take(r, ':'))
		return unexpected(r, "a colon");
	return read_value(r);
}

static int read_items(struct reader *r, int kind)
{
	bool dict = kind == TUTTI_VALUE_DICT;
	char last = dict ? '}' : ']';
	size_t from = r->pile.n;
	int rc = 0;

	if (r->depth == TUTTI_VALUE_DEPTH_MAX)
		return wrong_at(
			r, r->at - 1, -E2BIG, "nested deeper than %d", TUTTI_VALUE_DEPTH_MAX);
	r->depth++;
	skip_space(r);
	if (!take(r, last)) {
		do {
			rc = dict ? read_pair(r) : read_value(r);
			if (rc < 0)
				return rc;
			skip_space(r);
		} while (take(r, ','));
		if (!take(r, last))
			return unexpected(r, dict ? "a comma or }" : "a comma or ]");
	}
	r->depth--;
	/* keys are texts and the depth has been seen: only memory may be missing */
	return tu_pile_gather(&r->pile, kind, from) < 0 ? no_memory(r) : 0;
}

/* A word of letters, if it is the one that is there. */
static bool take_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

static int read_word(struct reader *r)
{
	if (take_word(r, "null"))
		return put(r, tutti_value_none());
	if (take_word(r, "true"))
		return put(r, tutti_value_bool(true));
	if (take_word(r, "false"))
		return put(r, tutti_value_bool(false));
	if (r->nan && take_word(r, "NaN"))
		return put(r, tutti_value_float((double)NAN));
	if (r->nan && take_word(r, "Infinity"))
		return put(r, tutti_value_float(HUGE_VAL));
	if (r->nan && take_word(r, "-Infinity"))
		return put(r, tutti_value_float(-HUGE_VAL));
	if (r->at < r->end && (*r->at == '-' || (*r->at >= '0' && *r->at <= '9')))
		return read_number(r);
	return unexpected(r, "a value");
}

static int read_value(struct reader *r)
{
	skip_space(r);
	if (take(r, '"'))
		return read_text(r);
	if (take(r, '{'))
		return read_items(r, TUTTI_VALUE_DICT);
	if (take(r, '['))
		return read_items(r, TUTTI_VALUE_LIST);
	return read_word(r);
}

int tutti_value_from_json(tutti_value **out, const void *text, size_t size,
	const tutti_json_options *options, tutti_value_fault *fault)
{
	struct reader r = { .text = text,
		.at = text,
		.end = (const char *)text + size,
		.nan = options && options->nan,
		.fault = fault };
	int rc = read_value(&r);

	skip_space(&r);
	if (rc == 0 && r.at < r.end)
		rc = wrong(&r, "more behind the value");
	return tu_pile_end(&r.pile, out, rc);
}
