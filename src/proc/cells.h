/* SPDX-License-Identifier: MIT */
/*
 * cells.h - what a process pool and its workers share: the jobs under way, each in a cell.
 *
 * A cell's state is one word, and each change of it by one exchange: who takes a job, and that it
 * is done, are decided there, so that whoever is killed between any two instructions leaves no job
 * that is nobody's or two's.
 *
 *     FREE --pool--> PENDING --worker--> TAKEN by that one --worker--> DONE --pool--> FREE
 *                    PENDING --pool--> FREE            (cancelled before it was taken)
 *                    TAKEN by one that is dead --pool--> FREE
 *                    TAKEN --pool--> STOPPED --worker--> DONE        (was to stop, and was quicker)
 *
 * A worker whose job is STOPPED gets a signal, late perhaps: it takes no other job.
 *
 * In which order they are taken is kept apart, in a ring of cell numbers: `first` moves on past
 * those that are not pending any more, whoever finds it so. It is only where to look: one that
 * looks at an old place finds a cell whose state says what is so.
 *
 * Which of its jobs a worker has done it puts down on a list of its own, after the cell; the pool
 * looks at the cells of one that has died.
 *
 * All this lies in one file in memory. A small argument or result stands in its cell, so that a job
 * moves two cache lines there and back. A larger one goes to the cell's place behind all cells,
 * large itself: pages that nobody touches are not there. What is larger still goes in a file of its
 * own.
 */
#ifndef TU_PROC_CELLS_H
#define TU_PROC_CELLS_H

#include "base/atomic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tutti/job.h>

enum {
	TU_CELLS = 512,          /* jobs that are handed to workers at once */
	TU_CELLS_WORKERS = 1024, /* at most */
	TU_CELLS_JOBS = 1024,    /* different jobs of one pool, at most */
	TU_CELL_SMALL = 80,      /* bytes that stand in the cell itself */
	TU_CELL_PLACE = 1 << 20, /* bytes of one's place */
	TU_CELL_TEXT = 1024,     /* of an error's words */
	TU_CELL_NAME = 256,
};

enum { TU_CELL_FREE, TU_CELL_PENDING, TU_CELL_TAKEN, TU_CELL_STOPPED, TU_CELL_DONE };

/* Which job: the first to have it describes it, and then its number is enough. */
struct tu_cells_job {
	char name[TU_CELL_NAME], module[4096];
	size_t offset;
	uint32_t arg_size, result_size;
	uint8_t arg_kind, result_kind;
};

struct tu_cell {
	_Alignas(128) uint64_t state; /* atomic: kind, worker << 8, turn << 32 */
	uint32_t job;                 /* the rest: of whoever the state says has it */
	int32_t code;                 /* of the end */
	uint64_t bytes;               /* of the argument, then of the result */
	int64_t left; /* time until the deadline when it was handed out, ns; INT64_MAX: none */
	int32_t file; /* not -1: what it holds is there, a descriptor of its writer's */
	int32_t writer;
	bool has_text; /* its error has words, in its place */
	_Alignas(16) unsigned char small[TU_CELL_SMALL];
};
_Static_assert(sizeof(struct tu_cell) == 128, "two cache lines");

struct tu_cell_place {
	char text[TU_CELL_TEXT];
	unsigned char data[TU_CELL_PLACE - TU_CELL_TEXT];
};

/* What one worker has done, in order. */
struct tu_cells_done {
	_Alignas(64) uint32_t put; /* atomic: the worker's */
	uint32_t cell[TU_CELLS];   /* at a time it has no more than all of them */
};

