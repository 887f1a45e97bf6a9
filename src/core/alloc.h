/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - memory, through the program's hooks. Everything the library allocates comes from here,
 * but for stacks, which are address space of their own.
 *
 * Any thread; never waits.
 */
#ifndef TU_CORE_ALLOC_H
#define TU_CORE_ALLOC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

void *tu_alloc(size_t size) __attribute__((malloc, alloc_size(1)));
void *tu_alloc_zero(size_t size) __attribute__((malloc, alloc_size(1)));
void *tu_resize(void *p, size_t size);
void tu_free(void *p); /* NULL does nothing */
/* On a boundary of align bytes, a power of two; freed by its own function. */
void *tu_alloc_aligned(size_t size, size_t align);
void tu_free_aligned(void *p);

char *tu_copy_text(const char *text);
char *tu_format_text(const char *format, va_list args);

/* Does the program have an allocator of its own? Whoever asks relies on it: it is for good then. */
bool tu_alloc_is_hooked(void);

/*
 * on: what the calling thread allocates, resizes and frees from here on is malloc's, whatever the
 * program says, and no use: for what begins before the program can say anything. Nothing of the
 * program's runs meanwhile. Returns what it was.
 */
bool tu_alloc_aside(bool on);
bool tu_alloc_is_aside(void);

/* For what remembers of which kind its memory is. */
void *tu_resize_from(bool aside, void *p, size_t size);
void tu_free_to(bool aside, void *p);

#endif
