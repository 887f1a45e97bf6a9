/* SPDX-License-Identifier: MIT */
#include "base/prng.h"

#include "support/test.h"

static void test_known_numbers(void)
{
	/* The words of splitmix64 from 0, as its author publishes them. */
	static const uint64_t begun[] = {
		UINT64_C(0xe220a8397b1dcdaf),
		UINT64_C(0x6e789e6aa1b965f4),
		UINT64_C(0x06c45d188009454f),
		UINT64_C(0xf88bb8a8724c81ec),
	};
	/* xoshiro256** from the state 1, 2, 3, 4, as in the tests of Rust's rand_xoshiro. */
	static const uint64_t expected[] = {
		11520,
		0,
		1509978240,
		UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360),
		UINT64_C(607988272756665600),
	};
	struct tu_prng prng;

	tu_prng_init(&prng, 0);
	for (int i = 0; i < 4; i++)
		CHECK(prng.state[i] == begun[i]);
	prng = (struct tu_prng){ { 1, 2, 3, 4 } };
	for (int i = 0; i < 6; i++)
		CHECK(tu_prng_next(&prng) == expected[i]);
}

static void test_below_is_even(void)
{
	enum { N = 7, DRAWS = 700000 };
	int seen[N] = { 0 };
	struct tu_prng prng;

	tu_prng_init(&prng, 1);
	for (int i = 0; i < DRAWS; i++)
		seen[tu_prng_below(&prng, N)]++;
	for (int i = 0; i < N; i++) /* 5 deviations of a binomial of 1/7 are 1464 */
		CHECK(abs(seen[i] - DRAWS / N) < 1464);
	CHECK_EQ(tu_prng_below(&prng, 1), 0);
}

/* Scaling without rejection would hit the lower half of this range twice as often as the upper. */
static void test_below_is_even_in_a_range_near_the_whole(void)
{
	enum { DRAWS = 100000 };
	uint64_t n = UINT64_C(3) << 62;
	int third[3] = { 0 };
	struct tu_prng prng;

	tu_prng_init(&prng, 2);
	for (int i = 0; i < DRAWS; i++) {
		uint64_t x = tu_prng_below(&prng, n);

		CHECK(x < n);
		third[x % 3]++;
	}
	for (int i = 0; i < 3; i++)
		CHECK(abs(third[i] - DRAWS / 3) < 746);
}

static void test_between(void)
{
	struct tu_prng prng;
	int seen[5] = { 0 }, negative = 0;

	tu_prng_init(&prng, 3);
	for (int i = 0; i < 1000; i++)
		seen[tu_prng_between(&prng, -2, 2) + 2]++;
	for (int i = 0; i < 5; i++)
		CHECK(seen[i] > 100);
	CHECK_EQ(tu_prng_between(&prng, INT64_MAX, INT64_MAX), INT64_MAX);
	CHECK_EQ(tu_prng_between(&prng, INT64_MIN, INT64_MIN), INT64_MIN);
	for (int i = 0; i < 1000; i++)
		negative += tu_prng_between(&prng, INT64_MIN, INT64_MAX) < 0;
	CHECK(negative > 400 && negative < 600);
}

int main(void)
{
	test_known_numbers();
	test_below_is_even();
	test_below_is_even_in_a_range_near_the_whole();
	test_between();
	return 0;
}
