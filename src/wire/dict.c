/* SPDX-License-Identifier: MIT */
/* dict.c - a dict that changes: an ordered table and a lock. Values are given back outside it. */
#include "wire/ordered.h"

#include "core/alloc.h"
#include "wire/shot.h"

#include <errno.h>
#include <tutti/dict.h>
#include <tutti/error.h>
#include <tutti/lock.h>
#include <tutti/value_make.h>

struct tutti_dict {
	tutti_lock lock;
	struct tu_ordered keys;
};

int tutti_dict_create(tutti_dict **d)
{
	*d = tu_alloc_zero(sizeof(**d));
	return *d ? 0 : -ENOMEM;
}

static int check_key(const tutti_value *key)
{
	if (!key)
		return -EINVAL;
	return tu_value_hashable(key) ? 0 : TUTTI_ETYPE;
}

static int check_pair(const tutti_value *key, const tutti_value *v)
{
	int rc = check_key(key);

	if (rc == 0)
		rc = tu_shot_fits(key);
	return rc < 0 ? rc : tu_shot_fits(v);
}

/* Under the lock. */
static int add(tutti_dict *d, tutti_value *key, tutti_value *v)
{
	int rc = tu_ordered_add(&d->keys, key, v);

	if (rc == 0) {
		tu_value_keep(key);
		tu_value_keep(v);
	}
	return rc;
}

int tutti_dict_set(tutti_dict *d, tutti_value *key, tutti_value *v)
{
	int rc = check_pair(key, v);
	tutti_value *old = NULL;
	struct tu_ordered_entry *e;

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&d->lock);
	e = tu_ordered_find(&d->keys, key);
	if (e) {
		old = e->value;
		e->value = tu_value_keep(v);
	} else {
		rc = add(d, key, v);
	}
	tutti_lock_release(&d->lock);
	tutti_value_unref(old);
	return rc;
}

int tutti_dict_set_key(tutti_dict *d, const char *key, tutti_value *v)
{
	tutti_value *text;
	int rc = tutti_value_text(&text, key, strlen(key));

	if (rc < 0)
		return rc;
	rc = tutti_dict_set(d, text, v);
	tutti_value_unref(text);
	return rc;
}

int tutti_dict_set_default(tutti_dict *d, tutti_value *key, tutti_value *v, tutti_value **out)
{
	int rc = check_pair(key, v);
	struct tu_ordered_entry *e;

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&d->lock);
	e = tu_ordered_find(&d->keys, key);
	if (!e)
		rc = add(d, key, v);
	if (rc == 0 && out)
		*out = tu_value_keep(e ? e->value : v);
	tutti_lock_release(&d->lock);
	return rc < 0 ? rc : !e;
}

/* Under the lock. */
static int get(const struct tu_ordered_entry *e, tutti_value **out)
{
	if (e && out)
		*out = tu_value_keep(e->value);
	return e ? 0 : -ENOENT;
}

int tutti_dict_get(tutti_dict *d, const tutti_value *key, tutti_value **out)
{
	int rc = check_key(key);

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&d->lock);
	rc = get(tu_ordered_find(&d->keys, key), out);
	tutti_lock_release(&d->lock);
	return rc;
}

int tutti_dict_get_key(tutti_dict *d, const char *key, tutti_value **out)
{
	int rc;

	tutti_lock_acquire(&d->lock);
	rc = get(tu_ordered_find_text(&d->keys, key, strlen(key)), out);
	tutti_lock_release(&d->lock);
	return rc;
}

int tutti_dict_pop(tutti_dict *d, const tutti_value *key, tutti_value **out)
{
	int rc = check_key(key);
	struct tu_ordered_entry was = { 0 }, *e;

	if (rc < 0)
		return rc;
	tutti_lock_acquire(&d->lock);
	e = tu_ordered_find(&d->keys, key);
	if (e) {
		was = *e;
		tu_ordered_take(&d->keys, e);
	}
	tutti_lock_release(&d->lock);
	tutti_value_unref(was.key);
	if (was.key && out)
		*out = was.value;
	else
		tutti_value_unref(was.value);
	return was.key ? 0 : -ENOENT;
}

size_t tutti_dict_size(tutti_dict *d)
{
	size_t n;

	tutti_lock_acquire(&d->lock);
	n = d->keys.size;
	tutti_lock_release(&d->lock);
	return n;
}

int tutti_dict_snapshot(tutti_dict *d, tutti_value **out)
{
	return tu_shot_ordered(out, TUTTI_VALUE_DICT, &d->lock, &d->keys);
}

void tutti_dict_clear(tutti_dict *d)
{
	struct tu_ordered was;

	tutti_lock_acquire(&d->lock);
	was = d->keys;
	d->keys = (struct tu_ordered){ 0 };
	tutti_lock_release(&d->lock);
	tu_ordered_free(&was);
}

void tutti_dict_free(tutti_dict *d)
{
	if (d)
		tu_ordered_free(&d->keys);
	tu_free(d);
}
