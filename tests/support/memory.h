/* SPDX-License-Identifier: MIT */
/*
 * memory.h - a program that uses this has an allocator of its own from before main on: it counts
 * what the library has out, and refuses what it is told to.
 *
 * With it every block of the library is an allocation by itself (core/pool.h), so that the count is
 * exact and each one can be refused.
 */
#ifndef TESTS_SUPPORT_MEMORY_H
#define TESTS_SUPPORT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* How many blocks are out. */
size_t test_alloc_live(void);

/*
 * Let the nth allocation from now on fail, whichever thread asks for it, once; 0: none. Returns
 * what was left of the last n: 0 if it has failed.
 */
uint64_t test_alloc_fail_at(uint64_t n);

#endif
