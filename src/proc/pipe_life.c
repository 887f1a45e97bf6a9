/* SPDX-License-Identifier: MIT */
/* pipe_life.c - how a process comes to an end of a pipe, and leaves it. */
#include "base/bits.h"
#include "core/alloc.h"
#include "proc/pipe_inside.h"

#include <errno.h>

static tutti_pipe *of_object(struct tu_object *o)
{
	return tu_container_of(o, struct tutti_pipe, object);
}

/* The descriptor that tells who uses this end: the other end uses another pipe, or does not say. */
static int users_fd(const struct tu_object *o)
{
	if (o->fds[1] < 0)
		return -1; /* whoever only reads has no end to tell of */
	return o->fds[0] >= 0 ? o->fds[0] : o->fds[1];
}

static void enter(struct tu_object *o)
{
	if (users_fd(o) >= 0)
		tu_os_user_enter(users_fd(o));
}

/*
 * If it is kept for one who may not have come yet, that one will be the last, or is already. Kept
 * for more, it stays in use: one of them may free it before another comes. If the pipe is full
 * nothing can be said. In both cases the descriptors tell.
 */
static void leave(struct tu_object *o)
{
	const struct tu_pipe_head end_of_all = { TU_PIPE_END, 0, 0 };
	bool kept = o->kept > 0;

	if (users_fd(o) < 0 || o->forked || o->kept > 1)
		return;
	if (tu_os_user_leave(users_fd(o)) && !kept)
		tu_os_pipe_write(o->fds[1], &end_of_all, sizeof(end_of_all), NULL, 0);
}

/* Threads and tasks that held these are not here. */
static void begin_again(struct tu_object *o)
{
	tutti_pipe *p = of_object(o);

	tutti_semaphore_init(&p->writing, 1, 0);
	p->reading = (tutti_lock){ 0 };
	p->who = (uint32_t)tu_os_random();
}

static void close_both(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			tu_os_pipe_close(fds[i]);
}

static void free_object(struct tu_object *o)
{
	tutti_pipe *p = of_object(o);

	close_both(o->fds);
	tutti_bytes_free(&p->message);
	tutti_bytes_free(&p->whole);
	tu_free(p);
}

static const struct tu_object_ops ops = { enter, leave, begin_again, free_object };

/* What tells these two pipes, in this order, from all others. */
static uint64_t key_of(const int fds[2])
{
	uint64_t r = fds[0] < 0 ? 0 : tu_os_pipe_id(fds[0]);
	uint64_t w = fds[1] < 0 ? 0 : tu_os_pipe_id(fds[1]);

	return tu_mix64(tu_mix64(r) + w);
}

/* NULL: no memory. It is not in the registry yet. */
static tutti_pipe *create_end(int r, int w)
{
	tutti_pipe *p = tu_alloc_zero(sizeof(*p));

	if (!p)
		return NULL;
	p->object = (struct tu_object){ .ops = &ops, .kind = TU_OBJECT_PIPE, .fds = { r, w } };
	p->object.key = key_of(p->object.fds);
	begin_again(&p->object);
	return p;
}

/* Of the two pipes one goes from b to a, and the other, if there is one, from a to b. */
static int create_ends(tutti_pipe **a, tutti_pipe **b, const int to_a[2], const int to_b[2])
{
	tutti_pipe *one = create_end(to_a[0], to_b[1]);
	tutti_pipe *other = one ? create_end(to_b[0], to_a[1]) : NULL;

	if (!other) {
		tu_free(one);
		return -ENOMEM;
	}
	tu_object_add(&one->object);
	tu_object_add(&other->object);
	*a = one;
	*b = other;
	return 0;
}

int tutti_pipe_create(tutti_pipe **a, tutti_pipe **b, bool one_way)
{
	int to_a[2] = { -1, -1 }, to_b[2] = { -1, -1 };
	int rc = tu_os_pipe_open(to_a);

	if (rc == 0 && !one_way)
		rc = tu_os_pipe_open(to_b);
	if (rc == 0)
		rc = create_ends(a, b, to_a, to_b);
	if (rc < 0) {
		close_both(to_a);
		close_both(to_b);
	}
	return rc;
}

/* Open one of the two there; fd of this one, -1 if there is none, or an error. */
static int open_there(const struct tu_handle_parts *parts, int i)
{
	static const unsigned events[] = { TU_OS_READABLE, TU_OS_WRITABLE };
	int fd;

	if (parts->fds[i] < 0)
		return -1;
	fd = tu_os_descriptor_of(parts->pid, parts->fds[i], events[i]);
	return fd == -ENXIO ? -EPIPE : fd == -EPERM ? -EACCES : fd;
}

/* Is what was opened what the handle names? */
static int check(const int fds[2], uint64_t key)
{
	if (key_of(fds) == key)
		return 0;
	return fds[0] >= 0 && tu_os_memory_bytes(fds[0]) >= 0 ? TUTTI_ETYPE : -ESTALE;
}

static int open_both(const struct tu_handle_parts *parts, int fds[2])
{
	int rc;

	fds[1] = -1;
	fds[0] = open_there(parts, 0);
	if (fds[0] < -1)
		return fds[0];
	fds[1] = open_there(parts, 1);
	rc = fds[1] < -1 ? fds[1] : check(fds, parts->key);
	if (rc < 0)
		close_both(fds);
	return rc;
}

static int attach(tutti_pipe **p, tutti_handle handle)
{
	struct tu_handle_parts parts;
	struct tu_object *o;
	tutti_pipe *made;
	int fds[2], rc = tu_handle_read(handle, &parts);

	if (rc < 0)
		return rc;
	rc = open_both(&parts, fds);
	if (rc < 0)
		return rc;
	made = create_end(fds[0], fds[1]);
	if (!made) {
		close_both(fds);
		return -ENOMEM;
	}
	o = tu_object_add(&made->object);
	if (o != &made->object)
		free_object(&made->object);
	*p = of_object(o);
	return 0;
}

int tutti_pipe_attach(tutti_pipe **p, tutti_handle handle)
{
	struct tu_object *o;
	int rc = tu_object_find(handle, TU_OBJECT_PIPE, &o);

	if (rc == 0)
		return attach(p, handle);
	if (rc < 0)
		return rc;
	*p = of_object(o);
	return 0;
}

tutti_handle tutti_pipe_handle(const tutti_pipe *p)
{
	return tu_handle_of(&p->object);
}

void tutti_pipe_free(tutti_pipe *p)
{
	if (p)
		tu_object_release(&p->object);
}
