/* SPDX-License-Identifier: MIT */
/* segment.c - see segment.h. The head is written before anybody can know of the segment. */
#include "proc/segment.h"

#include "core/family.h"
#include "os/os.h"

#include <errno.h>
#include <tutti/error.h>

static const uint64_t magic = UINT64_C(0x3174747500747475);

enum { LAYOUT = 2 };

static const char *const names[] = {
	[TU_OBJECT_SHM] = "tutti-shm",
	[TU_OBJECT_ARRAY] = "tutti-array",
	[TU_OBJECT_SHARED_QUEUE] = "tutti-queue",
};

/* What both have in common, when the head is there. */
static void begin(struct tu_segment *s, struct tu_segment_head *head, int fd, int family)
{
	s->head = head;
	s->object.key = head->key;
	s->object.kind = head->kind;
	s->object.fds[0] = fd;
	s->object.fds[1] = family;
}

static void *map(int fd, uint64_t bytes, bool spare)
{
	return spare ? tu_os_memory_map_spare(fd, bytes) : tu_os_memory_map(fd, bytes);
}

static int create(struct tu_segment *s, enum tu_object_kind kind, int fd, int family,
	uint64_t bytes, bool spare)
{
	struct tu_segment_head *head;
	int rc = tu_os_memory_seal(fd);

	if (rc < 0)
		return rc;
	head = map(fd, bytes, spare);
	if (!head)
		return -ENOMEM;
	*head = (struct tu_segment_head){ magic, LAYOUT, kind, tu_os_random(), bytes };
	begin(s, head, fd, family);
	return 0;
}

int tu_segment_create(struct tu_segment *s, enum tu_object_kind kind, uint64_t bytes, bool spare)
{
	int family = tu_family_fd(), fd, rc;

	if (family < 0)
		return family;
	fd = tu_os_memory_make(names[kind], bytes);
	if (fd < 0)
		return fd;
	rc = create(s, kind, fd, family, bytes, spare);
	if (rc < 0)
		tu_os_memory_close(fd);
	return rc;
}

/* Is what was mapped what the handle names? */
static int check(const struct tu_segment_head *head, uint64_t bytes, uint32_t kind, uint64_t key)
{
	if (head->magic != magic || head->key != key)
		return -ESTALE; /* the number is another thing's by now */
	if (head->layout != LAYOUT || head->bytes != bytes)
		return TUTTI_EPROTO;
	return head->kind == kind ? 0 : TUTTI_ETYPE;
}

/* Be of the giver's family. Its descriptor, or a negative errno value. */
static int join_family(const struct tu_handle_parts *parts)
{
	int fd, mine, rc;

	if (parts->fds[1] < 0)
		return -EINVAL;
	fd = tu_os_descriptor_of(parts->pid, parts->fds[1], TU_OS_READABLE | TU_OS_WRITABLE);
	if (fd < 0)
		return fd;
	rc = tu_family_join(fd);
	mine = rc == 0 ? tu_family_fd() : rc;
	if (mine != fd && rc != -ENOMEM) /* there it may have been taken */
		tu_os_memory_close(fd);
	return mine;
}

static int attach(struct tu_segment *s, enum tu_object_kind kind,
	const struct tu_handle_parts *parts, int fd, bool spare)
{
	int64_t bytes = tu_os_memory_bytes(fd);
	struct tu_segment_head *head;
	int rc, family;

	if (bytes < TU_SEGMENT_ROOM)
		return tu_os_pipe_id(fd) != 0 ? TUTTI_ETYPE : -ESTALE;
	head = map(fd, (uint64_t)bytes, spare);
	if (!head)
		return -ENOMEM;
	rc = check(head, (uint64_t)bytes, kind, parts->key);
	family = rc < 0 ? rc : join_family(parts);
	if (family >= 0)
		begin(s, head, fd, family);
	else
		tu_os_memory_unmap(head, (uint64_t)bytes);
	return family < 0 ? family : 0;
}

int tu_segment_attach(struct tu_segment *s, enum tu_object_kind kind, tutti_handle h, bool spare)
{
	struct tu_handle_parts parts;
	int rc = tu_handle_read(h, &parts), fd;

	if (rc < 0)
		return rc;
	if (parts.fds[0] < 0)
		return TUTTI_ETYPE; /* an end of a pipe */
	fd = tu_os_descriptor_of(parts.pid, parts.fds[0], TU_OS_READABLE | TU_OS_WRITABLE);
	if (fd < 0)
		return fd;
	rc = attach(s, kind, &parts, fd, spare);
	if (rc < 0)
		tu_os_memory_close(fd);
	return rc;
}

void tu_segment_close(struct tu_segment *s)
{
	tu_os_memory_unmap(s->head, s->head->bytes);
	tu_os_memory_close(s->object.fds[0]);
}
