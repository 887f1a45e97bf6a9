/* SPDX-License-Identifier: MIT */
/* refuse.c - see refuse.h. */
#include "sched/refuse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { CORES_MOST = 4096, LEVELS_MOST = 64 };

int tu_sched_refuse(tutti_sched_fault *fault, size_t line, const char *format, ...)
{
	va_list args;

	if (!fault)
		return -EINVAL;
	fault->line = line;
	va_start(args, format);
	vsnprintf(fault->text, sizeof fault->text, format, args);
	va_end(args);
	return -EINVAL;
}

static int check_process(const tutti_sched_process *p, size_t place, tutti_sched_fault *fault)
{
	if (p->arrival < 0)
		return tu_sched_refuse(
			fault, 0, "process %zu arrives before 0: %" PRId64, place, p->arrival);
	if (p->bursts_n > 0 && !p->bursts)
		return tu_sched_refuse(fault, 0, "process %zu: no place for its bursts", place);
	if (p->bursts_n % 2 == 0)
		return tu_sched_refuse(fault, 0,
			"process %zu has %zu bursts, and must begin and end on a core", place,
			p->bursts_n);
	for (size_t i = 0; i < p->bursts_n; i++)
		if (p->bursts[i] < 1)
			return tu_sched_refuse(fault, 0,
				"process %zu: burst %zu is less than a tick: %" PRId64, place,
				i + 1, p->bursts[i]);
	return 0;
}

/*
 * No run takes longer than all that there is to do, one after the other, behind the last arrival:
 * where that fits, no sum of ticks overflows.
 */
int tu_sched_check_processes(
	const tutti_sched_process *processes, size_t n, tutti_sched_fault *fault)
{
	int64_t last = 0, all = 0;

	if (n == 0 || !processes)
		return tu_sched_refuse(fault, 0, "no process");
	for (size_t i = 0; i < n; i++) {
		const tutti_sched_process *p = &processes[i];
		int rc = check_process(p, i + 1, fault);

		if (rc < 0)
			return rc;
		last = p->arrival > last ? p->arrival : last;
		for (size_t j = 0; j < p->bursts_n; j++)
			if (__builtin_add_overflow(all, p->bursts[j], &all))
				all = INT64_MAX;
		if (all > INT64_MAX / 4 || last > INT64_MAX / 4)
			return tu_sched_refuse(fault, 0, "process %zu: too many ticks", i + 1);
	}
	return 0;
}

int tu_sched_check_options(const tutti_sched_options *o)
{
	if (o->cores < 0 || o->cores > CORES_MOST)
		return tu_sched_refuse(o->fault, 0, "cores: 1 to %d, not %d", CORES_MOST, o->cores);
	if (o->slice < 0)
		return tu_sched_refuse(o->fault, 0, "slice: at least 1, not %" PRId64, o->slice);
	if (o->levels < 0 || o->levels > LEVELS_MOST)
		return tu_sched_refuse(
			o->fault, 0, "levels: 1 to %d, not %d", LEVELS_MOST, o->levels);
	if (o->factor < 0)
		return tu_sched_refuse(o->fault, 0, "factor: at least 1, not %d", o->factor);
	return 0;
}
