/* SPDX-License-Identifier: MIT */
/* ps.h - what the files of `tutti ps` share. */
#ifndef CLI_PS_H
#define CLI_PS_H

#include "cli.h"
#include "text.h"

/* -- ps_stacks.c */

/* Can stacks be had? false: it has said why. To be ended. */
bool ps_stacks_begin(const char *command);
void ps_stacks_end(void);

/* The frames of a row, a line each. How many; 0: it runs, or is not known. */
int ps_stack(const tutti_inspect_row *row, struct text *frames);

/* All stacks, each once, with who stands there. */
void ps_stacks_put(const tutti_inspection *seen);

#endif
