/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - the terminal of the error stream, and memory that children share, for the rooms
 * above, which do not see the OS. Any thread; see os/terminal.h.
 */
#ifndef TU_CORE_TERMINAL_H
#define TU_CORE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool tu_terminal_size(int *columns, int *rows);
bool tu_terminal_takes(void);
void tu_terminal_write(const char *text, size_t n);
void tu_terminal_watch(const uint32_t *lines);
void tu_terminal_unwatch(void);

/* Zeroed memory that the children forked later share. NULL: none. */
void *tu_shared_map(size_t bytes);
void tu_shared_unmap(void *base, size_t bytes);

/* The caller's process; and is there one of that number? */
int tu_process_number(void);
bool tu_process_is_there(int pid);

#endif
