/* SPDX-License-Identifier: MIT */
/* arena.h - memory from the kernel, given back at once: who hangs in malloc is looked at too. */
#ifndef TU_INSPECT_ARENA_H
#define TU_INSPECT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_part;

/* All bytes zero: nothing taken. */
struct arena {
	struct arena_part *parts;
	bool failed; /* there was no memory once */
};

/* Zeroed, aligned to 16. NULL: no memory. */
void *tu_arena_take(struct arena *a, size_t n);

/* Of an array with room for *room things of size one that is larger; what was there is copied. */
void *tu_arena_grow(struct arena *a, void *array, size_t *room, size_t size);

/* "" without memory. */
const char *tu_arena_text(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void tu_arena_free(struct arena *a);

#endif
