/* SPDX-License-Identifier: MIT */
/* told.h - a run in one line: each slice as NAME[begin,end), its queue, its core. */
#ifndef TESTS_SCHED_TOLD_H
#define TESTS_SCHED_TOLD_H

#include <stdarg.h>
#include <tutti/sched_policy.h>

#include "support/suite.h"

#define PROCESSES(...) (tutti_sched_process[]){ __VA_ARGS__ }, COUNT(__VA_ARGS__)
#define COUNT(...) sizeof((tutti_sched_process[]){ __VA_ARGS__ }) / sizeof(tutti_sched_process)
#define P(name, arrival, ...)                                  \
	{                                                      \
		name, arrival, TUTTI_SCHED_BURSTS(__VA_ARGS__) \
	}

enum { TOLD_BYTES = 4000 };

__attribute__((format(printf, 2, 3))) static inline void tell_more(
	char told[TOLD_BYTES], const char *format, ...)
{
	size_t used = strlen(told);
	va_list args;

	va_start(args, format);
	vsnprintf(told + used, TOLD_BYTES - used, format, args);
	va_end(args);
}

/* Such as "A[0,1)Q1 B[1,2)Q1", with @0 and @1 behind where there are several cores. */
static inline const char *tell(const tutti_sched_result *r, char told[TOLD_BYTES])
{
	told[0] = '\0';
	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *s = &r->slices[i];

		tell_more(told, "%s%s[%" PRId64 ",%" PRId64 ")", i > 0 ? " " : "",
			r->processes[s->process].name, s->begin, s->end);
		if (r->levels > 0)
			tell_more(told, "Q%d", s->level);
		if (r->cores > 1)
			tell_more(told, "@%d", s->core);
	}
	return told;
}

/* The waiting times of all, such as "0 24 27". */
static inline const char *tell_waits(const tutti_sched_result *r, char told[TOLD_BYTES])
{
	told[0] = '\0';
	for (size_t i = 0; i < r->processes_n; i++)
		tell_more(told, "%s%" PRId64, i > 0 ? " " : "", r->measures[i].waiting);
	return told;
}

#endif
