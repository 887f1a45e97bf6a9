/* SPDX-License-Identifier: MIT */
/*
 * random.c - where the program's random numbers come from: a script, as long as it has some; the
 * simulation, in one; else a generator of the thread's own, begun from a number that the process
 * has drawn or was given.
 */
#include "core/random.h"

#include "base/prng.h"
#include "core/environment.h"
#include "core/probe.h"
#include "os/os.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <tutti/random.h>

enum { SCRIPT_MOST = 256 };

static struct {
	const double *draws;
	size_t n;
	size_t next; /* atomic */
} script;

static uint64_t seed;           /* before main */
static uint32_t threads;        /* atomic: how many have drawn */
static double own[SCRIPT_MOST]; /* of TUTTI_DRAWS */

static __thread struct {
	struct tu_prng prng;
	bool begun;
} here;

void tu_random_script(const double *draws, size_t n)
{
	if (n == 0)
		return;
	script.draws = draws;
	script.n = n;
}

/* The next number of the script, if there is one. */
static bool scripted(double *value)
{
	size_t i;

	if (tu_likely(script.n == 0))
		return false;
	i = tu_add_rlx(&script.next, (size_t)1); /* a number by itself */
	if (i >= script.n)
		return false;
	*value = script.draws[i];
	return true;
}

static uint64_t next_bits(void)
{
	if (tu_simulated())
		return (uint64_t)tu_choose(TU_CHOICE_RANDOM, UINT32_MAX) << 32 |
		       tu_choose(TU_CHOICE_RANDOM, UINT32_MAX);
	if (!here.begun) {
		here.begun = true;
		/* Relaxed: a number by itself. The first thread to draw has the seed itself. */
		tu_prng_init(&here.prng, seed + tu_add_rlx(&threads, 1u));
	}
	return tu_prng_next(&here.prng);
}

/* One of 0 to n-1; n 0: any. */
static uint64_t below(uint64_t n)
{
	if (n > 0 && n <= UINT32_MAX && tu_simulated())
		return tu_choose(TU_CHOICE_RANDOM, (unsigned)n);
	if (n == 0 || tu_simulated())
		return n == 0 ? next_bits() : next_bits() % n;
	next_bits(); /* begins the generator */
	return tu_prng_below(&here.prng, n);
}

int64_t tutti_random_between(int64_t first, int64_t last)
{
	double value;

	if (scripted(&value))
		return (int64_t)value;
	if (last < first)
		return first;
	return (int64_t)((uint64_t)first + below((uint64_t)last - (uint64_t)first + 1));
}

double tutti_random_real(double least, double limit)
{
	double value;

	if (scripted(&value))
		return value;
	if (!(limit > least))
		return least;
	value = least + (limit - least) * ((double)(next_bits() >> 11) * 0x1p-53);
	return value < limit ? value : least; /* rounded up to it */
}

static void read_script(const char *text)
{
	size_t n = 0;
	char *end;

	while (n < SCRIPT_MOST && *text) {
		own[n] = strtod(text, &end);
		if (end == text)
			break;
		n++;
		text = *end == ':' ? end + 1 : end;
	}
	tu_random_script(own, n);
}

__attribute__((constructor(101))) static void begin(void)
{
	const char *text = tu_environment("TUTTI_SEED"), *draws = tu_environment("TUTTI_DRAWS");
	struct tu_prng entropy;

	if (text && *text) {
		seed = strtoull(text, NULL, 0);
	} else {
		/* Two processes begun at once differ by where they lie in memory. */
		tu_prng_init(&entropy, (uint64_t)tu_os_now() ^ (uint64_t)(uintptr_t)&entropy);
		seed = tu_prng_next(&entropy);
	}
	if (draws)
		read_script(draws);
}
