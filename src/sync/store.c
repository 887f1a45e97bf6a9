/* SPDX-License-Identifier: MIT */
/* store.c - a ring that grows, and a binary heap in the same memory. */
#include "sync/store.h"

#include "base/bits.h"
#include "core/alloc.h"

#include <errno.h>
#include <string.h>

#ifdef TU_DEBUG
enum { ROOM_FIRST = 2 };
#else
enum { ROOM_FIRST = 16 };
#endif

void tu_store_init(struct tu_store *s, size_t item_bytes, bool lifo,
	int (*compare)(const void *, const void *))
{
	size_t stamp = compare ? sizeof(uint64_t) : 0;

	*s = (struct tu_store){ .item_bytes = item_bytes,
		.slot_bytes = tu_align_up(item_bytes + stamp, compare ? 16 : 1),
		.lifo = lifo,
		.compare = compare };
}

static char *slot(const struct tu_store *s, size_t i)
{
	return s->items + i * s->slot_bytes;
}

/* In a ring, the slot of the ith oldest. */
static char *slot_of(const struct tu_store *s, size_t i)
{
	return slot(s, (s->first + i) & (s->room - 1));
}

static int grow(struct tu_store *s)
{
	size_t room = s->room ? s->room * 2 : ROOM_FIRST, bytes;
	size_t tail = s->room - s->first; /* slots from the oldest to the memory's end */
	char *items;

	if (__builtin_mul_overflow(room, s->slot_bytes, &bytes) || !(items = tu_alloc(bytes)))
		return -ENOMEM;
	if (s->count > 0) { /* full, so both parts are: from first to the end, then from 0 */
		memcpy(items, slot(s, s->first), tail * s->slot_bytes);
		memcpy(items + tail * s->slot_bytes, s->items, s->first * s->slot_bytes);
	}
	tu_free(s->items);
	s->items = items;
	s->room = room;
	s->first = 0;
	return 0;
}

/* -- by priority ------------------------------------------------------------------------------ */

/* The arrival number lies behind the item, so that the item is aligned as memory from malloc is. */
static uint64_t stamp_of(const struct tu_store *s, const char *at)
{
	uint64_t stamp;

	memcpy(&stamp, at + s->slot_bytes - sizeof(stamp), sizeof(stamp));
	return stamp;
}

static bool before(const struct tu_store *s, const char *a, const char *b)
{
	int order = s->compare(a, b);

	return order != 0 ? order < 0 : stamp_of(s, a) < stamp_of(s, b);
}

static void swap_slots(struct tu_store *s, char *a, char *b)
{
	char some[256];

	for (size_t done = 0; done < s->slot_bytes;) {
		size_t n =
			s->slot_bytes - done < sizeof(some) ? s->slot_bytes - done : sizeof(some);

		memcpy(some, a + done, n);
		memcpy(a + done, b + done, n);
		memcpy(b + done, some, n);
		done += n;
	}
}

static void rise(struct tu_store *s, size_t i)
{
	while (i > 0 && before(s, slot(s, i), slot(s, (i - 1) / 2))) {
		swap_slots(s, slot(s, i), slot(s, (i - 1) / 2));
		i = (i - 1) / 2;
	}
}

static void sink(struct tu_store *s, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->count; child++)
			if (before(s, slot(s, child), slot(s, least)))
				least = child;
		if (least == i)
			return;
		swap_slots(s, slot(s, i), slot(s, least));
		i = least;
	}
}

/* -- all kinds -------------------------------------------------------------------------------- */

int tu_store_put(struct tu_store *s, const void *item)
{
	char *at;

	if (s->count == s->room && grow(s) < 0)
		return -ENOMEM;
	at = slot_of(s, s->count);
	memcpy(at, item, s->item_bytes);
	s->count++;
	if (s->compare) {
		uint64_t stamp = s->arrivals++;

		memcpy(at + s->slot_bytes - sizeof(stamp), &stamp, sizeof(stamp));
		rise(s, s->count - 1);
	}
	return 0;
}

void tu_store_take(struct tu_store *s, void *item)
{
	s->count--;
	if (s->lifo) {
		memcpy(item, slot_of(s, s->count), s->item_bytes);
	} else if (s->compare) {
		memcpy(item, slot(s, 0), s->item_bytes);
		memcpy(slot(s, 0), slot(s, s->count), s->slot_bytes);
		sink(s, 0);
	} else {
		memcpy(item, slot(s, s->first), s->item_bytes);
		s->first = (s->first + 1) & (s->room - 1);
	}
}

void tu_store_clear(struct tu_store *s)
{
	s->count = 0;
	s->first = 0;
}

void tu_store_free(struct tu_store *s)
{
	tu_free(s->items);
	s->items = NULL;
}
