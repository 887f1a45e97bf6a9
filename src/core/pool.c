/* SPDX-License-Identifier: MIT */
/*
 * pool.c - the depot that the workers' pools share, and the chunks that blocks are cut from.
 *
 *     worker   free, full   magazines: lists of blocks
 *              fresh        a piece of a chunk, never used
 *     depot    magazines    given back, of any chunks
 *              loose        chunks with blocks that were sorted back to them
 *              fresh        the rest of the newest chunk
 *
 * Memory goes back to the system by the chunk. While there is work magazines only change hands;
 * a worker that is about to sleep sorts some of them into the chunks they came from (tu_pool_trim),
 * and a chunk that has all its blocks back is unmapped. So each block is sorted once at most
 * between two uses, and never while somebody waits for it.
 */
#include "core/pool.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/list.h"
#include "core/alloc.h"
#include "core/mutex.h"
#include "core/sanitize.h"
#include "os/os.h"

enum {
	CHUNK_BYTES = 2 << 20, /* a large page of x86-64 and of aarch64 */
	FRESH_BYTES = 8192,    /* what a worker takes of it at a time */
	HEADER_BYTES = 256,
	PLENTY = 128,        /* magazines */
	TRIM_MAGAZINES = 16, /* per step: bounds the pause */
};

/* At the start of each chunk. All under the depot's lock. */
struct chunk {
	struct tu_link link; /* in depot.loose while free is not NULL */
	struct tu_pool_block *free;
	uint32_t count; /* of free */
	uint32_t cut;   /* blocks handed out so far */
};
_Static_assert(sizeof(struct chunk) <= HEADER_BYTES, "the header must fit");

static const size_t block_bytes[TU_POOL_SIZES] = { 64, 128, 256 };

static uint32_t lock; /* a tu_mutex: over all chunks and depots */
static struct depot {
	struct tu_pool_block *magazines;
	struct tu_list loose;
	struct chunk *newest;
	char *fresh, *fresh_end; /* within newest */
	uint32_t chunks;
	uint32_t magazine_count; /* atomic: looked at without the lock */
} depots[TU_POOL_SIZES] = {
	{ .loose = { { &depots[0].loose.head, &depots[0].loose.head } } },
	{ .loose = { { &depots[1].loose.head, &depots[1].loose.head } } },
	{ .loose = { { &depots[2].loose.head, &depots[2].loose.head } } },
};

static struct chunk *chunk_of(void *block)
{
	return (struct chunk *)((uintptr_t)block & ~(uintptr_t)(CHUNK_BYTES - 1));
}

/* -- the depot, under its lock ---------------------------------------------------------------- */

static void add_magazine(struct depot *d, struct tu_pool_block *first, uint32_t count)
{
	first->count = count;
	first->next_magazine = d->magazines;
	d->magazines = first;
	tu_store_rlx(&d->magazine_count, d->magazine_count + 1); /* see tu_pool_plenty */
}

static struct tu_pool_block *take_magazine(struct depot *d)
{
	struct tu_pool_block *first = d->magazines;

	if (!first)
		return NULL;
	d->magazines = first->next_magazine;
	tu_store_rlx(&d->magazine_count, d->magazine_count - 1); /* see tu_pool_plenty */
	return first;
}

/* Blocks that were sorted already, as a magazine. NULL: there are none. */
static struct tu_pool_block *take_loose(struct depot *d)
{
	struct tu_link *link = tu_list_first(&d->loose);
	struct chunk *c = link ? tu_container_of(link, struct chunk, link) : NULL;
	struct tu_pool_block *first = NULL;
	uint32_t n = 0;

	while (c && c->free && n < TU_POOL_MAGAZINE) {
		struct tu_pool_block *block = c->free;

		c->free = block->next;
		block->next = first;
		first = block;
		n++;
	}
	if (!first)
		return NULL;
	c->count -= n;
	first->count = n;
	if (!c->free)
		tu_list_remove(&c->link);
	return first;
}

/* The first chunk of a size may stay nearly unused: no large page for it. */
static bool chunk_add(struct depot *d)
{
	struct chunk *c = tu_os_chunk_map(CHUNK_BYTES, d->chunks > 0);

	if (!c)
		return false;
	d->chunks++;
	d->newest = c;
	d->fresh = (char *)c + HEADER_BYTES;
	d->fresh_end = (char *)c + CHUNK_BYTES;
	return true;
}

static bool take_fresh(struct depot *d, struct tu_pool *pool, size_t bytes)
{
	size_t room = (size_t)(d->fresh_end - d->fresh);

	if (room == 0 && !chunk_add(d))
		return false;
	room = (size_t)(d->fresh_end - d->fresh);
	if (room > FRESH_BYTES)
		room = FRESH_BYTES;
	pool->fresh = d->fresh;
	pool->fresh_end = d->fresh += room;
	d->newest->cut += (uint32_t)(room / bytes);
	return true;
}

static void chunk_drop(struct depot *d, struct chunk *c)
{
	tu_list_remove(&c->link);
	d->chunks--;
	if (c == d->newest) {
		d->newest = NULL;
		d->fresh = d->fresh_end = NULL;
	}
	tu_os_chunk_unmap(c, CHUNK_BYTES);
}

