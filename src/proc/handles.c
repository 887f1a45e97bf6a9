/* SPDX-License-Identifier: MIT */
/*
 * handles.c - see handles.h.
 *
 * A handle's first word: the giver's number, 22 bits as the kernel has them, then two descriptors
 * of 21 bits each, all ones if there is none. The second word is the key.
 */
#include "proc/handles.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>

enum { PID_BITS = 22, FD_BITS = 21, NO_FD = (1 << FD_BITS) - 1, BUCKETS = 64 };

/* -- handles ---------------------------------------------------------------------------------- */

static uint64_t fd_bits(int fd)
{
	return (uint64_t)fd & NO_FD; /* -1 is all ones */
}

tutti_handle tu_handle_of(const struct tu_object *o)
{
	uint64_t first = (uint64_t)tu_os_process_id() | fd_bits(o->fds[0]) << PID_BITS |
			 fd_bits(o->fds[1]) << (PID_BITS + FD_BITS);

	return (tutti_handle){ { first, o->key } };
}

static int fd_of(uint64_t bits)
{
	return (bits & NO_FD) == NO_FD ? -1 : (int)(bits & NO_FD);
}

int tu_handle_read(tutti_handle h, struct tu_handle_parts *parts)
{
	parts->pid = (int)(h.id[0] & ((1 << PID_BITS) - 1));
	parts->fds[0] = fd_of(h.id[0] >> PID_BITS);
	parts->fds[1] = fd_of(h.id[0] >> (PID_BITS + FD_BITS));
	parts->key = h.id[1];
	return parts->pid == 0 || parts->key == 0 ? -EINVAL : 0;
}

/* -- the registry ----------------------------------------------------------------------------- */

static struct tu_list buckets[BUCKETS]; /* by key; a zeroed one is not begun yet */

static uint32_t lock; /* a tu_mutex, of the registry and of what handles.h says */

/* Under lock. */
static struct tu_list *bucket_of(uint64_t key)
{
	struct tu_list *b = &buckets[key % BUCKETS];

	if (!b->head.next)
		tu_list_init(b);
	return b;
}

/* Under lock. */
static void for_each(void (*fn)(struct tu_object *o))
{
	for (int i = 0; i < BUCKETS; i++) {
		if (!buckets[i].head.next)
			continue;
		tu_list_each(link, &buckets[i])
			fn(tu_container_of(link, struct tu_object, link));
	}
}

static void set_forked(struct tu_object *o)
{
	o->forked = true;
}

/* Under lock, and before a fork: from now on two processes have what stands here. */
static void before_fork(struct tu_fork_guard *g)
{
	(void)g;
	for_each(set_forked);
}

static void tell_of_fork(struct tu_object *o)
{
	if (o->ops->in_child)
		o->ops->in_child(o);
}

static void in_child(struct tu_fork_guard *g)
{
	(void)g;
	tu_mutex_lock(&lock);
	for_each(tell_of_fork);
	tu_mutex_unlock(&lock);
}

static struct tu_fork_guard guard = { .lock = &lock, .before = before_fork, .in_child = in_child };

/* Under lock. */
static struct tu_object *find(uint64_t key)
{
	tu_list_each(link, bucket_of(key)) {
		struct tu_object *o = tu_container_of(link, struct tu_object, link);

		if (o->key == key)
			return o;
	}
	return NULL;
}

/* Under lock. */
static void add_user(struct tu_object *o)
{
	if (o->users++ == 0 && o->ops->attached)
		o->ops->attached(o);
}

int tu_object_find(tutti_handle h, enum tu_object_kind kind, struct tu_object **o)
{
	struct tu_object *found;
	int rc = 0;

	tu_mutex_lock(&lock);
	found = find(h.id[1]);
	if (found && found->kind != kind) {
		rc = TUTTI_ETYPE;
	} else if (found) {
		add_user(found);
		*o = found;
		rc = 1;
	}
	tu_mutex_unlock(&lock);
	return rc;
}

struct tu_object *tu_object_add(struct tu_object *o)
{
	struct tu_object *found;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	found = find(o->key);
	if (!found) {
		o->users = o->kept = 0;
		o->forked = false;
		tu_list_add_tail(bucket_of(o->key), &o->link);
		found = o;
	}
	add_user(found);
	tu_mutex_unlock(&lock);
	return found;
}

/* One less has it. Under lock, which it gives up. */
static void look_who_is_left(struct tu_object *o)
{
	bool done = o->users == 0 && o->kept == 0;

	if (o->users == 0 && o->ops->unused)
		o->ops->unused(o);
	if (done)
		tu_list_remove(&o->link);
	tu_mutex_unlock(&lock);
	if (done)
		o->ops->free(o);
}

void tu_object_release(struct tu_object *o)
{
	tu_mutex_lock(&lock);
	o->users--;
	look_who_is_left(o);
}

/* -- for process start ------------------------------------------------------------------------ */

/* The object whose handle stands there, kept once more; NULL: no handle of ours. */
static struct tu_object *keep_at(const char *at)
{
	struct tu_object *o;
	tutti_handle h;

	memcpy(&h, at, sizeof(h));
	if (h.id[1] == 0)
		return NULL;
	tu_mutex_lock(&lock);
	o = find(h.id[1]);
	if (o)
		o->kept++;
	tu_mutex_unlock(&lock);
	return o;
}

static void let_go(struct tu_object *o)
{
	tu_mutex_lock(&lock);
	o->kept--;
	look_who_is_left(o);
}

int tu_handles_keep(const void *bytes, size_t n, struct tu_kept *kept)
{
	*kept = (struct tu_kept){ NULL, 0 };
	for (size_t i = 0; i + sizeof(tutti_handle) <= n; i += sizeof(uint64_t)) {
		struct tu_object *o = keep_at((const char *)bytes + i), **more;

		if (!o)
			continue;
		more = tu_resize(kept->objects, (kept->n + 1) * sizeof(*more));
		if (!more) {
			let_go(o);
			tu_handles_let_go(kept);
			return -ENOMEM;
		}
		kept->objects = more;
		kept->objects[kept->n++] = o;
	}
	return 0;
}

void tu_handles_let_go(struct tu_kept *kept)
{
	for (size_t i = 0; i < kept->n; i++)
		let_go(kept->objects[i]);
	tu_free(kept->objects);
	*kept = (struct tu_kept){ NULL, 0 };
}
