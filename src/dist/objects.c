/* SPDX-License-Identifier: MIT */
/* objects.c - see objects.h. A table of idents with chains, which grows and does not shrink. */
#include "dist/objects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

enum { BUCKETS_FIRST = 16, INFO_WIDTH = 75 };

struct tu_name {
	char *name;
	const struct tu_kind *kind;
	struct tu_served *shared; /* NULL: a new one each time */
};

/* -- the table; with the lock held ------------------------------------------------------------ */

static uint32_t hash_of(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 16777619u;
	return hash;
}

static struct tu_served **bucket(const struct tu_objects *t, uint32_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

static int grow(struct tu_objects *t)
{
	struct tu_objects bigger = { .n_buckets = t->n_buckets ? 2 * t->n_buckets : BUCKETS_FIRST };

	if (t->n < t->n_buckets)
		return 0;
	bigger.buckets = calloc(bigger.n_buckets, sizeof(struct tu_served *));
	if (!bigger.buckets)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_buckets; i++)
		while (t->buckets[i]) {
			struct tu_served *e = t->buckets[i], **at = bucket(&bigger, e->hash);

			t->buckets[i] = e->next;
			e->next = *at;
			*at = e;
		}
	free(t->buckets);
	t->buckets = bigger.buckets;
	t->n_buckets = bigger.n_buckets;
	return 0;
}

static struct tu_served *find(const struct tu_objects *t, tutti_bytes ident)
{
	uint32_t hash = hash_of(ident.data, ident.size);
	struct tu_served *e = t->n_buckets ? *bucket(t, hash) : NULL;

	while (e && !(e->hash == hash && strlen(e->ident) == ident.size &&
			    memcmp(e->ident, ident.data, ident.size) == 0))
		e = e->next;
	return e;
}

static void take_out(struct tu_objects *t, struct tu_served *e)
{
	struct tu_served **at = bucket(t, e->hash);

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	t->n--;
}

static bool lives(const struct tu_served *e)
{
	return e->named || e->count > 0;
}

/* Without the lock. */
static void free_served(struct tu_served *e)
{
	tu_object_free(e->object);
	free(e);
}

static struct tu_served *make_served(struct tu_object *o, const char *ident)
{
	size_t size = strlen(ident) + 1;
	struct tu_served *e = calloc(1, sizeof(*e) + size);

	if (!e)
		return NULL;
	memcpy(e->ident, ident, size);
	e->hash = hash_of(ident, size - 1);
	e->object = o;
	return e;
}

static int put(struct tu_objects *t, struct tu_served *e)
{
	int rc = grow(t);

	if (rc == 0) {
		struct tu_served **at = bucket(t, e->hash);

		e->next = *at;
		*at = e;
		e->object->limits = &t->limits;
		t->n++;
	}
	return rc;
}

/* -- names ------------------------------------------------------------------------------------ */

static struct tu_name *find_name(const struct tu_objects *t, tutti_bytes name)
{
	for (size_t i = 0; i < t->n_names; i++)
		if (strlen(t->names[i].name) == name.size &&
			memcmp(t->names[i].name, name.data, name.size) == 0)
			return &t->names[i];
	return NULL;
}

int tu_objects_name(struct tu_objects *t, const char *name, const struct tu_kind *kind,
	struct tu_object *shared)
{
	struct tu_name made = { .name = NULL, .kind = kind }, *names;
	int rc = -ENOMEM;

	if (find_name(t, tutti_bytes_text(name)))
		return -EEXIST;
	names = realloc(t->names, (t->n_names + 1) * sizeof(*names));
	if (!names)
		return -ENOMEM;
	t->names = names;
	made.name = strdup(name);
	made.shared = made.name && shared ? make_served(shared, name) : NULL;
	if (made.name && (made.shared || !shared))
		rc = made.shared ? put(t, made.shared) : 0;
	if (rc < 0) {
		free(made.name);
		free(made.shared);
		return rc;
	}
	if (made.shared)
		made.shared->named = true;
	t->names[t->n_names++] = made;
	return 0;
}

/* -- objects ---------------------------------------------------------------------------------- */

struct tu_served *tu_objects_add(struct tu_objects *t, struct tu_object *o)
{
	char ident[64];
	struct tu_served *e;

	/* No name has a dash. */
	tutti_lock_acquire(&t->lock);
	snprintf(ident, sizeof(ident), "%.32s-%llu", o->kind->name,
		(unsigned long long)++t->numbers);
	e = make_served(o, ident);
	if (e && put(t, e) < 0) {
		free(e);
		e = NULL;
	}
	if (e)
		e->count = e->pins = 1;
	tutti_lock_release(&t->lock);
	return e;
}

int tu_objects_create(struct tu_objects *t, tutti_bytes name, const tutti_value *args,
	const tutti_value *kwargs, char *text, struct tu_served **e)
{
	const struct tu_name *found = find_name(t, name);
	struct tu_object *o;
	int rc;

	text[0] = '\0';
	if (!found)
		return -ENOENT;
	if (found->shared) {
		*e = found->shared;
		tu_objects_count_one(t, *e, 1);
		return 0;
	}
	rc = tu_object_make(&o, found->kind, args, kwargs, text);
	if (rc < 0)
		return rc;
	*e = tu_objects_add(t, o);
	if (!*e)
		tu_object_free(o);
	return *e ? 0 : -ENOMEM;
}

