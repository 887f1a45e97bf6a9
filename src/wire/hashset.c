/* SPDX-License-Identifier: MIT */
/* hashset.c - a set that changes: an ordered table whose keys are the members, and a lock. */
#include "wire/ordered.h"

#include "core/alloc.h"
#include "wire/shot.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/hashset.h>
#include <tutti/lock.h>

struct tutti_hashset {
	tutti_lock lock;
	struct tu_ordered members;
};

int tutti_hashset_create(tutti_hashset **s)
{
	*s = tu_alloc_zero(sizeof(**s));
	return *s ? 0 : -ENOMEM;
}

static int check(const tutti_value *v)
{
	if (!v)
		return -EINVAL;
	return tu_value_hashable(v) ? 0 : TUTTI_ETYPE;
}

int tutti_hashset_add(tutti_hashset *s, tutti_value *v)
{
	int rc = check(v);

	if (rc == 0)
		rc = tu_shot_fits(v);
	if (rc < 0)
		return rc;
	tutti_lock_acquire(&s->lock);
	if (!tu_ordered_find(&s->members, v)) {
		rc = tu_ordered_add(&s->members, v, NULL);
		if (rc == 0) {
			tu_value_keep(v);
			rc = 1;
		}
	}
	tutti_lock_release(&s->lock);
	return rc;
}

/* Under the lock: the member, whose reference is the caller's then. */
static tutti_value *take(tutti_hashset *s, struct tu_ordered_entry *e)
{
	tutti_value *v = e ? e->key : NULL;

	if (e)
		tu_ordered_take(&s->members, e);
	return v;
}

int tutti_hashset_remove(tutti_hashset *s, const tutti_value *v)
{
	int rc = check(v);
	tutti_value *was;

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&s->lock);
	was = take(s, tu_ordered_find(&s->members, v));
	tutti_lock_release(&s->lock);
	tutti_value_unref(was);
	return was ? 0 : -ENOENT;
}

int tutti_hashset_pop(tutti_hashset *s, tutti_value **out)
{
	tutti_value *was;

	tutti_lock_acquire(&s->lock);
	was = take(s, tu_ordered_last(&s->members));
	tutti_lock_release(&s->lock);
	if (was)
		*out = was;
	return was ? 0 : -ENOENT;
}

bool tutti_hashset_contains(tutti_hashset *s, const tutti_value *v)
{
	bool found;

	if (check(v) < 0)
		return false;
	tutti_lock_acquire(&s->lock);
	found = tu_ordered_find(&s->members, v);
	tutti_lock_release(&s->lock);
	return found;
}

size_t tutti_hashset_size(tutti_hashset *s)
{
	size_t n;

	tutti_lock_acquire(&s->lock);
	n = s->members.size;
	tutti_lock_release(&s->lock);
	return n;
}

int tutti_hashset_snapshot(tutti_hashset *s, tutti_value **out)
{
	return tu_shot_ordered(out, TUTTI_VALUE_SET, &s->lock, &s->members);
}

void tutti_hashset_clear(tutti_hashset *s)
{
	struct tu_ordered was;

	tutti_lock_acquire(&s->lock);
	was = s->members;
	s->members = (struct tu_ordered){ 0 };
	tutti_lock_release(&s->lock);
	tu_ordered_free(&was);
}

void tutti_hashset_free(tutti_hashset *s)
{
	if (s)
		tu_ordered_free(&s->members);
	tu_free(s);
}
