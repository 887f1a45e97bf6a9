/* SPDX-License-Identifier: MIT */
/* numbers.c - the jobs that compute: prime, sum and square. */
#define _GNU_SOURCE
#include "jobs.h"

#include <errno.h>
#include <string.h>

#include <tutti/task.h>

#include "number.h"

#define UNSIGNED_RANGE "a whole number from 0 to 18446744073709551615"
#define WIDE_RANGE "a whole number from -9223372036854775808 to 18446744073709551615"

enum { DIVISIONS_PER_LOOK = 1 << 16 };

/* By trial division: it is here to keep processors busy. 0 or 1, or TUTTI_ECANCELED. */
static int is_prime(uint64_t n)
{
	uint64_t look = DIVISIONS_PER_LOOK;

	if (n < 4 || n % 2 == 0)
		return n == 2 || n == 3;
	/* d <= n / d: the square of d could be too large */
	for (uint64_t d = 3; d <= n / d; d += 2) {
		if (n % d == 0)
			return 0;
		if (--look == 0) {
			if (tutti_cancelled())
				return TUTTI_ECANCELED;
			look = DIVISIONS_PER_LOOK;
		}
	}
	return 1;
}

int prime(tutti_bytes const *in, tutti_bytes *out)
{
	wide n;
	int yes;

	if (!number_parse(in->data, in->size, &n) || n < 0)
		return tutti_fail(-EINVAL, "not " UNSIGNED_RANGE);
	yes = is_prime((uint64_t)n);
	if (yes < 0)
		return yes;
	return tutti_bytes_printf(out, "%s", yes ? "true" : "false");
}

/* The bounds of "a..b". */
static int parse_range(tutti_bytes const *in, wide *a, wide *b)
{
	const char *text = in->data, *dots = in->size > 0 ? memmem(text, in->size, "..", 2) : NULL;
	size_t left = dots ? (size_t)(dots - text) : 0;

	*a = *b = 0;
	if (!dots || !number_parse(text, left, a) ||
		!number_parse(dots + 2, in->size - left - 2, b))
		return tutti_fail(-EINVAL, "not a range a..b of two whole numbers of 64 bits");
	if (*a > *b)
		return tutti_fail(-EINVAL, "a range that begins after it ends");
	return 0;
}

/*
 * As many pairs of first and last as half the count. It fits: the largest in value, 0..2^64 - 1,
 * comes to 2^127 - 2^63.
 */
static wide sum_range(wide a, wide b)
{
	wide count = b - a + 1;

	return count % 2 == 0 ? count / 2 * (a + b) : count * ((a + b) / 2);
}

int sum(tutti_bytes const *in, tutti_bytes *out)
{
	char digits[WIDE_DIGITS];
	wide a = 0, b = 0, total;
	int rc = parse_range(in, &a, &b);

	if (rc < 0)
		return rc;
	total = sum_range(a, b);
	number_show((wide_unsigned)(total < 0 ? -total : total), total < 0, digits);
	return tutti_bytes_printf(out, "%s", digits);
}

int square(tutti_bytes const *in, tutti_bytes *out)
{
	char digits[WIDE_DIGITS], squared[WIDE_DIGITS];
	wide n;
	wide_unsigned size;

	if (!number_parse(in->data, in->size, &n))
		return tutti_fail(-EINVAL, "not " WIDE_RANGE);
	size = (wide_unsigned)(n < 0 ? -n : n);
	number_show(size, n < 0, digits);
	/* below 2^64 squared, so it fits without a sign */
	number_show(size * size, false, squared);
	return tutti_bytes_printf(out, "%s * %s = %s", digits, digits, squared);
}
