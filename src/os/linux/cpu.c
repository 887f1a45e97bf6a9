/* SPDX-License-Identifier: MIT */
/* cpu.c - how many CPUs there are, and how many of them this process gets. */
#include "os/linux/cpu.h"
#include "os/os.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int least(int a, int b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* A file that holds "QUOTA PERIOD" (version 2) or only one of the two (version 1). 0: no limit. */
static int read_numbers(const char *path, double *first, double *second)
{
	FILE *file = fopen(path, "re");
	int n = 0;

	if (!file)
		return 0;
	n = fscanf(file, "%lf %lf", first, second);
	fclose(file);
	return n < 0 ? 0 : n;
}

static int cpus_of(double quota, double period)
{
	int cpus;

	if (!(quota > 0) || !(period > 0))
		return 0;
	cpus = (int)(quota / period);
	return cpus < 1 ? 1 : cpus;
}

/* The limit that one folder states, in the form of version 2 or 1. */
static int folder_quota(const char *folder)
{
	char path[1200];
	double quota = 0, period = 0;

	snprintf(path, sizeof(path), "%s/cpu.max", folder);
	if (read_numbers(path, &quota, &period) == 2)
		return cpus_of(quota, period);
	snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", folder);
	if (read_numbers(path, &quota, &period) != 1)
		return 0;
	snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", folder);
	if (read_numbers(path, &period, &(double){ 0 }) != 1)
		return 0;
	return cpus_of(quota, period);
}

/* Every folder from root/path up to root itself: a parent's limit holds for its children. */
static int path_quota(const char *root, const char *path)
{
	char folder[1100];
	size_t keep = strlen(root);
	int cpus = 0;

	if ((size_t)snprintf(folder, sizeof(folder), "%s%s", root, path) >= sizeof(folder))
		return 0;
	for (;;) {
		char *slash;

		cpus = least(cpus, folder_quota(folder));
		slash = strrchr(folder, '/');
		if (!slash || (size_t)(slash - folder) < keep)
			return cpus;
		*slash = 0;
	}
}

/* Version 1 mounts each controller in a folder of its own name. */
static int line_quota(const char *root, char *line)
{
	char mount[1100];
	char *controllers = strchr(line, ':'), *path;

	if (!controllers || !(path = strchr(++controllers, ':')))
		return 0;
	*path++ = 0;
	path[strcspn(path, "\n")] = 0;
	if (!*controllers)
		return path_quota(root, path);
	if (!strstr(controllers, "cpu") || strstr(controllers, "cpuset"))
		return 0;
	snprintf(mount, sizeof(mount), "%s/%s", root, controllers);
	if (access(mount, F_OK) != 0)
		snprintf(mount, sizeof(mount), "%s/cpu", root);
	return path_quota(mount, path);
}

int tu_cpu_quota(const char *membership, const char *root)
{
	FILE *file = fopen(membership, "re");
	char line[1024];
	int cpus = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		cpus = least(cpus, line_quota(root, line));
	fclose(file);
	return cpus;
}

int tu_os_cpu_current(void)
{
	return sched_getcpu();
}

int tu_os_cpu_affinity(void)
{
	/* Machines with more CPUs than cpu_set_t holds answer EINVAL: try larger sets. */
	for (int room = CPU_SETSIZE; room <= 1 << 18; room *= 4) {
		cpu_set_t *set = CPU_ALLOC(room);
		int n = 0;

		if (!set)
			return 0;
		if (sched_getaffinity(0, CPU_ALLOC_SIZE(room), set) == 0)
			n = CPU_COUNT_S(CPU_ALLOC_SIZE(room), set);
		CPU_FREE(set);
		if (n > 0)
			return n;
	}
	return 0;
}

int tu_os_cpu_online(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (int)n;
}

int tu_os_cpu_quota(void)
{
	return tu_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup");
}

int tu_os_cpu_usable(void)
{
	int n = least(tu_os_cpu_online(), tu_os_cpu_affinity());
	int saved = errno; /* of whoever waits for a lock: it asks here whether to spin */

	if (n > 1) /* less than one there is not: that spares looking through files */
		n = least(n, tu_os_cpu_quota());
	errno = saved;
	return n < 1 ? 1 : n;
}
