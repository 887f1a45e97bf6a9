/* SPDX-License-Identifier: MIT */
/* rows: F151 */
/* ctest: LABELS no-qemu */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_setaffinity */
#endif
#include <tutti/cpu.h>

#include "support/again.h"
#include "support/suite.h"

#include <sched.h>

static int by_affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CHECK_EQ(sched_getaffinity(0, sizeof set, &set), 0);
	return CPU_COUNT(&set);
}

static int print_counts(void)
{
	printf("%d %d %d\n", tutti_cpu_count(), tutti_cpu_count_online(), by_affinity());
	return 0;
}

/* Before the first question, so that nothing can have been remembered. */
static int print_pinned(void)
{
	cpu_set_t set, one;

	CHECK_EQ(sched_getaffinity(0, sizeof set, &set), 0);
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
		if (CPU_ISSET(cpu, &set)) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
		}
	}
	CHECK_EQ(sched_setaffinity(0, sizeof one, &one), 0);
	return print_counts();
}

static const struct again_part parts[] = { { "print", print_counts }, { "pinned", print_pinned },
	{ NULL, NULL } };

static int usable, online, affinity;

/* What another process of this program counts, with TUTTI_CPUS set like this. */
static void ask(const char *part, const char *override)
{
	if (override)
		setenv("TUTTI_CPUS", override, 1);
	else
		unsetenv("TUTTI_CPUS");
	struct again a = again(part);
	again_check_exit(&a, part, 0);
	CHECK_EQ(sscanf(a.out, "%d %d %d", &usable, &online, &affinity), 3);
	again_free(&a);
}

static void online_is_the_systems(void)
{
	CHECK_EQ(tutti_cpu_count_online(), sysconf(_SC_NPROCESSORS_ONLN));
}

static void usable_is_at_most_what_there_is(void)
{
	ask("print", NULL);
	CHECK(usable >= 1);
	CHECK(usable <= online);
	CHECK(usable <= affinity);
}

/* rows: F151 */
static void affinity_limits_it(void)
{
	ask("pinned", NULL);
	CHECK_EQ(affinity, 1);
	CHECK_EQ(usable, 1);
	CHECK_EQ(online, sysconf(_SC_NPROCESSORS_ONLN));
}

static void the_environment_overrides_it(void)
{
	ask("print", "7");
	CHECK_EQ(usable, 7);
	CHECK_EQ(online, sysconf(_SC_NPROCESSORS_ONLN));
	ask("pinned", "3");
	CHECK_EQ(usable, 3);
}

static void only_by_a_positive_number(void)
{
	static const char *const others[] = { "", "0", "-2", "many", "4x" };

	ask("print", NULL);
	int without = usable;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		ask("print", others[i]);
		CHECK_EQ(usable, without);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(online_is_the_systems);
	RUN(usable_is_at_most_what_there_is);
	RUN(affinity_limits_it);
	RUN(the_environment_overrides_it);
	RUN(only_by_a_positive_number);
	return suite_end();
}
