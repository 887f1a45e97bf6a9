/* SPDX-License-Identifier: MIT */
/* cells.c - see cells.h. */
#include "proc/cells.h"

#include "core/context.h"
#include "core/word.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <tutti/time.h>

#define MAGIC 0x7475747469636c31u

enum { ORDER = TU_CELLS * 2 };

/* -- memory ------------------------------------------------------------------------------------ */

static size_t head_bytes(void)
{
	size_t page = tu_os_page_bytes();

	return (sizeof(struct tu_cells_shared) + page - 1) & ~(page - 1);
}

static size_t all_bytes(void)
{
	return head_bytes() + (size_t)TU_CELLS * TU_CELL_BYTES;
}

static int map(struct tu_cells *c)
{
	c->shared = tu_os_memory_map(c->fd, all_bytes());
	if (!c->shared)
		return -ENOMEM;
	c->cells = (unsigned char *)c->shared + head_bytes();
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

/* -- states ------------------------------------------------------------------------------------- */

static unsigned kind_of(uint64_t state)
{
	return state & 255;
}

static uint64_t with(uint64_t state, unsigned kind, unsigned worker)
{
	return (state & ~(uint64_t)0xffffffff) | (uint64_t)worker << 8 | kind;
}

static uint64_t next_turn(uint64_t state)
{
	return (state & ~(uint64_t)0xffffffff) + ((uint64_t)1 << 32);
}

/* -- the pool's side ---------------------------------------------------------------------------- */

/*
 * Against a worker that goes to sleep, this way round:
 *
 *     here                              worker
 *     work is another    (seq)          asleep = 1       (seq)
 *     look at asleep     (seq)          look at work     (seq), and in the kernel once more
 */
static void wake_worker(struct tu_cells *c)
{
	if (tu_load_seq(&c->shared->workers_asleep) &&
		tu_swap_acqrel(&c->shared->workers_asleep, 0u))
		tu_word_wake(&c->shared->work, 1);
}

void tu_cells_publish(struct tu_cells *c, uint32_t i)
{
	struct tu_cells_shared *s = c->shared;
	struct tu_cell *cell = tu_cell_at(c, i);
	uint64_t state = tu_load_rlx(&cell->state); /* ours while it is free */
	uint32_t place = tu_load_rlx(&s->last);     /* only the pool changes it */

	tu_store_rlx(&s->order[place % ORDER], i);
	/* [cell-1] release: what is in it; acquired in take */
	tu_store_rel(&cell->state, with(state, TU_CELL_PENDING, 0));
	tu_store_rel(&s->last, place + 1); /* [cell-5] release: the place in order */
	tu_store_seq(&s->work, tu_load_rlx(&s->work) + 1); /* the pool's alone */
	wake_worker(c);
}

bool tu_cells_take_back(struct tu_cells *c, uint32_t i)
{
	struct tu_cell *cell = tu_cell_at(c, i);
	uint64_t state = tu_load_rlx(&cell->state); /* a guess: the exchange knows */

	while (kind_of(state) == TU_CELL_PENDING)
		if (tu_cas_acqrel(&cell->state, &state, next_turn(state)))
			return true;
	return false;
}

int tu_cells_worker_of(const struct tu_cells *c, uint32_t i)
{
	uint64_t state = tu_load_acq(&tu_cell_at(c, i)->state); /* [cell-1] */

	return kind_of(state) == TU_CELL_TAKEN ? (int)(state >> 8 & 0xffff) : -1;
}

bool tu_cells_is_done(const struct tu_cells *c, uint32_t i)
{
	/* [cell-2] acquire: what came of it; from finish */
	return kind_of(tu_load_acq(&tu_cell_at(c, i)->state)) == TU_CELL_DONE;
}

bool tu_cells_is_done_by(const struct tu_cells *c, uint32_t i, unsigned worker)
{
	uint64_t state = tu_load_acq(&tu_cell_at(c, i)->state); /* [cell-2] */

	return kind_of(state) == TU_CELL_DONE && (state >> 8 & 0xffff) == worker;
}

bool tu_cells_is_free(const struct tu_cells *c, uint32_t i)
{
	return kind_of(tu_load_rlx(&tu_cell_at(c, i)->state)) == TU_CELL_FREE; /* ours, then */
}

void tu_cells_free(struct tu_cells *c, uint32_t i)
{
	struct tu_cell *cell = tu_cell_at(c, i);

	if (cell->bytes > 65536)
		tu_os_memory_drop(
			c->fd, (size_t)(cell->data - (unsigned char *)c->shared), TU_CELL_ROOM);
	cell->bytes = 0;
	/* [cell-3] release: we are through with it; acquired where its file is closed */
	tu_store_rel(&cell->state, next_turn(tu_load_rlx(&cell->state))); /* kind FREE; ours */
}

int tu_cells_next_done(const struct tu_cells *c, unsigned worker, uint32_t *seen)
{
	const struct tu_cells_done *d = &c->shared->done[worker];

	/* [cell-4] acquire: the number and the cell; from finish */
	if (tu_load_acq(&d->put) == *seen)
		return -1;
	return (int)tu_load_rlx(&d->cell[(*seen)++ % TU_CELLS]);
}

uint32_t tu_cells_news(const struct tu_cells *c)
{
	return tu_load_seq(&c->shared->news);
}

void tu_cells_await_news(struct tu_cells *c, uint32_t seen, int64_t deadline)
{
	/* As with workers: seq, both. */
	tu_store_seq(&c->shared->pool_asleep, 1);
	if (tu_load_seq(&c->shared->news) == seen)
		tu_word_wait(tu_self(), &c->shared->news, seen, deadline, 0);
	tu_store_rlx(&c->shared->pool_asleep, 0); /* who still sees it wakes in vain */
}

void tu_cells_tell(struct tu_cells *c)
{
	tu_add_seq(&c->shared->news, 1u);
	if (tu_load_seq(&c->shared->pool_asleep) && tu_swap_acqrel(&c->shared->pool_asleep, 0u))
		tu_word_wake(&c->shared->news, 1);
}

void tu_cells_end(struct tu_cells *c)
{
	tu_store_seq(&c->shared->closing, 1);
	tu_add_seq(&c->shared->work, 1u);
	tu_word_wake(&c->shared->work, UINT32_MAX);
}

/* -- the worker's side -------------------------------------------------------------------------- */

/* The cell at that place, if it was taken; -1: somebody else has, or it is none any more. */
static int try_place(struct tu_cells *c, unsigned worker, uint32_t place)
{
	uint32_t i = tu_load_rlx(&c->shared->order[place % ORDER]);
	struct tu_cell *cell = tu_cell_at(c, i);
	uint64_t state = tu_load_rlx(&cell->state); /* a guess: the exchange knows */
	bool taken = false;

	while (!taken && kind_of(state) == TU_CELL_PENDING)
		/* [cell-1] acquire: what is in it */
		taken = tu_cas_acqrel(&cell->state, &state, with(state, TU_CELL_TAKEN, worker));
	/* Whoever took it: it is time to look further on. */
	tu_cas_acqrel(&c->shared->first, &place, place + 1);
	return taken ? (int)i : -1;
}

/* -1: there is none just now. */
static int try_take(struct tu_cells *c, unsigned worker)
{
	for (;;) {
		uint32_t place = tu_load_acq(&c->shared->first);
		int i;

		/* [cell-5] acquire: the place in order; from publish */
		if (place == tu_load_acq(&c->shared->last))
			return -1;
		i = try_place(c, worker, place);
		if (i >= 0)
			return i;
	}
}

static bool is_more(const struct tu_cells *c)
{
	return tu_load_acq(&c->shared->first) != tu_load_acq(&c->shared->last); /* a guess */
}

int tu_cells_take(struct tu_cells *c, unsigned worker)
{
	struct tu_cells_shared *s = c->shared;
	bool slept = false;

	for (;;) {
		uint32_t work = tu_load_seq(&s->work);
		int i = try_take(c, worker);

		if (i >= 0) {
			/* Others may sleep, and one alone was woken for many. */
			if (slept && is_more(c))
				tu_word_wake(&s->work, 1);
			if (slept)
				tu_store_seq(&s->workers_asleep, 1);
			return i;
		}
		if (tu_load_seq(&s->closing))
			return -1;
		tu_store_seq(&s->workers_asleep, 1);
		if (tu_load_seq(&s->work) == work)
			tu_word_wait(tu_self(), &s->work, work, TUTTI_FOREVER, 0);
		slept = true;
	}
}

void tu_cells_finish(struct tu_cells *c, unsigned worker, uint32_t i)
{
	struct tu_cells_done *d = &c->shared->done[worker];
	struct tu_cell *cell = tu_cell_at(c, i);
	uint32_t put = tu_load_rlx(&d->put); /* ours */

	/* [cell-2] release: what came of it */
	tu_store_rel(&cell->state, with(tu_load_rlx(&cell->state), TU_CELL_DONE, worker));
	tu_store_rlx(&d->cell[put % TU_CELLS], i);
	tu_store_rel(&d->put, put + 1); /* [cell-4] release: the number and the cell */
	tu_cells_tell(c);
}

/* -- content ------------------------------------------------------------------------------------ */

int tu_cell_fill(struct tu_cell *cell, const void *data, size_t n)
{
	cell->bytes = n;
	cell->file = -1;
	if (n <= TU_CELL_ROOM) {
		if (n > 0)
			memcpy(cell->data, data, n);
		return 0;
	}
	cell->file = tu_os_blob_open(data, n);
	cell->writer = tu_os_process_id();
	return cell->file < 0 ? cell->file : 0;
}

tutti_bytes tu_cell_read(struct tu_cell *cell)
{
	size_t n = cell->bytes;
	const void *data;
	int fd;

	if (cell->file < 0)
		return tutti_bytes_of(cell->data, n);
	fd = tu_os_descriptor_of(cell->writer, cell->file, TU_OS_READABLE);
	data = fd < 0 ? NULL : tu_os_blob_map(fd, n);
	if (fd >= 0)
		tu_os_close(fd);
	return tutti_bytes_of(data, data ? n : 0);
}

void tu_cell_leave(struct tu_cell *cell, tutti_bytes content)
{
	if (content.data && content.data != cell->data)
		tu_os_blob_unmap(content.data, content.size);
}
