/* SPDX-License-Identifier: MIT */
/*
 * children.h - beside processes.h: a partner, which was forked before there was anything to
 * inherit, so that it must attach what it is to use; and what is mapped.
 */
#ifndef TESTS_SUPPORT_CHILDREN_H
#define TESTS_SUPPORT_CHILDREN_H

#include "support/processes.h"

#include <tutti/handle.h>

struct partner {
	pid_t pid;
	int to;
	void (*fn)(tutti_handle h);
	int from;
};

static inline void partner_run(void *arg)
{
	struct partner *p = arg;
	tutti_handle h;

	close(p->to);
	if (read(p->from, &h, sizeof h) == sizeof h)
		p->fn(h);
	close(p->from);
}

static inline struct partner partner_begin(void (*fn)(tutti_handle h))
{
	struct partner p = { .fn = fn };
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	p.from = ends[0];
	p.to = ends[1];
	p.pid = process_start(partner_run, &p);
	close(p.from);
	return p;
}

/* It begins. */
static inline void partner_give(struct partner *p, tutti_handle h)
{
	CHECK_EQ(write(p->to, &h, sizeof h), sizeof h);
	close(p->to);
}

/* Lines of /proc/self/maps that hold a word. */
static inline int maps_with(const char *word)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];
	int n = 0;

	CHECK(f);
	while (fgets(line, sizeof line, f))
		n += strstr(line, word) != NULL;
	fclose(f);
	return n;
}

#endif
