/* SPDX-License-Identifier: MIT */
/*
 * keyed.h - values under keys in the order in which those came: what the kinds dict and Namespace
 * are. Zeroed it is empty.
 */
#ifndef TU_DIST_KEYED_H
#define TU_DIST_KEYED_H

#include "dist/key.h"

struct tu_keyed_entry {
	struct tu_key key; /* references of its own; NULL: taken out */
	tutti_value *value;
	uint64_t hash;
};

struct tu_keyed {
	struct tu_keyed_entry *entries;
	size_t used, room; /* of entries; the last of used is never taken out */
	size_t n;          /* how many keys there are */
	uint32_t *slots;   /* by hash: the place of an entry, from 1; 0: none was ever here */
	size_t mask, filled;
};

/* What is under a key, as it is compared; NULL: nothing. Until the next change. */
struct tu_keyed_entry *tu_keyed_find(const struct tu_keyed *k, const tutti_value *compared);

/* Put references of its own under a key, in the place of what was there. 0; -ENOMEM. */
int tu_keyed_set(struct tu_keyed *k, const struct tu_key *key, const tutti_value *v);

/* The value of an entry, whose reference is the caller's, and which is taken out. */
tutti_value *tu_keyed_take(struct tu_keyed *k, struct tu_keyed_entry *entry);

/* The one that came last; NULL: it is empty. */
struct tu_keyed_entry *tu_keyed_last(const struct tu_keyed *k);

/* The next from *at on, which begins as 0; NULL: there is none. */
struct tu_keyed_entry *tu_keyed_next(const struct tu_keyed *k, size_t *at);

/* All of it as a dict. */
int tu_keyed_dict(const struct tu_keyed *k, tutti_value **dict);

void tu_keyed_free(struct tu_keyed *k);

#endif
