/* SPDX-License-Identifier: MIT */
/* chunk.c - aligned memory for blocks. */
#include "os/os.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

void *tu_os_chunk_map(size_t bytes, bool large)
{
	int saved = errno;
	char *base = mmap(NULL, 2 * bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before;

	if (base == MAP_FAILED) {
		errno = saved;
		return NULL;
	}
	before = -(uintptr_t)base & (bytes - 1);
	if (before > 0)
		munmap(base, before);
	munmap(base + before + bytes, bytes - before);
	madvise(base + before, bytes, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	errno = saved;
	return base + before;
}

void tu_os_chunk_unmap(void *base, size_t bytes)
{
	int saved = errno;

	munmap(base, bytes);
	errno = saved;
}

/* The kernel's word is "always madvise [never]", with brackets around what holds. */
bool tu_os_large_pages(void)
{
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");
	char line[64] = "";
	bool read;

	if (!file)
		return false;
	read = fgets(line, sizeof line, file);
	fclose(file);
	read = read && strchr(line, '[') && !strstr(line, "[never]") &&
	       prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) <= 0;
	return read;
}
