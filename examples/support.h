/* SPDX-License-Identifier: MIT */
/* support.h - what several examples need beside tutti: random draws, and a thread as a text. */
#ifndef EXAMPLES_SUPPORT_H
#define EXAMPLES_SUPPORT_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>
#include <unistd.h>

/* The next number of the script in the environment's TUTTI_DRAWS, such as "5,3,6", if any. */
static inline bool next_scripted(double *value)
{
	static tutti_lock lock;
	static char *left; /* of the script; under lock */

	TUTTI_HOLD(&lock);
	if (left == NULL && (left = getenv("TUTTI_DRAWS")) == NULL)
		left = "";
	if (*left == '\0')
		return false;
	*value = strtod(left, &left);
	left += *left == ',';
	return true;
}

/* A random number from 0 up to but not including 1, unless scripted. */
static inline double draw_unit(void)
{
	uint32_t random = 0;
	double scripted;

	if (next_scripted(&scripted))
		return scripted;
	(void)!getentropy(&random, sizeof(random));
	return random / 4294967296.0;
}

/* A random integer from low to high, both included, unless scripted. */
static inline int draw_int(int low, int high)
{
	double scripted;

	return next_scripted(&scripted) ? (int)scripted
					: low + (int)(draw_unit() * (high - low + 1));
}

/* Print t as Python does, <KIND(NAME, STATE IDENT)>; returns text. */
static inline const char *thread_text(const tutti_thread *t, char text[128])
{
	snprintf(text, 128, "<%s(%s, %s%s %" PRIu64 ")>",
		t == tutti_thread_main() ? "_MainThread" : "Thread", tutti_thread_name(t),
		tutti_thread_is_alive(t) ? "started" : "stopped",
		tutti_thread_daemon(t) ? " daemon" : "", tutti_thread_ident(t));
	return text;
}
#endif
