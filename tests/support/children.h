/* SPDX-License-Identifier: MIT */
/*
 * children.h - tests among several processes: forked children, memory that they report in, and a
 * partner, which was forked before there was anything to inherit and must attach what it is to use.
 */
#ifndef TESTS_SUPPORT_CHILDREN_H
#define TESTS_SUPPORT_CHILDREN_H

#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <tutti/handle.h>

/* Zeroed memory that the children share. */
static inline void *report_room(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static inline void report_free(void *p, size_t bytes)
{
	CHECK_EQ(munmap(p, bytes), 0);
}

/* A child that does this and ends well. */
static inline pid_t child_do(void (*fn)(void *arg), void *arg)
{
	pid_t pid = child_fork();

	if (pid == 0) {
		fn(arg);
		fflush(stdout);
		_exit(0);
	}
	CHECK(pid > 0);
	return pid;
}

/* It was killed, or has ended by itself: the signal, or 0. */
static inline int child_end(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	CHECK_EQ(WEXITSTATUS(status), 0);
	return 0;
}

static inline int child_kill(pid_t pid)
{
	CHECK_EQ(kill(pid, SIGKILL), 0);
	return child_end(pid);
}

/* -- a partner --------------------------------------------------------------------------------- */

struct partner {
	pid_t pid;
	int to;
};

static inline struct partner partner_begin(void (*fn)(tutti_handle h))
{
	struct partner p;
	tutti_handle h;
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	p.pid = child_fork();
	if (p.pid == 0) {
		CHECK_EQ(read(ends[0], &h, sizeof h), sizeof h);
		fn(h);
		_exit(0);
	}
	close(ends[0]);
	p.to = ends[1];
	return p;
}

/* It begins. */
static inline void partner_give(struct partner *p, tutti_handle h)
{
	CHECK_EQ(write(p->to, &h, sizeof h), sizeof h);
	close(p->to);
}

/* -- what there is of files and maps ----------------------------------------------------------- */

/* Lines of a file that hold a word. */
static inline int lines_with(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	char line[512];
	int n = 0;

	CHECK(f);
	while (fgets(line, sizeof line, f))
		n += strstr(line, word) != NULL;
	fclose(f);
	return n;
}

static inline int maps_with(const char *word)
{
	return lines_with("/proc/self/maps", word);
}

#endif
