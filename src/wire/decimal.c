/* SPDX-License-Identifier: MIT */
/*
 * decimal.c - see decimal.h.
 *
 * Printing is Raffaello Giulietti's Schubfach ("The Schubfach way to render doubles", 2020), in the
 * form that Alexander Bolz gave it. All is done in multiples of 10^k/4, where k is such that a
 * number of one digit more or less decides: of the tens and of the ones that lie between the
 * neighbours' midpoints, in that order, the one nearest to x is taken. 126 bits of the power are
 * enough for each comparison to come out as if it were exact, given that the products are rounded
 * to odd.
 *
 * Reading: what has no more than 19 digits and a small exponent is one exact multiplication or
 * division, the rest is the C library's.
 */
#include "wire/decimal.h"

#include "core/alloc.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { FRACTION_BITS = 52, EXPONENT_BIAS = 1075, DIGITS_MOST = 17 };

struct decimal {
	uint64_t digits;
	int exponent; /* x is digits * 10^exponent */
};

/* -- printing --------------------------------------------------------------------------------- */

/* floor(n / 2^bits), of negative n too. */
static int floor_shift(int n, int bits)
{
	return n >> bits;
}

static int floor_log2_of_power(int k)
{
	return floor_shift(k * 1741647, 19);
}

/* floor(log10(2^n)), or of 3/4 of that. */
static int floor_log10(int n, bool three_quarters)
{
	return floor_shift(n * 1262611 - (three_quarters ? 524031 : 0), 22);
}

