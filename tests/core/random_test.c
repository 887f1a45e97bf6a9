/* SPDX-License-Identifier: MIT */
/* rows: F153 */
/* ctest: LABELS no-qemu */
/* random_test.c - draws are even and within bounds, and the same again where that was asked for. */
#include "support/again.h"
#include "support/suite.h"

#include <math.h>
#include <tutti/random.h>
#include <tutti/sim.h>
#include <tutti/thread.h>

/* -- the numbers ------------------------------------------------------------------------------- */

/* rows: F153 */
static void whole_numbers_are_even(void)
{
	enum { SIDES = 6, DRAWS = 600000 };
	int seen[SIDES] = { 0 };

	for (int i = 0; i < DRAWS; i++) {
		int64_t n = tutti_random_between(-2, 3);

		CHECK(n >= -2 && n <= 3);
		seen[n + 2]++;
	}
	for (int i = 0; i < SIDES; i++) /* 6 deviations of a binomial of 1/6 */
		CHECK(abs(seen[i] - DRAWS / SIDES) < 1733);
}

static void bounds_may_be_any(void)
{
	int negative = 0, far = 0;

	CHECK_EQ(tutti_random_between(7, 7), 7);
	CHECK_EQ(tutti_random_between(7, 6), 7);
	CHECK_EQ(tutti_random_between(INT64_MAX, INT64_MAX), INT64_MAX);
	CHECK_EQ(tutti_random_between(INT64_MIN, INT64_MIN), INT64_MIN);
	for (int i = 0; i < 1000; i++) {
		int64_t n = tutti_random_between(INT64_MIN, INT64_MAX);

		negative += n < 0;
		far += n < INT64_MIN / 2 || n > INT64_MAX / 2;
		CHECK(tutti_random_between(INT64_MIN, 0) <= 0);
		CHECK(tutti_random_between(INT64_MAX - 1, INT64_MAX) >= INT64_MAX - 1);
	}
	CHECK(abs(negative - 500) < 100);
	CHECK(abs(far - 500) < 100);
}

static void real_numbers_are_even(void)
{
	enum { DRAWS = 400000 };
	int seen[4] = { 0 };

	for (int i = 0; i < DRAWS; i++) {
		double x = tutti_random_real(-1, 3);

		CHECK(x >= -1 && x < 3);
		seen[(int)(x + 1)]++;
	}
	for (int i = 0; i < 4; i++)
		CHECK(abs(seen[i] - DRAWS / 4) < 1644);
}

static void real_bounds_may_be_any(void)
{
	double above = nextafter(1, 2);

	CHECK(tutti_random_real(1, 1) == 1);
	CHECK(tutti_random_real(1, 0) == 1);
	CHECK(tutti_random_real(1, (double)NAN) == 1);
	for (int i = 0; i < 1000; i++)
		CHECK(tutti_random_real(1, above) == 1); /* not rounded up to it */
}

/* -- whose they are ---------------------------------------------------------------------------- */

enum { HEARD = 8 };

static void *hear(void *numbers)
{
	for (int i = 0; i < HEARD; i++)
		((int64_t *)numbers)[i] = tutti_random_between(INT64_MIN, INT64_MAX);
	return NULL;
}

static void each_thread_has_its_own(void)
{
	int64_t one[HEARD], other[HEARD];
	tutti_thread *threads[] = { tutti_thread_start(hear, one, NULL),
		tutti_thread_start(hear, other, NULL) };

	CHECK_EQ(tutti_join_all(threads, 2), 0);
	for (int i = 0; i < HEARD; i++)
		for (int j = 0; j < HEARD; j++)
			CHECK(one[i] != other[j]);
}

static void draw_and_fail(void *arg)
{
	static int64_t main_ones[HEARD], others[HEARD];
	tutti_thread *t = tutti_thread_start(hear, others, NULL);

	(void)arg;
	hear(main_ones);
	tutti_join_all(&t, 1);
	tutti_sim_fail("%" PRId64 " %" PRId64 " %" PRId64, main_ones[0], main_ones[HEARD - 1],
		others[HEARD - 1]);
}

