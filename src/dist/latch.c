/* SPDX-License-Identifier: MIT */
/* latch.c - see latch.h. Of a call that has got it mark is the number of its grant. */
#include "dist/latch.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

bool tu_latch_held_by(const struct tu_latch *l, const void *caller)
{
	return l->count > 0 && l->holder == caller;
}

void tu_latch_take(struct tu_latch *l, const void *holder, uint64_t count)
{
	l->holder = holder;
	l->count = count;
	l->grants++;
}

void tu_latch_free(struct tu_latch *l, struct tu_object *o)
{
	l->count = 0;
	l->holder = NULL;
	o->changed = true;
}

void tu_latch_release(struct tu_latch *l, struct tu_object *o)
{
	if (l->count == 1)
		tu_latch_free(l, o);
	else
		l->count--;
}

/* Until when to wait: c->deadline, or *now: not at all. */
static int read_patience(struct tu_call *c, bool *now)
{
	const tutti_value *given[2];
	double seconds = -1;
	int rc = tu_call_bind(c, "blocking timeout", 0, given);

	if (rc < 0)
		return rc;
	if (given[1] && (tutti_value_kind(given[1]) == TUTTI_VALUE_NONE ||
				tu_timeout(given[1], &c->deadline, &seconds) < 0))
		return tu_call_fail(c, TUTTI_ETYPE,
			"'%s' object cannot be interpreted as an integer",
			tutti_value_type(given[1]));
	*now = !tu_truth(given[0], true);
	if (*now && seconds != -1)
		return tu_call_fail(c, -EINVAL, "can't specify a timeout for a non-blocking call");
	if (seconds == -1)
		c->deadline = TUTTI_FOREVER;
	else if (seconds < 0)
		return tu_call_fail(c, -EINVAL, "timeout value must be a non-negative number");
	*now = *now || seconds == 0;
	return 0;
}

int tu_latch_acquire(struct tu_latch *l, struct tu_call *c)
{
	bool now = c->late, mine = l->recursive && tu_latch_held_by(l, c->caller);
	int rc = c->step == 0 ? read_patience(c, &now) : 0;

	if (rc < 0)
		return rc;
	if (l->count == 0 || mine) {
		tu_latch_take(l, c->caller, l->count + 1);
		c->mark = l->grants;
		c->result = tutti_value_bool(true);
		return 0;
	}
	if (now) {
		c->result = tutti_value_bool(false);
		return 0;
	}
	c->step = 1;
	c->awaits = TU_AWAITS_LATCH;
	return TU_CALL_WAITS;
}

/* Unless somebody else has released it meanwhile, as all may with a Lock. */
void tu_latch_undo(struct tu_latch *l, struct tu_object *o, const struct tu_call *c)
{
	if (c->mark != 0 && c->mark == l->grants && tu_latch_held_by(l, c->caller))
		tu_latch_release(l, o);
}

void tu_latch_forget(struct tu_latch *l, const void *caller)
{
	if (tu_latch_held_by(l, caller))
		l->holder = NULL;
}
