/* SPDX-License-Identifier: MIT */
/* completion.h - what the streaming map needs of completions beyond tutti/wait.h. */
#ifndef TU_EXEC_COMPLETION_H
#define TU_EXEC_COMPLETION_H

#include <tutti/wait.h>

/* Have room for n more. 0 or -ENOMEM. */
int tu_completion_reserve(tutti_completion *c, size_t n);

/* Add f under a number of the caller's, which next gives; the public add counts. 0 or -ENOMEM. */
int tu_completion_add(tutti_completion *c, tutti_future *f, size_t number);

#endif
