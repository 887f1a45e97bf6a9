/* SPDX-License-Identifier: MIT */
/* big.c - see big.h. Digits go in and out 19 at a time, the most that a limb holds. */
#include "wire/big.h"

#include "base/bits.h"
#include "core/alloc.h"

#include <errno.h>
#include <math.h>
#include <tutti/value_make.h>

__extension__ typedef unsigned __int128 wide;

enum { CHUNK = 19 };
#define CHUNK_UNIT UINT64_C(10000000000000000000) /* 10 to the power of CHUNK; its top bit is set */

tutti_value *tu_value_of_limbs(bool negative, const uint64_t *limbs, size_t n)
{
	struct tu_big *big;

	while (n > 1 && limbs[n - 1] == 0)
		n--;
	if (n == 0)
		return tu_value_of_small_int(0);
	if (n == 1 && limbs[0] <= (uint64_t)TU_SMALL_INT_MAX + negative)
		return tu_value_of_small_int(negative ? (int64_t)-limbs[0] : (int64_t)limbs[0]);
	if (n > SIZE_MAX / 16)
		return NULL;
	big = (struct tu_big *)tu_box_create(TUTTI_VALUE_INT, n, sizeof(*big), n * sizeof(*limbs));
	if (!big)
		return NULL;
	big->box.counted.flags = negative ? TU_BOX_NEGATIVE : 0;
	memcpy(big->limbs, limbs, n * sizeof(*limbs));
	return tu_value_of(&big->box);
}

