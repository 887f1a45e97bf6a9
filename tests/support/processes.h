/* SPDX-License-Identifier: MIT */
/* processes.h - memory that this process and those it forks share, and those: real ones. */
#ifndef TESTS_SUPPORT_PROCESSES_H
#define TESTS_SUPPORT_PROCESSES_H

#include "core/crash_point.h"
#include "core/family.h"
#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* A page of zeroes. The same address in all. */
static inline void *share(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static inline void unshare(void *p, size_t bytes)
{
	CHECK_EQ(munmap(p, bytes), 0);
}

/* The family's table stays for as long as the process: it is made before anything is counted. */
static inline void processes_begin(void)
{
	CHECK(tu_family_self() != 0);
	suite_begin();
}

/*
 * Run fn(arg) in a forked child, which is in the family before it does anything, as one whose end
 * is noticed: whoever reaps it says so.
 */
static inline pid_t process_start(void (*fn)(void *arg), void *arg)
{
	pid_t pid = child_fork();

	if (pid > 0)
		return pid;
	CHECK_EQ(pid, 0);
	CHECK_EQ(tu_family_join(tu_family_fd()), 0);
	fn(arg);
	fflush(stdout);
	_exit(0);
}

/* It has ended well. */
static inline void process_join(pid_t pid)
{
	child_wait(pid);
	tu_family_died(pid);
}

static inline void process_check_killed(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
}

/* Nobody is told yet. */
static inline void process_kill_quietly(pid_t pid)
{
	CHECK_EQ(kill(pid, SIGKILL), 0);
	process_check_killed(pid);
}

static inline void process_kill(pid_t pid)
{
	process_kill_quietly(pid);
	tu_family_died(pid);
}

/* A number that others wait for, by looking. */
static inline void say(uint32_t *word, uint32_t value)
{
	tu_store_rel(word, value);
}

static inline void await_value(uint32_t *word, uint32_t value)
{
	while (tu_load_acq(word) != value)
		usleep(100);
}

/* Look until the process' first thread sleeps in the kernel; it has said that it is about to. */
static inline void await_sleep(pid_t pid)
{
	char path[64], text[512];
	const char *state;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	do {
		FILE *f = fopen(path, "r");

		CHECK(f);
		CHECK(fgets(text, sizeof text, f));
		fclose(f);
		state = strrchr(text, ')');
		usleep(200);
	} while (state[2] != 'S');
}

#endif
