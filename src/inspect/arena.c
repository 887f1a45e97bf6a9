/* SPDX-License-Identifier: MIT */
/* arena.c - see arena.h. */
#include "inspect/arena.h"

#include "base/character.h"
#include "os/os.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PART_BYTES = 1 << 18, TEXT_MOST = 1024 };

struct arena_part {
	struct arena_part *next;
	size_t bytes, used;
	_Alignas(16) char at[];
};

static struct arena_part *add_part(struct arena *a, size_t n)
{
	size_t bytes = PART_BYTES;
	struct arena_part *part;

	while (bytes < n + sizeof(*part))
		bytes *= 2;
	part = tu_os_chunk_map(bytes, false);
	if (!part) {
		a->failed = true;
		return NULL;
	}
	part->bytes = bytes - sizeof(*part);
	part->used = 0;
	part->next = a->parts;
	a->parts = part;
	return part;
}

void *tu_arena_take(struct arena *a, size_t n)
{
	struct arena_part *part = a->parts;
	void *p;

	n = (n + 15) / 16 * 16;
	if (!part || part->bytes - part->used < n)
		part = add_part(a, n);
	if (!part)
		return NULL;
	p = part->at + part->used;
	part->used += n;
	return p;
}

void *tu_arena_grow(struct arena *a, void *array, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *p = tu_arena_take(a, more * size);

	if (!p)
		return NULL;
	if (*room)
		memcpy(p, array, *room * size);
	*room = more;
	return p;
}

const char *tu_arena_text(struct arena *a, const char *format, ...)
{
	char text[TEXT_MOST], *p;
	va_list args;
	size_t n;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tu_character_make_shown(text);
	n = strlen(text) + 1;
	p = tu_arena_take(a, n);
	return p ? memcpy(p, text, n) : "";
}

void tu_arena_free(struct arena *a)
{
	struct arena_part *part = a->parts, *next;

	for (; part; part = next) {
		next = part->next;
		tu_os_chunk_unmap(part, part->bytes + sizeof(*part));
	}
	*a = (struct arena){ 0 };
}
