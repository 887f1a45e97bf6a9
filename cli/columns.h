/* SPDX-License-Identifier: MIT */
/* columns.h - one input taken apart: its lines, and the columns of each. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include "text.h"

/* Bytes within an input; borrowed. */
struct span {
	const char *data;
	size_t size;
};

struct columns {
	struct span *at;
	size_t n, room;
	struct text copy; /* of the input, with a zero byte behind it, for expressions */
};

/* What stands between two columns. */
struct colsep;

/*
 * A text of one byte, or \t, is itself; a longer one is an extended regular expression. NULL: it is
 * none, or there is no memory, and it has said so.
 */
struct colsep *colsep_parse(const char *text);
void colsep_free(struct colsep *sep);

/*
 * Take input apart: at each joint into lines, and each of these into columns where sep is not NULL.
 * 0, or -ENOMEM.
 */
int columns_split(struct columns *c, struct span input, char joint, const struct colsep *sep);
void columns_free(struct columns *c);

#endif
