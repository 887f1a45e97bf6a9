/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* Blocks are nobody else's while somebody has them, and memory goes back when there is plenty. */
#include "core/pool.h"

#include "base/prng.h"
#include "core/worker.h"
#include "support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

enum {
	BURST = 200000,
	BATCH = 1000,
	FRESH_BLOCKS = 128, /* a thread may have so many that were never used */
	SEED = 20250107,
};

static const size_t words[TU_POOL_SIZES] = { 64 / sizeof(size_t), 128 / sizeof(size_t),
	256 / sizeof(size_t) };

static bool keeps(void)
{
	struct tu_pool *pools = tu_worker_self()->pools;

	tu_pool_give(pools, TU_POOL_64, tu_pool_take(pools, TU_POOL_64)); /* it asks at the first */
	return pools[TU_POOL_64].most > 0;
}

/* Whoever else gets the block while it is ours leaves another mark on it. */
static void mark(size_t *block, enum tu_pool_size size, size_t number)
{
	block[0] = block[words[size] / 2] = block[words[size] - 1] = number;
}

static void check_mark(const size_t *block, enum tu_pool_size size, size_t number)
{
	CHECK_EQ(block[0], number);
	CHECK_EQ(block[words[size] / 2], number);
	CHECK_EQ(block[words[size] - 1], number);
}

static void take_all(struct tu_pool *pools, enum tu_pool_size size, size_t **blocks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		blocks[i] = tu_pool_take(pools, size);
		CHECK(blocks[i]);
		CHECK_EQ((uintptr_t)blocks[i] % 64, 0);
		mark(blocks[i], size, i);
	}
}

static void give_all(struct tu_pool *pools, enum tu_pool_size size, size_t **blocks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_mark(blocks[i], size, i);
	for (size_t i = 0; i < n; i++)
		tu_pool_give(pools, size, blocks[i]);
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return (x > y) - (x < y);
}

static void blocks_are_apart(void)
{
	static size_t *blocks[TU_POOL_SIZES][BATCH];
	struct tu_pool pools[TU_POOL_SIZES];

	tu_pool_begin(pools);
	for (int round = 0; round < 3; round++) {
		for (int size = 0; size < TU_POOL_SIZES; size++)
			take_all(pools, size, blocks[size], BATCH);
		for (int size = 0; size < TU_POOL_SIZES; size++)
			give_all(pools, size, blocks[size], BATCH);
	}
	tu_pool_end(pools);
}

/* -- between threads -------------------------------------------------------------------------- */

static size_t *handed[BATCH];
static tutti_semaphore taken, given;

static void *give_what_is_handed(void *arg)
{
	struct tu_pool *pools = tu_worker_self()->pools;
	int rounds = *(const int *)arg;

	while (rounds-- > 0) {
		CHECK_EQ(tutti_semaphore_acquire(&taken), 0);
		give_all(pools, TU_POOL_64, handed, BATCH);
		CHECK_EQ(tutti_semaphore_release(&given, 1), 0);
	}
	return NULL;
}

/* One takes, another gives: the blocks go round, however long that is done. */
static void blocks_come_back_from_elsewhere(void)
{
	struct tu_pool *pools = tu_worker_self()->pools;
	int rounds = suite_rounds(200);
	size_t n = 0, distinct = 1, **all = malloc((size_t)rounds * sizeof(handed));
	tutti_future *f = tutti_thread_start(give_what_is_handed, &rounds, NULL);

	CHECK(all);
	for (int i = 0; i < rounds; i++) {
		take_all(pools, TU_POOL_64, handed, BATCH);
		memcpy(all + n, handed, sizeof(handed));
		n += BATCH;
		CHECK_EQ(tutti_semaphore_release(&taken, 1), 0);
		CHECK_EQ(tutti_semaphore_acquire(&given), 0);
	}
	finish(f);
	qsort(all, n, sizeof(*all), by_address);
	for (size_t i = 1; i < n; i++)
		distinct += all[i] != all[i - 1];
	free(all);
	printf("%zu blocks for %zu\n", distinct, n);
	/* Each thread has two magazines at most, and a third is on its way. */
	if (keeps())
		CHECK(distinct <= BATCH + 5 * TU_POOL_MAGAZINE + FRESH_BLOCKS);
}

