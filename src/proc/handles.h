/* SPDX-License-Identifier: MIT */
/*
 * handles.h - what this process shares with others: one registry, by key.
 *
 * An object is found again by its handle's key, so that to attach what the process has already
 * gives the same one. It lives as long as it has users, who have attached or made it and not freed
 * it, or is kept for somebody: what a process is handed in its argument is kept by the starter, who
 * may free it at once, until the process has ended (process start does that).
 */
#ifndef TU_PROC_HANDLES_H
#define TU_PROC_HANDLES_H

#include "base/list.h"

#include <tutti/handle.h>

enum tu_object_kind {
	TU_OBJECT_SHM = 1,
	TU_OBJECT_ARRAY,
	TU_OBJECT_SHARED_QUEUE,
	TU_OBJECT_PIPE,
};

struct tu_object {
	struct tu_link link;             /* under the registry's lock, like all but what is fixed */
	const struct tu_object_ops *ops; /* fixed, like the next three */
	uint64_t key;
	uint32_t kind;
	int fds[2]; /* by which others find it: -1: none */
	uint32_t users, kept;
	bool forked; /* a child has it too, by fork */
};

struct tu_object_ops {
	/* All but free under the registry's lock: they must not wait. NULL: nothing to do. */
	void (*attached)(struct tu_object *o); /* a first user has come, or comes again */
	void (*unused)(struct tu_object *o); /* the last one has gone, or then who it is kept for */
	void (*in_child)(struct tu_object *o); /* of a fork */
	void (*free)(struct tu_object *o);     /* the last user has gone, and nobody keeps it */
};

/* -- handles ---------------------------------------------------------------------------------- */

/* As this process gives it. */
tutti_handle tu_handle_of(const struct tu_object *o);

/* Who gave it, and the descriptors there. -EINVAL: it names nothing. */
struct tu_handle_parts {
	int pid, fds[2];
	uint64_t key;
};
int tu_handle_read(tutti_handle h, struct tu_handle_parts *parts);

/* -- the registry ----------------------------------------------------------------------------- */

/*
 * Find an object by its handle, with one more user: 1, 0 if it is not here, TUTTI_ETYPE if it is of
 * another kind.
 */
int tu_object_find(tutti_handle h, enum tu_object_kind kind, struct tu_object **o);

/*
 * Add one that was made or attached, with one user. If somebody was quicker to attach the same,
 * the answer is that one, with one more user, and o is not added.
 */
struct tu_object *tu_object_add(struct tu_object *o);

/* One user less; the last one frees it, unless it is kept. */
void tu_object_release(struct tu_object *o);

/* -- for process start ------------------------------------------------------------------------ */

struct tu_kept {
	struct tu_object **objects; /* n of them */
	size_t n;
};

/*
 * Keep each object whose handle stands somewhere in these n bytes, on a multiple of 8. 0 or
 * -ENOMEM. tu_handles_let_go: they are no longer needed; *kept is empty afterwards.
 */
int tu_handles_keep(const void *bytes, size_t n, struct tu_kept *kept);
void tu_handles_let_go(struct tu_kept *kept);

#endif
