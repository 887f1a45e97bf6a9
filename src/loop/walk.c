/* SPDX-License-Identifier: MIT */
/*
 * walk.c - through a folder and all below it. Each folder is read whole by one call; what
 * it has is then shown here, and those still to be entered wait on a stack.
 */
#include "loop/file.h"

#include "core/alloc.h"
#include "os/files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/file.h>

struct entry {
	struct entry *next; /* the one to be shown after it */
	struct stat st;
	char path[];
};

struct folder {
	const char *path;
	struct entry **entries;
	size_t n, room;
	int rc;
};

static struct entry *make_entry(const char *folder, const char *name, const struct stat *st)
{
	size_t n = strlen(folder), size;
	const char *between = n > 0 && folder[n - 1] == '/' ? "" : "/";
	struct entry *e;

	size = n + 1 + strlen(name) + 1;
	e = tu_alloc(sizeof(*e) + size);
	if (!e)
		return NULL;
	e->st = *st;
	strcpy(stpcpy(stpcpy(e->path, folder), between), name);
	return e;
}

static int add(const char *name, const struct stat *st, void *arg)
{
	struct folder *f = arg;

	if (f->n == f->room) {
		size_t room = f->room ? f->room * 2 : 64;
		struct entry **grown = tu_resize(f->entries, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		f->entries = grown;
		f->room = room;
	}
	f->entries[f->n] = make_entry(f->path, name, st);
	return f->entries[f->n] ? (int)(f->n++, 0) : -ENOMEM;
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(struct entry *const *)a)->path, (*(struct entry *const *)b)->path);
}

static void *read_folder(void *arg)
{
	struct folder *f = arg;

	f->rc = tu_os_folder_each(f->path, add, f);
	if (f->n > 0)
		qsort(f->entries, f->n, sizeof(*f->entries), by_path);
	return NULL;
}

/* What a folder has comes before all that is on the stack, in order. 0, or why not. */
static int enter(const char *path, struct entry **stack)
{
	struct folder f = { .path = path };
	int rc = tu_file_call(read_folder, &f);

	if (rc == 0)
		rc = f.rc;
	while (f.n > 0) {
		struct entry *e = f.entries[--f.n];

		e->next = *stack;
		*stack = e;
	}
	tu_free(f.entries);
	return rc;
}

/* Nothing is wrong with the folder, but with us: there is no going on. */
static bool ends_all(int rc)
{
	return rc == TUTTI_ECANCELED || rc == -ENOMEM || rc == -EAGAIN || rc == -EMFILE ||
	       rc == -ENFILE;
}

/* What cannot be read is left out, and the first such is told at the end: *failed. */
static int note(int rc, int *failed)
{
	if (ends_all(rc))
		return rc;
	if (*failed == 0)
		*failed = rc;
	return 0;
}

/* One that has gone since it was seen has nothing more to show, as any file. */
static int enter_if_there(const char *path, struct entry **stack, int *failed)
{
	int rc = enter(path, stack);

	return rc == -ENOENT || rc == -ENOTDIR ? 0 : note(rc, failed);
}

int tutti_file_walk(
	const char *path, int (*fn)(const char *path, const struct stat *st, void *arg), void *arg)
{
	struct entry *stack = NULL;
	int failed = 0, rc = note(enter(path, &stack), &failed);

	while (stack) {
		struct entry *e = stack;

		stack = e->next;
		if (rc >= 0)
			rc = fn(e->path, &e->st, arg);
		if (rc == 0 && S_ISDIR(e->st.st_mode))
			rc = enter_if_there(e->path, &stack, &failed);
		else if (rc > 0)
			rc = 0;
		tu_free(e);
	}
	return rc < 0 ? rc : failed;
}
