/* SPDX-License-Identifier: MIT */
/* terminal.h - what may be written for whoever reads a descriptor. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

struct terminal {
	int width;  /* columns: the terminal's, or what COLUMNS says, or 80 */
	bool color; /* it is a terminal that has them, and NO_COLOR is not in the environment */
	bool utf8;  /* the locale's characters are */
};

struct terminal terminal_of(int fd);

#endif
