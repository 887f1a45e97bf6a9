/* SPDX-License-Identifier: MIT */
/* support.h - what several examples need beside tutti: a thread as a text. */
#ifndef EXAMPLES_SUPPORT_H
#define EXAMPLES_SUPPORT_H

#include <inttypes.h>
#include <stdio.h>
#include <tutti/tutti.h>

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