/* What draw_and_fail says: the report's second line. */
static char *drawn(const char *strategy, uint64_t seed)
{
	tutti_sim_result result;

	CHECK_EQ(tutti_sim_check(draw_and_fail, &(tutti_sim_options){ .strategy = strategy,
							.seed = seed,
							.save = "",
							.flags = TUTTI_SIM_QUIET,
							.result = &result }),
		1);

	const char *said = strchr(result.text, '\n') + 1;
	char *found = strndup(said, strcspn(said, "\n"));

	tutti_sim_result_clear(&result);
	return found;
}

static void a_simulated_run_draws_by_its_seed(void)
{
	static const char *const strategies[] = { "fifo", "random", "pct:2" };

	for (int i = 0; i < 3; i++) {
		char *first = drawn(strategies[i], 1), *again = drawn(strategies[i], 1);
		char *other = drawn(strategies[i], 2);

		CHECK_STR(first, again);
		CHECK(strcmp(first, other) != 0);
		free(first);
		free(again);
		free(other);
	}
}

/* -- what the environment says ----------------------------------------------------------------- */

static int print_draws(void)
{
	int64_t theirs[HEARD];
	tutti_thread *t = tutti_thread_start(hear, theirs, NULL);

	CHECK_EQ(tutti_join_all(&t, 1), 0);
	for (int i = 0; i < HEARD; i++)
		printf("%" PRId64 "\n", theirs[i]);
	for (int i = 0; i < HEARD; i++)
		printf("%" PRId64 "\n", tutti_random_between(0, 1000000000));
	printf("%.17g\n", tutti_random_real(0, 1));
	return 0;
}

static void *print_one(void *arg)
{
	printf("%" PRId64 "\n", tutti_random_between(5, 10));
	return arg;
}

/* Two by one thread, one by another, and what comes behind the script. */
static int print_script(void)
{
	tutti_thread *t;

	print_one(NULL);
	t = tutti_thread_start(print_one, NULL, NULL);
	CHECK_EQ(tutti_join_all(&t, 1), 0);
	printf("%g\n", tutti_random_real(0, 1));
	CHECK(tutti_random_between(5, 10) >= 5);
	CHECK(tutti_random_real(1, 2) >= 1);
	return 0;
}

static const struct again_part parts[] = { { "draws", print_draws }, { "script", print_script },
	{ NULL, NULL } };

static char *prints(const char *part)
{
	struct again a = again(part);

	again_check_exit(&a, part, 0);
	CHECK_STR(a.err, "");
	return a.out;
}

/* Does part print the same with these two seeds? NULL: without one. */
static bool prints_same(const char *seed, const char *other)
{
	bool same;
	char *a, *b;

	CHECK_EQ(seed ? setenv("TUTTI_SEED", seed, 1) : unsetenv("TUTTI_SEED"), 0);
	a = prints("draws");
	CHECK_EQ(other ? setenv("TUTTI_SEED", other, 1) : unsetenv("TUTTI_SEED"), 0);
	b = prints("draws");
	same = strcmp(a, b) == 0;
	free(a);
	free(b);
	CHECK_EQ(unsetenv("TUTTI_SEED"), 0);
	return same;
}

static void a_seed_fixes_them(void)
{
	CHECK(prints_same("7", "7"));
	CHECK(prints_same("0x10", "16"));
	CHECK(!prints_same("7", "8"));
	CHECK(!prints_same("0", NULL));
	CHECK(!prints_same(NULL, NULL));
}

/* rows: F153 */
static void a_script_comes_first(void)
{
	char *out;

	CHECK_EQ(setenv("TUTTI_DRAWS", "8:6:0.5", 1), 0);
	out = prints("script");
	CHECK_STR(out, "8\n6\n0.5\n");
	free(out);
	CHECK_EQ(unsetenv("TUTTI_DRAWS"), 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(whole_numbers_are_even);
	RUN(bounds_may_be_any);
	RUN(real_numbers_are_even);
	RUN(real_bounds_may_be_any);
	RUN(each_thread_has_its_own);
	RUN(a_simulated_run_draws_by_its_seed);
	RUN(a_seed_fixes_them);
	RUN(a_script_comes_first);
	return suite_end();
}
