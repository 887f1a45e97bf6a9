/* SPDX-License-Identifier: MIT */
/* word.h - "threads:8": a word and a number. */
#ifndef TU_FRONT_WORD_H
#define TU_FRONT_WORD_H

/* The number in "8", 1 to INT_MAX: 0, or -EINVAL. */
int tu_word_number(const char *text, int *out);

#endif
