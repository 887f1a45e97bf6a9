/* SPDX-License-Identifier: MIT */
/* thread_api.c - what can be asked of a thread: to be joined, and who it is. */
#include "core/wait.h"
#include "exec/thread.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static int join(tutti_thread *t, void **result, tutti_time deadline)
{
	if (!t || t == &tu_thread_self()->future)
		return -EDEADLK;
	if (!tu_is_thread(t) && !tu_future_never_began(t))
		return TUTTI_ETYPE;
	return tu_future_result(t, result, result ? sizeof(*result) : 0, deadline);
}

int tutti_thread_join(tutti_thread *t, void **result)
{
	tu_point(TU_OP_FUTURE_WAIT, t);
	return join(t, result, TUTTI_FOREVER);
}

int tutti_thread_join_until(tutti_thread *t, void **result, tutti_time deadline)
{
	tu_point(TU_OP_FUTURE_WAIT, t);
	return join(t, result, deadline);
}

/* NULL for what is not a thread; the caller's for NULL. */
static const struct tu_thread *thread_of(const tutti_thread *t)
{
	if (!t)
		return tu_thread_self();
	return tu_is_thread(t) ? (const struct tu_thread *)t : NULL;
}

bool tutti_thread_is_alive(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	tu_point(TU_OP_FUTURE_LOOK, thread);
	tu_polled();
	return t && !(tu_future_word(&t->future) & TU_FUTURE_DONE);
}

const char *tutti_thread_name(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	return t ? t->name : NULL;
}

uint64_t tutti_thread_ident(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	return t ? t->number : 0;
}

int tutti_thread_native_id(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);
	int id = t ? tu_load_rlx(&t->native_id) : 0; /* a number by itself */

	if (!t)
		return TUTTI_ETYPE;
	return id ? id : TUTTI_EPENDING;
}

bool tutti_thread_daemon(const tutti_thread *thread)
{
	const struct tu_thread *t = thread_of(thread);

	return t && t->daemon;
}

static const char *kind_of(const struct tu_thread *t)
{
	if (&t->future == tutti_thread_main())
		return "_MainThread";
	if (t->future.ops->kind == TU_FUTURE_TIMER)
		return "Timer";
	return t->started ? "Thread" : "_DummyThread";
}

int tutti_thread_repr(const tutti_thread *thread, char *text, size_t n)
{
	const struct tu_thread *t = thread_of(thread);

	if (!t)
		return TUTTI_ETYPE;
	return snprintf(text, n, "<%s(%s, %s%s %" PRIu64 ")>", kind_of(t), t->name,
		tu_future_word(&t->future) & TU_FUTURE_DONE ? "stopped" : "started",
		t->daemon ? " daemon" : "", t->number);
}
