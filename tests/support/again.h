/* SPDX-License-Identifier: MIT */
/*
 * again.h - this program run once more, to see how it ends: its parts are named by an argument.
 *
 *     int main(int argc, char **argv)
 *     {
 *             if (argc > 1)
 *                     return again_part(parts, argv[1]);
 *             struct again a = again("prints and leaves");
 *             ...
 */
#ifndef TESTS_SUPPORT_AGAIN_H
#define TESTS_SUPPORT_AGAIN_H

#include <stddef.h>

struct again {
	char *out; /* all of its standard output, which is a pipe; ends in '\0' */
	size_t out_size;
	char err[4096]; /* the beginning of its standard error */
	int status;     /* as from waitpid */
};

struct again_part {
	const char *name;
	int (*run)(void);
};

/* The parts end with one whose name is NULL. */
int again_part(const struct again_part *parts, const char *name);

/* Run this executable with the part's name as its argument, read all and wait for its end. */
struct again again(const char *part);
void again_free(struct again *a);

/* Fail, showing what it printed, unless it ended by itself with this status. */
void again_check_exit(const struct again *a, const char *part, int status);

/* How many lines of output there are that are exactly this one; and how many in all. */
size_t again_count(const struct again *a, const char *line);
size_t again_lines(const struct again *a);

#endif