enum { LEFT = 3 * TU_POOL_MAGAZINE + 10 };
static size_t *left_over[LEFT];

static void *take_give_and_end(void *arg)
{
	struct tu_pool *pools = tu_worker_self()->pools;

	take_all(pools, TU_POOL_128, left_over, LEFT);
	give_all(pools, TU_POOL_128, left_over, LEFT);
	return arg;
}

/* A bare thread, as its join waits for all that its end does. */
static void a_threads_end_hands_its_blocks_on(void)
{
	static size_t *blocks[LEFT];
	struct tu_pool pools[TU_POOL_SIZES];
	pthread_t thread;
	int known = 0;

	CHECK_EQ(pthread_create(&thread, NULL, take_give_and_end, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	qsort(left_over, LEFT, sizeof(*left_over), by_address);
	tu_pool_begin(pools);
	take_all(pools, TU_POOL_128, blocks, LEFT);
	for (int i = 0; i < LEFT; i++)
		known += bsearch(&blocks[i], left_over, LEFT, sizeof(*left_over), by_address) !=
			 NULL;
	give_all(pools, TU_POOL_128, blocks, LEFT);
	tu_pool_end(pools);
	if (keeps())
		CHECK(known >= LEFT - FRESH_BLOCKS);
}

/* -- giving memory back ----------------------------------------------------------------------- */

/* Until there is no plenty; each step is bounded, so it takes some, but not for ever. */
static void trim_all(void)
{
	int steps = 0;

	while (tu_pool_plenty()) {
		tu_pool_trim();
		steps++;
		CHECK(steps < BURST / TU_POOL_MAGAZINE);
	}
	if (keeps())
		CHECK(steps > 1);
}

static bool is_mapped(const void *block)
{
	uintptr_t page = (uintptr_t)block & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
	unsigned char in_core;

	return mincore((void *)page, 1, &in_core) == 0 || errno != ENOMEM;
}

/* Of every sixteenth block: is its memory gone? */
static void check_gone(size_t **blocks)
{
	size_t gone = 0;

	for (size_t i = 0; i < BURST; i += 16)
		gone += !is_mapped(blocks[i]);
	printf("%zu of %d are gone\n", gone, BURST / 16);
	CHECK(gone >= BURST / 16 / 2);
}

static void shuffle(size_t **blocks, size_t n)
{
	struct tu_prng prng;

	tu_prng_init(&prng, SEED);
	for (size_t i = n - 1; i > 0; i--) {
		size_t k = tu_prng_below(&prng, i + 1), *block = blocks[i];

		blocks[i] = blocks[k];
		blocks[k] = block;
	}
	for (size_t i = 0; i < n; i++) {
		blocks[i][0] = i; /* check_mark wants them in order */
		for (size_t w = 1; w < words[TU_POOL_64]; w++)
			blocks[i][w] = i;
	}
}

static size_t *bursts[TU_POOL_SIZES][BURST];

static void a_burst_goes_back(void)
{
	struct tu_pool pools[TU_POOL_SIZES];

	tu_pool_begin(pools);
	for (int size = 0; size < TU_POOL_SIZES; size++)
		take_all(pools, size, bursts[size], BURST);
	CHECK(!tu_pool_plenty());
	for (int size = 0; size < TU_POOL_SIZES; size++)
		give_all(pools, size, bursts[size], BURST);
	CHECK_EQ(tu_pool_plenty(), keeps());
	trim_all();
	for (int size = 0; size < TU_POOL_SIZES && keeps(); size++)
		check_gone(bursts[size]);
	tu_pool_end(pools);
}

/* Chunks that have some of their blocks back lend those again: none twice, none lost. */
static void what_was_sorted_is_used_again(void)
{
	struct tu_pool pools[TU_POOL_SIZES];

	tu_pool_begin(pools);
	for (int round = 0; round < 3; round++) {
		take_all(pools, TU_POOL_64, bursts[0], BURST);
		shuffle(bursts[0], BURST);
		give_all(pools, TU_POOL_64, bursts[0], BURST);
		trim_all();
		take_all(pools, TU_POOL_64, bursts[1], BURST / 2);
		give_all(pools, TU_POOL_64, bursts[1], BURST / 2);
	}
	tu_pool_end(pools);
}

/* Who has nothing to do but to wait does it unasked, in short steps, and soon. */
static void an_idle_thread_gives_a_burst_back(void)
{
	struct tu_pool *pools = tu_worker_self()->pools;
	tutti_time limit = tutti_after(TUTTI_SECONDS(60));

	if (tutti_simulated()) /* there an idle thread is one that time passes by */
		return;
	take_all(pools, TU_POOL_64, bursts[0], BURST);
	give_all(pools, TU_POOL_64, bursts[0], BURST);
	CHECK_EQ(tu_pool_plenty(), keeps());
	while (tu_pool_plenty() && tutti_now() < limit)
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(500)), 0);
	CHECK(!tu_pool_plenty());
}

