/* SPDX-License-Identifier: MIT */
/* start_main.h - between the two ways to be asked before main, of which a program has one. */
#ifndef TU_OS_LINUX_START_MAIN_H
#define TU_OS_LINUX_START_MAIN_H

#include <stdbool.h>

extern bool tu_os_main_asked; /* by way of start_main.c */

#endif
