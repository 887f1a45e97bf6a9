/* SPDX-License-Identifier: MIT */
/* text.c - see text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 256 };

static bool make_room(struct text *t, size_t more)
{
	size_t room = t->room ? t->room : ROOM_FIRST;
	char *larger;

	if (t->room - t->size >= more)
		return true;
	while (room - t->size < more) {
		if (room > SIZE_MAX / 2) {
			t->failed = true;
			return false;
		}
		room *= 2;
	}
	larger = realloc(t->data, room);
	if (!larger) {
		t->failed = true;
		return false;
	}
	t->data = larger;
	t->room = room;
	return true;
}

void text_add(struct text *t, const void *data, size_t size)
{
	if (size == 0 || !make_room(t, size))
		return;
	memcpy(t->data + t->size, data, size);
	t->size += size;
}

char *text_space(struct text *t, size_t size)
{
	return make_room(t, size) ? t->data + t->size : NULL;
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n >= 0 && make_room(t, (size_t)n + 1)) {
		vsnprintf(t->data + t->size, (size_t)n + 1, format, again);
		t->size += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){ 0 };
}

/* Bytes of the UTF-8 character that begins at p, at most left of them; 0: none does. */
static size_t character(const unsigned char *p, size_t left)
{
	size_t size = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

	if (size == 0 || size > left || p[0] > 0xF4)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	/* longer than need be, a surrogate, or beyond the last one */
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] >= 0xA0) ||
		(p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] >= 0x90))
		return 0;
	return size;
}

static void add_json_byte(struct text *t, unsigned char byte)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = byte ? strchr(plain, byte) : NULL;

	if (found)
		text_printf(t, "\\%c", letters[found - plain]);
	else
		text_printf(t, "\\u%s%02x", byte < 0x80 ? "00" : "dc", byte);
}

void text_json(struct text *t, const void *data, size_t size)
{
	const unsigned char *p = data;
	size_t done = 0, i = 0;

	text_add(t, "\"", 1);
	while (i < size) {
		size_t n = character(p + i, size - i);

		if (n > 0 && p[i] >= 0x20 && p[i] != '"' && p[i] != '\\' && p[i] != 0x7F) {
			i += n;
			continue;
		}
		text_add(t, p + done, i - done);
		add_json_byte(t, p[i]);
		done = ++i;
	}
	if (size > 0)
		text_add(t, p + done, size - done);
	text_add(t, "\"", 1);
}

void text_field(struct text *t, const void *data, size_t size)
{
	static const char special[] = "\t\n\r\\", letters[] = "tnr\\";
	const char *p = data;
	size_t done = 0;

	for (size_t i = 0; i < size; i++) {
		const char *found = p[i] ? strchr(special, p[i]) : special + sizeof special - 1;

		if (!found)
			continue;
		text_add(t, p + done, i - done);
		text_printf(t, "\\%c", p[i] ? letters[found - special] : '0');
		done = i + 1;
	}
	if (size > 0)
		text_add(t, p + done, size - done);
}
