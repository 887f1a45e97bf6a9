/* SPDX-License-Identifier: MIT */
/* Blocks: each has one owner at a time, whoever frees it; chunks go back when nobody has any. */
#include "base/prng.h"
#include "core/worker.h"
#include "support/suite.h"

#include <pthread.h>
#include <string.h>

enum { MANY = 200000, EACH = 40000 };

static const size_t bytes_of[TU_POOL_SIZES] = { 64, 128, 256 };

static void *all[MANY];

/* The first word of a block names its owner while it has one. */
static void *hold(enum tu_pool_size size, uint64_t owner)
{
	uint64_t *block = tu_pool_take(tu_worker_self()->pools, size);

	CHECK(block && (uintptr_t)block % 64 == 0);
	memset(block, 0x5a, bytes_of[size]);
	block[0] = owner;
	return block;
}

static void hand_back(enum tu_pool_size size, uint64_t *block, uint64_t owner)
{
	CHECK_EQ(block[0], owner);
	CHECK_EQ(block[bytes_of[size] / 8 - 1], 0x5a5a5a5a5a5a5a5a);
	tu_pool_give(tu_worker_self()->pools, size, block);
}

static void counts_are_true(void)
{
	const struct tu_pool *pool = &tu_worker_self()->pools[TU_POOL_64];
	uint32_t n = 0;

	for (const struct tu_pool_block *block = pool->free; block; block = block->next)
		n++;
	CHECK_EQ(pool->count, n);
}

static void *free_ours(void *arg)
{
	uint64_t *own = hold(TU_POOL_64, 1); /* and so a piece of a chunk */

	for (int i = 0; i < TU_POOL_MAGAZINE - 1; i++)
		hand_back(TU_POOL_64, all[i], (uint64_t)i);
	hand_back(TU_POOL_64, own, 1);
	return arg;
}

/* A whole magazine and the rest of a piece: more than a thread keeps for itself. */
static void a_thread_may_leave_much(void)
{
	const struct tu_pool *pool = &tu_worker_self()->pools[TU_POOL_64];
	pthread_t thread;
	int n = 0;

	if (pool->most == 0)
		return; /* under ASan each block is an allocation of its own */
	for (; n < TU_POOL_MAGAZINE - 1; n++)
		all[n] = hold(TU_POOL_64, (uint64_t)n);
	CHECK_EQ(pthread_create(&thread, NULL, free_ours, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0); /* only then its pools have gone too */
	for (n = 0; n < MANY && pool->count <= TU_POOL_MAGAZINE; n++)
		all[n] = hold(TU_POOL_64, (uint64_t)n);
	CHECK(n < MANY);
	n--;
	hand_back(TU_POOL_64, all[n], (uint64_t)n);
	for (int i = 0; i < 3; i++, n++) {
		all[n] = hold(TU_POOL_64, (uint64_t)n);
		counts_are_true();
	}
	while (n-- > 0)
		hand_back(TU_POOL_64, all[n], (uint64_t)n);
	counts_are_true();
}

static void many_of_each_size(void)
{
	for (int size = 0; size < TU_POOL_SIZES; size++) {
		for (int i = 0; i < MANY; i++)
			all[i] = hold((enum tu_pool_size)size, (uint64_t)i);
		for (int i = 0; i < MANY; i++)
			hand_back((enum tu_pool_size)size, all[i], (uint64_t)i);
	}
}

/* Some steps of what a worker does before it sleeps. */
static void trimming_ends(void)
{
	int steps = 0;

	while (tu_pool_plenty() && steps++ < 2 * MANY / TU_POOL_MAGAZINE)
		tu_pool_trim();
	CHECK(!tu_pool_plenty());
	many_of_each_size(); /* out of what was sorted, too */
}

static tutti_queue *blocks;

/* Takes, hands to the next, and gives what others took. */
static void *pass_around(void *arg)
{
	struct tu_prng random;
	uint64_t *block;

	tu_prng_init(&random, (uintptr_t)arg);
	for (int i = 0; i < EACH; i++) {
		block = hold(TU_POOL_64, (uintptr_t)arg);
		block[1] = (uintptr_t)arg;
		if (tu_prng_below(&random, 2) == 0 || tutti_queue_put_until(blocks, &block, 0) < 0)
			hand_back(TU_POOL_64, block, (uintptr_t)arg);
		if (tu_prng_below(&random, 3) > 0 && tutti_queue_get_until(blocks, &block, 0) == 0)
			hand_back(TU_POOL_64, block, block[1]);
		if (i % 1024 == 0) {
			tu_pool_trim();
			counts_are_true();
		}
	}
	return NULL;
}

/* Threads come and go, so that pools end half full. */
static void who_frees_need_not_have_taken(void)
{
	tutti_future *f[4];
	uint64_t *block;

	CHECK_EQ(tutti_queue_create(&blocks, sizeof(void *), NULL), 0);
	for (int round = 0; round < suite_rounds(5); round++) {
		for (intptr_t i = 0; i < 4; i++)
			f[i] = tutti_thread_start(pass_around, (void *)(i + 1), NULL);
		CHECK_EQ(tutti_join_all(f, 4), 0);
	}
	while (tutti_queue_get_until(blocks, &block, 0) == 0)
		hand_back(TU_POOL_64, block, block[1]);
	tutti_queue_free(blocks);
}

int main(void)
{
	suite_begin();
	RUN(a_thread_may_leave_much);
	RUN(many_of_each_size);
	RUN(trimming_ends);
	RUN(who_frees_need_not_have_taken);
	RUN(trimming_ends);
	return suite_end();
}
