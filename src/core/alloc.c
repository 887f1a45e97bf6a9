/* SPDX-License-Identifier: MIT */
/* alloc.c - the hooks of memory.h. */
#include "core/alloc.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/check.h"
#include "core/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/memory.h>

static void *plain_alloc(size_t size, void *arg)
{
	(void)arg;
	return malloc(size);
}

static void *plain_resize(void *p, size_t size, void *arg)
{
	(void)arg;
	return realloc(p, size);
}

static void plain_free(void *p, void *arg)
{
	(void)arg;
	free(p);
}

static const tutti_allocator plain = { plain_alloc, plain_resize, plain_free, NULL };

/* Fixed before the first allocation; that allocation publishes it to whoever it is handed to. */
static tutti_allocator hooks = { plain_alloc, plain_resize, plain_free, NULL };
static uint32_t used;
static __thread bool aside;

int tutti_set_allocator(const tutti_allocator *a)
{
	if (a && (!a->alloc || !a->resize || !a->free))
		return -EINVAL;
	if (tu_load_rlx(&used)) /* a flag that only goes up; calls do not race by contract */
		return -EBUSY;
	hooks = a ? *a : plain;
	return 0;
}

static void mark_used(void)
{
	/* relaxed: a flag that only goes up */
	if (tu_unlikely(!tu_load_rlx(&used)))
		tu_store_rlx(&used, 1);
}

bool tu_alloc_aside(bool on)
{
	bool was = aside;

	aside = on;
	return was;
}

bool tu_alloc_is_aside(void)
{
	return aside;
}

static const tutti_allocator *hooks_now(void)
{
	if (tu_unlikely(aside))
		return &plain;
	mark_used();
	return &hooks;
}

bool tu_alloc_is_hooked(void)
{
	mark_used();
	return hooks.alloc != plain_alloc;
}

void *tu_alloc(size_t size)
{
	const tutti_allocator *a = hooks_now();

	if (tu_choose(TU_CHOICE_ALLOCATION, 2) != 0)
		return NULL;
	return a->alloc(size ? size : 1, a->arg);
}

void *tu_alloc_zero(size_t size)
{
	void *p = tu_alloc(size);

	return p ? memset(p, 0, size) : NULL;
}

void *tu_resize(void *p, size_t size)
{
	const tutti_allocator *a = hooks_now();

	if (!p)
		return tu_alloc(size);
	return a->resize(p, size ? size : 1, a->arg);
}

void tu_free(void *p)
{
	const tutti_allocator *a = hooks_now();

	if (p)
		a->free(p, a->arg);
}

void *tu_resize_from(bool from, void *p, size_t size)
{
	bool was = tu_alloc_aside(from);

	p = tu_resize(p, size);
	aside = was;
	return p;
}

void tu_free_to(bool to, void *p)
{
	bool was = tu_alloc_aside(to);

	tu_free(p);
	aside = was;
}

/* The hooks know no alignment: room is left in front, with the block's true start in it. */
void *tu_alloc_aligned(size_t size, size_t align)
{
	char *block = tu_alloc(size + align + sizeof(void *)), *p;

	if (!block)
		return NULL;
	p = (char *)tu_align_up((size_t)(block + sizeof(void *)), align);
	memcpy(p - sizeof(void *), &block, sizeof(void *));
	return p;
}

void tu_free_aligned(void *p)
{
	void *block = NULL;

	if (p)
		memcpy(&block, (char *)p - sizeof(void *), sizeof(void *));
	tu_free(block);
}

char *tu_copy_text(const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = tu_alloc(bytes);

	return copy ? memcpy(copy, text, bytes) : NULL;
}

char *tu_format_text(const char *format, va_list args)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = n < 0 ? NULL : tu_alloc((size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, format, args);
	return text;
}
