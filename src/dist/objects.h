/* SPDX-License-Identifier: MIT */
/*
 * objects.h - all that a manager serves: names, and the objects that clients hold by count. What
 * was served under a name stays as long as the manager and is called by that name; what was made
 * for who asked goes when all have let go of it.
 */
#ifndef TU_DIST_OBJECTS_H
#define TU_DIST_OBJECTS_H

#include "dist/object.h"

/* One object, found by its ident. */
struct tu_served {
	struct tu_served *next; /* of the same bucket; under the table's lock, as count and pins */
	struct tu_object *object;
	uint64_t count; /* what incref and decref count */
	unsigned pins;  /* of those that use it at this moment */
	bool named;     /* for ever */
	uint32_t hash;
	char ident[];
};

struct tu_name;

struct tu_objects {
	tutti_lock lock;
	struct tu_limits limits;
	struct tu_name *names; /* fixed once it is served */
	size_t n_names;
	/* under lock */
	struct tu_served **buckets;
	size_t n, n_buckets; /* a power of two, or 0 */
	uint64_t numbers;    /* of idents, given so far */
};

/*
 * Serve a kind under a name: shared, which is the table's then, or NULL: a new one each time. 0;
 * -EEXIST; -ENOMEM. Before anybody is served.
 */
int tu_objects_name(struct tu_objects *t, const char *name, const struct tu_kind *kind,
	struct tu_object *shared);

/*
 * What create does; *e receives the object, counted once and pinned. 0; -ENOENT: no such name;
 * else why it cannot be made, with words in text, of TU_CALL_TEXT bytes.
 */
int tu_objects_create(struct tu_objects *t, tutti_bytes name, const tutti_value *args,
	const tutti_value *kwargs, char *text, struct tu_served **e);

/* Take in an object that was made, counted once and pinned; NULL: no memory, and it stays yours. */
struct tu_served *tu_objects_add(struct tu_objects *t, struct tu_object *o);

/* The object of that ident, pinned; NULL: there is none that anybody may call. */
struct tu_served *tu_objects_find(struct tu_objects *t, tutti_bytes ident);

/* It is used by one more, who has it pinned or counted; or by one less. */
void tu_objects_pin(struct tu_objects *t, struct tu_served *e);
void tu_objects_unpin(struct tu_objects *t, struct tu_served *e);

/* One more or less who holds it; -ENOENT: there is no such object. */
int tu_objects_count(struct tu_objects *t, tutti_bytes ident, int by);

/* The same of one that is pinned, or counted by the caller. */
void tu_objects_count_one(struct tu_objects *t, struct tu_served *e, int by);

/* Does anybody hold it, or may? */
bool tu_objects_lives(struct tu_objects *t, const struct tu_served *e);

/* How many there are with a count; and what debug_info tells of them. */
size_t tu_objects_number(struct tu_objects *t);
int tu_objects_debug_info(struct tu_objects *t, tutti_bytes *text);

/* Free all of them; nobody uses any. */
void tu_objects_free(struct tu_objects *t);

#endif
