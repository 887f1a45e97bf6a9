/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_FORKJOIN_H
#define TUTTI_FORKJOIN_H

#include <tutti/api.h>

/*
 * forkjoin.h - divide and conquer on all CPUs at the price of a function call: a few nanoseconds
 * for each part, so that a recursion may fork down to its leaves.
 *
 * A part that is forked stays with its caller until a helper thread with nothing to do takes it,
 * the largest ones first. Nobody waits for a helper: what none has taken the caller does itself.
 * There are tutti_cpu_count() - 1 helpers, started when first needed, the same for the whole
 * process.
 *
 * A part that runs on a helper sees that thread's thread-local variables and tutti_local values,
 * and no cancellation. It may wait, which keeps one helper from helping. Hold no lock over these
 * calls that parts take: a caller that waits for a helper does other parts meanwhile.
 *
 * Example:
 *
 *     struct fib {
 *             int n;
 *             long value;
 *     };
 *
 *     void fib(void *arg)
 *     {
 *             struct fib *f = (struct fib *)arg;
 *             struct fib x = { f->n - 1, 0 }, y = { f->n - 2, 0 };
 *
 *             if (f->n < 2) {
 *                     f->value = f->n;
 *                     return;
 *             }
 *             tutti_parallel_invoke(fib, &x, fib, &y);
 *             f->value = x.value + y.value;
 *     }
 */

TUTTI_BEGIN

/*
 * Call f(a) and g(b), at the same time if a helper is free, and return when both have returned.
 *
 * f          called here
 * a          for f
 * g          called here after f, or by a helper meanwhile
 * b          for g
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      the call happens-before f and g, both happen-before its return
 */
TUTTI_API void tutti_parallel_invoke(void (*f)(void *arg), void *a, void (*g)(void *arg), void *b);

/*
 * Call range for pieces of begin..end which together are the whole, each index in one piece.
 *
 * begin      the first index
 * end        one behind the last; nothing is called unless begin < end
 * grain      indices that are not worth dividing further: pieces are not larger, and smaller only
 *            at an end; 0: chosen
 * range      handles begin..end, its own; called here and by helpers at the same time
 * arg        for range
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      the call happens-before each range, all happen-before its return
 */
TUTTI_API void tutti_parallel_for(size_t begin, size_t end, size_t grain,
	void (*range)(size_t begin, size_t end, void *arg), void *arg);

/*
 * The same with a total, of any type that add makes sense for. Totals of neighbouring pieces are
 * added, the one of the lower indices on the left; where the pieces end differs from run to run, so
 * that add must be associative (a sum of floating-point numbers may differ in its last digits).
 *
 * begin      the first index
 * end        one behind the last; nothing is called unless begin < end
 * grain      as in tutti_parallel_for
 * sum_size   bytes of a total
 * sum        the neutral element; receives the total
 * range      adds what begin..end come to, to its own sum
 * add        adds more to sum; more is not used again
 * arg        for range
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      as tutti_parallel_for
 */
TUTTI_API void tutti_parallel_reduce(size_t begin, size_t end, size_t grain, size_t sum_size,
	void *sum, void (*range)(size_t begin, size_t end, void *sum, void *arg),
	void (*add)(void *sum, const void *more), void *arg);

TUTTI_END

#endif
