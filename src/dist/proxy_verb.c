/* SPDX-License-Identifier: MIT */
/* proxy_verb.c - see proxy.h: deadlines that the manager keeps, and calls of a known result. */
#include "dist/proxy.h"

#include <tutti/error.h>

/* Python's locks know no longer timeouts than 292 years, and Windows' 49 days. */
#define SECONDS_MOST TUTTI_SECONDS(1000000)

tutti_time tu_proxy_late(tutti_time deadline)
{
	tutti_time now = tutti_now();

	if (deadline < now)
		deadline = now;
	return deadline > TUTTI_FOREVER - TU_PROXY_MARGIN ? TUTTI_FOREVER
							  : deadline + TU_PROXY_MARGIN;
}

double tu_proxy_seconds(tutti_time deadline)
{
	tutti_time now = tutti_now();

	if (deadline - now > SECONDS_MOST)
		return (double)SECONDS_MOST / 1e9;
	return deadline > now ? (double)(deadline - now) / 1e9 : 0;
}

int tu_proxy_do(tutti_proxy *p, const char *method, int rc, tutti_value *args, tutti_time deadline,
	tutti_value **result)
{
	tutti_value *v = NULL;

	if (rc < 0)
		return rc;
	rc = tutti_proxy_call_until(p, method, args, NULL, deadline, &v);
	tutti_value_unref(args);
	if (rc == 0 && result)
		*result = v;
	else
		tutti_value_unref(v);
	return rc;
}

int64_t tu_proxy_count(
	tutti_proxy *p, const char *method, int rc, tutti_value *args, tutti_time deadline)
{
	tutti_value *v = NULL;
	int64_t n;

	rc = tu_proxy_do(p, method, rc, args, deadline, &v);
	if (rc < 0)
		return rc;
	rc = tutti_value_as_int(v, &n);
	tutti_value_unref(v);
	return rc < 0 || n < 0 ? TUTTI_EPROTO : n;
}
