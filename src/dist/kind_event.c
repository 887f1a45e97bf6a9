/* SPDX-License-Identifier: MIT */
/* kind_event.c - the kind Event. Who waits when it is set is answered, even if it is cleared. */
#include "dist/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

struct event {
	struct tu_object object;
	bool set; /* under object.lock */
};

static int make(struct tu_object **o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);
	struct event *e = rc == 0 ? calloc(1, sizeof(*e)) : NULL;

	if (!e)
		return rc < 0 ? rc : -ENOMEM;
	tu_object_init(&e->object, &tu_kind_event);
	*o = &e->object;
	return 0;
}

static void free_event(struct tu_object *o)
{
	free(o);
}

static int turn(struct tu_object *o, struct tu_call *c, bool set)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0)
		return rc;
	((struct event *)o)->set = set;
	o->changed = set;
	return 0;
}

static int clear(struct tu_object *o, struct tu_call *c)
{
	return turn(o, c, false);
}

static int set(struct tu_object *o, struct tu_call *c)
{
	return turn(o, c, true);
}

static int is_set(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	c->result = rc == 0 ? tutti_value_bool(((struct event *)o)->set) : NULL;
	return rc;
}

static int wait(struct tu_object *o, struct tu_call *c)
{
	const struct event *e = (struct event *)o;
	const tutti_value *timeout = NULL;
	double seconds = 1;
	int rc = c->step == 0 ? tu_call_bind(c, "timeout", 0, &timeout) : 0;

	if (rc == 0 && c->step == 0 && !e->set && tu_timeout(timeout, &c->deadline, &seconds) < 0)
		rc = tu_call_fail(c, TUTTI_ETYPE,
			"'>' not supported between instances of '%s' and 'int'",
			tutti_value_type(timeout));
	if (rc < 0)
		return rc;
	if (!e->set && !c->late && seconds > 0) {
		c->step = 1;
		return TU_CALL_WAITS;
	}
	c->result = tutti_value_bool(e->set);
	return 0;
}

static const struct tu_method methods[] = {
	{ "clear", clear },
	{ "is_set", is_set },
	{ "set", set },
	{ "wait", wait },
};

const struct tu_kind tu_kind_event = {
	.name = "Event",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make,
	.free = free_event,
};
