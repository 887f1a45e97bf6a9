/* SPDX-License-Identifier: MIT */
/* What the claims measure with. */
#define _GNU_SOURCE 1
#include "claims.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

void report_for(const char *prefix, const char *rest, double value, const char *unit)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", prefix, rest);
	bench_report(name, value, unit);
}

void report_each(const char *prefix, const char *rest, int64_t start, long n)
{
	report_for(prefix, rest, (double)(bench_now() - start) / 1e3 / (double)n, "µs");
}

void compute(long steps)
{
	uint64_t x = bench_work((uint64_t)steps, steps);

	__asm__ volatile("" : : "r"(x));
}

double step_ns(void)
{
	static double found;
	long steps = 2000000;

	for (int i = 0; i < 5 && found == 0; i++) {
		int64_t start = thread_cpu_ns();

		compute(steps);
		if (i > 1) /* the CPU is awake */
			found = (double)(thread_cpu_ns() - start) / (double)steps;
	}
	return found;
}

int64_t thread_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void pin(int cpu)
{
	static cpu_set_t all;
	static int known;
	cpu_set_t one;
	int seen = -1;

	if (!known)
		known = sched_getaffinity(0, sizeof(all), &all) == 0;
	CPU_ZERO(&one);
	for (int i = 0; cpu >= 0 && i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all) && ++seen == cpu)
			CPU_SET(i, &one);
	/* Fails where there is no such CPU; then it stays as it was. */
	sched_setaffinity(0, sizeof(one), cpu < 0 ? &all : &one);
}

/* Sum of the lines of a file that begin with one of the words, which are KiB. */
static double lines_kib(const char *path, const char *const *words)
{
	FILE *f = fopen(path, "r");
	char line[256];
	double sum = 0;

	bench_require(f != NULL, "a process' memory cannot be read");
	while (fgets(line, sizeof(line), f) != NULL)
		for (const char *const *w = words; *w; w++)
			if (strncmp(line, *w, strlen(*w)) == 0)
				sum += atof(line + strlen(*w));
	fclose(f);
	return sum;
}

double private_kib(int pid)
{
	static const char *const mapped[] = { "Private_Clean:", "Private_Dirty:", NULL };
	static const char *const tables[] = { "VmPTE:", NULL };
	char path[64], status[64];

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	snprintf(status, sizeof(status), "/proc/%d/status", pid);
	return lines_kib(path, mapped) + lines_kib(status, tables);
}

long available_mib(void)
{
	static const char *const words[] = { "MemAvailable:", NULL };

	return (long)(lines_kib("/proc/meminfo", words) / 1024);
}

void in_threads(int n, tutti_fn fn, void *args, size_t size)
{
	tutti_future **threads = bench_alloc((size_t)n, sizeof(tutti_future *));

	for (int i = 0; i < n; i++)
		threads[i] = tutti_thread_start(fn, (char *)args + (size_t)i * size, NULL);
	fine(tutti_join_all(threads, (size_t)n), "a thread");
	free(threads);
}

int child_start(void (*fn)(void *arg), void *arg)
{
	int pid = tutti_fork();

	fine(pid, "fork");
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fn(arg);
	_exit(0);
}

void child_join(int pid)
{
	int status = 1;

	bench_require(waitpid(pid, &status, 0) == pid && status == 0, "a child failed");
}

void child_kill(int pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
