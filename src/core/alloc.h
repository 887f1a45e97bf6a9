/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - memory, through the program's hooks. Everything the library allocates comes from here,
 * but for stacks, which are address space of their own.
 *
 * Any thread; never waits. Tests let the nth call fail.
 */
#ifndef TU_CORE_ALLOC_H
#define TU_CORE_ALLOC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *tu_alloc(size_t size) __attribute__((malloc, alloc_size(1)));
void *tu_alloc_zero(size_t size) __attribute__((malloc, alloc_size(1)));
void *tu_resize(void *p, size_t size);
void tu_free(void *p); /* NULL does nothing */
/* On a boundary of align bytes, a power of two; freed by its own function. */
void *tu_alloc_aligned(size_t size, size_t align);
void tu_free_aligned(void *p);

char *tu_copy_text(const char *text);
char *tu_format_text(const char *format, va_list args);

/* Does the program have an allocator of its own? */
bool tu_alloc_is_hooked(void);

/* How many blocks are out. */
size_t tu_alloc_live(void);

/* Let the nth allocation from now on fail, once; 0: none. Returns what was left of the last n. */
uint64_t tu_alloc_fail_at(uint64_t n);

#endif
