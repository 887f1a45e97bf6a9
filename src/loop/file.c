/* SPDX-License-Identifier: MIT */
/* file.c - calls about files, made elsewhere while the caller waits. */
#include "loop/file.h"

#include "core/bytes.h"
#include "core/wait.h"
#include "core/worker.h"
#include "os/files.h"

#include <errno.h>
#include <string.h>
#include <tutti/file.h>

/* One call, with what any of them needs. On its caller's stack. */
struct call {
	ptrdiff_t (*make)(struct call *c);
	ptrdiff_t rc;
	const char *path, *to;
	int fd, flags;
	unsigned mode;
	void *data;
	const void *source;
	size_t size;
	int64_t offset;
};

static void *make_call(void *arg)
{
	struct call *c = arg;

	c->rc = c->make(c);
	return NULL;
}

/* Is there nobody whom it would hold up if this thread blocked? */
static bool is_alone(const struct tu_context *self)
{
	return self == &self->worker->native && !tu_worker_has_tasks(self->worker);
}

int tu_file_call(tutti_fn fn, void *arg)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	if (!is_alone(self))
		return tutti_call_blocking(fn, arg, NULL);
	fn(arg);
	return 0;
}

static ptrdiff_t make_elsewhere(struct call *c)
{
	int rc = tu_file_call(make_call, c);

	return rc < 0 ? rc : c->rc;
}

/* -- one by one -------------------------------------------------------------------------------- */

static ptrdiff_t do_open(struct call *c)
{
	return tu_os_file_open(c->path, c->flags, c->mode);
}

int tutti_file_open(const char *path, int flags, unsigned mode)
{
	struct call c = { .make = do_open, .path = path, .flags = flags, .mode = mode };

	return (int)make_elsewhere(&c);
}

static ptrdiff_t do_read(struct call *c)
{
	return tu_os_file_read(c->fd, c->data, c->size, c->offset);
}

ssize_t tutti_file_read(int fd, void *data, size_t size, int64_t offset)
{
	struct call c = { .make = do_read, .fd = fd, .data = data, .size = size, .offset = offset };

	return make_elsewhere(&c);
}

static ptrdiff_t do_write(struct call *c)
{
	return tu_os_file_write(c->fd, c->source, c->size, c->offset);
}

int tutti_file_write(int fd, const void *data, size_t size, int64_t offset)
{
	struct call c = {
		.make = do_write, .fd = fd, .source = data, .size = size, .offset = offset
	};

	return (int)make_elsewhere(&c);
}

static ptrdiff_t do_sync(struct call *c)
{
	return tu_os_file_sync(c->fd);
}

int tutti_file_sync(int fd)
{
	struct call c = { .make = do_sync, .fd = fd };

	return (int)make_elsewhere(&c);
}

static ptrdiff_t do_stat(struct call *c)
{
	return tu_os_file_stat(c->path, c->data);
}

int tutti_file_stat(const char *path, struct stat *st)
{
	struct call c = { .make = do_stat, .path = path, .data = st };

	return (int)make_elsewhere(&c);
}

static ptrdiff_t do_rename(struct call *c)
{
	return tu_os_file_rename(c->path, c->to);
}

int tutti_file_rename(const char *from, const char *to)
{
	struct call c = { .make = do_rename, .path = from, .to = to };

	return (int)make_elsewhere(&c);
}

static ptrdiff_t do_remove(struct call *c)
{
	return tu_os_file_remove(c->path);
}

int tutti_file_remove(const char *path)
{
	struct call c = { .make = do_remove, .path = path };

	return (int)make_elsewhere(&c);
}

/* -- whole files ------------------------------------------------------------------------------- */

/* All that is in it, into memory that grows: a size is only a guess. */
static ptrdiff_t read_all(int fd, tutti_bytes *all, size_t size)
{
	size_t room = size + 1;

	for (;;) {
		ptrdiff_t n = tu_bytes_grow(all, room);

		if (n == 0)
			n = tu_os_file_read(
				fd, (char *)(uintptr_t)all->data + all->size, room - all->size, -1);
		if (n <= 0)
			return n;
		all->size += (size_t)n;
		if (all->size == room)
			room *= 2;
	}
}

static ptrdiff_t do_load(struct call *c)
{
	tutti_bytes all = { NULL, 0, NULL };
	size_t size;
	int fd = tu_os_file_open_whole(c->path, &size);
	ptrdiff_t n;

	if (fd < 0)
		return fd;
	n = read_all(fd, &all, size);
	tu_os_file_close(fd);
	if (n == 0 && all.size != size) /* which was a guess */
		n = tu_bytes_grow(&all, all.size);
	if (n == 0)
		*(tutti_bytes *)c->data = all;
	else
		tutti_bytes_free(&all);
	return n;
}

int tutti_file_load(const char *path, tutti_bytes *all)
{
	struct call c = { .make = do_load, .path = path, .data = all };

	return (int)make_elsewhere(&c);
}

static ptrdiff_t do_store(struct call *c)
{
	return tu_os_file_replace(c->path, c->source, c->size, c->mode);
}

int tutti_file_store(const char *path, tutti_bytes all, unsigned mode)
{
	struct call c = {
		.make = do_store, .path = path, .source = all.data, .size = all.size, .mode = mode
	};

	return (int)make_elsewhere(&c);
}
