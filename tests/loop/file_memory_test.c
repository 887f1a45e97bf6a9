/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/* A whole file needs memory for itself once. (Sanitizers have limits of their own.) */
#include "support/suite.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <tutti/file.h>

enum { MIB = 1 << 20, LARGE = 64 * MIB, REST = 16 * MIB };

static rlim_t address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages;

	CHECK(f);
	CHECK_EQ(fscanf(f, "%ld", &pages), 1);
	fclose(f);
	return (rlim_t)(pages * sysconf(_SC_PAGESIZE));
}

static void a_large_file_is_not_held_twice(void)
{
	char path[] = "/tmp/tutti-file-XXXXXX";
	int fd = mkstemp(path);
	struct rlimit had, few;
	tutti_bytes all;

	CHECK(fd >= 0);
	CHECK_EQ(ftruncate(fd, LARGE - MIB), 0); /* a hole costs no disk */
	CHECK_EQ(lseek(fd, 0, SEEK_END), LARGE - MIB);
	CHECK_EQ(write(fd, "end", 3), 3);
	CHECK_EQ(tutti_file_load("/dev/null", &all), 0); /* what the first call needs */
	tutti_bytes_free(&all);
	CHECK_EQ(getrlimit(RLIMIT_AS, &had), 0);
	few = had;
	few.rlim_cur = address_space() + LARGE + REST;
	CHECK_EQ(setrlimit(RLIMIT_AS, &few), 0);
	CHECK_EQ(tutti_file_load(path, &all), 0);
	CHECK_EQ(setrlimit(RLIMIT_AS, &had), 0);
	CHECK_EQ(all.size, LARGE - MIB + 3);
	CHECK(memcmp((const char *)all.data + LARGE - MIB, "end", 3) == 0);
	tutti_bytes_free(&all);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(unlink(path), 0);
}

int main(void)
{
	suite_begin();
	RUN(a_large_file_is_not_held_twice);
	return suite_end();
}
