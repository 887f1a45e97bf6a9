/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the trace ring.
 *
 * Layout: position p of the endless row of records lives in cell p modulo n. The stamp of a cell
 * says what is in it:
 *
 *     0           nothing yet
 *     2p + 3      somebody is writing record p
 *     2p + 2      record p, whole
 *
 * A writer takes the next position from ring.end, then turns the stamp from that of any whole older
 * record into "writing p". Where it finds another writer there, or a newer record because it was
 * asleep for a whole turn of the ring, it drops its own. So a cell has one writer at a time.
 *
 * Progress: emit and each step of read are wait-free; nobody ever waits for anybody. A writer that
 * dies in between (a fork in another thread) costs its one cell.
 * ABA: none; a stamp never takes the same value twice, 2^63 records being out of reach.
 * Reclamation: none; cells are given for good.
 */
#include "base/trace.h"

#include "base/bits.h"

static int64_t no_clock(void)
{
	return 0;
}

uint32_t tu_trace_on;
int64_t (*tu_trace_clock)(void) = no_clock;

static struct {
	struct tu_trace_cell *cells; /* set once, by start */
	uint64_t mask;               /* set before cells */
	_Alignas(64) uint64_t end;   /* the next position; all writers, so on a line of its own */
} ring;

static uint64_t whole(uint64_t position)
{
	return 2 * position + 2;
}

/* Get the right to write record position; false: drop it. */
static bool begin_writing(struct tu_trace_cell *cell, uint64_t position)
{
	/* relaxed: a stale value only makes the exchange fail */
	uint64_t old = tu_load_rlx(&cell->stamp);

	if (old & 1 || old > whole(position))
		return false;
	/* acquire: what the previous writer of the cell stored comes before what this one stores */
	return tu_cas_acq(&cell->stamp, &old, whole(position) + 1);
}

void tu_trace_emit(enum tu_trace_kind kind, uint64_t id, uint64_t a, uint64_t b)
{
	/* [trace-1] acquire: the mask, and the clock, were set before */
	struct tu_trace_cell *cells = tu_load_acq(&ring.cells), *cell;
	uint64_t position;

	if (!cells)
		return;
	/* relaxed: only that no two writers get the same one matters */
	position = tu_add_rlx(&ring.end, 1);
	cell = &cells[position & ring.mask];
	if (!begin_writing(cell, position))
		return;
	/* [trace-2] release: who sees one of these words sees the odd stamp, or a later one */
	tu_store_rel(&cell->time, (uint64_t)tu_trace_clock());
	tu_store_rel(&cell->id, id);
	tu_store_rel(&cell->kind, (uint64_t)kind);
	tu_store_rel(&cell->a, a);
	tu_store_rel(&cell->b, b);
	/* [trace-3] release: who sees this stamp sees all five */
	tu_store_rel(&cell->stamp, whole(position));
}

bool tu_trace_start(struct tu_trace_cell *cells, size_t n)
{
	if (cells) {
		if (ring.cells || !tu_is_pow2(n))
			return false;
		ring.mask = n - 1;
		/* [trace-1] release */
		tu_store_rel(&ring.cells, cells);
	} else if (!ring.cells || n) {
		return false;
	}
	/* relaxed: a writer that sees this early finds no cells and goes away */
	tu_store_rlx(&tu_trace_on, 1);
	return true;
}

void tu_trace_stop(void)
{
	/* relaxed: a few more records may still come */
	tu_store_rlx(&tu_trace_on, 0);
}

uint64_t tu_trace_end(void)
{
	/* relaxed: the stamps say which of them are there */
	return tu_load_rlx(&ring.end);
}

static bool read_cell(struct tu_trace_cell *cell, uint64_t position, struct tu_trace_record *out)
{
	/* [trace-3] acquire */
	if (tu_load_acq(&cell->stamp) != whole(position))
		return false;
	/* [trace-2] acquire: if one of these words is a later writer's, so is the stamp below */
	*out = (struct tu_trace_record){
		.time = (int64_t)tu_load_acq(&cell->time),
		.id = tu_load_acq(&cell->id),
		.kind = (uint16_t)tu_load_acq(&cell->kind),
		.a = tu_load_acq(&cell->a),
		.b = tu_load_acq(&cell->b),
	};
	return tu_load_rlx(&cell->stamp) == whole(position);
}

size_t tu_trace_read(uint64_t *from, struct tu_trace_record *out, size_t n, uint64_t *lost)
{
	/* [trace-1] acquire */
	struct tu_trace_cell *cells = tu_load_acq(&ring.cells);
	uint64_t end = tu_trace_end(), position = *from;
	size_t got = 0;

	if (!cells)
		return 0;
	if (position < end && end - position > ring.mask + 1)
		position = end - ring.mask - 1;
	for (; position < end && got < n; position++)
		got += read_cell(&cells[position & ring.mask], position, &out[got]);
	if (lost)
		*lost += position - *from - got;
	*from = position;
	return got;
}

struct kind {
	const char *name, *a, *b;
};

static const struct kind kinds[TU_TRACE_KINDS] = {
	{ "none", "", "" },
#define X(kind, name, a, b) { name, a, b },
#include "base/trace_kinds.h"
};

static const struct kind *kind_of(unsigned kind)
{
	return &kinds[kind < TU_TRACE_KINDS ? kind : TU_TRACE_NONE];
}

const char *tu_trace_kind_name(unsigned kind)
{
	return kind_of(kind)->name;
}

const char *tu_trace_kind_a(unsigned kind)
{
	return kind_of(kind)->a;
}

const char *tu_trace_kind_b(unsigned kind)
{
	return kind_of(kind)->b;
}
