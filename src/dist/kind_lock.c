/* SPDX-License-Identifier: MIT */
/*
 * kind_lock.c - the kinds Lock and RLock. Anybody may release a Lock; an RLock only who holds it.
 * Both stay taken when the client that acquired them has gone: in Python a connection is a
 * thread's, and is closed under it when any proxy of the thread goes.
 */
#include "dist/kinds.h"
#include "dist/latch.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/value_make.h>

struct lock {
	struct tu_object object;
	struct tu_latch latch; /* under object.lock */
};

static int make(struct tu_object **o, struct tu_call *c, const struct tu_kind *kind)
{
	int rc = tu_call_bind(c, "", 0, NULL);
	struct lock *l = rc == 0 ? calloc(1, sizeof(*l)) : NULL;

	if (!l)
		return rc < 0 ? rc : -ENOMEM;
	tu_object_init(&l->object, kind);
	l->latch.recursive = kind == &tu_kind_rlock;
	*o = &l->object;
	return 0;
}

static int make_lock(struct tu_object **o, struct tu_call *c)
{
	return make(o, c, &tu_kind_lock);
}

static int make_rlock(struct tu_object **o, struct tu_call *c)
{
	return make(o, c, &tu_kind_rlock);
}

static void free_lock(struct tu_object *o)
{
	free(o);
}

static int acquire(struct tu_object *o, struct tu_call *c)
{
	return tu_latch_acquire(&((struct lock *)o)->latch, c);
}

static int locked(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	c->result = rc == 0 ? tutti_value_bool(((struct lock *)o)->latch.count > 0) : NULL;
	return rc;
}

static int release(struct tu_object *o, struct tu_call *c)
{
	struct tu_latch *l = &((struct lock *)o)->latch;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0)
		return rc;
	if (l->recursive && !tu_latch_held_by(l, c->caller))
		return tu_call_raise(
			c, "builtins", "RuntimeError", "cannot release un-acquired lock");
	if (l->count == 0)
		return tu_call_raise(c, "builtins", "RuntimeError", "release unlocked lock");
	tu_latch_release(l, o);
	return 0;
}

static void undo(struct tu_object *o, struct tu_call *c)
{
	tu_latch_undo(&((struct lock *)o)->latch, o, c);
}

static void left(struct tu_object *o, const void *caller)
{
	tu_latch_forget(&((struct lock *)o)->latch, caller);
}

static const struct tu_method methods[] = {
	{ "acquire", acquire },
	{ "locked", locked },
	{ "release", release },
};

const struct tu_kind tu_kind_lock = {
	.name = "Lock",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make_lock,
	.free = free_lock,
	.undo = undo,
};

const struct tu_kind tu_kind_rlock = {
	.name = "RLock",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make_rlock,
	.free = free_lock,
	.undo = undo,
	.left = left,
};
