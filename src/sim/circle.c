/* SPDX-License-Identifier: MIT */
/* circle.c - see circle.h. */
#include "sim/circle.h"

#include "core/wait.h"
#include "exec/thread.h"
#include "sim/holders.h"
#include "sim/machine.h"

enum { CHANGES_LONG = 10000 }; /* for these a suspected circle must stand */

static struct {
	struct tu_actor *actor; /* NULL: nobody */
	uint64_t went;
} suspect;

bool tu_waits(const struct tu_context *c)
{
	return tu_load_rlx(&c->park) == TU_PARK_PARKED; /* nobody else runs */
}

bool tu_waits_at(const struct tu_context *c, const void *object)
{
	/* Relaxed: nobody else runs. */
	return tu_waits(c) && c->waits && tu_load_rlx(&c->waits->key) == object;
}

static bool has_deadline(const struct tu_context *c)
{
	return c->alarm && tu_timer_pending(c->alarm);
}

struct tu_context *tu_waits_for(const struct tu_context *c)
{
	const struct tu_holder *h;
	const struct tu_thread *t;

	if (!tu_waits(c) || has_deadline(c))
		return NULL;
	if (!tu_waits_at(c, c->doing.object))
		return NULL;
	switch (c->doing.op) {
	case TU_OP_LOCK_ACQUIRE:
	case TU_OP_WRITE_ACQUIRE:
		h = tu_holder_of(c->doing.object);
		return h && h->context->id == h->id ? h->context : NULL;
	case TU_OP_FUTURE_WAIT:
		t = c->doing.object;
		return tu_is_thread(&t->future) ? t->context : NULL;
	default:
		return NULL;
	}
}

/* By two walkers, one twice as fast: there may be a circle that c only leads to. */
bool tu_circle_of(const struct tu_context *c)
{
	const struct tu_context *slow = c, *fast = c;

	while (fast) {
		for (int i = 0; i < 2 && fast; i++)
			if ((fast = tu_waits_for(fast)) == c)
				return true;
		slow = slow ? tu_waits_for(slow) : NULL;
		if (fast == slow)
			return false;
	}
	return false;
}

void tu_circle_forget(void)
{
	suspect.actor = NULL;
	tu_machine.suspicious = UINT64_MAX;
}

void tu_circle_suspect(struct tu_actor *a)
{
	if (tu_circle_stands())
		return;
	suspect.actor = a;
	suspect.went = a->went;
	tu_machine.suspicious = tu_machine.changes + CHANGES_LONG;
}

bool tu_circle_stands(void)
{
	const struct tu_actor *a = suspect.actor;

	if (a && a->state == TU_ACTOR_ASLEEP && a->went == suspect.went && a->current &&
		tu_circle_of(a->current))
		return true;
	tu_circle_forget();
	return false;
}
