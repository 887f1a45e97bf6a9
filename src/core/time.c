/* SPDX-License-Identifier: MIT */
/* time.c - the clock as the program sees it, and the waits that only pass time. */
#include "core/wait.h"
#include "core/worker.h"
#include "os/os.h"

#include <tutti/task.h>
#include <tutti/thread.h>
#include <tutti/time.h>

tutti_time tutti_now(void)
{
	return tu_os_now();
}

tutti_time tutti_after(tutti_time duration)
{
	tutti_time deadline;

	if (__builtin_add_overflow(tu_os_now(), duration, &deadline))
		return duration < 0 ? INT64_MIN : TUTTI_FOREVER;
	return deadline;
}

int tutti_yield(void)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	return rc < 0 ? rc : tu_yield(self);
}

int tutti_sleep_until(tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	if (tu_past(deadline))
		return tutti_yield();
	return tu_wait_until(self, deadline);
}

int tutti_sleep(tutti_time duration)
{
	return duration <= 0 ? tutti_yield() : tutti_sleep_until(tutti_after(duration));
}

int tutti_thread_sleep(tutti_time duration)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0 && duration > 0)
		tu_os_sleep_until(tutti_after(duration));
	return rc;
}

bool tutti_cancelled(void)
{
	return tu_cancel_pending(tu_self()) != 0;
}
