/* SPDX-License-Identifier: MIT */
/* pythons.h - each CPython that is found here, and programs in it that run beside a test. */
#ifndef TESTS_SUPPORT_PYTHONS_H
#define TESTS_SUPPORT_PYTHONS_H

#include <sys/types.h>

/*
 * Call fn with the path of each CPython that can import multiprocessing.managers. Returns how many
 * there were: a test without any says 77.
 */
int pythons_each(void (*fn)(const char *python));

/* A script of tests/support that runs, and ends by itself when it is not read from any more. */
struct python {
	pid_t pid;
	int in, out; /* its standard input and output */
};

/* Start it; arguments up to NULL. */
struct python python_start(const char *python, const char *script, const char *const *args);

/* The next line that it says, without its end; of the reader's own until the next. */
const char *python_line(struct python *p);

/* Its status when it has ended: by itself, or by being told so. */
int python_wait(struct python *p);
void python_kill(struct python *p);

#endif
