/* SPDX-License-Identifier: MIT */
#include "base/check.h"

#include "support/test.h"

#include <setjmp.h>

static char said[1024];
static size_t said_n;
static jmp_buf out;

/* Leaves before the abort, so that one process can see many last words. */
static void note(const char *text, size_t n)
{
	CHECK(n < sizeof said && text[n] == '\0');
	memcpy(said, text, n + 1);
	said_n = n;
	longjmp(out, 1);
}

static int evaluations;

static int evaluate(int result)
{
	evaluations++;
	return result;
}

static void test_true_says_nothing(void)
{
	if (setjmp(out) == 0) {
		tu_check(evaluate(1), "never said");
		tu_assert(evaluate(2));
	} else {
		CHECK(!"a true check failed");
	}
#ifdef TU_DEBUG
	CHECK_EQ(evaluations, 2);
#else
	CHECK_EQ(evaluations, 1);
#endif
}

static void test_false_says_where(void)
{
	char expected[256];
	volatile int line = 0;

	if (setjmp(out) == 0) {
		line = __LINE__ + 1;
		tu_check(1 > 2, "one is not above two");
		CHECK(!"a false check passed");
	}
	snprintf(
		expected, sizeof expected, "tutti: one is not above two (%s:%d)\n", __FILE__, line);
	CHECK_STR(said, expected);
}

static void test_panic_formats(void)
{
	if (setjmp(out) == 0)
		tu_panic("%d of %s", 3, "four");
	CHECK_STR(said, "tutti: 3 of four\n");
}

static void test_long_texts_are_cut_but_end_well(void)
{
	static char text[2000];

	memset(text, 'x', sizeof text - 1);
	if (setjmp(out) == 0)
		tu_panic("%s", text);
	CHECK_EQ(said_n, 511);
	CHECK_EQ(said[said_n - 1], '\n');
	said_n = 0;
	if (setjmp(out) == 0)
		tu_check(0 > 1, text);
	CHECK_EQ(said_n, 511);
	CHECK_EQ(said[said_n - 1], '\n');
}

int main(void)
{
	tu_panic_write = note;
	test_true_says_nothing();
	test_false_says_where();
	test_panic_formats();
	test_long_texts_are_cut_but_end_well();
	return 0;
}
