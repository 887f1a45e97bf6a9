/* SPDX-License-Identifier: MIT */
/*
 * kind_condition.c - the kind Condition, with an RLock within. A call of wait is first among those
 * who wait to be notified, and then, notified or late, among those who wait for the lock, behind
 * who came there before. A notification of somebody who goes before he hears of it is the next
 * one's. The lock of a client that has gone stays taken.
 */
#include "dist/kinds.h"
#include "dist/latch.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { AWAITS_NOTICE = 2 };
_Static_assert((int)AWAITS_NOTICE != (int)TU_AWAITS_LATCH, "two lists");

/* step, of a wait. Its mark is how many times its caller had the lock. */
enum { BEGINS, WAITS, NOTIFIED, TOO_LATE };

struct condition {
	struct tu_object object;
	struct tu_latch latch; /* under object.lock */
};

static int make(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *lock;
	struct condition *d;
	int rc = tu_call_bind(c, "lock", 0, &lock);

	if (rc < 0)
		return rc;
	if (lock && tutti_value_kind(lock) != TUTTI_VALUE_NONE)
		return tu_call_fail(c, TUTTI_ETYPE, "a Condition has a lock of its own here");
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	tu_object_init(&d->object, &tu_kind_condition);
	d->latch.recursive = true;
	*o = &d->object;
	return 0;
}

static void free_condition(struct tu_object *o)
{
	free(o);
}

/* -- its lock --------------------------------------------------------------------------------- */

static int need_lock(struct condition *d, struct tu_call *c, const char *text)
{
	if (tu_latch_held_by(&d->latch, c->caller))
		return 0;
	return tu_call_raise(c, "builtins", "RuntimeError", text);
}

static int acquire(struct tu_object *o, struct tu_call *c)
{
	return tu_latch_acquire(&((struct condition *)o)->latch, c);
}

static int locked(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	c->result = rc == 0 ? tutti_value_bool(((struct condition *)o)->latch.count > 0) : NULL;
	return rc;
}

static int release(struct tu_object *o, struct tu_call *c)
{
	struct condition *d = (struct condition *)o;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc == 0)
		rc = need_lock(d, c, "cannot release un-acquired lock");
	if (rc == 0)
		tu_latch_release(&d->latch, o);
	return rc;
}

/* -- waiting ---------------------------------------------------------------------------------- */

static int begin_to_wait(struct condition *d, struct tu_call *c)
{
	const tutti_value *timeout = NULL;
	double seconds = 1;
	int rc = tu_call_bind(c, "timeout", 0, &timeout);

	if (rc == 0)
		rc = need_lock(d, c, "cannot wait on un-acquired lock");
	if (rc < 0)
		return rc;
	if (tu_timeout(timeout, &c->deadline, &seconds) < 0)
		return tu_call_fail(c, TUTTI_ETYPE,
			"'>' not supported between instances of '%s' and 'int'",
			tutti_value_type(timeout));
	c->mark = d->latch.count;
	/* One that does not wait at all lets others have the lock too. */
	c->step = seconds > 0 ? WAITS : TOO_LATE;
	c->awaits = seconds > 0 ? AWAITS_NOTICE : TU_AWAITS_LATCH;
	tu_latch_free(&d->latch, &d->object);
	return TU_CALL_WAITS;
}

static int wait(struct tu_object *o, struct tu_call *c)
{
	struct condition *d = (struct condition *)o;

	if (c->step == BEGINS)
		return begin_to_wait(d, c);
	if (c->step == WAITS && c->late)
		c->step = TOO_LATE;
	if (c->step == WAITS)
		return TU_CALL_WAITS;
	c->deadline = TUTTI_FOREVER;
	c->awaits = TU_AWAITS_LATCH;
	if (d->latch.count > 0)
		return TU_CALL_WAITS;
	tu_latch_take(&d->latch, c->caller, c->mark);
	c->result = tutti_value_bool(c->step == NOTIFIED);
	return 0;
}

static void notify_some(struct condition *d, int64_t n)
{
	for (struct tu_call *c = d->object.waiting[AWAITS_NOTICE].first; c && n > 0; c = c->after) {
		if (c->step != WAITS)
			continue;
		c->step = NOTIFIED;
		d->object.changed = true;
		n--;
	}
}

static int notify(struct tu_object *o, struct tu_call *c)
{
	struct condition *d = (struct condition *)o;
	const tutti_value *given;
	int64_t n = 1;
	int rc = tu_call_bind(c, "n", 0, &given);

	if (rc == 0)
		rc = need_lock(d, c, "cannot notify on un-acquired lock");
	if (rc < 0)
		return rc;
	rc = given ? tutti_value_as_int(given, &n) : 0;
	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "'>' not supported between instances of '%s' and 'int'",
			tutti_value_type(given));
	notify_some(d, rc < 0 ? INT64_MAX : n); /* more than 64 bits: all */
	return 0;
}

static int notify_all(struct tu_object *o, struct tu_call *c)
{
	struct condition *d = (struct condition *)o;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc == 0)
		rc = need_lock(d, c, "cannot notify on un-acquired lock");
	if (rc == 0)
		notify_some(d, INT64_MAX);
	return rc;
}

/* -- who goes --------------------------------------------------------------------------------- */

static void dropped(struct tu_object *o, struct tu_call *c)
{
	if (c->method->call == wait && c->step == NOTIFIED)
		notify_some((struct condition *)o, 1);
}

static void undo(struct tu_object *o, struct tu_call *c)
{
	struct condition *d = (struct condition *)o;

	if (c->method->call == acquire)
		tu_latch_undo(&d->latch, o, c);
	if (c->method->call != wait)
		return;
	if (tu_latch_held_by(&d->latch, c->caller))
		tu_latch_free(&d->latch, o);
	dropped(o, c);
}

static void left(struct tu_object *o, const void *caller)
{
	tu_latch_forget(&((struct condition *)o)->latch, caller);
}

static const struct tu_method methods[] = {
	{ "acquire", acquire },
	{ "locked", locked },
	{ "notify", notify },
	{ "notify_all", notify_all },
	{ "release", release },
	{ "wait", wait },
};

const struct tu_kind tu_kind_condition = {
	.name = "Condition",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make,
	.free = free_condition,
	.undo = undo,
	.dropped = dropped,
	.left = left,
};
