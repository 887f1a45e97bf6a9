/* SPDX-License-Identifier: MIT */
/*
 * children.h - beside processes.h: a partner, which was forked before there was anything to
 * inherit, so that it must attach what it is to use; and what is mapped.
 */
#ifndef TESTS_SUPPORT_CHILDREN_H
#define TESTS_SUPPORT_CHILDREN_H

#include "support/leaks.h"
#include "support/processes.h"

#include <tutti/handle.h>

/* What a thread's first wait for a descriptor opens stays open: before anything is counted. */
static inline void poller_begin(void)
{
	int ends[2], before;

	CHECK_EQ(pipe(ends), 0);
	before = leaks_descriptors();
	/* On a busy machine the deadline may be past before it has begun to wait. */
	for (tutti_time d = TUTTI_MILLISECONDS(1); leaks_descriptors() == before; d *= 2)
		CHECK_EQ(tutti_fd_wait(ends[0], TUTTI_READABLE, tutti_after(d)), TUTTI_ETIMEDOUT);
	CHECK_EQ(close(ends[0]), 0);
	CHECK_EQ(close(ends[1]), 0);
}

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
