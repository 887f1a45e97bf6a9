/* SPDX-License-Identifier: MIT */
/* bits.h - counting, rounding and mixing the bits of a word. */
#ifndef TU_BASE_BITS_H
#define TU_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Number of zero bits below the lowest one; x must not be 0. */
static inline unsigned tu_ctz64(uint64_t x)
{
	return (unsigned)__builtin_ctzll(x);
}

/* Number of zero bits above the highest one; x must not be 0. */
static inline unsigned tu_clz64(uint64_t x)
{
	return (unsigned)__builtin_clzll(x);
}

/* Index of the highest one; x must not be 0. */
static inline unsigned tu_log2(uint64_t x)
{
	return 63 - tu_clz64(x);
}

static inline bool tu_is_pow2(uint64_t x)
{
	return x != 0 && (x & (x - 1)) == 0;
}

/* The least power of two that is at least x: 1 for 0, and 0 where it would be 2^64. */
static inline uint64_t tu_pow2_up(uint64_t x)
{
	if (x <= 1)
		return 1;
	if (x > UINT64_C(1) << 63)
		return 0;
	return UINT64_C(1) << (64 - tu_clz64(x - 1));
}

/* x rounded up or down to a multiple of unit, a power of two; up wraps past SIZE_MAX. */
static inline size_t tu_align_up(size_t x, size_t unit)
{
	return (x + unit - 1) & ~(unit - 1);
}

static inline size_t tu_align_down(size_t x, size_t unit)
{
	return x & ~(unit - 1);
}

/*
 * A bijection of 64-bit words in which each bit of x changes each bit of the result about half the
 * time (the finisher of splitmix64), so that any few bits of it can index a table.
 */
static inline uint64_t tu_mix64(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint64_t tu_hash_pointer(const void *p)
{
	return tu_mix64((uint64_t)(uintptr_t)p);
}

#endif
