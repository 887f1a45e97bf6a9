/* SPDX-License-Identifier: MIT */
/* paper.c - see paper.h. */
#include "core/paper.h"

#include "base/character.h"
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

int tu_paper_width(const char *text, enum tu_paper_kind kind)
{
	int columns = 0;

	while (*text) {
		struct tu_character c = tu_character_of(text);

		columns += kind == TU_PAPER_ASCII ? 1 : c.columns;
		text += c.bytes;
	}
	return columns;
}

static void add_character(
	struct tu_paper *p, const char *text, const struct tu_character *c, enum tu_paper_kind kind)
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
		struct tu_character c = tu_character_of(text);
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
