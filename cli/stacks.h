/* SPDX-License-Identifier: MIT */
/*
 * stacks.h - the frames of what does not run in another process: a module of the command
 * (cli/stacks/), which needs elfutils' libdw.
 */
#ifndef CLI_STACKS_H
#define CLI_STACKS_H

#include <stdint.h>

struct stacks;

/* NULL: it cannot be looked at, or there is no memory. */
struct stacks *stacks_open(int pid);
void stacks_close(struct stacks *s); /* NULL does nothing */

/*
 * Call frame for each, innermost first, with what it is in words. fp 0: not known. How many there
 * were.
 */
int stacks_walk(struct stacks *s, uint64_t sp, uint64_t pc, uint64_t fp,
	void (*frame)(const char *words, void *arg), void *arg);

#endif
