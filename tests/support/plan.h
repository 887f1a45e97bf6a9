/* SPDX-License-Identifier: MIT */
/*
 * plan.h - who of the processes that this program starts is to be killed, and where: a plan that
 * all of them follow (crash_point.h), and what they have done, in memory that all have.
 *
 * Include it once in a program. Its main calls plan_begin before it starts anything.
 */
#ifndef TESTS_SUPPORT_PLAN_H
#define TESTS_SUPPORT_PLAN_H

#include "core/crash_point.h"
#include "os/os.h"
#include "proc/server.h"
#include "support/leaks.h"
#include "support/steps.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { PLAN_JOBS = 32 };

struct plan {
	struct tu_crash_plan crash;
	uint32_t ran[PLAN_JOBS]; /* atomic: how often each job has begun */
};

static struct plan *plan;

static inline void plan_map(int fd)
{
	plan = tu_os_memory_map(fd, sizeof(*plan));
	CHECK(plan != NULL);
	tu_crash_follow(&plan->crash);
}

/*
 * In those that are started, before main. They are told by the environment where it is. For fork
 * servers each second start is one of a series, as it would be if nobody else had the machine.
 */
__attribute__((constructor)) static void plan_find(void)
{
	const char *path = getenv("TEST_PLAN");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	tu_server_series_ns = INT64_MAX;
	plan_map(fd);
	close(fd);
}

/* Orphans become this process' children, so that they can be counted and waited for. */
static inline void plan_begin(void)
{
	int fd = tu_os_memory_make("plan", sizeof(*plan));
	char path[64];

	CHECK(fd >= 0);
	plan_map(fd);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	CHECK_EQ(setenv("TEST_PLAN", path, 1), 0);
	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* The first of that role from here on dies before its k-th store. */
static inline void plan_make(enum tu_crash_role role, uint64_t k)
{
	memset(plan, 0, sizeof(*plan));
	plan->crash.k = k;
	tu_store_rel(&plan->crash.role, (uint32_t)role);
}

/* Whoever has not become a victim by now is none. */
static inline void plan_drop(void)
{
	tu_store_rel(&plan->crash.role, (uint32_t)TU_CRASH_NOBODY);
}

/* Was there a k-th store? Asked when all are gone. */
static inline bool plan_died(void)
{
	return tu_load_acq(&plan->crash.died);
}

static inline void plan_note_run(int job)
{
	tu_add_acqrel(&plan->ran[job], 1u);
}

static inline uint32_t plan_ran(int job)
{
	return tu_load_acq(&plan->ran[job]);
}

/* Nobody is left of what this process has started, alive or not waited for. */
static inline void plan_check_alone(void)
{
	siginfo_t info = { 0 };

	tu_server_end();
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
		fprintf(stderr, "k %llu: somebody is left: %d\n", (unsigned long long)plan->crash.k,
			(int)info.si_pid);
		check_end();
	}
	CHECK_EQ(errno, ECHILD);
}

/* The same, but that orphans of those who were killed may end a little later: all of them do. */
static inline void plan_await_alone(void)
{
	tu_server_end();
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	CHECK_EQ(errno, ECHILD);
}

#endif
