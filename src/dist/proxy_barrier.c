/* SPDX-License-Identifier: MIT */
/* proxy_barrier.c - proxy_barrier.h: the methods and attributes of Python's Barrier. */
#include "dist/proxy.h"

#include <limits.h>
#include <tutti/error.h>
#include <tutti/proxy_barrier.h>

/* Python tells who was late no more than those who had to suffer for it. */
int tutti_proxy_barrier_wait_until(tutti_proxy *barrier, tutti_time deadline)
{
	tutti_value *args = NULL;
	int rc = 0;
	int64_t n;

	if (deadline != TUTTI_FOREVER)
		rc = tutti_value_pack(&args, "(d)", tu_proxy_seconds(deadline));
	n = tu_proxy_count(barrier, "wait", rc, args, tu_proxy_late(deadline));
	return n == TUTTI_EBROKEN && tutti_now() >= deadline ? TUTTI_ETIMEDOUT : (int)n;
}

int tutti_proxy_barrier_wait(tutti_proxy *barrier)
{
	return tutti_proxy_barrier_wait_until(barrier, TUTTI_FOREVER);
}

int tutti_proxy_barrier_reset(tutti_proxy *barrier)
{
	return tu_proxy_do(barrier, "reset", 0, NULL, TUTTI_FOREVER, NULL);
}

int tutti_proxy_barrier_abort(tutti_proxy *barrier)
{
	return tu_proxy_do(barrier, "abort", 0, NULL, TUTTI_FOREVER, NULL);
}

static int attribute(tutti_proxy *barrier, const char *name)
{
	tutti_value *args = NULL;
	int rc = tutti_value_pack(&args, "(s)", name);

	return (int)tu_proxy_count(barrier, "__getattribute__", rc, args, TUTTI_FOREVER);
}

int tutti_proxy_barrier_broken(tutti_proxy *barrier)
{
	return attribute(barrier, "broken");
}

int tutti_proxy_barrier_parties(tutti_proxy *barrier)
{
	return attribute(barrier, "parties");
}

int tutti_proxy_barrier_n_waiting(tutti_proxy *barrier)
{
	return attribute(barrier, "n_waiting");
}