struct tu_served *tu_objects_find(struct tu_objects *t, tutti_bytes ident)
{
	struct tu_served *e;

	tutti_lock_acquire(&t->lock);
	e = find(t, ident);
	if (e && !e->named)
		e->pins++;
	tutti_lock_release(&t->lock);
	return e;
}

void tu_objects_pin(struct tu_objects *t, struct tu_served *e)
{
	if (e->named)
		return;
	tutti_lock_acquire(&t->lock);
	e->pins++;
	tutti_lock_release(&t->lock);
}

void tu_objects_unpin(struct tu_objects *t, struct tu_served *e)
{
	bool last;

	if (e->named)
		return;
	tutti_lock_acquire(&t->lock);
	last = --e->pins == 0 && !lives(e);
	tutti_lock_release(&t->lock);
	if (last)
		free_served(e);
}

/* Whether it goes with that; its ident goes at once, the object when nobody uses it. */
static bool count(struct tu_objects *t, struct tu_served *e, int by)
{
	if (by > 0)
		e->count++;
	else if (e->count > 0)
		e->count--;
	if (lives(e))
		return false;
	take_out(t, e);
	return e->pins == 0;
}

int tu_objects_count(struct tu_objects *t, tutti_bytes ident, int by)
{
	struct tu_served *e;
	bool last = false;

	tutti_lock_acquire(&t->lock);
	e = find(t, ident);
	if (e)
		last = count(t, e, by);
	tutti_lock_release(&t->lock);
	if (last)
		free_served(e);
	return e ? 0 : -ENOENT;
}

void tu_objects_count_one(struct tu_objects *t, struct tu_served *e, int by)
{
	bool last;

	tutti_lock_acquire(&t->lock);
	last = count(t, e, by);
	tutti_lock_release(&t->lock);
	if (last)
		free_served(e);
}

bool tu_objects_lives(struct tu_objects *t, const struct tu_served *e)
{
	bool is;

	tutti_lock_acquire(&t->lock);
	is = lives(e);
	tutti_lock_release(&t->lock);
	return is;
}

void tu_objects_free(struct tu_objects *t)
{
	for (size_t i = 0; i < t->n_buckets; i++)
		while (t->buckets[i]) {
			struct tu_served *e = t->buckets[i];

			t->buckets[i] = e->next;
			free_served(e);
		}
	for (size_t i = 0; i < t->n_names; i++)
		free(t->names[i].name);
	free(t->buckets);
	free(t->names);
}

/* -- what there is ---------------------------------------------------------------------------- */

size_t tu_objects_number(struct tu_objects *t)
{
	size_t n = 0;

	tutti_lock_acquire(&t->lock);
	for (size_t i = 0; i < t->n_buckets; i++)
		for (const struct tu_served *e = t->buckets[i]; e; e = e->next)
			n += e->count > 0;
	tutti_lock_release(&t->lock);
	return n;
}

struct listed {
	struct tu_served *e; /* pinned */
	uint64_t count;
};

static int by_ident(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->e->ident, ((const struct listed *)b)->e->ident);
}

/* Those with a count, in order; *n of them. NULL: no memory. */
static struct listed *list_all(struct tu_objects *t, size_t *n)
{
	struct listed *list;

	*n = 0;
	tutti_lock_acquire(&t->lock);
	list = calloc(t->n + 1, sizeof(*list));
	for (size_t i = 0; list && i < t->n_buckets; i++)
		for (struct tu_served *e = t->buckets[i]; e; e = e->next)
			if (e->count > 0) {
				list[(*n)++] = (struct listed){ e, e->count };
				e->pins += !e->named;
			}
	tutti_lock_release(&t->lock);
	if (list)
		qsort(list, *n, sizeof(*list), by_ident);
	return list;
}

/* A line for its count, and one for what it is. */
static void describe(FILE *to, const struct listed *one)
{
	struct tu_call c = { .method = tu_kind_fallback(tutti_bytes_text("__str__")) };
	tutti_bytes text = { 0 };

	if (tu_call_begin(one->e->object, &c) == 0)
		tutti_value_as_bytes(c.result, &text);
	if (text.size > INFO_WIDTH)
		text.size = INFO_WIDTH;
	tutti_bytes_check_utf8(text, &text.size);
	fprintf(to, "  %s:       refcount=%llu\n    %.*s", one->e->ident,
		(unsigned long long)one->count, (int)text.size,
		text.data ? (const char *)text.data : "");
	tu_call_end(one->e->object, &c);
}

static int describe_all(struct tu_objects *t, const struct listed *list, size_t n, FILE *to)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fputc('\n', to);
		describe(to, &list[i]);
		tu_objects_unpin(t, list[i].e);
	}
	return fclose(to) == 0 ? 0 : -ENOMEM;
}

int tu_objects_debug_info(struct tu_objects *t, tutti_bytes *text)
{
	char *memory = NULL;
	size_t n, size = 0;
	FILE *to = open_memstream(&memory, &size);
	struct listed *list = to ? list_all(t, &n) : NULL;
	int rc = -ENOMEM;

	if (list)
		rc = describe_all(t, list, n, to);
	else if (to)
		fclose(to);
	if (rc == 0)
		rc = tutti_bytes_copy(text, memory, size);
	free(memory);
	free(list);
	return rc;
}
