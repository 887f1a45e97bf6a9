/* SPDX-License-Identifier: MIT */
/*
 * ordered.c - the entries lie in an array as they came, and slots by hash say where. What is taken
 * out leaves a gap in both. When the array is full everything moves to a new one, without gaps and
 * with as much room again: so each entry is moved once or twice, however many come and go.
 */
#include "wire/ordered.h"

#include "base/bits.h"
#include "core/alloc.h"

#include <errno.h>

enum { FIRST_ROOM = 8 };
#define GONE UINT32_MAX

/* What the slot stands for, if that has this hash. */
static struct tu_ordered_entry *entry_at(const struct tu_ordered *o, size_t slot, uint32_t hash)
{
	struct tu_ordered_entry *e;

	if (o->slots[slot] == GONE)
		return NULL;
	e = &o->entries[o->slots[slot] - 1];
	return e->hash == hash ? e : NULL;
}

struct tu_ordered_entry *tu_ordered_find(const struct tu_ordered *o, const tutti_value *key)
{
	uint32_t hash = (uint32_t)tutti_value_hash(key);

	if (o->size == 0)
		return NULL;
	for (size_t s = hash & o->mask; o->slots[s] != 0; s = (s + 1) & o->mask) {
		struct tu_ordered_entry *e = entry_at(o, s, hash);

		if (e && tu_value_same_item(e->key, key))
			return e;
	}
	return NULL;
}

struct tu_ordered_entry *tu_ordered_find_text(
	const struct tu_ordered *o, const char *key, size_t size)
{
	uint32_t hash = (uint32_t)tu_hash_text(key, size);

	if (o->size == 0)
		return NULL;
	for (size_t s = hash & o->mask; o->slots[s] != 0; s = (s + 1) & o->mask) {
		struct tu_ordered_entry *e = entry_at(o, s, hash);

		if (e && tu_value_is_text(e->key, key, size))
			return e;
	}
	return NULL;
}

/* A gap is never filled again, so that the slots are at most as full as the array. */
static void enter(struct tu_ordered *o, size_t place)
{
	size_t s = o->entries[place].hash & o->mask;

	while (o->slots[s] != 0)
		s = (s + 1) & o->mask;
	o->slots[s] = (uint32_t)(place + 1);
}

/* Twice as many slots as entries: those that look for what is not there soon find a free one. */
static int move(struct tu_ordered *o)
{
	size_t room = tu_pow2_up(2 * o->size < FIRST_ROOM ? FIRST_ROOM : 2 * o->size);
	struct tu_ordered new = { .room = room, .mask = 2 * room - 1, .size = o->size };

	if (room >= GONE)
		return -ENOMEM;
	new.entries = tu_alloc(room * sizeof(*new.entries));
	new.slots = tu_alloc_zero(2 * room * sizeof(*new.slots));
	if (!new.entries || !new.slots) {
		tu_free(new.entries);
		tu_free(new.slots);
		return -ENOMEM;
	}
	for (size_t i = 0; i < o->used; i++) {
		if (!o->entries[i].key)
			continue;
		new.entries[new.used] = o->entries[i];
		enter(&new, new.used++);
	}
	new.last = new.used;
	tu_free(o->entries);
	tu_free(o->slots);
	*o = new;
	return 0;
}

int tu_ordered_add(struct tu_ordered *o, tutti_value *key, tutti_value *value)
{
	if (o->used == o->room) {
		int rc = move(o);

		if (rc < 0)
			return rc;
	}
	o->entries[o->used] =
		(struct tu_ordered_entry){ key, value, (uint32_t)tutti_value_hash(key) };
	enter(o, o->used++);
	o->last = o->used;
	o->size++;
	return 0;
}

void tu_ordered_take(struct tu_ordered *o, struct tu_ordered_entry *entry)
{
	uint32_t place = (uint32_t)(entry - o->entries + 1);
	size_t s = entry->hash & o->mask;

	while (o->slots[s] != place)
		s = (s + 1) & o->mask;
	o->slots[s] = GONE;
	entry->key = entry->value = NULL;
	o->size--;
}

struct tu_ordered_entry *tu_ordered_last(struct tu_ordered *o)
{
	while (o->last > 0 && !o->entries[o->last - 1].key)
		o->last--;
	return o->last > 0 ? &o->entries[o->last - 1] : NULL;
}

void tu_ordered_copy(const struct tu_ordered *o, tutti_value **cells, bool pairs)
{
	for (size_t i = 0; i < o->used; i++) {
		if (!o->entries[i].key)
			continue;
		*cells++ = tu_value_keep(o->entries[i].key);
		if (pairs)
			*cells++ = tu_value_keep(o->entries[i].value);
	}
}

void tu_ordered_free(struct tu_ordered *o)
{
	for (size_t i = 0; i < o->used; i++) {
		if (!o->entries[i].key)
			continue;
		tu_value_drop(o->entries[i].key);
		if (o->entries[i].value)
			tu_value_drop(o->entries[i].value);
	}
	tu_free(o->entries);
	tu_free(o->slots);
}
