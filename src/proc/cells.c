/* SPDX-License-Identifier: MIT */
/* cells.c - see cells.h: who has which cell, and who sleeps. */
#include "proc/cells.h"

#include "core/context.h"
#include "core/crash_point.h"
#include "core/word.h"
#include "os/os.h"

#include <tutti/time.h>

enum { ORDER = TU_CELLS * 2 };

/* -- states ------------------------------------------------------------------------------------ */

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

/* -- the pool's side --------------------------------------------------------------------------- */

/*
 * Against workers that go to sleep, this way round:
 *
 *     here                              there
 *     work is another      (seq)        asleep = work as seen  (seq)
 *     look at asleep       (seq)        look at work           (seq), and in the kernel again
 *
 * Who wakes may come late, when they have seen its change already and sleep on what came after: a
 * wake is nothing to them then, so asleep must stay as it is. That is why it says since when.
 */
static uint64_t since(uint32_t seen)
{
	return (uint64_t)1 << 32 | seen;
}

/* Is anybody asleep who has not seen work become that? */
static bool is_missed(uint64_t asleep, uint32_t now)
{
	return asleep != 0 && (int32_t)(now - (uint32_t)asleep) > 0;
}

/* Several may sleep, and who of them woke says nothing of the others: they are counted as woken. */
void tu_cells_call(struct tu_cells *c, unsigned n)
{
	uint32_t now = tu_add_seq(&c->shared->work, 1u) + 1; /* seq, both: as above */
	uint64_t asleep = tu_load_seq(&c->shared->workers_asleep);

	if (is_missed(asleep, now) && tu_word_wake(&c->shared->work, n) < n)
		tu_cas_acqrel(&c->shared->workers_asleep, &asleep, 0); /* now nobody is */
}

/*
 * Room in the ring: what is not pending any more goes, the others stand in line again, in order.
 * Else one that nobody comes to take, while others come and are taken back, would be overwritten.
 */
static void tidy(struct tu_cells *c)
{
	struct tu_cells_shared *s = c->shared;
	uint32_t end = tu_load_rlx(&s->last), put = end; /* the pool's own */
	bool met[TU_CELLS] = { false };

	for (uint32_t place = end - ORDER; place != end; place++) {
		uint32_t i = tu_load_rlx(&s->order[place % ORDER]), first = place;

		/* Acquire-release: if a worker was quicker it has taken what was there. */
		tu_cas_acqrel(&s->first, &first, place + 1);
		if (met[i] || kind_of(tu_load_acq(&tu_cell_at(c, i)->state)) != TU_CELL_PENDING)
			continue;
		met[i] = true;
		tu_store_rlx(&s->order[put % ORDER], i);
		put++;
		tu_store_rel(&s->last, put); /* [cell-5] */
	}
}

