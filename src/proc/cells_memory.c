/* SPDX-License-Identifier: MIT */
/* cells_memory.c - cells.h: the memory that they lie in, and what is in one. */
#include "os/os.h"
#include "proc/cells.h"

#include <errno.h>
#include <string.h>

#define MAGIC 0x7475747469636c32u

/* -- memory ------------------------------------------------------------------------------------ */

static size_t head_bytes(void)
{
	size_t page = tu_os_page_bytes();

	return (sizeof(struct tu_cells_shared) + page - 1) & ~(page - 1);
}

static size_t all_bytes(void)
{
	return head_bytes() + (size_t)TU_CELLS * TU_CELL_PLACE;
}

static int map(struct tu_cells *c)
{
	c->shared = tu_os_memory_map(c->fd, all_bytes());
	if (!c->shared)
		return -ENOMEM;
	c->places = (struct tu_cell_place *)((char *)c->shared + head_bytes());
	return 0;
}

int tu_cells_create(struct tu_cells *c)
{
	int rc;

	c->fd = tu_os_memory_make("tutti-pool", all_bytes());
	if (c->fd < 0)
		return c->fd;
	rc = map(c);
	if (rc < 0) {
		tu_os_close(c->fd);
		return rc;
	}
	c->shared->owner = tu_os_process_id();
	c->shared->magic = MAGIC;
	return 0;
}

int tu_cells_attach(struct tu_cells *c, int pid, int fd)
{
	int rc;

	c->fd = tu_os_descriptor_of(pid, fd, TU_OS_READABLE | TU_OS_WRITABLE);
	if (c->fd < 0)
		return c->fd;
	rc = map(c);
	if (rc == 0 && (c->shared->magic != MAGIC || c->shared->owner != pid))
		rc = -ESTALE;
	return rc;
}

void tu_cells_close(struct tu_cells *c)
{
	tu_os_memory_unmap(c->shared, all_bytes());
	tu_os_close(c->fd);
}

/* -- content ----------------------------------------------------------------------------------- */

/* Where content of n bytes is, if it is not in a file. */
static unsigned char *data_of(const struct tu_cells *c, uint32_t i, size_t n)
{
	return n <= TU_CELL_SMALL ? tu_cell_at(c, i)->small : c->places[i].data;
}

int tu_cell_fill(struct tu_cells *c, uint32_t i, const void *data, size_t n)
{
	struct tu_cell *cell = tu_cell_at(c, i);

	cell->bytes = n;
	cell->file = -1;
	if (n <= sizeof(c->places->data)) {
		if (n > 0)
			memcpy(data_of(c, i, n), data, n);
		return 0;
	}
	cell->file = tu_os_blob_open(data, n);
	cell->writer = tu_os_process_id();
	return cell->file < 0 ? cell->file : 0;
}

int tu_cell_read(const struct tu_cells *c, uint32_t i, tutti_bytes *content)
{
	const struct tu_cell *cell = tu_cell_at(c, i);
	const void *data;
	int fd;

	*content = (tutti_bytes){ NULL, 0, NULL };
	if (cell->file < 0) {
		data = data_of(c, i, cell->bytes);
	} else {
		fd = tu_os_descriptor_of(cell->writer, cell->file, TU_OS_READABLE);
		if (fd < 0) /* -ESTALE: it is about to be gone; alive, it would have it */
			return fd == -ESTALE ? -ESRCH : fd;
		data = tu_os_blob_map(fd, cell->bytes);
		tu_os_close(fd);
	}
	if (!data)
		return -ENOMEM;
	*content = tutti_bytes_of(data, cell->bytes);
	return 0;
}

void tu_cell_leave(const struct tu_cells *c, uint32_t i, tutti_bytes content)
{
	bool inside = content.data == tu_cell_at(c, i)->small || content.data == c->places[i].data;

	if (content.data && !inside)
		tu_os_blob_unmap(content.data, content.size);
}

void tu_cell_set_text(struct tu_cells *c, uint32_t i, const char *text)
{
	struct tu_cell *cell = tu_cell_at(c, i);
	size_t n = text ? strnlen(text, TU_CELL_TEXT - 1) : 0;

	cell->has_text = n > 0;
	if (n == 0)
		return;
	memcpy(c->places[i].text, text, n);
	c->places[i].text[n] = 0;
}

const char *tu_cell_text(const struct tu_cells *c, uint32_t i)
{
	if (!tu_cell_at(c, i)->has_text)
		return NULL;
	c->places[i].text[TU_CELL_TEXT - 1] = 0; /* whoever wrote it */
	return c->places[i].text;
}
