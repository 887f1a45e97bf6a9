/* SPDX-License-Identifier: MIT */
/*
 * Two writers and a reader of a ring of two cells, switched at random at each of their atomic
 * accesses: here a whole turn of the ring often fits into the middle of one record. The ring
 * is compiled into this file for that; with TU_MODEL each access announces itself first.
 */
#define TU_MODEL
#include "base/trace.c"

#include "base/prng.h"
#include "support/test.h"

#include <ucontext.h>

enum { CELLS = 2, FIBERS = 3, RUNS = 20000, STACK_BYTES = 64 * 1024 };

static struct tu_trace_cell cells[CELLS];
static struct tu_trace_record got[CELLS];
static uint64_t emitted, incomplete;

static ucontext_t scheduler, fibers[FIBERS];
static char stacks[FIBERS][STACK_BYTES];
static bool done[FIBERS];
static int running = -1; /* -1: the scheduler itself */

void tu_model_point(const volatile void *where)
{
	(void)where;
	if (running >= 0)
		swapcontext(&fibers[running], &scheduler);
}

/* Each word follows from a, so that a record put together of two shows. */
static void emit(void)
{
	uint64_t a = ++emitted;

	tu_trace_emit((enum tu_trace_kind)(1 + a % 8), a * 3, a, a * 5);
}

static size_t read_all(void)
{
	uint64_t from = 0, lost = 0;
	size_t n = tu_trace_read(&from, got, CELLS, &lost);

	CHECK_EQ(n + lost, from);
	for (size_t i = 0; i < n; i++) {
		CHECK_EQ(got[i].id, got[i].a * 3);
		CHECK_EQ(got[i].b, got[i].a * 5);
		CHECK_EQ(got[i].kind, 1 + got[i].a % 8);
	}
	return n;
}

static void write_one(void)
{
	emit();
	done[running] = true;
	swapcontext(&fibers[running], &scheduler);
}

static void write_many(void)
{
	for (int i = 0; i < 2 * CELLS; i++)
		emit();
	done[running] = true;
	swapcontext(&fibers[running], &scheduler);
}

static void read_twice(void)
{
	read_all();
	incomplete += read_all() < CELLS;
	done[running] = true;
	swapcontext(&fibers[running], &scheduler);
}

static void begin(int before)
{
	static void (*const work[FIBERS])(void) = { write_one, write_many, read_twice };

	memset(cells, 0, sizeof cells);
	ring.cells = NULL;
	ring.end = emitted = 0;
	CHECK(tu_trace_start(cells, CELLS));
	for (int i = 0; i < before; i++)
		emit();
	for (int i = 0; i < FIBERS; i++) {
		getcontext(&fibers[i]);
		fibers[i].uc_stack.ss_sp = stacks[i];
		fibers[i].uc_stack.ss_size = STACK_BYTES;
		makecontext(&fibers[i], work[i], 0);
		done[i] = false;
	}
}

/* A record never gives way to an older one; the lowest bit only says whether it is finished. */
static void check_never_older(uint64_t seen[CELLS])
{
	for (int i = 0; i < CELLS; i++) {
		CHECK(cells[i].stamp / 2 >= seen[i]);
		seen[i] = cells[i].stamp / 2;
	}
}

/* One fiber goes on for a while of random length, so that long overtakings occur too. */
static void run_all(struct tu_prng *prng)
{
	uint64_t seen[CELLS] = { 0 };

	for (int left = FIBERS; left > 0;) {
		int fiber = (int)tu_prng_below(prng, FIBERS);
		uint64_t steps = 1 + tu_prng_below(prng, UINT64_C(1) << tu_prng_below(prng, 7));

		for (; steps > 0 && !done[fiber]; steps--) {
			running = fiber;
			swapcontext(&scheduler, &fibers[fiber]);
			running = -1;
			check_never_older(seen);
			left -= done[fiber];
		}
	}
}

int main(void)
{
	struct tu_prng prng;

#ifdef __SANITIZE_THREAD__
	puts("one thread only, on stacks that this sanitizer is not told about: not run");
	return 0;
#endif
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		tu_prng_init(&prng, seed);
		begin((int)tu_prng_below(&prng, 2 * CELLS));
		run_all(&prng);
		read_all();
		CHECK_EQ(tu_trace_end(), emitted);
		/* Whatever happened, the ring works afterwards. */
		for (int i = 0; i < CELLS; i++)
			emit();
		CHECK_EQ(read_all(), CELLS);
		CHECK_EQ(got[CELLS - 1].a, emitted);
	}
	CHECK(incomplete > 0);
	return 0;
}
