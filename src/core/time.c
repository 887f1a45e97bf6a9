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

static int yield(struct tu_context *self)
{
	int rc = tu_cancel_pending(self);

	tu_polled();
	return rc < 0 ? rc : tu_yield(self);
}

int tutti_yield(void)
{
	struct tu_context *self = tu_self();

	tu_point(TU_OP_YIELD, NULL);
	return yield(self);
}

static int sleep_until(struct tu_context *self, tutti_time deadline)
{
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	return tu_past(deadline) ? yield(self) : tu_wait_until(self, deadline);
}

int tutti_sleep_until(tutti_time deadline)
{
	struct tu_context *self = tu_self();

	tu_point(TU_OP_SLEEP, NULL);
	return sleep_until(self, deadline);
}

int tutti_sleep(tutti_time duration)
{
	struct tu_context *self = tu_self();

	tu_point(TU_OP_SLEEP, NULL);
	return duration <= 0 ? yield(self) : sleep_until(self, tutti_after(duration));
}

int tutti_thread_sleep(tutti_time duration)
{
	int rc;

	tu_point(TU_OP_SLEEP, NULL);
	rc = tu_cancel_pending(tu_self());
	if (duration <= 0)
		tu_polled();
	else if (rc == 0)
		tu_os_sleep_until(tutti_after(duration));
	return rc;
}

bool tutti_cancelled(void)
{
	tu_point(TU_OP_CANCEL_LOOK, NULL);
	return tu_polled_unless(tu_cancel_pending(tu_self()) != 0);
}
