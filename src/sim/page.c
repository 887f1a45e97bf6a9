/* SPDX-License-Identifier: MIT */
/* page.c - see page.h. */
#include "sim/page.h"

#include "core/alloc.h"
#include "sim/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_room(struct tu_page *t, size_t more)
{
	char *larger;

	if (t->n + more < t->room)
		return;
	t->room = (t->n + more) * 2 + 256;
	larger = tu_machine_alloc(t->room);
	if (t->n > 0)
		memcpy(larger, t->text, t->n);
	tu_free(t->text);
	t->text = larger;
}

void tu_page_add(struct tu_page *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return;
	make_room(t, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(t->text + t->n, (size_t)n + 1, format, args);
	va_end(args);
	t->n += (size_t)n;
}

void tu_page_add_quoted(struct tu_page *t, const char *text)
{
	tu_page_add(t, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			tu_page_add(t, "\\%c", c);
		else if (c < 0x20)
			tu_page_add(t, "\\u%04x", c);
		else
			tu_page_add(t, "%c", c);
	}
	tu_page_add(t, "\"");
}
