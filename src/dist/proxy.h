/* SPDX-License-Identifier: MIT */
/* proxy.h - what the typed verbs of proxies are made of: value_queue.c, proxy_sync.c and others. */
#ifndef TU_DIST_PROXY_H
#define TU_DIST_PROXY_H

#include <tutti/proxy.h>

/*
 * How much later than a deadline that the manager keeps the caller stops to wait for the answer; of
 * what is only tried, from now on.
 */
#define TU_PROXY_MARGIN TUTTI_SECONDS(5)

/* The deadline here for one that is kept there. */
tutti_time tu_proxy_late(tutti_time deadline);

/*
 * Seconds from now on, at least 0, for the argument timeout. No more than a million: who has waited
 * so long without success looks at the deadline, and asks again.
 */
double tu_proxy_seconds(tutti_time deadline);

/* Is its object here, so that an answer takes no time? */
bool tu_proxy_is_local(const tutti_proxy *p);

/* Does it say that it has such a method? */
bool tu_proxy_has(const tutti_proxy *p, const char *method);

/*
 * Call it with args, which are unref'd; rc: how it went to make them. deadline is this side's.
 * *result NULL: the caller does not want it; else it is set only of 0.
 */
int tu_proxy_do(tutti_proxy *p, const char *method, int rc, tutti_value *args, tutti_time deadline,
	tutti_value **result);

/* The same, and the result is a bool: 0 or 1, or an int: that many. TUTTI_EPROTO: neither. */
int64_t tu_proxy_count(
	tutti_proxy *p, const char *method, int rc, tutti_value *args, tutti_time deadline);

#endif
