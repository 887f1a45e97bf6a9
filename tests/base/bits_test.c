/* SPDX-License-Identifier: MIT */
#include "base/bits.h"

#include "support/test.h"

static void test_counting(void)
{
	for (unsigned i = 0; i < 64; i++) {
		uint64_t bit = UINT64_C(1) << i;

		CHECK_EQ(tu_ctz64(bit), i);
		CHECK_EQ(tu_ctz64(bit | UINT64_C(1) << 63), i);
		CHECK_EQ(tu_clz64(bit | 1), 63 - i);
		CHECK_EQ(tu_log2(bit | (bit - 1)), i);
		CHECK(tu_is_pow2(bit));
		CHECK_EQ(tu_is_pow2(bit | 1), i == 0);
	}
	CHECK(!tu_is_pow2(0));
}

static void test_rounding(void)
{
	CHECK_EQ(tu_pow2_up(0), 1);
	for (uint64_t x = 1, up = 1; x < 5000; x++) {
		if (x > up)
			up *= 2;
		CHECK_EQ(tu_pow2_up(x), up);
	}
	CHECK(tu_pow2_up(UINT64_C(1) << 63) == UINT64_C(1) << 63);
	CHECK_EQ(tu_pow2_up((UINT64_C(1) << 63) + 1), 0);
	CHECK_EQ(tu_align_up(0, 16), 0);
	CHECK_EQ(tu_align_up(1, 16), 16);
	CHECK_EQ(tu_align_up(16, 16), 16);
	CHECK_EQ(tu_align_up(4097, 4096), 8192);
	CHECK_EQ(tu_align_down(4097, 4096), 4096);
	CHECK_EQ(tu_align_down(4095, 4096), 0);
}

/* Flipping one bit of x flips each bit of the result in 30 to 70 of 100 cases. */
static void test_mixing(void)
{
	enum { CASES = 400 };

	for (int in = 0; in < 64; in++) {
		int flips[64] = { 0 };

		for (uint64_t x = 0; x < CASES; x++) {
			uint64_t diff = tu_mix64(x) ^ tu_mix64(x ^ UINT64_C(1) << in);

			for (int out = 0; out < 64; out++)
				flips[out] += diff >> out & 1;
		}
		for (int out = 0; out < 64; out++)
			CHECK(flips[out] > CASES * 3 / 10 && flips[out] < CASES * 7 / 10);
	}
}

/* Neighbours in an array must not meet in a table that is indexed by the lowest or highest bits. */
static void test_hashing_pointers(void)
{
	enum { N = 256, LINE = 64 };
	static char array[N * LINE];
	int low[N] = { 0 }, high[N] = { 0 };

	for (int i = 0; i < N; i++) {
		uint64_t hash = tu_hash_pointer(&array[i * LINE]);

		low[hash % N]++;
		high[hash >> 56]++;
	}
	for (int i = 0; i < N; i++)
		CHECK(low[i] < 10 && high[i] < 10);
}

int main(void)
{
	test_counting();
	test_rounding();
	test_mixing();
	test_hashing_pointers();
	return 0;
}
