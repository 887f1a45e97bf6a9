/* SPDX-License-Identifier: MIT */
/*
 * sanitize.h - what ASan, TSan and Valgrind are told about stacks. Empty where none is there.
 *
 * A stack is told once when it is made and at each switch: tu_switch is the only place that calls
 * leave and enter.
 */
#ifndef TU_CORE_SANITIZE_H
#define TU_CORE_SANITIZE_H

#include "core/context.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TU_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define TU_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TU_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define TU_TSAN 1
#endif

#ifdef TU_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef TU_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

/* A context's memory was made or is made anew: nothing of what ran there before is true. */
static inline void tu_sanitize_new(struct tu_context *c)
{
	(void)c;
#ifdef TU_ASAN
	__asan_unpoison_memory_region(c->low, c->bytes);
	c->fake_stack = NULL;
	/* What only a waiting task knows is no leak. Usable bytes only: guards cannot be read. */
	__lsan_register_root_region(c->low, c->bytes + sizeof(*c));
#endif
#ifdef TU_TSAN
	c->fiber = __tsan_create_fiber(0);
#endif
#ifdef VALGRIND_STACK_REGISTER
	(void)VALGRIND_STACK_REGISTER(c->low, c->low + c->bytes);
#endif
}

/* Memory that we mapped ourselves and that points to what we allocated. */
static inline void tu_sanitize_root(void *memory, size_t bytes)
{
	(void)memory, (void)bytes;
#ifdef TU_ASAN
	__lsan_register_root_region(memory, bytes);
#endif
}

/* The thread's own stack, which its sanitizer knows already. */
static inline void tu_sanitize_native(struct tu_context *c)
{
	(void)c;
#ifdef TU_TSAN
	c->fiber = __tsan_get_current_fiber();
#endif
}

/* The pages of a stack are about to be dropped, and its context with them. */
static inline void tu_sanitize_drop(struct tu_context *c)
{
	(void)c;
#ifdef TU_ASAN
	__lsan_unregister_root_region(c->low, c->bytes + sizeof(*c));
#endif
#ifdef TU_TSAN
	__tsan_destroy_fiber(c->fiber);
#endif
}

static inline void tu_sanitize_leave(struct tu_context *from, struct tu_context *to)
{
	(void)from, (void)to;
#ifdef TU_ASAN
	__sanitizer_start_switch_fiber(&from->fake_stack, to->low, to->bytes);
#endif
#ifdef TU_TSAN
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
}

static inline void tu_sanitize_enter(struct tu_context *self)
{
	(void)self;
#ifdef TU_ASAN
	__sanitizer_finish_switch_fiber(self->fake_stack, NULL, NULL);
#endif
}

#endif
