/* SPDX-License-Identifier: MIT */
/* C19: who is hit by a crash. C20: how the system does with very many processes, and what becomes
   of one more than it allows. */
#define _GNU_SOURCE 1
#include "claims.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* -- C19 --------------------------------------------------------------------------------------- */

static volatile int *volatile nowhere; /* so that no compiler knows */

static void crash(void)
{
	*nowhere = 1;
}
TUTTI_JOB(crash, void, void);

static void *crash_in_thread(void *arg)
{
	crash();
	return arg;
}

static int next(int n)
{
	return n + 1;
}
TUTTI_JOB(next, int, int);

/* A process crashes: told so, and this one and the pool of others go on. */
static bool contained(tutti_executor *others, int i)
{
	tutti_process *p = tutti_process_start(&crash_job, NULL, NULL);
	tutti_future *f = next_submit(others, i);
	int code = 0, got = 0;
	bool fine_here;

	fine_here = tutti_process_join_until(p, tutti_after(TUTTI_SECONDS(60))) == 0 &&
		    tutti_process_exitcode(p, &code) == 0 && code == -SIGSEGV &&
		    tutti_future_error(p) == TUTTI_ECRASHED;
	tutti_future_result(p, NULL, 0); /* looked at */
	fine_here = next_result(f, &got) == 0 && got == i + 1 && fine_here;
	tutti_future_unref(p);
	tutti_future_unref(f);
	return fine_here;
}

static void thread_crashes(void *arg)
{
	end_well(tutti_thread_start(crash_in_thread, arg, NULL), "the thread");
}

/* A thread crashes, in a process made for that: it takes all of it with it. */
static bool whole_process_dies(void)
{
	int status = 0, pid = child_start(thread_crashes, NULL);

	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGSEGV;
}

/* rows: C19 */
void claim_19(const struct scale *s)
{
	long n = sized(s, 1000, 200, 5), kept = 0, died = 0;
	struct rlimit none = { 0, 0 };
	tutti_executor *others;

	setrlimit(RLIMIT_CORE, &none);
	for (long i = 0; i < n; i++)
		died += whole_process_dies();
	fine(tutti_executor_open(&others, "processes:2", NULL), "a pool");
	for (long i = 0; i < n; i++)
		kept += contained(others, (int)i);
	tutti_executor_free(others);
	bench_report("runs", (double)n, "times");
	bench_report("contained", 100.0 * (double)kept / (double)n, "%");
	bench_report("process_dies", 100.0 * (double)died / (double)n, "%");
}

/* -- C20 --------------------------------------------------------------------------------------- */

enum { MOST = 4000 };

static int pids[MOST];

/* Bare ones, as small as the system has them: the claim is about the system. */
static int one_more(bool busy)
{
	int pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (busy)
		compute(1000000);
	while (true)
		pause();
}

/* Start until there are n. How many there are then; the system may allow fewer. */
static int grow_to(int have, int n, bool busy)
{
	while (have < n) {
		int pid = one_more(busy);

		if (pid < 0)
			break;
		pids[have++] = pid;
	}
	return have;
}

static void end_all(int have)
{
	for (int i = 0; i < have; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < have; i++)
		waitpid(pids[i], NULL, 0);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* How late a sleep of a millisecond ends: the middle one of many, and nearly the worst. */
static void probe(const char *name, long n)
{
	int64_t *late = bench_alloc((size_t)n, sizeof(*late));
	struct timespec one = { 0, 1000000 };

	for (long i = 0; i < n; i++) {
		int64_t start = bench_now();

		nanosleep(&one, NULL);
		late[i] = bench_now() - start - 1000000;
	}
	qsort(late, (size_t)n, sizeof(*late), by_value);
	report_for(name, "late", (double)late[n / 2] / 1e3, "µs");
	report_for(name, "late_99", (double)late[n * 99 / 100] / 1e3, "µs");
	free(late);
}

/* As a user that may have no process more: what is said. Runs in a child. */
static void be_refused(void *arg)
{
	struct rlimit none = { 0, 0 };
	tutti_process *p;

	(void)arg;
	/* The limit does not concern the superuser. */
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(2);
	prctl(PR_SET_DUMPABLE, 1);
	setrlimit(RLIMIT_NPROC, &none);
	p = tutti_process_start(
		&next_job, &(int){ 1 }, &(tutti_process_options){ .method = TUTTI_FORK });
	_exit(tutti_future_error(p) == -EAGAIN && tutti_future_text(p)[0] != '\0' ? 0 : 3);
}

static void refusal(void)
{
	int status = 0, pid = child_start(be_refused, NULL);

	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		fprintf(stderr, "the limit cannot be tried: no other user to become\n");
		return;
	}
	bench_require(status == 0, "one process too many is not refused with -EAGAIN and a text");
	bench_report("refused_cleanly", 1, "yes");
}

/* rows: C20 */
void claim_20(const struct scale *s)
{
	static const int counts[] = { 0, 10, 100, 1000, MOST };
	int most = (int)sized(s, available_mib() > 4000 ? MOST : 1000, 1000, 10), have = 0;
	long sleeps = sized(s, 500, 200, 5);
	char name[32];

	refusal();
	for (int i = 0; i < 5 && counts[i] <= most; i++) {
		have = grow_to(have, counts[i], false);
		if (have < counts[i]) {
			fprintf(stderr, "the system allows %d processes more, and then: %s\n", have,
				strerror(errno));
			break;
		}
		snprintf(name, sizeof(name), "sleeping_%d", counts[i]);
		probe(name, sleeps);
	}
	end_all(have);
	have = grow_to(0, 4 * s->cpus, true);
	probe("running_4n", sleeps / 5 + 1);
	end_all(have);
}
