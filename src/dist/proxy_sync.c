/* SPDX-License-Identifier: MIT */
/* proxy_sync.c - proxy_sync.h: the methods of Python's Event, Lock, Semaphore and Condition. */
#include "dist/proxy.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/proxy_sync.h>
#include <tutti/value_make.h>

/* What Python raises of a lock that is not held. */
static bool is_runtime_error(const tutti_value *e)
{
	tutti_value *parts;
	tutti_bytes name;
	bool is;

	if (tutti_value_object(&parts, e) < 0)
		return false;
	is = tutti_value_as_bytes(tutti_value_at(parts, 1), &name) == 0 &&
	     strcmp(name.data, "RuntimeError") == 0;
	tutti_value_unref(parts);
	return is;
}

/* As tu_proxy_count, with None for 0, of what has a lock. */
static int do_held(
	tutti_proxy *p, const char *method, int rc, tutti_value *args, tutti_time deadline)
{
	tutti_value *v;
	int n = 0;

	if (rc < 0)
		return rc;
	rc = tutti_proxy_call_until(p, method, args, NULL, deadline, &v);
	tutti_value_unref(args);
	if (rc == TUTTI_EREMOTE && is_runtime_error(v))
		rc = TUTTI_EUNLOCKED;
	if (rc == 0 && tutti_value_kind(v) != TUTTI_VALUE_NONE)
		rc = tutti_value_unpack(v, "i", &n) < 0 ? TUTTI_EPROTO : n;
	tutti_value_unref(v);
	return rc;
}

/* -- events ----------------------------------------------------------------------------------- */

int tutti_proxy_event_set(tutti_proxy *event)
{
	return tu_proxy_do(event, "set", 0, NULL, TUTTI_FOREVER, NULL);
}

int tutti_proxy_event_clear(tutti_proxy *event)
{
	return tu_proxy_do(event, "clear", 0, NULL, TUTTI_FOREVER, NULL);
}

int tutti_proxy_event_is_set(tutti_proxy *event)
{
	return (int)tu_proxy_count(event, "is_set", 0, NULL, TUTTI_FOREVER);
}

/* wait's argument: None is for ever. */
static int pack_timeout(tutti_value **args, tutti_time deadline)
{
	if (deadline == TUTTI_FOREVER)
		return tutti_value_pack(args, "(n)");
	return tutti_value_pack(args, "(d)", tu_proxy_seconds(deadline));
}

int tutti_proxy_event_wait_until(tutti_proxy *event, tutti_time deadline)
{
	tutti_value *args = NULL;
	int64_t n;

	do {
		int rc = pack_timeout(&args, deadline);

		n = tu_proxy_count(event, "wait", rc, args, tu_proxy_late(deadline));
	} while (n == 0 && deadline > tutti_now());
	return n == 0 ? TUTTI_ETIMEDOUT : n > 0 ? 0 : (int)n;
}

int tutti_proxy_event_wait(tutti_proxy *event)
{
	return tutti_proxy_event_wait_until(event, TUTTI_FOREVER);
}

/* -- locks and semaphores --------------------------------------------------------------------- */

/* The arguments blocking and timeout. */
static int pack_blocking(tutti_value **args, tutti_time deadline)
{
	double seconds = tu_proxy_seconds(deadline);

	if (deadline == TUTTI_FOREVER)
		return tutti_value_pack(args, "()");
	if (seconds > 0)
		return tutti_value_pack(args, "(bd)", 1, seconds);
	return tutti_value_pack(args, "(b)", 0);
}

int tutti_proxy_acquire_until(tutti_proxy *lock, tutti_time deadline)
{
	tutti_value *args = NULL;
	int rc;

	do {
		rc = pack_blocking(&args, deadline);
		rc = do_held(lock, "acquire", rc, args, tu_proxy_late(deadline));
	} while (rc == 0 && deadline > tutti_now());
	return rc == 0 ? TUTTI_ETIMEDOUT : rc > 0 ? 0 : rc;
}

int tutti_proxy_acquire(tutti_proxy *lock)
{
	return tutti_proxy_acquire_until(lock, TUTTI_FOREVER);
}

int tutti_proxy_release(tutti_proxy *lock)
{
	return do_held(lock, "release", 0, NULL, TUTTI_FOREVER);
}

/* -- conditions ------------------------------------------------------------------------------- */

/* The answer comes when the lock is held again, which has no deadline. */
int tutti_proxy_condition_wait_until(tutti_proxy *condition, tutti_time deadline)
{
	tutti_value *args = NULL;
	int rc;

	do {
		rc = pack_timeout(&args, deadline);
		rc = do_held(condition, "wait", rc, args, TUTTI_FOREVER);
	} while (rc == 0 && deadline > tutti_now());
	return rc == 0 ? TUTTI_ETIMEDOUT : rc > 0 ? 0 : rc;
}

int tutti_proxy_condition_wait(tutti_proxy *condition)
{
	return tutti_proxy_condition_wait_until(condition, TUTTI_FOREVER);
}

int tutti_proxy_condition_notify(tutti_proxy *condition, size_t n)
{
	tutti_value *args = NULL;
	int rc;

	if (n == SIZE_MAX)
		return do_held(condition, "notify_all", 0, NULL, TUTTI_FOREVER);
	rc = tutti_value_pack(&args, "(K)", (uint64_t)n);
	return do_held(condition, "notify", rc, args, TUTTI_FOREVER);
}