struct tu_cells_shared {
	uint64_t magic;
	int32_t owner;
	uint32_t closing;           /* atomic: workers end */
	_Alignas(64) uint32_t last; /* atomic: the next place in order */
	uint32_t work; /* atomic: changes with it, and at the end; what workers wait for */
	uint64_t workers_asleep;     /* atomic: some may be, since work was that; 0: none */
	_Alignas(64) uint32_t first; /* atomic: where to look for the next */
	_Alignas(64) uint32_t news;  /* atomic: what the pool waits for; changes when it is woken */
	uint32_t pool_asleep;        /* atomic: whoever makes it 0 again wakes the pool */
	_Alignas(64) uint32_t order[TU_CELLS * 2];
	struct tu_cell cell[TU_CELLS];
	struct tu_cells_done done[TU_CELLS_WORKERS];
	struct tu_cells_job jobs[TU_CELLS_JOBS];
};

struct tu_cells {
	int fd;
	struct tu_cells_shared *shared;
	struct tu_cell_place *places;
};

/* 0 or -errno. */
int tu_cells_create(struct tu_cells *c);
int tu_cells_attach(struct tu_cells *c, int pid, int fd);
void tu_cells_close(struct tu_cells *c);

static inline struct tu_cell *tu_cell_at(const struct tu_cells *c, uint32_t i)
{
	return &c->shared->cell[i];
}

/* -- the pool's side: by one thread at a time -------------------------------------------------- */

/* The n cells, which are filled in, may be taken, in that order; who sleeps is to be called. */
void tu_cells_publish(struct tu_cells *c, const uint32_t *cells, unsigned n);

/* So many have been published: as many workers come, if they sleep. By any thread. */
void tu_cells_call(struct tu_cells *c, unsigned n);

/* true: nobody has taken it, and it is free. */
bool tu_cells_take_back(struct tu_cells *c, uint32_t i);

/* Which worker has it? -1: nobody, it is pending or done. */
int tu_cells_worker_of(const struct tu_cells *c, uint32_t i);

/* The same; and that worker takes no other job after this one, so that it can be ended. */
int tu_cells_stop(struct tu_cells *c, uint32_t i);

bool tu_cells_is_done(const struct tu_cells *c, uint32_t i);
bool tu_cells_is_done_by(const struct tu_cells *c, uint32_t i, unsigned worker);
bool tu_cells_is_free(const struct tu_cells *c, uint32_t i);

/* Its content is not needed any more. */
void tu_cells_free(struct tu_cells *c, uint32_t i);

/* The next that the worker has done after *seen, which moves on; -1: none. */
int tu_cells_next_done(const struct tu_cells *c, unsigned worker, uint32_t *seen);
bool tu_cells_has_done(const struct tu_cells *c, unsigned worker, uint32_t seen);

/*
 * Wait until somebody has told (tu_cells_tell) since news were seen, or a worker has done
 * something: is_any says whether one has. May end for nothing.
 */
void tu_cells_await_news(struct tu_cells *c, uint32_t seen, int64_t deadline,
	bool (*is_any)(const void *arg), const void *arg);
uint32_t tu_cells_news(const struct tu_cells *c);
void tu_cells_tell(struct tu_cells *c);

/* Workers are to end as soon as they have nothing to do. */
void tu_cells_end(struct tu_cells *c);

/* -- the worker's side ------------------------------------------------------------------------- */

/* Take the next, waiting for it; -1: it is to end. */
int tu_cells_take(struct tu_cells *c, unsigned worker);

/* The cell holds what came of it. false: it was STOPPED, so the worker must end. */
bool tu_cells_finish(struct tu_cells *c, unsigned worker, uint32_t i);

/* -- content, of both -------------------------------------------------------------------------- */

/* Put n bytes in, in a file if they are many. 0 or -errno. */
int tu_cell_fill(struct tu_cells *c, uint32_t i, const void *data, size_t n);

/* What is in it, as bytes says, until tu_cell_leave. 0 or -errno; -ESRCH: it lay in a file, and has
   died with its writer. */
int tu_cell_read(const struct tu_cells *c, uint32_t i, tutti_bytes *content);
void tu_cell_leave(const struct tu_cells *c, uint32_t i, tutti_bytes content);

/* The words of its error; NULL: none. */
void tu_cell_set_text(struct tu_cells *c, uint32_t i, const char *text);
const char *tu_cell_text(const struct tu_cells *c, uint32_t i);

#endif
