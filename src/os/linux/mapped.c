/* SPDX-License-Identifier: MIT */
/* mapped.c - what a place in memory is, whoever maps it: as the kernel tells of each mapping. */
#include "base/bits.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct mapping {
	unsigned long begin, end, inode;
	unsigned long long from;
	unsigned major, minor;
	bool shared;
};

static bool read_line(const char *line, struct mapping *m)
{
	char how[8];

	if (sscanf(line, "%lx-%lx %7s %llx %x:%x %lu", &m->begin, &m->end, how, &m->from, &m->major,
		    &m->minor, &m->inode) != 7)
		return false;
	m->shared = strchr(how, 's') != NULL;
	return true;
}

static bool find(unsigned long place, struct mapping *m)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false, begins = true;

	while (f && !found && fgets(line, sizeof(line), f)) {
		/* Of a line that is longer the rest is a file's name. */
		found = begins && read_line(line, m) && m->begin <= place && place < m->end;
		begins = strchr(line, '\n') != NULL;
	}
	if (f)
		fclose(f);
	return found;
}

uint64_t tu_os_memory_key(const void *at)
{
	unsigned long place = (unsigned long)at;
	struct mapping m;
	int saved = errno;
	uint64_t key = 0;

	if (find(place, &m) && m.shared)
		key = tu_mix64(tu_mix64(tu_mix64((uint64_t)m.major << 32 | m.minor) + m.inode) +
			       m.from + (place - m.begin));
	errno = saved;
	return key;
}
