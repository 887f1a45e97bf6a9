/* SPDX-License-Identifier: MIT */
/* support.h - what several examples need beside tutti: a thread as a text. */
#ifndef EXAMPLES_SUPPORT_H
#define EXAMPLES_SUPPORT_H

#include <stdio.h>
#include <tutti/tutti.h>

/* t as Python prints it, <KIND(NAME, STATE IDENT)>. */
static inline const char *thread_text(const tutti_thread *t, char text[128])
{
	return tutti_thread_repr(t, text, 128) < 0 ? "?" : text;
}
#endif
