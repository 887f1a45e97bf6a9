/* SPDX-License-Identifier: MIT */
/* test.h - what a test needs: it says what differs and where, and ends with status 1. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(cond)                                                                   \
	((cond) ? (void)0                                                             \
		: (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond), \
			  check_end()))

/* For integers and booleans of any type. */
#define CHECK_EQ(a, b) check_equal((intmax_t)(a), (intmax_t)(b), #a, #b, __FILE__, __LINE__)

/* For texts; NULL equals only NULL. */
#define CHECK_STR(a, b) check_same_text((a), (b), #a, #b, __FILE__, __LINE__)

/* Not exit(), which waits for threads: the check may have failed in one of them. */
__attribute__((noreturn)) static inline void check_end(void)
{
	fflush(stdout);
	_exit(1);
}

static inline void check_equal(
	intmax_t a, intmax_t b, const char *as, const char *bs, const char *file, int line)
{
	if (a == b)
		return;
	fprintf(stderr, "%s:%d: %s is %jd, %s is %jd\n", file, line, as, a, bs, b);
	check_end();
}

static inline void check_same_text(
	const char *a, const char *b, const char *as, const char *bs, const char *file, int line)
{
	if (a && b ? strcmp(a, b) == 0 : a == b)
		return;
	fprintf(stderr, "%s:%d: %s is \"%s\", %s is \"%s\"\n", file, line, as, a ? a : "(null)", bs,
		b ? b : "(null)");
	check_end();
}

#endif
