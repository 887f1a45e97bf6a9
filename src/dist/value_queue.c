/* SPDX-License-Identifier: MIT */
/*
 * value_queue.c - value_queue.h: the methods of Python's queue.Queue. Their timeout the manager is
 * to keep; this side waits a little longer, so that what came in time is not lost on the way.
 */
#include "dist/proxy.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/manager.h>
#include <tutti/value_make.h>

int tutti_manager_queue(tutti_manager *m, const char *name, tutti_value_queue **q)
{
	tutti_proxy *p;
	int rc = tutti_manager_proxy(m, name, NULL, NULL, &p);

	if (rc < 0)
		return rc;
	if (!tu_proxy_has(p, "get") || !tu_proxy_has(p, "put")) {
		tutti_proxy_free(p);
		return TUTTI_ETYPE;
	}
	*q = p;
	return 0;
}

/* The arguments block and timeout, after v if there is one. */
static int pack(tutti_value **args, const tutti_value *v, tutti_time deadline)
{
	double seconds = tu_proxy_seconds(deadline);

	if (deadline == TUTTI_FOREVER)
		return v ? tutti_value_pack(args, "(O)", v) : tutti_value_pack(args, "()");
	if (seconds > 0)
		return v ? tutti_value_pack(args, "(Obd)", v, 1, seconds)
			 : tutti_value_pack(args, "(bd)", 1, seconds);
	return v ? tutti_value_pack(args, "(Ob)", v, 0) : tutti_value_pack(args, "(b)", 0);
}

/*
 * Until it is done, fails otherwise, or the deadline is past: the manager may have been a trifle
 * early. missed: what it says of one that could not be done.
 */
static int until(tutti_value_queue *q, const char *method, const tutti_value *v,
	tutti_time deadline, int missed, tutti_value **result)
{
	bool waits = deadline > tutti_now();
	tutti_value *args = NULL;
	int rc;

	do {
		rc = pack(&args, v, deadline);
		rc = tu_proxy_do(q, method, rc, args, tu_proxy_late(deadline), result);
	} while (rc == missed && deadline > tutti_now());
	return rc == missed && waits ? TUTTI_ETIMEDOUT : rc;
}

int tutti_value_queue_put_until(tutti_value_queue *q, const tutti_value *v, tutti_time deadline)
{
	return v ? until(q, "put", v, deadline, TUTTI_EFULL, NULL) : -EINVAL;
}

int tutti_value_queue_put(tutti_value_queue *q, const tutti_value *v)
{
	return tutti_value_queue_put_until(q, v, TUTTI_FOREVER);
}

int tutti_value_queue_get_until(tutti_value_queue *q, tutti_value **v, tutti_time deadline)
{
	return until(q, "get", NULL, deadline, TUTTI_EEMPTY, v);
}

int tutti_value_queue_get(tutti_value_queue *q, tutti_value **v)
{
	return tutti_value_queue_get_until(q, v, TUTTI_FOREVER);
}

ssize_t tutti_value_queue_size(tutti_value_queue *q)
{
	return (ssize_t)tu_proxy_count(q, "qsize", 0, NULL, TUTTI_FOREVER);
}

int tutti_value_queue_empty(tutti_value_queue *q)
{
	return (int)tu_proxy_count(q, "empty", 0, NULL, TUTTI_FOREVER);
}

int tutti_value_queue_full(tutti_value_queue *q)
{
	return (int)tu_proxy_count(q, "full", 0, NULL, TUTTI_FOREVER);
}

int tutti_value_queue_task_done(tutti_value_queue *q)
{
	return tu_proxy_do(q, "task_done", 0, NULL, TUTTI_FOREVER, NULL);
}

/* Python's knows no timeout: the caller's deadline is this side's, or a moment for the answer. */
int tutti_value_queue_join_until(tutti_value_queue *q, tutti_time deadline)
{
	if (deadline <= tutti_now() && !tu_proxy_is_local(q))
		deadline = tutti_after(TUTTI_SECONDS(1));
	return tu_proxy_do(q, "join", 0, NULL, deadline, NULL);
}

int tutti_value_queue_join(tutti_value_queue *q)
{
	return tutti_value_queue_join_until(q, TUTTI_FOREVER);
}

void tutti_value_queue_free(tutti_value_queue *q)
{
	tutti_proxy_free(q);
}