/* -- all at once ------------------------------------------------------------------------------ */

enum { PLAYERS = 3, SLOTS = 64 };

static size_t *slots[SLOTS]; /* atomic: blocks on their way from one to another */
static int playing;

/* Blocks are taken by one, and the next to come by the slot gives them. */
static void *play(void *arg)
{
	struct tu_pool *pools = tu_worker_self()->pools;
	struct tu_prng prng;

	tu_prng_init(&prng, SEED + (uintptr_t)arg);
	for (int i = 0; i < suite_rounds(100000); i++) {
		size_t *block = tu_pool_take(pools, TU_POOL_128);
		uint64_t slot = tu_prng_below(&prng, SLOTS);

		CHECK(block);
		mark(block, TU_POOL_128, (uintptr_t)block);
		/* release: the marks; acquire: those of whoever left the other one there */
		block = tu_swap_acqrel(&slots[slot], block);
		if (!block)
			continue;
		check_mark(block, TU_POOL_128, (uintptr_t)block);
		mark(block, TU_POOL_128, 0);
		tu_pool_give(pools, TU_POOL_128, block);
	}
	tu_sub_acqrel(&playing, 1);
	return NULL;
}

/* Meanwhile there is plenty again and again, and somebody idle sorts it. */
static void all_at_once(void)
{
	struct tu_pool *pools = tu_worker_self()->pools;
	tutti_future *f[PLAYERS];

	playing = PLAYERS;
	for (intptr_t i = 0; i < PLAYERS; i++)
		f[i] = tutti_thread_start(play, (void *)i, NULL);
	do {
		take_all(pools, TU_POOL_128, bursts[1], BURST / 4);
		give_all(pools, TU_POOL_128, bursts[1], BURST / 4);
		while (tu_pool_plenty())
			tu_pool_trim();
		let_others_run();
	} while (tu_load_acq(&playing) > 0);
	join_all(f, PLAYERS);
	for (int i = 0; i < SLOTS; i++)
		if (slots[i])
			tu_pool_give(pools, TU_POOL_128, slots[i]);
}

int main(void)
{
	suite_begin();
	RUN(blocks_are_apart);
	RUN(blocks_come_back_from_elsewhere);
	RUN(a_threads_end_hands_its_blocks_on);
	RUN(a_burst_goes_back);
	RUN(what_was_sorted_is_used_again);
	RUN(an_idle_thread_gives_a_burst_back);
	RUN(all_at_once);
	return suite_end();
}
