/* SPDX-License-Identifier: MIT */
/*
 * check.h - broken invariants end the program with a sentence.
 *
 * tu_check is for what must hold in every build and costs a compare; tu_assert is for what costs
 * more and exists only with TU_DEBUG. Neither is for errors of the caller: those are returned.
 */
#ifndef TU_BASE_CHECK_H
#define TU_BASE_CHECK_H

#include <stddef.h>

#define tu_likely(x) __builtin_expect(!!(x), 1)
#define tu_unlikely(x) __builtin_expect(!!(x), 0)

/*
 * Where the last words go; writes them to stderr until os installs something that is safe in a
 * signal handler. Set once, before the first thread; must not allocate.
 */
extern void (*tu_panic_write)(const char *text, size_t n);

/* Say "tutti: " and the formatted text, then abort. Texts past 500 bytes are cut. */
_Noreturn void tu_panic(const char *format, ...) __attribute__((cold, format(printf, 1, 2)));

/* What a failed tu_check does; apart from the macro so that its cold code stays out of line. */
_Noreturn void tu_check_failed(const char *sentence, const char *file, int line)
	__attribute__((cold));

#define tu_check(cond, sentence) \
	(tu_likely(cond) ? (void)0 : tu_check_failed((sentence), __FILE__, __LINE__))

/* Without TU_DEBUG the condition is still compiled, so that it cannot rot, but never evaluated. */
#ifdef TU_DEBUG
#define tu_assert(cond) tu_check(cond, #cond)
#else
#define tu_assert(cond) ((void)sizeof((cond) ? 1 : 0))
#endif

#endif
