/* SPDX-License-Identifier: MIT */
/*
 * kind_semaphore.c - the kinds Semaphore and BoundedSemaphore. Who waits is served in the order in
 * which they came. A permit that a client took stays taken when it goes.
 */
#include "dist/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { PERMIT = 1 };

struct semaphore {
	struct tu_object object;
	int64_t value_max; /* fixed */
	int64_t value;     /* under object.lock */
};

/* -- life ------------------------------------------------------------------------------------- */

static int read_value(struct tu_call *c, int64_t *n)
{
	const tutti_value *value;
	int rc = tu_call_bind(c, "value", 0, &value);

	*n = 1;
	if (rc < 0 || !value)
		return rc;
	rc = tutti_value_as_int(value, n);
	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "'<' not supported between instances of '%s' and 'int'",
			tutti_value_type(value));
	if (rc < 0)
		return tu_call_fail(c, -EINVAL, "semaphore initial value has more than 64 bits");
	if (*n < 0)
		return tu_call_fail(c, -EINVAL, "semaphore initial value must be >= 0");
	return 0;
}

static int make(struct tu_object **o, struct tu_call *c, const struct tu_kind *kind)
{
	struct semaphore *s;
	int64_t n;
	int rc = read_value(c, &n);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	tu_object_init(&s->object, kind);
	s->value_max = kind == &tu_kind_bounded_semaphore ? n : INT64_MAX;
	s->value = n;
	*o = &s->object;
	return 0;
}

static int make_semaphore(struct tu_object **o, struct tu_call *c)
{
	return make(o, c, &tu_kind_semaphore);
}

static int make_bounded(struct tu_object **o, struct tu_call *c)
{
	return make(o, c, &tu_kind_bounded_semaphore);
}

static void free_semaphore(struct tu_object *o)
{
	free(o);
}

/* -- methods ---------------------------------------------------------------------------------- */

static void give_back(struct semaphore *s, int64_t n)
{
	s->value = n > s->value_max - s->value ? s->value_max : s->value + n;
	s->object.changed = true;
}

/* Until when to wait: c->deadline, or *now: not at all. */
static int read_patience(struct tu_call *c, bool *now)
{
	const tutti_value *given[2] = { 0 };
	bool timeout;
	double seconds = 1;
	int rc = tu_call_bind(c, "blocking timeout", 0, given);

	if (rc < 0)
		return rc;
	timeout = given[1] && tutti_value_kind(given[1]) != TUTTI_VALUE_NONE;
	*now = !tu_truth(given[0], true);
	if (*now && timeout)
		return tu_call_fail(c, -EINVAL, "can't specify timeout for non-blocking acquire");
	if (tu_timeout(given[1], &c->deadline, &seconds) < 0)
		return tu_call_fail(c, TUTTI_ETYPE,
			"unsupported operand type(s) for +: 'float' and '%s'",
			tutti_value_type(given[1]));
	*now = *now || seconds <= 0;
	return 0;
}

static int acquire(struct tu_object *o, struct tu_call *c)
{
	struct semaphore *s = (struct semaphore *)o;
	bool now = c->late;
	int rc = c->step == 0 ? read_patience(c, &now) : 0;

	if (rc == 0 && s->value > 0) {
		s->value--;
		c->mark = 1;
		c->result = tutti_value_bool(true);
		return 0;
	}
	if (rc < 0)
		return rc;
	if (now) {
		c->result = tutti_value_bool(false);
		return 0;
	}
	c->step = 1;
	c->awaits = PERMIT;
	return TU_CALL_WAITS;
}

static int release(struct tu_object *o, struct tu_call *c)
{
	struct semaphore *s = (struct semaphore *)o;
	const tutti_value *given;
	int64_t n = 1;
	int rc = tu_call_bind(c, "n", 0, &given);

	if (rc < 0)
		return rc;
	rc = given ? tutti_value_as_int(given, &n) : 0;
	if (rc == TUTTI_ETYPE)
		return tu_call_fail(c, rc, "'<' not supported between instances of '%s' and 'int'",
			tutti_value_type(given));
	if (rc == 0 && n < 1)
		return tu_call_fail(c, -EINVAL, "n must be one or more");
	if (rc < 0 || n > s->value_max - s->value)
		return tu_call_fail(c, -EINVAL, "Semaphore released too many times");
	give_back(s, n);
	return 0;
}

static void undo(struct tu_object *o, struct tu_call *c)
{
	struct semaphore *s = (struct semaphore *)o;

	if (c->mark != 0)
		give_back(s, 1);
}

static const struct tu_method methods[] = {
	{ "acquire", acquire },
	{ "release", release },
};

const struct tu_kind tu_kind_semaphore = {
	.name = "Semaphore",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make_semaphore,
	.free = free_semaphore,
	.undo = undo,
};

const struct tu_kind tu_kind_bounded_semaphore = {
	.name = "BoundedSemaphore",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make_bounded,
	.free = free_semaphore,
	.undo = undo,
};
