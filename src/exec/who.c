/* SPDX-License-Identifier: MIT */
/* who.c - what runs on a context and on which thread, in words; in a signal handler too. */
#include "core/overflow.h"
#include "core/thread.h"
#include "core/watch.h"
#include "exec/thread.h"

#include <stdio.h>

static void name(const struct tu_context *c, struct tu_answer *answer)
{
	const struct tu_thread *t = c->worker->thread;
	const char *thread = "";

	if (t)
		thread = t->future.extra->name;
	else if (tu_thread_is_main())
		thread = "MainThread";
	snprintf(answer->thread, sizeof(answer->thread), "%s", thread);
	if (c->self)
		tu_context_name(c, answer->what, sizeof(answer->what));
	else if (*thread)
		snprintf(answer->what, sizeof(answer->what), "thread '%s'", thread);
}

__attribute__((constructor(101))) static void set_hook(void)
{
	tu_watch_name = name;
}
