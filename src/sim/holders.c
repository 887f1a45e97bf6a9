/* SPDX-License-Identifier: MIT */
/* holders.c - a table by address, whose places are used again in each run. */
#include "sim/holders.h"

#include "base/bits.h"
#include "core/alloc.h"
#include "sim/machine.h"

#include <string.h>

enum { ROOM_FIRST = 64, FEW = 16 }; /* a table of the first size does not move for a few */

static struct tu_holder *table;
static size_t room, used; /* room is a power of two */
static size_t held_now;   /* of the objects: nobody is looked for if there is none */
static unsigned numbers;
static struct tu_holder *few[FEW]; /* the places in use, if there are no more */

static struct tu_holder *find_in(struct tu_holder *in, size_t n, const void *object)
{
	size_t i = (size_t)tu_hash_pointer(object) & (n - 1);

	while (in[i].object && in[i].object != object)
		i = (i + 1) & (n - 1);
	return &in[i];
}

static void grow(void)
{
	size_t more = room ? room * 2 : ROOM_FIRST;
	struct tu_holder *larger = tu_machine_alloc(more * sizeof(*larger));

	for (size_t i = 0; i < room; i++)
		if (table[i].object)
			*find_in(larger, more, table[i].object) = table[i];
	tu_free(table);
	table = larger;
	room = more;
}

/* A run that used little of a table costs little, whatever others used. */
void tu_holders_begin(void)
{
	if (used <= FEW)
		for (size_t i = 0; i < used; i++)
			*few[i] = (struct tu_holder){ .number = 0 };
	else
		memset(table, 0, room * sizeof(*table));
	used = held_now = 0;
	numbers = 0;
}

void tu_holders_took(struct tu_context *self, const struct tu_doing *doing)
{
	struct tu_holder *h;

	if ((used + 1) * 2 > room)
		grow();
	h = find_in(table, room, doing->object);
	if (!h->object) {
		h->object = doing->object;
		h->number = ++numbers;
		if (used < FEW)
			few[used] = h;
		used++;
	}
	if (h->held > 0 && h->context == self && h->id == self->id &&
		doing->op != TU_OP_READ_ACQUIRE)
		return; /* a level more: where it was taken first is what counts */
	held_now += h->held == 0;
	h->held = doing->op == TU_OP_READ_ACQUIRE ? h->held + 1 : 1;
	h->context = self;
	h->id = self->id;
	h->where = doing->where;
	h->since = doing->since;
}

void tu_holders_gave(struct tu_context *self, const void *object)
{
	struct tu_holder *h = room ? find_in(table, room, object) : NULL;

	if (!h || h->held == 0)
		return;
	if (--h->held == 0)
		held_now--;
	else if (h->context == self) /* anybody may */
		h->id = TU_SOME_READER;
}

const struct tu_holder *tu_holder_of(const void *object)
{
	struct tu_holder *h = room && object ? find_in(table, room, object) : NULL;

	return h && h->held > 0 ? h : NULL;
}

unsigned tu_holder_number(const void *object)
{
	return room && object ? find_in(table, room, object)->number : 0;
}

const struct tu_holder *tu_held_by(const struct tu_context *c, unsigned i)
{
	for (size_t at = 0; held_now > 0 && at < room; at++)
		if (table[at].held > 0 && table[at].context == c && table[at].id == c->id &&
			i-- == 0)
			return &table[at];
	return NULL;
}
