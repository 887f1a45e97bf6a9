/* SPDX-License-Identifier: MIT */
/*
 * belt.c - see belt.h. Each store that another process may see the result of stands behind a
 * tu_crash_point: tests stop there.
 */
#include "proc/belt.h"

#include "base/atomic.h"
#include "base/check.h"
#include "core/crash_point.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>

enum {
	SOFT = TU_BELT_IS_SMALL ? 2 << 10 : 128 << 10, /* from here on look for room below */
	KEEP = TU_BELT_IS_SMALL ? 32 << 10 : 4 << 20,  /* never given back */
	STEP = TU_BELT_IS_SMALL ? 8 << 10 : 256 << 10, /* asked of the system at a time */
};

enum { UNIT = 16, EVERY = 32 };

static const uint64_t up = UINT64_C(1) << 63;
static const uint32_t jump = UINT32_MAX; /* as bytes: go on at the unit `to` */

struct record {
	uint32_t bytes, to;
	char data[];
};

static uint32_t count_of(uint64_t end)
{
	return (uint32_t)end;
}

static uint64_t unit_of(uint64_t end)
{
	return (end & ~up) >> 32;
}

static uint64_t end_of(uint64_t unit, uint32_t count)
{
	return unit << 32 | count;
}

static struct record *at(const struct tu_belt_view *v, uint64_t unit)
{
	return (struct record *)(v->records + unit * UNIT);
}

static uint64_t units_for(size_t bytes)
{
	return (sizeof(struct record) + bytes + UNIT - 1) / UNIT;
}

void tu_belt_begin(struct tu_belt *b, uint64_t bytes)
{
	b->bytes = bytes;
}

/* -- putting ---------------------------------------------------------------------------------- */

/* Where a record goes, and what else is to be written for it. */
struct place {
	uint64_t from; /* where the tail is */
	uint64_t unit; /* where the record goes; another one: a jump leads there */
	uint64_t mark; /* of the tail afterwards: up or 0 */
};

static bool fits_above(const struct tu_belt *b, uint64_t unit, uint64_t need)
{
	return (unit + need + 1) * UNIT <= b->bytes; /* 1: room for a jump is always left */
}

/* The tail is above all there is from the head on. */
static bool place_straight(
	const struct tu_belt *b, uint64_t head, uint64_t need, struct place *place)
{
	bool worth = place->from * UNIT > SOFT && head >= place->from / 2;

	place->mark = 0;
	if ((worth || !fits_above(b, place->from, need)) && need + 1 <= head)
		place->unit = 0;
	else
		place->unit = place->from;
	return place->unit == 0 || fits_above(b, place->from, need);
}

/* false: there is no room, as far as the head that was seen tells. */
static bool find_place(struct tu_belt *b, uint64_t tail, uint64_t need, struct place *place)
{
	uint64_t head = unit_of(b->head_seen);

	*place = (struct place){ unit_of(tail), unit_of(tail), 0 };
	if ((tail & up) && head < b->floor) {
		place->mark = up;
		return fits_above(b, place->from, need);
	}
	if (place->from >= head)
		return place_straight(b, head, need, place);
	if (place->from + need + 1 <= head)
		return true;
	place->unit = b->top;
	place->mark = up;
	return fits_above(b, b->top, need);
}

/* Is it time to look where the head is now? It is somebody else's cache line. */
static bool could_be_better(const struct place *place, bool found, uint32_t count)
{
	return !found || place->unit != place->from ||
	       (count % EVERY == 0 && (place->mark || place->from * UNIT > SOFT));
}

static void see_head(struct tu_belt *b)
{
	/* [belt-1] acquire: what lies before it was read to the end; from tu_belt_take */
	uint64_t head = tu_load_acq(&b->head);

	tu_crash_point();
	tu_store_rlx(&b->head_seen, head); /* under the putters' lock */
}

/* loose: see belt.h */
static void say_loose(struct tu_belt *b, uint32_t loose)
{
	if (tu_load_rlx(&b->loose) == loose) /* under the putters' lock */
		return;
	tu_crash_point();
	tu_store_rlx(&b->loose, loose); /* others only guess by it */
}

/* Have memory for so many units from there on. */
static int back(const struct tu_belt_view *v, uint64_t unit, uint64_t need)
{
	struct tu_belt *b = v->belt;
	uint64_t from = b->backed, end = (unit + need + 1) * UNIT;
	int rc;

	if (tu_likely(end <= from))
		return 0;
	if (end > KEEP)
		say_loose(b, 1);
	if (unit * UNIT > from + STEP) /* behind what was given back: it is left again soon */
		return tu_os_memory_back(v->fd, v->from + unit * UNIT, need * UNIT);
	end = (end + STEP - 1) / STEP * STEP;
	if (end > b->bytes)
		end = b->bytes;
	rc = tu_os_memory_back(v->fd, v->from + from, end - from);
	if (rc < 0)
		return rc;
	tu_crash_point();
	tu_store_rlx(&b->backed, end); /* under the putters' lock */
	return 0;
}

/* What stands above the part that is kept is needed by nobody. Under the putters' lock. */
static void give_back(const struct tu_belt_view *v)
{
	struct tu_belt *b = v->belt;

	tu_crash_point();
	tu_os_memory_drop(v->fd, v->from + KEEP, b->bytes - KEEP);
	if (b->backed > KEEP) {
		tu_crash_point();
		tu_store_rlx(&b->backed, (uint64_t)KEEP); /* under the putters' lock */
	}
	say_loose(b, 0);
}

