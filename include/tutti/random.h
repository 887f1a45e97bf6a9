/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_RANDOM_H
#define TUTTI_RANDOM_H

#include <tutti/api.h>

#include <stdint.h>

/*
 * random.h - pseudo-random numbers that a test can fix; not for secrets.
 *
 * Each thread draws from a generator of its own, begun from the system's entropy. With
 * TUTTI_SEED=N in the environment, and in a simulated run (sim.h), the same program draws the same
 * numbers; with TUTTI_DRAWS=8:6:0.5 the first draws are 8, 6 and 0.5, whoever makes them.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void throw_two_dice(void)
 *     {
 *             printf("%lld and %lld\n", (long long)tutti_random_between(1, 6),
 *                     (long long)tutti_random_between(1, 6));
 *     }
 */

TUTTI_BEGIN

/*
 * Draw a whole number, all equally likely.
 *
 * first      the least
 * last       the greatest
 * Returns    one of first to last, both included; first if last is less
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int64_t tutti_random_between(int64_t first, int64_t last);

/*
 * Draw a number between two others.
 *
 * least      it is not less than this
 * below      and less than this
 * Returns    the number; least if below is not greater
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API double tutti_random_real(double least, double below);

TUTTI_END

#endif
