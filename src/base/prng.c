/* SPDX-License-Identifier: MIT */
/* prng.c - xoshiro256**, begun by splitmix64. */
#include "base/prng.h"

#include "base/bits.h"
#include "base/check.h"

void tu_prng_init(struct tu_prng *prng, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		seed += UINT64_C(0x9e3779b97f4a7c15);
		prng->state[i] = tu_mix64(seed);
	}
}

static uint64_t rotate_left(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

uint64_t tu_prng_next(struct tu_prng *prng)
{
	uint64_t *s = prng->state, result = rotate_left(s[1] * 5, 7) * 9, shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/*
 * The high word of a 64 by 64 bit product is below n; it is unbiased once the products whose low
 * word falls into the first 2^64 mod n are thrown away (Lemire). The division is rarely reached.
 */
uint64_t tu_prng_below(struct tu_prng *prng, uint64_t n)
{
	unsigned __int128 product;

	tu_check(n != 0, "a random number below 0 was asked for");
	product = (unsigned __int128)tu_prng_next(prng) * n;
	if ((uint64_t)product < n) {
		uint64_t surplus = -n % n;

		while ((uint64_t)product < surplus)
			product = (unsigned __int128)tu_prng_next(prng) * n;
	}
	return (uint64_t)(product >> 64);
}

int64_t tu_prng_between(struct tu_prng *prng, int64_t first, int64_t last)
{
	uint64_t count = (uint64_t)last - (uint64_t)first + 1;

	tu_check(first <= last, "a random number of an empty range was asked for");
	/* The count wraps to 0 where the range is every number there is. */
	return (int64_t)((uint64_t)first +
			 (count ? tu_prng_below(prng, count) : tu_prng_next(prng)));
}
