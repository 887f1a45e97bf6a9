/* SPDX-License-Identifier: MIT */
/* test.h - what a test needs: it says what differs and where, and ends with status 1. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(cond)       \
	((cond) ? (void)0 \
		: (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond), exit(1)))

/* For integers and booleans of any type. */
#define CHECK_EQ(a, b) check_equal((intmax_t)(a), (intmax_t)(b), #a, #b, __FILE__, __LINE__)

/* For texts; NULL equals only NULL. */
#define CHECK_STR(a, b) check_same_text((a), (b), #a, #b, __FILE__, __LINE__)

static inline void check_equal(
	intmax_t a, intmax_t b, const char *as, const char *bs, const char *file, int line)
{
	if (a == b)
		return;
	fprintf(stderr, "%s:%d: %s is %jd, %s is %jd\n", file, line, as, a, bs, b);
	exit(1);
}

static inline void check_same_text(
	const char *a, const char *b, const char *as, const char *bs, const char *file, int line)
{
	if (a && b ? strcmp(a, b) == 0 : a == b)
		return;
	fprintf(stderr, "%s:%d: %s is \"%s\", %s is \"%s\"\n", file, line, as, a ? a : "(null)", bs,
		b ? b : "(null)");
	exit(1);
}

#endif
