/* SPDX-License-Identifier: MIT */
/* terminal.h - the part of the port's contract (os.h) that is the terminal of the error stream. */
#ifndef TU_OS_TERMINAL_H
#define TU_OS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Its size, 0 where it does not know. false: the error stream is none, and nothing was written. */
bool tu_os_terminal_size(int *columns, int *rows);

/* Would it take words at once, and are we in its foreground, as far as that can be known? */
bool tu_os_terminal_takes(void);

/*
 * When an interrupt from the keyboard ends the process, go down so many lines before: *lines, which
 * is atomic and stays for ever. Only where nobody else wants to know of interrupts.
 */
void tu_os_terminal_watch(const uint32_t *lines);
void tu_os_terminal_unwatch(void);

#endif
