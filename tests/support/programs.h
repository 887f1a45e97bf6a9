/* SPDX-License-Identifier: MIT */
/* programs.h - other programs for tests, mostly the shell, and bytes for them. */
#ifndef TESTS_SUPPORT_PROGRAMS_H
#define TESTS_SUPPORT_PROGRAMS_H

#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#define SHELL(script)                      \
	(const char *const[])              \
	{                                  \
		"sh", "-c", (script), NULL \
	}

static const char *const cat[] = { "cat", NULL };
static const tutti_bytes no_bytes;

/* No byte is like those around it, and no block like the next. */
static inline tutti_bytes pattern(size_t n)
{
	char *b = malloc(n + 1);

	CHECK(b != NULL);
	for (size_t i = 0; i < n; i++)
		b[i] = (char)(i * 31 + i / 777);
	return tutti_bytes_of(b, n);
}

static inline void pattern_free(tutti_bytes b)
{
	free((void *)(uintptr_t)b.data);
}

static inline void check_bytes(const tutti_bytes *got, const tutti_bytes *expected)
{
	CHECK_EQ(got->size, expected->size);
	CHECK(got->size == 0 || memcmp(got->data, expected->data, got->size) == 0);
	CHECK_EQ(((const char *)got->data)[got->size], 0);
}

static inline void check_text(const tutti_bytes *got, const char *expected)
{
	CHECK_STR((const char *)got->data, expected);
	CHECK_EQ(got->size, strlen(expected));
}

/* Run a script, all of whose output is that, and which ends with exitcode. */
static inline void check_script(const char *script, const char *out, int exitcode)
{
	tutti_subprocess_options o = { .capture = 1, .err = TUTTI_MERGE };
	tutti_subprocess_result r;

	CHECK_EQ(tutti_subprocess_run(&r, SHELL(script), &o), 0);
	check_text(&r.out, out);
	CHECK_EQ(r.exitcode, exitcode);
	tutti_subprocess_result_free(&r);
}

/* Nobody is left, of ours, that has ended and was not taken notice of. */
static inline void check_no_zombie(void)
{
	siginfo_t info = { .si_pid = 0 };
	int rc = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);

	CHECK(rc == -1 ? errno == ECHILD : info.si_pid == 0);
}

static inline void *programs_close_input(void *arg)
{
	return give(tutti_subprocess_close_input(arg));
}

/*
 * What is there from the first subprocess on: a thread and what it waits in, and what the main
 * thread waits in, which it does for one that says nothing until a task of its loop has run.
 */
static inline void programs_begin(void)
{
	tutti_subprocess_options pipes = { .in = TUTTI_PIPE, .out = TUTTI_PIPE };
	tutti_subprocess *p = tutti_subprocess_start(cat, &pipes);
	tutti_task *t = tutti_task_start(programs_close_input, p, NULL);
	char byte;

	CHECK_EQ(tutti_subprocess_read(p, 1, &byte, 1), 0);
	CHECK_EQ(finish(t), 0);
	CHECK_EQ(tutti_future_result(p, NULL, 0), 0);
	tutti_subprocess_free(p);
	suite_begin();
}

#endif
