/* SPDX-License-Identifier: MIT */
/*
 * descriptors_test.c - a program that has threads opens many files, and none of that waits for the
 * kernel to make room: it was made before. What proc(5) calls FDSize tells how much there is.
 *
 * ctest: LABELS no-qemu LABELS no-valgrind
 */
#include <tutti/tutti.h>

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/leaks.h"
#include "support/suite.h"

static long room(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long n = -1;

	CHECK(file);
	while (n < 0 && fgets(line, sizeof(line), file))
		sscanf(line, "FDSize: %ld", &n);
	fclose(file);
	return n;
}

static void is_made_before(void)
{
	struct rlimit allowed;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &allowed), 0);
	CHECK(room() >= 1024 || (rlim_t)room() >= allowed.rlim_cur);
}

/* Nor is anything open because of that. */
static void is_empty(void)
{
	CHECK(leaks_descriptors() < 10);
}

int main(void)
{
	suite_begin();
	RUN(is_made_before);
	RUN(is_empty);
	return suite_end();
}
