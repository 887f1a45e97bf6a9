/* SPDX-License-Identifier: MIT */
/*
 * child.h - one command that runs: a subprocess whose standard input is empty and which leads a
 * group of its own, so that a signal reaches whatever it has started too.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <tutti/tutti.h>

struct child {
	tutti_subprocess *process; /* NULL: none */
};

/* What is run, and with what; out and err are borrowed descriptors, or -1: our own. */
struct child_options {
	const char *program; /* NULL: the first word */
	const char *const *argv, *const *env;
	int out, err;
};

int child_start(struct child *c, const struct child_options *options); /* 0, or < 0 */

/* Until its end: 0, or TUTTI_ETIMEDOUT or TUTTI_ECANCELED; and to wait for other things beside. */
int child_wait(struct child *c, tutti_time deadline);
tutti_case child_case(const struct child *c);

/* To all of its group. And is there anybody left of it? After its own end too. */
void child_signal(struct child *c, int number);
bool child_has_group(const struct child *c);

/* What it passed to exit, or -N if signal N killed it. It has ended; afterwards there is none. */
int child_take_code(struct child *c);

#endif
