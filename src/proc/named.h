/* SPDX-License-Identifier: MIT */
/*
 * named.h - handles by name, as long as the process that gave one the name lives and wants it.
 *
 * The name's text is the handle, and when its giver began (os.h): so one that was left by a killed
 * process is known for what it is, although its number may be another's by now.
 */
#ifndef TU_PROC_NAMED_H
#define TU_PROC_NAMED_H

#include "base/list.h"

#include <tutti/handle.h>
#include <tutti/shm.h>

/* A name that this process has given; zeroed: none. Beside what it names. */
struct tu_named {
	struct tu_link link; /* under named.c's lock */
	int pid;             /* atomic: whose it is: not a forked child's. 0: nobody's any more */
	char name[TUTTI_NAME_MOST + 1];
};

/* 0, -EEXIST, -EINVAL, or why the system cannot. */
int tu_name_give(struct tu_named *n, const char *name, tutti_handle h);

/* Does nothing to a zeroed one, or a parent's, or the second time. Never waits for a lock. */
void tu_name_take_back(struct tu_named *n);

/* Before its memory goes; also of a zeroed one. */
void tu_name_forget(struct tu_named *n);

/* 0, -ENOENT, -EINVAL, or why the system cannot. */
int tu_name_find(const char *name, tutti_handle *h);

#endif
