/* SPDX-License-Identifier: MIT */
/*
 * local.c - a local is a number; each context has an array of values by number, once it sets one.
 *
 * priv[0] is the number, 0 until somebody sets the local; it never changes then. Numbers are not
 * used again: locals are static, and a value must never be taken for that of another local.
 *
 * A forked child keeps the numbers and the values of the thread that forked.
 */
#include "sync/local.h"

#include "core/alloc.h"
#include "core/worker.h"

#include <errno.h>
#include <tutti/local.h>

enum {
	SLOTS_LEAST = 8,
	ROUNDS = 4, /* a destroy may set values again; for so long they are destroyed too */
};

static uint32_t numbers; /* given out so far; any thread */

static uint32_t number_of(tutti_local *l)
{
	uint32_t n = tu_load_rlx(&l->priv[0]), none = 0;

	if (n)
		return n;
	/* Relaxed both: the number is all there is to know. Of two that set the local for the first
	   time one comes second, and leaves its own number unused. */
	n = tu_add_rlx(&numbers, 1) + 1;
	return tu_cas_rlx(&l->priv[0], &none, n) ? n : none;
}

static bool destroy_all(struct tu_context *c)
{
	bool any = false;

	for (uint32_t i = 0; i < c->slots->n; i++) {
		struct tu_slot was = c->slots->slot[i];

		c->slots->slot[i] = (struct tu_slot){ NULL, NULL };
		if (was.value && was.destroy) {
			was.destroy(was.value);
			any = true;
		}
	}
	return any;
}

static void end(struct tu_context *c)
{
	for (int i = 0; i < ROUNDS && destroy_all(c); i++)
		;
	tu_free(c->slots);
	c->slots = NULL;
}

/* Make room for slot n - 1. False: no memory, and all is as before. */
static bool grow(struct tu_context *c, uint32_t n)
{
	uint32_t had = c->slots ? c->slots->n : 0, want = had ? had : SLOTS_LEAST;
	struct tu_slots *slots;

	while (want < n)
		want *= 2;
	slots = tu_resize(c->slots, sizeof(*slots) + want * sizeof(slots->slot[0]));
	if (!slots)
		return false;
	for (uint32_t i = had; i < want; i++)
		slots->slot[i] = (struct tu_slot){ NULL, NULL };
	slots->end = end;
	slots->n = want;
	c->slots = slots;
	return true;
}

void *tutti_local_get(const tutti_local *l)
{
	/* A thread that tutti does not know has set nothing; it need not be made known for this. */
	const struct tu_context *c = tu_lent ? &tu_lent->native : tu_current;
	const struct tu_slots *slots = c ? c->slots : NULL;
	uint32_t n =
		tu_load_rlx(&l->priv[0]); /* if the caller has set it, it has seen the number */

	return slots && n > 0 && n <= slots->n ? slots->slot[n - 1].value : NULL;
}

int tutti_local_set(tutti_local *l, void *value)
{
	struct tu_context *self = tu_self();
	uint32_t n = number_of(l);

	if (!self->slots || n > self->slots->n) {
		if (!value)
			return 0;
		if (!grow(self, n))
			return -ENOMEM;
	}
	self->slots->slot[n - 1] = (struct tu_slot){ value, l->destroy };
	return 0;
}
