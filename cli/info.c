/* SPDX-License-Identifier: MIT */
/* info.c - `tutti info`: what the library found on this machine, and what that means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli.h"
#include "option.h"

static int help(void)
{
	puts("usage: tutti info\n"
	     "\n"
	     "Prints what the library found on this machine: versions, the kernel, how many CPUs\n"
	     "it counts on and why, how it makes stacks and fences, with what it waits for\n"
	     "descriptors, and how processes start.");
	return STATUS_FINE;
}

static void row(const char *name, const char *value, const char *why)
{
	printf("%-12s %s%s%s\n", name, value, *why ? "  " : "", why);
}

/* The number that counts, and each that was looked at. */
static void cpus(const tutti_info *info)
{
	char online[32], affinity[32] = "", quota[48] = ", cgroup quota none";

	snprintf(online, sizeof online, "online %d", info->cpus_online);
	if (info->cpus_affinity > 0)
		snprintf(affinity, sizeof affinity, ", affinity %d", info->cpus_affinity);
	if (info->cpus_quota > 0)
		snprintf(quota, sizeof quota, ", cgroup quota %d", info->cpus_quota);
	if (info->cpus_told > 0)
		printf("%-12s %d  TUTTI_CPUS says so (%s%s%s)\n", "CPUs", info->cpus, online,
			affinity, quota);
	else
		printf("%-12s %d  the least of: %s%s%s\n", "CPUs", info->cpus, online, affinity,
			quota);
}

static void bytes(size_t n, char out[32])
{
	const char *unit = n >= (size_t)1 << 30 ? "GiB" : n >= (size_t)1 << 20 ? "MiB" : "KiB";

	n >>= *unit == 'G' ? 30 : *unit == 'M' ? 20 : 10;
	snprintf(out, 32, "%zu %s", n, unit);
}

static void memory(const tutti_info *info)
{
	char page[32], usual[32], least[32], most[32], line[128];

	bytes(info->page_bytes, page);
	bytes(info->stack_bytes_usual, usual);
	bytes(info->stack_bytes_least, least);
	bytes(info->stack_bytes_most, most);
	row("pages", page,
		info->large_pages ? "large ones on request" : "the kernel gives no large ones");
	snprintf(line, sizeof line, "for a task unless it says otherwise; powers of two, %s to %s",
		least, most);
	row("stacks", usual, line);
	row("guards", info->guard_markers ? "markers" : "mprotect",
		info->guard_markers ? "in the page table: as many stacks as memory allows"
				    : "vm.max_map_count bounds the number of stacks");
}

static void processes(void)
{
	static const char *const words[] = {
		[TUTTI_FORKSERVER] = "forkserver", [TUTTI_SPAWN] = "spawn", [TUTTI_FORK] = "fork"
	};
	const char *told = getenv("TUTTI_START_METHOD");
	const char *word = words[tutti_process_method()];

	row("processes", word,
		told && strcmp(told, word) == 0
			? "TUTTI_START_METHOD says so"
			: "unless the program or TUTTI_START_METHOD says otherwise");
}

static void show(const tutti_info *info)
{
	struct utsname system;
	char kernel[sizeof system];

	row("tutti", info->version, "");
	row("compiler", info->compiler, "");
	if (uname(&system) == 0) {
		snprintf(kernel, sizeof kernel, "%s %s, %s", system.sysname, system.release,
			system.machine);
		row("kernel", kernel, "");
	}
	cpus(info);
	memory(info);
	row("fences", info->barrier_remote ? "membarrier" : "plain",
		info->barrier_remote ? "the rare side pays for both" : "each side pays its own");
	row("poller", info->poller, "one for each thread whose tasks wait for descriptors");
	processes();
}

int info_main(int argc, char **argv)
{
	tutti_info info;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return help();
	if (argc > 1) {
		say("info: takes no arguments, and there is '%s'", argv[1]);
		return option_misused("info");
	}
	tutti_info_get(&info);
	show(&info);
	return STATUS_FINE;
}