static void sort_magazine(struct depot *d, struct tu_pool_block *block)
{
	while (block) {
		struct tu_pool_block *next = block->next;
		struct chunk *c = chunk_of(block);

		if (!c->free)
			tu_list_add_tail(&d->loose, &c->link);
		block->next = c->free;
		c->free = block;
		if (++c->count == c->cut)
			chunk_drop(d, c);
		block = next;
	}
}

/* -- a worker's pools ------------------------------------------------------------------------- */

static bool keeps(void)
{
	bool hooked = tu_alloc_is_hooked();

#ifdef TU_ASAN
	hooked = true; /* as if it were: by ASan */
#endif
	return !hooked;
}

void tu_pool_begin(struct tu_pool pools[TU_POOL_SIZES])
{
	for (int i = 0; i < TU_POOL_SIZES; i++)
		pools[i] = (struct tu_pool){ 0 };
}

/* Not when its thread begins: that may be before the program has chosen an allocator. */
static void ask(struct tu_pool *pool)
{
	if (pool->asked)
		return;
	pool->asked = true;
	pool->most = keeps() ? TU_POOL_MAGAZINE : 0;
}

static void *take_of(struct tu_pool *pool, struct tu_pool_block *first, uint32_t count)
{
	pool->free = first->next;
	pool->count = count - 1;
	return first;
}

static bool refill(struct tu_pool *pool, enum tu_pool_size size, struct tu_pool_block **first)
{
	struct depot *d = &depots[size];
	bool done;

	tu_mutex_lock(&lock);
	*first = take_magazine(d);
	if (!*first)
		*first = take_loose(d);
	done = *first || take_fresh(d, pool, block_bytes[size]);
	tu_mutex_unlock(&lock);
	return done;
}

void *tu_pool_take_slowly(struct tu_pool *pool, enum tu_pool_size size)
{
	struct tu_pool_block *first = pool->full;
	char *block;

	ask(pool);
	if (pool->most == 0)
		return tu_alloc_aligned(block_bytes[size], 64);
	if (first) {
		pool->full = NULL;
		return take_of(pool, first, first->count);
	}
	if (pool->fresh == pool->fresh_end && !refill(pool, size, &first))
		return NULL;
	if (first)
		return take_of(pool, first, first->count);
	block = pool->fresh;
	pool->fresh += block_bytes[size];
	return block;
}

/* A magazine is full: the one before it goes to the depot. */
static void change_magazine(struct tu_pool *pool, enum tu_pool_size size)
{
	if (pool->full) {
		tu_mutex_lock(&lock);
		add_magazine(&depots[size], pool->full, pool->full->count);
		tu_mutex_unlock(&lock);
	}
	pool->full = pool->free;
	pool->full->count = pool->count; /* more than usual if it is what an ended thread left */
	pool->free = NULL;
	pool->count = 0;
}

void tu_pool_give_slowly(struct tu_pool *pool, enum tu_pool_size size, void *p)
{
	struct tu_pool_block *block = p;

	ask(pool);
	if (pool->most == 0) {
		tu_free_aligned(p);
		return;
	}
	if (pool->count >= pool->most)
		change_magazine(pool, size);
	block->next = pool->free;
	pool->free = block;
	pool->count++;
}

static void pool_end(struct tu_pool *pool, enum tu_pool_size size)
{
	struct depot *d = &depots[size];

	while (pool->fresh < pool->fresh_end) {
		struct tu_pool_block *block = (struct tu_pool_block *)pool->fresh;

		pool->fresh += block_bytes[size];
		block->next = pool->free;
		pool->free = block;
		pool->count++;
	}
	tu_mutex_lock(&lock);
	if (pool->full)
		add_magazine(d, pool->full, pool->full->count);
	if (pool->free)
		add_magazine(d, pool->free, pool->count);
	tu_mutex_unlock(&lock);
	*pool = (struct tu_pool){ .most = pool->most, .asked = pool->asked };
}

void tu_pool_end(struct tu_pool pools[TU_POOL_SIZES])
{
	for (int i = 0; i < TU_POOL_SIZES; i++)
		pool_end(&pools[i], (enum tu_pool_size)i);
}

/* -- giving back ------------------------------------------------------------------------------ */

bool tu_pool_plenty(void)
{
	bool plenty = false;

	/* Relaxed: a guess, for one who has nothing better to do. */
	for (int i = 0; i < TU_POOL_SIZES; i++)
		plenty = plenty || tu_load_rlx(&depots[i].magazine_count) >= PLENTY;
	return plenty;
}

static void trim(struct depot *d)
{
	for (int n = 0; n < TRIM_MAGAZINES; n++) {
		struct tu_pool_block *first;

		tu_mutex_lock(&lock);
		first = take_magazine(d);
		sort_magazine(d, first);
		tu_mutex_unlock(&lock);
	}
}

void tu_pool_trim(void)
{
	for (int i = 0; i < TU_POOL_SIZES; i++)
		if (tu_load_rlx(&depots[i].magazine_count) >= PLENTY) /* as in tu_pool_plenty */
			trim(&depots[i]);
}

void tu_pool_lock(void)
{
	tu_mutex_lock(&lock);
}

void tu_pool_unlock(void)
{
	tu_mutex_unlock(&lock);
}
