/* SPDX-License-Identifier: MIT */
/* anew.h - this program, or what takes its place, is started once more: as a child of ours. */
#ifndef TU_PROC_ANEW_H
#define TU_PROC_ANEW_H

#include <stddef.h>

/* Can that be had? 0, or -ENOTSUP and why not. */
int tu_anew_check(char *text, size_t n);

/* word is what it is to be, see child.h; fd is open there too. Its number, or -errno. */
int tu_anew_start(const char *word, int fd);

#endif
