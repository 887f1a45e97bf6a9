/* SPDX-License-Identifier: MIT */
/*
 * keyed.c - see keyed.h. A slot is never made free, so that what was put beyond it is found: when
 * three of four have been used, or the row of entries is at its end, all is made anew.
 */
#include "dist/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { FIRST_ROOM = 8 };

static void link_entry(struct tu_keyed *k, size_t place)
{
	size_t at = (size_t)k->entries[place].hash & k->mask;

	while (k->slots[at])
		at = (at + 1) & k->mask;
	k->slots[at] = (uint32_t)place + 1;
	k->filled++;
}

/* With room for twice what there is, and what was taken out gone. */
static int make_anew(struct tu_keyed *k)
{
	size_t room = k->n * 2 < FIRST_ROOM ? FIRST_ROOM : k->n * 2, slots = 2 * FIRST_ROOM;
	struct tu_keyed old = *k, anew = { .room = room, .n = k->n };

	while (slots < room * 2)
		slots *= 2;
	if (room > UINT32_MAX - 1)
		return -ENOMEM;
	anew.entries = calloc(room, sizeof(*anew.entries));
	anew.slots = calloc(slots, sizeof(*anew.slots));
	anew.mask = slots - 1;
	if (!anew.entries || !anew.slots) {
		free(anew.entries);
		free(anew.slots);
		return -ENOMEM;
	}
	for (size_t i = 0; i < old.used; i++) {
		if (!old.entries[i].key.shown)
			continue;
		anew.entries[anew.used] = old.entries[i];
		link_entry(&anew, anew.used++);
	}
	*k = anew;
	free(old.entries);
	free(old.slots);
	return 0;
}

static struct tu_keyed_entry *find(const struct tu_keyed *k, const tutti_value *key, uint64_t hash)
{
	if (k->n == 0)
		return NULL;
	for (size_t at = (size_t)hash & k->mask; k->slots[at]; at = (at + 1) & k->mask) {
		struct tu_keyed_entry *e = &k->entries[k->slots[at] - 1];

		if (e->key.shown && e->hash == hash &&
			(e->key.compared == key || tutti_value_equal(e->key.compared, key)))
			return e;
	}
	return NULL;
}

struct tu_keyed_entry *tu_keyed_find(const struct tu_keyed *k, const tutti_value *compared)
{
	return find(k, compared, tutti_value_hash(compared));
}

int tu_keyed_set(struct tu_keyed *k, const struct tu_key *key, const tutti_value *v)
{
	uint64_t hash = tutti_value_hash(key->compared);
	struct tu_keyed_entry *e = find(k, key->compared, hash);
	tutti_value *old = e ? e->value : NULL;
	int rc = 0;

	if (!e) {
		if (k->used == k->room || k->filled >= (k->mask + 1) / 4 * 3)
			rc = make_anew(k);
		if (rc < 0)
			return rc;
		e = &k->entries[k->used];
		e->key.shown = tutti_value_ref(key->shown);
		e->key.compared = tutti_value_ref(key->compared);
		e->hash = hash;
		link_entry(k, k->used++);
		k->n++;
	}
	e->value = tutti_value_ref((tutti_value *)v);
	tutti_value_unref(old);
	return 0;
}

tutti_value *tu_keyed_take(struct tu_keyed *k, struct tu_keyed_entry *entry)
{
	tutti_value *v = entry->value;

	tu_key_free(&entry->key);
	entry->key.shown = NULL;
	k->n--;
	while (k->used > 0 && !k->entries[k->used - 1].key.shown)
		k->used--;
	return v;
}

struct tu_keyed_entry *tu_keyed_last(const struct tu_keyed *k)
{
	return k->n > 0 ? &k->entries[k->used - 1] : NULL;
}

struct tu_keyed_entry *tu_keyed_next(const struct tu_keyed *k, size_t *at)
{
	while (*at < k->used) {
		struct tu_keyed_entry *e = &k->entries[(*at)++];

		if (e->key.shown)
			return e;
	}
	return NULL;
}

int tu_keyed_dict(const struct tu_keyed *k, tutti_value **dict)
{
	tutti_value **pairs = calloc(2 * k->n + 1, sizeof(*pairs));
	const struct tu_keyed_entry *e;
	size_t at = 0, n = 0;
	int rc;

	if (!pairs)
		return -ENOMEM;
	while ((e = tu_keyed_next(k, &at)) != NULL) {
		pairs[n++] = e->key.shown;
		pairs[n++] = e->value;
	}
	rc = tutti_value_dict(dict, pairs, k->n);
	free(pairs);
	return rc;
}

void tu_keyed_free(struct tu_keyed *k)
{
	for (size_t i = 0; i < k->used; i++) {
		if (!k->entries[i].key.shown)
			continue;
		tu_key_free(&k->entries[i].key);
		tutti_value_unref(k->entries[i].value);
	}
	free(k->entries);
	free(k->slots);
	*k = (struct tu_keyed){ 0 };
}
