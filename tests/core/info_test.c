/* SPDX-License-Identifier: MIT */
/* info_test.c - what is said agrees with who says it elsewhere. */
#include <tutti/tutti.h>

#include <unistd.h>

#include "support/suite.h"

static void agrees(void)
{
	tutti_info info;

	tutti_info_get(&info);
	CHECK_STR(info.version, tutti_version());
	CHECK(info.compiler && *info.compiler);
	CHECK_EQ(info.cpus, tutti_cpu_count());
	CHECK_EQ(info.cpus_online, tutti_cpu_count_online());
	CHECK_STR(info.poller,
		tutti_poller_used() == TUTTI_IO_URING ? "epoll and io_uring" : "epoll");
	CHECK_EQ(info.page_bytes, (size_t)sysconf(_SC_PAGESIZE));
	CHECK(info.stack_bytes_least >= 4096 && info.stack_bytes_least <= info.stack_bytes_usual);
	CHECK(info.stack_bytes_usual <= info.stack_bytes_most);
	for (size_t i = 0; i < sizeof info.reserved / sizeof *info.reserved; i++)
		CHECK_EQ(info.reserved[i], 0);
}

static void says_what_it_was_told(void)
{
	tutti_info info;

	setenv("TUTTI_CPUS", "5", 1);
	tutti_info_get(&info);
	CHECK_EQ(info.cpus_told, 5);
	CHECK_EQ(info.cpus, 5);
	unsetenv("TUTTI_CPUS");
	tutti_info_get(&info);
	CHECK_EQ(info.cpus_told, 0);
	CHECK(info.cpus >= 1 && info.cpus <= info.cpus_online);
	CHECK(info.cpus_affinity == 0 || info.cpus <= info.cpus_affinity);
	CHECK(info.cpus_quota == 0 || info.cpus <= info.cpus_quota);
}

int main(void)
{
	suite_begin();
	RUN(agrees);
	RUN(says_what_it_was_told);
	return suite_end();
}
