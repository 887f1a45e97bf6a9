/* SPDX-License-Identifier: MIT */
/* processes.h - memory that this process and those it forks share, and those: real ones. */
#ifndef TESTS_SUPPORT_PROCESSES_H
#define TESTS_SUPPORT_PROCESSES_H

#include "core/crash_point.h"
#include "core/family.h"
#include "support/child.h"
#include "support/steps.h"
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

/* Look until the process' first thread sleeps in the kernel, as it said it would, or ends. */
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
	} while (state[2] != 'S' && state[2] != 'Z');
}

/*
 * A victim is killed before its k-th store to shared memory, for every k, while others use the same
 * object; whatever it was about to do, they go on.
 */
struct crash_test {
	void (*begin)(void);    /* all is new; may be NULL, as the next */
	void (*prepare)(void);  /* the others have been started */
	void (*victim)(void *); /* its stores are counted */
	void (*other)(void *);  /* and so many of these: what each has to come through */
	int others;
	void (*died)(bool by_crash); /* the victim is gone, but nobody has been told; or NULL */
	void (*told)(bool by_crash); /* and now they have */
	void (*check)(void);         /* all are gone */
	unsigned least;              /* so many stores there are at least, to be sure of the test */
};

static inline bool crash_once(const struct crash_test *t, uint64_t k)
{
	pid_t other[8], victim;
	int status;

	if (t->begin)
		t->begin();
	for (int i = 0; i < t->others; i++)
		other[i] = process_start(t->other, NULL);
	if (t->prepare)
		t->prepare();
	victim = child_fork();
	if (victim == 0) {
		CHECK_EQ(tu_family_join(tu_family_fd()), 0);
		tu_crash_at(k);
		t->victim(NULL);
		tu_crash_at(0);
		_exit(0);
	}
	CHECK_EQ(waitpid(victim, &status, 0), victim);
	CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
	if (t->died)
		t->died(WIFSIGNALED(status));
	tu_family_died(victim);
	if (t->told)
		t->told(WIFSIGNALED(status));
	for (int i = 0; i < t->others; i++)
		process_join(other[i]);
	if (t->check)
		t->check();
	return WIFSIGNALED(status);
}

static inline void crash_everywhere(const struct crash_test *t)
{
	struct steps s = { .k = 1, .least = tu_crash_can() ? t->least : 0 };

	while (steps_go_on(&s, crash_once(t, s.k)))
		;
	CHECK(s.k > s.least);
}

/* It was, and has ended by that. */
static inline void check_canceled(tutti_future *f)
{
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
}

/* Processes that run fn at the same time, to their end. */
static inline void processes_run(int n, void (*fn)(void *arg), void *arg)
{
	pid_t pid[16];

	for (int i = 0; i < n; i++)
		pid[i] = process_start(fn, arg);
	for (int i = 0; i < n; i++)
		process_join(pid[i]);
}

#endif