void tu_cells_publish(struct tu_cells *c, const uint32_t *cells, unsigned n)
{
	struct tu_cells_shared *s = c->shared;
	uint32_t place = tu_load_rlx(&s->last); /* only the pool changes it */

	if (place + n - tu_load_acq(&s->first) > ORDER) { /* a guess, on the safe side */
		tidy(c);
		place = tu_load_rlx(&s->last); /* as above */
	}
	for (unsigned at = 0; at < n; at++, place++) {
		struct tu_cell *cell = tu_cell_at(c, cells[at]);
		uint64_t state = tu_load_rlx(&cell->state); /* ours while it is free */

		tu_crash_point();
		tu_store_rlx(&s->order[place % ORDER], cells[at]);
		tu_crash_point();
		/* [cell-1] release: what is in it; acquired in take */
		tu_store_rel(&cell->state, with(state, TU_CELL_PENDING, 0));
	}
	tu_crash_point();
	tu_store_rel(&s->last, place); /* [cell-5] release: the places in order */
	tu_crash_point();
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

static int worker_in(uint64_t state)
{
	bool has = kind_of(state) == TU_CELL_TAKEN || kind_of(state) == TU_CELL_STOPPED;

	return has ? (int)(state >> 8 & 0xffff) : -1;
}

int tu_cells_worker_of(const struct tu_cells *c, uint32_t i)
{
	return worker_in(tu_load_acq(&tu_cell_at(c, i)->state)); /* [cell-1] */
}

int tu_cells_stop(struct tu_cells *c, uint32_t i)
{
	struct tu_cell *cell = tu_cell_at(c, i);
	uint64_t state = tu_load_acq(&cell->state); /* [cell-1] */

	while (kind_of(state) == TU_CELL_TAKEN) {
		uint64_t stopped = with(state, TU_CELL_STOPPED, (unsigned)worker_in(state));

		/* [cell-7] acquire-release: it is told, or is done with it; see finish */
		if (tu_cas_acqrel(&cell->state, &state, stopped))
			return worker_in(stopped);
	}
	return worker_in(state);
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
		tu_os_memory_drop(c->fd, (uint64_t)((char *)&c->places[i] - (char *)c->shared),
			TU_CELL_PLACE);
	cell->bytes = 0;
	/* release: we are through with it; acquired by tu_cells_is_done where its file is closed */
	tu_store_rel(&cell->state, next_turn(tu_load_rlx(&cell->state))); /* kind FREE; ours */
}

int tu_cells_next_done(const struct tu_cells *c, unsigned worker, uint32_t *seen)
{
	const struct tu_cells_done *d = &c->shared->done[worker];
	uint32_t i;

	/* [cell-4] acquire: the number and the cell; from finish */
	if (tu_load_acq(&d->put) == *seen)
		return -1;
	i = tu_load_rlx(&d->cell[*seen % TU_CELLS]); /* by the acquire before it */
	++*seen;
	/* [cell-1] acquire: what another thread of ours put in, as far as ThreadSanitizer sees: it
	   knows nothing of the worker between the two */
	tu_load_acq(&tu_cell_at(c, i)->state);
	return (int)i;
}

bool tu_cells_has_done(const struct tu_cells *c, unsigned worker, uint32_t seen)
{
	return tu_load_seq(&c->shared->done[worker].put) != seen; /* seq: see below */
}

uint32_t tu_cells_news(const struct tu_cells *c)
{
	return tu_load_seq(&c->shared->news); /* before the look at what there is to do */
}

/*
 * Against those who have done something or tell:
 *
 *     here                              there
 *     asleep = 1           (seq)        put or news is another  (seq)
 *     look at put and news (seq)        look at asleep          (seq)
 *
 * Whoever makes asleep 0 changes news before it wakes. So one who comes late, when the pool sleeps
 * once more, takes away that it sleeps, and wakes it after all.
 */
void tu_cells_await_news(struct tu_cells *c, uint32_t seen, int64_t deadline,
	bool (*is_any)(const void *arg), const void *arg)
{
	struct tu_cells_shared *s = c->shared;

	tu_store_seq(&s->pool_asleep, 1u);
	if (!is_any(arg) && tu_load_seq(&s->news) == seen)
		tu_word_wait(tu_self(), &s->news, seen, deadline, 0);
	tu_store_rlx(&s->pool_asleep, 0u); /* who still sees it wakes in vain */
}

static void wake_pool(struct tu_cells *c)
{
	struct tu_cells_shared *s = c->shared;
	uint32_t asleep = tu_load_seq(&s->pool_asleep); /* as shown */

	/* Acquire-release: of all who find it asleep one goes on. */
	if (!asleep || !tu_cas_acqrel(&s->pool_asleep, &asleep, 0u))
		return;
	tu_crash_point();
	tu_add_seq(&s->news, 1u); /* as shown */
	tu_word_wake(&s->news, 1);
}

void tu_cells_tell(struct tu_cells *c)
{
	tu_add_seq(&c->shared->news, 1u); /* as shown */
	tu_crash_point();
	wake_pool(c);
}

void tu_cells_end(struct tu_cells *c)
{
	tu_crash_point();
	tu_store_seq(&c->shared->closing, 1);
	tu_crash_point();
	tu_add_seq(&c->shared->work, 1u); /* as shown before tu_cells_call */
	tu_word_wake(&c->shared->work, UINT32_MAX);
}

/* -- the worker's side ------------------------------------------------------------------------- */

/* The cell at that place, if it was taken; -1: somebody else has, or it is none any more. */
static int try_place(struct tu_cells *c, unsigned worker, uint32_t place)
{
	uint32_t i = tu_load_rlx(&c->shared->order[place % ORDER]);
	struct tu_cell *cell = tu_cell_at(c, i);
	uint64_t state = tu_load_rlx(&cell->state); /* a guess: the exchange knows */
	bool taken = false;

	tu_crash_point();
	while (!taken && kind_of(state) == TU_CELL_PENDING)
		/* [cell-1] acquire: what is in it */
		taken = tu_cas_acqrel(&cell->state, &state, with(state, TU_CELL_TAKEN, worker));
	tu_crash_point();
	/* Whoever took it: it is time to look further on. */
	tu_cas_acqrel(&c->shared->first, &place, place + 1);
	tu_crash_point();
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

static void await_work(struct tu_cells_shared *s, uint32_t work)
{
	struct tu_context *self = tu_self();

	tu_does(self, TU_OP_IDLE);
	tu_word_wait(self, &s->work, work, TUTTI_FOREVER, 0);
}

int tu_cells_take(struct tu_cells *c, unsigned worker)
{
	struct tu_cells_shared *s = c->shared;

	for (;;) {
		uint32_t work = tu_load_seq(&s->work); /* seq: as shown before tu_cells_call */
		int i = try_take(c, worker);

		if (i >= 0)
			return i;
		if (tu_load_seq(&s->closing))
			return -1;
		tu_crash_point();
		tu_store_seq(&s->workers_asleep, since(work));
		tu_crash_point();
		if (tu_load_seq(&s->work) == work) /* as above */
			await_work(s, work);
	}
}

bool tu_cells_finish(struct tu_cells *c, unsigned worker, uint32_t i)
{
	struct tu_cells_done *d = &c->shared->done[worker];
	struct tu_cell *cell = tu_cell_at(c, i);
	uint32_t put = tu_load_rlx(&d->put);        /* ours */
	uint64_t state = tu_load_rlx(&cell->state); /* a guess: the exchange knows */

	tu_crash_point();
	/* [cell-2] release: what came of it; [cell-7] whether the pool was quicker to stop it */
	while (!tu_cas_acqrel(&cell->state, &state, with(state, TU_CELL_DONE, worker)))
		;
	tu_crash_point();
	tu_store_rlx(&d->cell[put % TU_CELLS], i);
	tu_crash_point();
	/* [cell-4] release: the number and the cell; seq: as shown before tu_cells_await_news */
	tu_store_seq(&d->put, put + 1);
	tu_crash_point();
	wake_pool(c);
	return kind_of(state) != TU_CELL_STOPPED;
}
