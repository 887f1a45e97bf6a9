/* SPDX-License-Identifier: MIT */
/*
 * prng.h - pseudo-random numbers that repeat: xoshiro256** (Blackman and Vigna), not for secrets.
 *
 * The same seed gives the same numbers on every machine and in every version of the library: a
 * replayed schedule depends on it. A generator has one owner.
 */
#ifndef TU_BASE_PRNG_H
#define TU_BASE_PRNG_H

#include <stdint.h>

struct tu_prng {
	uint64_t state[4];
};

/* Any seed will do, 0 too: splitmix64 makes four words of it, which are never all zero. */
void tu_prng_init(struct tu_prng *prng, uint64_t seed);

/* 64 random bits. */
uint64_t tu_prng_next(struct tu_prng *prng);

/* One of 0 .. n-1, all equally likely; n must not be 0. */
uint64_t tu_prng_below(struct tu_prng *prng, uint64_t n);

/* One of first .. last, both included, all equally likely; first <= last. */
int64_t tu_prng_between(struct tu_prng *prng, int64_t first, int64_t last);

#endif