/* The 64 top bits of power * n, the last one set if anything follows. */
static uint64_t round_to_odd(const struct tu_power *power, uint64_t n)
{
	wide low = (wide)power->low * n;
	wide high = (wide)power->high * n + (uint64_t)(low >> 64);

	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* x is c * 2^q; narrow: its lower neighbour is only half as far away as its upper one. */
static struct decimal shortest(uint64_t c, int q, bool narrow)
{
	bool odd = c & 1; /* then the midpoints themselves are read as the neighbours */
	int k = floor_log10(q, narrow), shift = q + floor_log2_of_power(-k) + 1;
	const struct tu_power *power = &tu_powers_of_ten[-k - TU_POWER_FIRST];
	uint64_t here = round_to_odd(power, (4 * c) << shift);
	uint64_t lower = round_to_odd(power, (4 * c - 2 + narrow) << shift) + odd;
	uint64_t upper = round_to_odd(power, (4 * c + 2) << shift) - odd;
	uint64_t ones = here / 4, tens = ones / 10, middle = 4 * ones + 2;
	bool down, up;

	if (ones >= 10) {
		down = lower <= 40 * tens;
		up = 40 * tens + 40 <= upper;
		if (down != up)
			return (struct decimal){ tens + up, k + 1 };
	}
	down = lower <= 4 * ones;
	up = 4 * ones + 4 <= upper;
	if (down == up)
		up = here > middle || (here == middle && (ones & 1));
	return (struct decimal){ ones + up, k };
}

/* Of x > 0, without zeros at the end of its digits. */
static struct decimal decimal_of(double x)
{
	uint64_t bits, fraction;
	struct decimal d;
	int exponent;

	memcpy(&bits, &x, sizeof(bits));
	fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
	exponent = (int)(bits >> FRACTION_BITS);
	if (x < 0x1p53 && x == (double)(uint64_t)x)
		d = (struct decimal){ (uint64_t)x, 0 };
	else if (exponent == 0)
		d = shortest(fraction, 1 - EXPONENT_BIAS, false);
	else
		d = shortest(fraction | UINT64_C(1) << FRACTION_BITS, exponent - EXPONENT_BIAS,
			fraction == 0 && exponent > 1);
	for (; d.digits % 10 == 0; d.digits /= 10)
		d.exponent++;
	return d;
}

static char *put(char *out, const char *text, size_t n)
{
	memcpy(out, text, n);
	return out + n;
}

static char *put_zeros(char *out, int n)
{
	memset(out, '0', n > 0 ? (size_t)n : 0);
	return n > 0 ? out + n : out;
}

static char *put_exponent(char *out, int exponent)
{
	*out++ = 'e';
	*out++ = exponent < 0 ? '-' : '+';
	exponent = abs(exponent);
	if (exponent >= 100)
		*out++ = (char)('0' + exponent / 100);
	*out++ = (char)('0' + exponent / 10 % 10);
	*out++ = (char)('0' + exponent % 10);
	return out;
}

/* point: how many of the digits stand before it. */
static char *put_decimal(char *out, const char *digits, int n, int point)
{
	if (point > 16 || point < -3) {
		*out++ = *digits;
		if (n > 1) {
			*out++ = '.';
			out = put(out, digits + 1, (size_t)n - 1);
		}
		return put_exponent(out, point - 1);
	}
	if (point <= 0) {
		out = put_zeros(put(out, "0.", 2), -point);
		return put(out, digits, (size_t)n);
	}
	if (n <= point) {
		out = put_zeros(put(out, digits, (size_t)n), point - n);
		return put(out, ".0", 2);
	}
	out = put(out, digits, (size_t)point);
	*out++ = '.';
	return put(out, digits + point, (size_t)(n - point));
}

size_t tu_double_print(char out[TU_DOUBLE_ROOM], double x)
{
	char digits[DIGITS_MOST], *first = digits + DIGITS_MOST, *end = out;
	struct decimal d;
	int n;

	if (isnan(x))
		return (size_t)(put(out, "nan", 3) - out);
	if (signbit(x))
		*end++ = '-';
	if (isinf(x))
		return (size_t)(put(end, "inf", 3) - out);
	if (x == 0)
		return (size_t)(put(end, "0.0", 3) - out);
	d = decimal_of(fabs(x));
	do {
		*--first = (char)('0' + d.digits % 10);
		d.digits /= 10;
	} while (d.digits > 0);
	n = (int)(digits + DIGITS_MOST - first);
	return (size_t)(put_decimal(end, first, n, n + d.exponent) - out);
}

/* -- reading ---------------------------------------------------------------------------------- */

enum { EXACT_POWER = 22, EXPONENT_FAR = 100000, COPIED = 128 };

/* Digits and exponent, if there are few of both. */
static bool take_apart(const char *text, size_t size, struct decimal *d)
{
	const char *end = text + size;
	bool fraction = false, negative;
	int digits = 0, exponent = 0;

	for (*d = (struct decimal){ 0, 0 }; text < end && (*text | 32) != 'e'; text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		digits += digits > 0 || *text != '0';
		if (digits > 19)
			return false;
		d->digits = d->digits * 10 + (uint64_t)(*text - '0');
		d->exponent -= fraction;
	}
	if (text == end)
		return true;
	negative = *++text == '-';
	text += *text == '-' || *text == '+';
	for (; text < end && exponent < EXPONENT_FAR; text++)
		exponent = exponent * 10 + (*text - '0');
	d->exponent += negative ? -exponent : exponent;
	return exponent < EXPONENT_FAR;
}

/* By the C library, which wants a zero at the end and knows locales: this one is C's. */
static bool parse_slowly(const char *text, size_t size, double *x)
{
	char few[COPIED], *copy = size < sizeof(few) ? few : tu_alloc(size + 1);
	locale_t plain = copy ? newlocale(LC_ALL_MASK, "C", NULL) : NULL;

	if (plain) {
		memcpy(copy, text, size);
		copy[size] = '\0';
		*x = strtod_l(copy, NULL, plain);
		freelocale(plain);
	}
	if (copy != few)
		tu_free(copy);
	return plain != NULL;
}

bool tu_double_parse(const char *text, size_t size, double *x)
{
	static const double powers[EXACT_POWER + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
		1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	bool negative = *text == '-';
	struct decimal d;

	if (!take_apart(text + negative, size - negative, &d) || d.digits > UINT64_C(1) << 53 ||
		abs(d.exponent) > EXACT_POWER)
		return parse_slowly(text, size, x);
	*x = (double)d.digits;
	*x = d.exponent < 0 ? *x / powers[-d.exponent] : *x * powers[d.exponent];
	*x = negative ? -*x : *x;
	return true;
}
