/* SPDX-License-Identifier: MIT */
/*
 * kind_barrier.c - the kind Barrier. A generation ends when the last party has come, or when it is
 * broken or reset; all who wait are told at once. A party that goes while it waits is not there:
 * the others wait for it, or for one in its stead, until their timeout breaks the barrier.
 */
#include "dist/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* step, of a wait; PASSED and above: its index is what is beyond. Its mark is its generation. */
enum { BEGINS, WAITS, PASSED };

struct barrier {
	struct tu_object object;
	int64_t parties;      /* fixed */
	tutti_value *timeout; /* of who says none; fixed */
	/* under object.lock */
	int64_t arrived;
	uint64_t generation;
	bool broken;
};

static int make(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *given[3] = { 0 };
	struct barrier *b;
	tutti_time deadline;
	int64_t parties;
	int rc = tu_call_bind(c, "parties action timeout", 1, given);

	if (rc < 0)
		return rc;
	if (tutti_value_as_int(given[0], &parties) < 0)
		return tu_call_fail(c, TUTTI_ETYPE, "parties must be an int, not %s",
			tutti_value_type(given[0]));
	if (parties < 1 || parties > INT32_MAX)
		return tu_call_fail(c, -EINVAL, "parties must be > 0");
	if (given[1] && tutti_value_kind(given[1]) != TUTTI_VALUE_NONE)
		return tu_call_fail(c, TUTTI_ETYPE, "a Barrier's action cannot be executed here");
	if (tu_timeout(given[2], &deadline, NULL) < 0)
		return tu_call_fail(c, TUTTI_ETYPE, "timeout must be a number or None, not %s",
			tutti_value_type(given[2]));
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	tu_object_init(&b->object, &tu_kind_barrier);
	b->parties = parties;
	b->timeout = tutti_value_ref((tutti_value *)given[2]);
	*o = &b->object;
	return 0;
}

static void free_barrier(struct tu_object *o)
{
	tutti_value_unref(((struct barrier *)o)->timeout);
	free(o);
}

static void end_generation(struct barrier *b)
{
	b->generation++;
	b->arrived = 0;
	b->object.changed = true;
}

static int pass(struct barrier *b, struct tu_call *last)
{
	int64_t n = 0;

	for (struct tu_call *c = b->object.waiting[0].first; c; c = c->after)
		c->step = PASSED + (int)n++;
	last->result = tutti_value_int(n);
	end_generation(b);
	return 0;
}

static int break_it(struct barrier *b)
{
	b->broken = true;
	end_generation(b);
	return TUTTI_EBROKEN;
}

static int arrive(struct barrier *b, struct tu_call *c)
{
	const tutti_value *timeout = NULL;
	double seconds = 1;
	int rc = tu_call_bind(c, "timeout", 0, &timeout);

	if (rc < 0)
		return rc;
	if (b->broken)
		return TUTTI_EBROKEN;
	if (b->arrived + 1 == b->parties)
		return pass(b, c);
	if (!timeout || tutti_value_kind(timeout) == TUTTI_VALUE_NONE)
		timeout = b->timeout;
	if (tu_timeout(timeout, &c->deadline, &seconds) < 0)
		return tu_call_fail(c, TUTTI_ETYPE,
			"unsupported operand type(s) for +: 'float' and '%s'",
			tutti_value_type(timeout));
	if (seconds <= 0)
		return break_it(b);
	b->arrived++;
	c->step = WAITS;
	c->mark = b->generation;
	return TU_CALL_WAITS;
}

static int wait(struct tu_object *o, struct tu_call *c)
{
	struct barrier *b = (struct barrier *)o;

	if (c->step == BEGINS)
		return arrive(b, c);
	if (c->step >= PASSED) {
		c->result = tutti_value_int(c->step - PASSED);
		return 0;
	}
	if (c->mark != b->generation)
		return TUTTI_EBROKEN;
	return c->late ? break_it(b) : TU_CALL_WAITS;
}

static int abort_wait(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc == 0)
		break_it((struct barrier *)o);
	return rc;
}

static int reset(struct tu_object *o, struct tu_call *c)
{
	struct barrier *b = (struct barrier *)o;
	int rc = tu_call_bind(c, "", 0, NULL);

	if (rc < 0)
		return rc;
	b->broken = false;
	end_generation(b);
	return 0;
}

static int get_attribute(struct tu_object *o, struct tu_call *c)
{
	const struct barrier *b = (struct barrier *)o;
	const tutti_value *given;
	tutti_bytes name;
	int rc = tu_call_bind(c, "name", 1, &given);

	if (rc < 0)
		return rc;
	if (tutti_value_kind(given) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(given, &name) < 0)
		return tu_call_fail(c, TUTTI_ETYPE, "attribute name must be string, not '%s'",
			tutti_value_type(given));
	if (strcmp(name.data, "parties") == 0)
		c->result = tutti_value_int(b->parties);
	else if (strcmp(name.data, "n_waiting") == 0)
		c->result = tutti_value_int(b->arrived);
	else if (strcmp(name.data, "broken") == 0)
		c->result = tutti_value_bool(b->broken);
	else
		return tu_call_fail(c, -ENOSYS, "'Barrier' object has no attribute '%.80s'",
			(const char *)name.data);
	return 0;
}

static void dropped(struct tu_object *o, struct tu_call *c)
{
	if (c->step == WAITS)
		((struct barrier *)o)->arrived--;
}

static const struct tu_method methods[] = {
	{ "__getattribute__", get_attribute },
	{ "abort", abort_wait },
	{ "reset", reset },
	{ "wait", wait },
};

const struct tu_kind tu_kind_barrier = {
	.name = "Barrier",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "threading",
	.make = make,
	.free = free_barrier,
	.dropped = dropped,
};
