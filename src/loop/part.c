/* SPDX-License-Identifier: MIT */
/* part.c - one part of a server, from its first connection to its last; see listener.h. */
#include "loop/listener.h"

#include "core/report.h"

#include <errno.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/task.h>

static void *accept_and_serve(void *arg)
{
	struct tu_part *p = arg;

	p->rc = tu_listener_serve(p->listener, p->fn, p->arg, p->quiet, p->news);
	tutti_event_set(&p->stop);
	return NULL;
}

/* All have ended by themselves, in time. */
static bool leave_by_themselves(struct tu_part *p, tutti_future *serving)
{
	tutti_case either[] = { tutti_case_future(serving), tutti_case_event(p->hurry) };

	return tutti_select(either, 2, tutti_after(p->grace)) == 0;
}

static void end(struct tu_part *p, tutti_future *serving)
{
	tutti_listener_close(p->listener);
	if (leave_by_themselves(p, serving))
		return;
	tu_report(TUTTI_ETIMEDOUT, "connections that have not ended in time are cut off");
	tutti_future_cancel(serving);
	tutti_future_result(serving, NULL, 0);
}

int tu_part_run(struct tu_part *p)
{
	tutti_future *serving = tutti_task_start(accept_and_serve, p, NULL);
	int rc = tutti_future_done(serving) ? tutti_future_error(serving) : 0;
	tutti_scope quiet;

	if (rc == 0) {
		tutti_event_wait(&p->stop);
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		end(p, serving);
		tutti_shield_end(&quiet, 0);
		rc = p->rc == TUTTI_ECANCELED || p->rc == -EBADF ? 0 : p->rc;
	}
	tutti_future_unref(serving);
	return rc;
}