int tu_big_int64(const struct tu_big *big, int64_t *out)
{
	bool negative = big->box.counted.flags & TU_BOX_NEGATIVE;

	if (big->box.size > 1 || big->limbs[0] > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*out = negative ? (int64_t)-big->limbs[0] : (int64_t)big->limbs[0];
	return 0;
}

/* The top 64 bits; what is below them counts as one more bit, which is enough to round by. */
double tu_big_double(const struct tu_big *big)
{
	size_t n = big->box.size;
	const uint64_t *limbs = big->limbs;
	unsigned shift = tu_clz64(limbs[n - 1]);
	uint64_t top = limbs[n - 1] << shift, below = 0;
	double x;

	if (n > TU_DOUBLE_LIMBS)
		return INFINITY;
	if (n > 1) {
		top |= shift > 0 ? limbs[n - 2] >> (TU_LIMB_BITS - shift) : 0;
		below = limbs[n - 2] << shift;
	}
	for (size_t i = 0; i + 2 < n; i++)
		below |= limbs[i];
	x = ldexp((double)(top | (below != 0)), (int)((n - 1) * TU_LIMB_BITS) - (int)shift);
	return big->box.counted.flags & TU_BOX_NEGATIVE ? -x : x;
}

/* -- from digits ------------------------------------------------------------------------------ */

static uint64_t small(const char *digits, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x = x * 10 + (uint64_t)(digits[i] - '0');
	return x;
}

/* limbs = limbs * CHUNK_UNIT + add; returns how many there are now. */
static size_t append(uint64_t *limbs, size_t n, uint64_t add)
{
	uint64_t carry = add;

	for (size_t i = 0; i < n; i++) {
		wide product = (wide)limbs[i] * CHUNK_UNIT + carry;

		limbs[i] = (uint64_t)product;
		carry = (uint64_t)(product >> TU_LIMB_BITS);
	}
	if (carry > 0)
		limbs[n++] = carry;
	return n;
}

int tu_big_parse(tutti_value **out, bool negative, const char *digits, size_t n)
{
	size_t first, count = 0;
	uint64_t *limbs;
	tutti_value *v;

	for (; n > 1 && *digits == '0'; digits++, n--)
		;
	if (n > TUTTI_VALUE_DIGITS_MAX)
		return -E2BIG;
	if (n < CHUNK) {
		uint64_t magnitude = small(digits, n);

		v = tu_value_of_limbs(negative, &magnitude, 1);
		return v ? (*out = v, 0) : -ENOMEM;
	}
	limbs = tu_alloc((n / CHUNK + 1) * sizeof(*limbs));
	if (!limbs)
		return -ENOMEM;
	first = n % CHUNK;
	if (first > 0)
		limbs[count++] = small(digits, first);
	for (size_t i = first; i < n; i += CHUNK)
		count = append(limbs, count, small(digits + i, CHUNK));
	v = tu_value_of_limbs(negative, limbs, count);
	tu_free(limbs);
	if (!v)
		return -ENOMEM;
	*out = v;
	return 0;
}

/* -- to digits -------------------------------------------------------------------------------- */

/*
 * limbs divided by CHUNK_UNIT; returns the remainder. By multiplication with the inverse: Moeller
 * and Granlund, "Improved division by invariant integers", algorithm 4.
 */
static uint64_t divide(uint64_t *limbs, size_t n)
{
	const uint64_t d = CHUNK_UNIT;
	const uint64_t inverse = (uint64_t)(((wide)~CHUNK_UNIT << 64 | UINT64_MAX) / CHUNK_UNIT);
	uint64_t r = 0;

	for (size_t i = n; i-- > 0;) {
		wide q = (wide)inverse * r + ((wide)r << 64 | limbs[i]);
		uint64_t high = (uint64_t)(q >> 64) + 1;

		r = limbs[i] - high * d;
		if (r > (uint64_t)q) {
			high--;
			r += d;
		}
		if (r >= d) {
			high++;
			r -= d;
		}
		limbs[i] = high;
	}
	return r;
}

/* The digits end at end; returns where they begin. Uses the limbs up. */
static char *print(char *end, uint64_t *limbs, size_t n)
{
	while (n > 0) {
		uint64_t chunk = divide(limbs, n);

		while (n > 0 && limbs[n - 1] == 0)
			n--;
		for (int i = 0; n > 0 ? i < CHUNK : chunk > 0; i++, chunk /= 10)
			*--end = (char)('0' + chunk % 10);
	}
	return end;
}

long tu_big_print(char **out, const struct tu_big *big)
{
	size_t n = big->box.size, room = (n + 1) * (CHUNK + 1), size;
	char *text, *begin;
	uint64_t *limbs;

	if (n > TUTTI_VALUE_DIGITS_MAX / CHUNK + 1)
		return -E2BIG;
	limbs = tu_alloc(n * sizeof(*limbs) + room);
	if (!limbs)
		return -ENOMEM;
	text = (char *)(limbs + n);
	memcpy(limbs, big->limbs, n * sizeof(*limbs));
	begin = print(text + room, limbs, n);
	size = (size_t)(text + room - begin);
	if (size > TUTTI_VALUE_DIGITS_MAX) {
		tu_free(limbs);
		return -E2BIG;
	}
	if (big->box.counted.flags & TU_BOX_NEGATIVE) {
		*--begin = '-';
		size++;
	}
	*out = memmove(limbs, begin, size);
	return (long)size;
}

/* -- doubles that are whole -------------------------------------------------------------------- */

bool tu_whole_of_double(struct tu_whole *w, double x)
{
	int exponent;
	uint64_t top;
	unsigned shift;

	*w = (struct tu_whole){ .negative = x < 0, .n = 1 };
	if (fabs(x) < 0x1p63) {
		w->limbs[0] = (uint64_t)fabs(x);
		return fabs(x) == (double)w->limbs[0];
	}
	if (!(fabs(x) < INFINITY))
		return false;
	top = (uint64_t)ldexp(frexp(fabs(x), &exponent), TU_LIMB_BITS); /* its top bit is set */
	w->n = ((size_t)exponent + TU_LIMB_BITS - 1) / TU_LIMB_BITS;
	shift = (unsigned)(w->n * TU_LIMB_BITS) - (unsigned)exponent;
	w->limbs[w->n - 1] = top >> shift;
	if (shift > 0 && w->n > 1)
		w->limbs[w->n - 2] = top << (TU_LIMB_BITS - shift);
	return true;
}

bool tu_whole_is(const struct tu_whole *w, const tutti_value *v)
{
	const struct tu_big *big = (const struct tu_big *)tu_value_box(v);
	int64_t n;

	if (tutti_value_as_int(v, &n) == 0) /* of 64 bits at most: a sign and a magnitude */
		return w->n == 1 && w->negative == (n < 0) &&
		       w->limbs[0] == (n < 0 ? -(uint64_t)n : (uint64_t)n);
	return w->n == big->box.size &&
	       w->negative == ((big->box.counted.flags & TU_BOX_NEGATIVE) != 0) &&
	       memcmp(w->limbs, big->limbs, w->n * sizeof(*w->limbs)) == 0;
}
