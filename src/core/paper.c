/* SPDX-License-Identifier: MIT */
/* paper.c - see paper.h. */
#include "core/paper.h"

#include "core/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ROOM_FIRST = 1024 };

static bool make_room(struct tu_paper *p, size_t more)
{
	size_t room = p->room ? p->room : ROOM_FIRST;
	char *larger;

	if (p->room - p->size >= more)
		return true;
	while (room - p->size < more)
		room *= 2;
	larger = tu_resize(p->data, room);
	if (!larger) {
		p->failed = true;
		return false;
	}
	p->data = larger;
	p->room = room;
	return true;
}

void tu_paper_add(struct tu_paper *p, const char *data, size_t size)
{
	if (size == 0 || p->failed || !make_room(p, size))
		return;
	memcpy(p->data + p->size, data, size);
	p->size += size;
}

void tu_paper_text(struct tu_paper *p, const char *text)
{
	tu_paper_add(p, text, strlen(text));
}

void tu_paper_repeat(struct tu_paper *p, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		tu_paper_text(p, text);
}

void tu_paper_printf(struct tu_paper *p, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n >= 0 && !p->failed && make_room(p, (size_t)n + 1)) {
		vsnprintf(p->data + p->size, (size_t)n + 1, format, again);
		p->size += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

/* -- names ------------------------------------------------------------------------------------- */

struct character {
	uint32_t code; /* '?' for what is none */
	size_t bytes;
	int columns;
};

/* Those of East Asian scripts, and pictures: as wide as two. */
static bool is_wide(uint32_t c)
{
	static const uint32_t ranges[][2] = { { 0x1100, 0x115F }, { 0x2E80, 0x303E },
		{ 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
		{ 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1FAFF },
		{ 0x20000, 0x3FFFD } };

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* Those that are set on the one before. */
static bool is_mark(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36F) || (c >= 0xFE00 && c <= 0xFE0F);
}

/* Such as turn the direction of what follows, or are not to be seen. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xFFFE && c <= 0xFFFF);
}

/* How many bytes the first of them says that the character has. */
static size_t bytes_of(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Not longer than need be, no surrogate, not beyond the last one. */
static bool is_code(uint32_t code, size_t bytes)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return code >= least[bytes] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

static struct character next_character(const char *text)
{
	static const struct character none = { '?', 1, 1 };
	const unsigned char *t = (const unsigned char *)text;
	size_t n = bytes_of(t[0]);
	uint32_t code = n < 2 ? t[0] : t[0] & (0xFFu >> (n + 1));

	if (n == 0)
		return none;
	for (size_t i = 1; i < n; i++) {
		if ((t[i] & 0xC0) != 0x80) /* the end too */
			return none;
		code = code << 6 | (t[i] & 0x3Fu);
	}
	if (!is_code(code, n))
		return none;
	if (is_control(code))
		return (struct character){ '?', n, 1 };
	return (struct character){ code, n, is_wide(code) ? 2 : is_mark(code) ? 0 : 1 };
}

int tu_paper_width(const char *text, enum tu_paper_kind kind)
{
	int columns = 0;

	while (*text) {
		struct character c = next_character(text);

		columns += kind == TU_PAPER_ASCII ? 1 : c.columns;
		text += c.bytes;
	}
	return columns;
}

static void add_character(
	struct tu_paper *p, const char *text, const struct character *c, enum tu_paper_kind kind)
{
	if (kind == TU_PAPER_XML && c->code < 0x80 && strchr("&<>\"", (int)c->code))
		tu_paper_printf(p, "&#%d;", (int)c->code);
	else if (kind == TU_PAPER_JSON && (c->code == '"' || c->code == '\\'))
		tu_paper_printf(p, "\\%c", (int)c->code);
	else if (c->code == '?' || (kind == TU_PAPER_ASCII && c->code >= 0x80))
		tu_paper_text(p, "?");
	else
		tu_paper_add(p, text, c->bytes);
}

int tu_paper_cut(struct tu_paper *p, const char *text, int columns, enum tu_paper_kind kind)
{
	int used = 0;

	while (*text) {
		struct character c = next_character(text);
		int wide = kind == TU_PAPER_ASCII ? 1 : c.columns;

		if (used + wide > columns)
			break;
		add_character(p, text, &c, kind);
		used += wide;
		text += c.bytes;
	}
	return used;
}

int tu_paper_name(
	struct tu_paper *p, const char *text, int columns, enum tu_paper_kind kind, bool pad)
{
	bool fits = tu_paper_width(text, kind) <= columns;
	int used = tu_paper_cut(p, text, fits ? columns : columns - 1, kind);

	if (!fits && columns > 0) {
		tu_paper_text(p, kind == TU_PAPER_ASCII ? "~" : "\xE2\x80\xA6");
		used++;
	}
	if (pad) {
		tu_paper_repeat(p, " ", columns - used);
		used = columns;
	}
	return used;
}

int tu_paper_take(struct tu_paper *p, tutti_bytes *out)
{
	tutti_bytes taken;
	int rc;

	tu_paper_add(p, "", 1);
	rc = p->failed ? -ENOMEM : tutti_bytes_copy(&taken, p->data, p->size);
	if (rc == 0) {
		taken.size--; /* the zero is not counted */
		*out = taken;
	}
	tu_free(p->data);
	*p = (struct tu_paper){ 0 };
	return rc;
}
