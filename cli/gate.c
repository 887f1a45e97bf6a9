/* SPDX-License-Identifier: MIT */
/*
 * gate.c - see gate.h. One after the other: who waits holds up those behind it, which would have to
 * wait for the same.
 */
#define _GNU_SOURCE
#include "gate.h"

#include <stdio.h>
#include <string.h>

#include <tutti/tutti.h>

#define LOOK_AGAIN TUTTI_MILLISECONDS(200)

static bool read_file(const char *path, char *text, size_t room)
{
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		return false;
	n = fread(text, 1, room - 1, file);
	text[n] = '\0';
	fclose(file);
	return n > 0;
}

/*
 * Runnable processes right now, without us who look. The load average would tell of what a command
 * does only after a minute, when far too many have begun.
 */
static double runnable(void)
{
	char text[100];
	unsigned n;

	if (!read_file("/proc/loadavg", text, sizeof text) ||
		sscanf(text, "%*f %*f %*f %u/", &n) != 1)
		return 0;
	return n > 0 ? n - 1.0 : 0;
}

static uint64_t free_memory(void)
{
	char text[4096];
	const char *line;
	unsigned long long kib;

	if (!read_file("/proc/meminfo", text, sizeof text))
		return UINT64_MAX;
	line = strstr(text, "MemAvailable:");
	return line && sscanf(line, "MemAvailable: %llu", &kib) == 1 ? (uint64_t)kib << 10
								     : UINT64_MAX;
}

static bool is_open(const struct gate *g)
{
	return (g->load <= 0 || runnable() < g->load) &&
	       (g->free_bytes == 0 || free_memory() >= g->free_bytes);
}

static int wait_for(struct gate *g)
{
	int rc = 0;

	if (g->delay > 0 && g->last > 0)
		rc = tutti_sleep_until(g->last + g->delay);
	while (rc >= 0 && !is_open(g))
		rc = tutti_sleep(LOOK_AGAIN);
	g->last = tutti_now();
	return rc < 0 ? rc : 0;
}

int gate_pass(struct gate *g)
{
	int rc;

	if (g->delay <= 0 && g->load <= 0 && g->free_bytes == 0)
		return 0;
	tutti_lock_acquire(&g->lock);
	rc = wait_for(g);
	tutti_lock_release(&g->lock);
	return rc;
}