/* Nobody comes by a jump until the tail has moved. */
static void write_jump(const struct tu_belt_view *v, const struct place *place)
{
	struct tu_belt *b = v->belt;
	struct record *r = at(v, place->from);

	tu_crash_point();
	if (place->mark)
		tu_store_rlx(&b->floor, place->unit); /* [belt-2] has them all, for who takes */
	else
		tu_store_rlx(&b->top, place->from + 1); /* and the putters' lock, for who puts */
	tu_crash_point();
	r->bytes = jump;
	r->to = (uint32_t)place->unit;
}

static void write_record(const struct tu_belt_view *v, uint64_t unit, const void *data, size_t n)
{
	struct record *r = at(v, unit);

	tu_crash_point();
	r->bytes = (uint32_t)n;
	if (n > 0)
		memcpy(r->data, data, n);
	tu_crash_point();
}

int tu_belt_put(const struct tu_belt_view *v, const void *data, size_t bytes)
{
	struct tu_belt *b = v->belt;
	uint64_t tail = tu_load_rlx(&b->tail); /* putters alone write it, under their lock */
	uint64_t need = units_for(bytes);
	struct place place;
	bool found = find_place(b, tail, need, &place);

	if (tu_unlikely(could_be_better(&place, found, count_of(tail)))) {
		see_head(b);
		found = find_place(b, tail, need, &place);
	}
	if (!found)
		return -ENOMEM;
	if (tu_unlikely(tu_load_rlx(&b->loose)) /* under the lock */ && place.unit == place.from &&
		!place.mark && unit_of(b->head_seen) <= place.from &&
		(place.unit + need + 1) * UNIT <= KEEP)
		give_back(v);
	if (back(v, place.unit, need) < 0)
		return -ENOMEM;
	if (place.unit != place.from) {
		if (back(v, place.from, 1) < 0)
			return -ENOMEM;
		write_jump(v, &place);
	}
	write_record(v, place.unit, data, bytes);
	/* [belt-2] release: the record and the jump before it; and seq: see shared_queue.c */
	tu_store_seq(&b->tail, place.mark | end_of(place.unit + need, count_of(tail) + 1));
	tu_crash_point();
	tu_store_rlx(&b->puts, tu_belt_puts(b)); /* under the putters' lock */
	return 0;
}

/* -- taking ----------------------------------------------------------------------------------- */

bool tu_belt_first(const struct tu_belt_view *v, struct tu_belt_record *r)
{
	struct tu_belt *b = v->belt;
	uint64_t head = tu_load_rlx(&b->head); /* getters alone write it, under their lock */
	uint64_t unit = unit_of(head), tail = b->tail_seen;
	const struct record *first;

	if (count_of(tail) == count_of(head)) {
		/* [belt-2] acquire: the records before it */
		tail = tu_load_acq(&b->tail);
		tu_crash_point();
		tu_store_rlx(&b->tail_seen, tail); /* under the getters' lock */
	}
	if (count_of(tail) == count_of(head))
		return false;
	first = at(v, unit);
	if (first->bytes == jump) {
		unit = first->to;
		first = at(v, unit);
	}
	r->data = first->data;
	r->bytes = first->bytes;
	r->next = end_of(unit + units_for(r->bytes), count_of(head) + 1);
	tu_check(unit_of(r->next) * UNIT <= b->bytes, "a shared queue was written over");
	return true;
}

void tu_belt_take(struct tu_belt *b, const struct tu_belt_record *r)
{
	tu_crash_point();
	/* [belt-1] release: all of it was read; and seq: see shared_queue.c */
	tu_store_seq(&b->head, r->next);
}

/* -- memory ----------------------------------------------------------------------------------- */

bool tu_belt_is_loose(const struct tu_belt *b, const struct tu_belt_record *taken)
{
	/* Relaxed: a guess. */
	return count_of(b->tail_seen) == count_of(taken->next) && tu_load_rlx(&b->loose);
}

void tu_belt_tighten(const struct tu_belt_view *v)
{
	struct tu_belt *b = v->belt;

	see_head(b);
	/* Relaxed: putters alone write these. Empty, it stays so while we have their lock. */
	if (count_of(b->head_seen) == count_of(tu_load_rlx(&b->tail)) &&
		tu_load_rlx(&b->loose)) /* as above */
		give_back(v);
}

void tu_belt_drop_all(const struct tu_belt_view *v)
{
	tu_crash_point();
	tu_os_memory_drop(v->fd, v->from, v->belt->bytes);
}

/* -- counting --------------------------------------------------------------------------------- */

uint32_t tu_belt_count(const struct tu_belt *b)
{
	/* Seq: see shared_queue.c. The head first: the other way round takes of later puts would
	   make it negative. */
	uint32_t gone = count_of(tu_load_seq(&b->head));

	return count_of(tu_load_seq(&b->tail)) - gone; /* seq: as above */
}

uint32_t tu_belt_count_seen(struct tu_belt *b, uint32_t enough)
{
	uint32_t puts = count_of(tu_load_rlx(&b->tail)); /* under the putters' lock */

	if (puts - count_of(b->head_seen) >= enough)
		see_head(b);
	return puts - count_of(b->head_seen);
}

uint64_t tu_belt_puts(const struct tu_belt *b)
{
	uint64_t hint = tu_load_rlx(&b->puts); /* too few by less than 2^32, whenever it was */

	/* Acquire for whoever then says that one is done: its put is before this. [belt-2] */
	return hint + (uint32_t)(count_of(tu_load_acq(&b->tail)) - (uint32_t)hint);
}
