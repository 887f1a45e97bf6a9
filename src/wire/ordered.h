/* SPDX-License-Identifier: MIT */
/*
 * ordered.h - values under keys that come and go, in the order in which they came: what a dict and
 * a set are made of that change. Not for several threads at once; zeroed it is empty.
 */
#ifndef TU_WIRE_ORDERED_H
#define TU_WIRE_ORDERED_H

#include "wire/value.h"

struct tu_ordered_entry {
	tutti_value *key; /* NULL: taken out */
	tutti_value *value;
	uint32_t hash;
};

struct tu_ordered {
	struct tu_ordered_entry *entries;
	size_t used, room; /* of entries: those taken out among them */
	size_t size;       /* how many there are */
	size_t last;       /* of entries: from here on all are taken out */
	uint32_t *slots;   /* by hash: the place of an entry, from 1; 0: free; or GONE */
	size_t mask;
};

/* What equals key; NULL: nothing. It stays where it is until the next change. */
struct tu_ordered_entry *tu_ordered_find(const struct tu_ordered *o, const tutti_value *key);
struct tu_ordered_entry *tu_ordered_find_text(
	const struct tu_ordered *o, const char *key, size_t size);

/* Of a key that is not there: the references become its own. 0 or -ENOMEM. */
int tu_ordered_add(struct tu_ordered *o, tutti_value *key, tutti_value *value);

/* The references become the caller's. */
void tu_ordered_take(struct tu_ordered *o, struct tu_ordered_entry *entry);

/* The one that came last; NULL: it is empty. */
struct tu_ordered_entry *tu_ordered_last(struct tu_ordered *o);

/* References of the caller's to all that is there, keys and, with pairs, values by turns. */
void tu_ordered_copy(const struct tu_ordered *o, tutti_value **cells, bool pairs);

/* Gives all references back. */
void tu_ordered_free(struct tu_ordered *o);

#endif
