/* SPDX-License-Identifier: MIT */
/*
 * stack.c - stacks by the slab, kept hot for the next who waits, given back when nobody does.
 *
 *     slab:   | guard | stack 0 ... context | guard | stack 1 ... context | ...
 *
 * Each worker has its own, so that nothing here is atomic. A stack is one of
 *     fresh   never used, its pages not there       slab->fresh counts where they begin
 *     lent    some job runs or waits on it          or the scheduler does
 *     spare   hot: its context sits in the scheduler, in tu_switch, on w->spares
 *     cold    was given back: as fresh, in slab->cold
 *
 * Spares are given back when there were more of them than needed all the time since the last look,
 * which is taken before a sleep.
 */
#include "base/bits.h"
#include "base/facts.h"
#include "base/trace.h"
#include "core/alloc.h"
#include "core/overflow.h"
#include "core/report.h"
#include "core/sanitize.h"
#include "core/worker.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

struct tu_slab {
	struct tu_slab *next;           /* all of the worker */
	struct tu_slab *next_available; /* of its class, while it has stacks to give */
	char *base;
	size_t stack_bytes;
	uint32_t size_class;
	uint32_t count, fresh, cold_count;
	bool available;
	uint16_t cold[]; /* indices of stacks */
};

enum {
	SLAB_STACKS_MOST = 1024,
#ifdef TU_DEBUG
	SLAB_STACKS_FIRST = 2, /* so that growing is common */
	SPARES_KEPT = 1,
#else
	SLAB_STACKS_FIRST = 16,
	SPARES_KEPT = 16,
#endif
	TRIM_MOST = 4096, /* stacks per look: bounds the pause */
	FETCH_FROM = 64,  /* spares */
	FETCH_LINES = 12,
};
static const size_t slab_bytes_most = (size_t)256 << 20;

static unsigned index_of(unsigned size_class)
{
	return size_class - TU_STACK_CLASS_LEAST;
}

unsigned tu_size_class(size_t bytes)
{
	unsigned size_class = TU_STACK_CLASS_USUAL;

	if (bytes != 0)
		size_class = bytes > 1 ? tu_log2(bytes - 1) + 1 : 0;
	if (size_class < TU_STACK_CLASS_LEAST)
		size_class = TU_STACK_CLASS_LEAST;
	return size_class > TU_STACK_CLASS_MOST ? 0 : size_class;
}

/* -- slabs ------------------------------------------------------------------------------------ */

static void make_available(struct tu_worker *w, struct tu_slab *slab)
{
	unsigned i = index_of(slab->size_class);

	if (slab->available)
		return;
	slab->available = true;
	slab->next_available = w->available[i];
	w->available[i] = slab;
}

/* Twice as many as the last time, within reason. */
static uint32_t slab_count(struct tu_worker *w, size_t stack_bytes, unsigned size_class)
{
	uint32_t count = SLAB_STACKS_FIRST;

	for (struct tu_slab *slab = w->slabs; slab; slab = slab->next)
		if (slab->size_class == size_class) {
			count = slab->count * 2;
			break;
		}
	if (count > SLAB_STACKS_MOST)
		count = SLAB_STACKS_MOST;
	while (count > 1 && count * stack_bytes > slab_bytes_most)
		count /= 2;
	return count;
}

/* Stacks without guards still work; say so once, as an overflow would then go unnoticed. */
static void say_unguarded(int rc)
{
	static uint32_t said;

	if (tu_swap_acqrel(&said, 1) == 0)
		tu_report(rc, "no guard pages for more stacks: an overflow will not be noticed");
}

static struct tu_slab *slab_create(struct tu_worker *w, unsigned size_class)
{
	size_t stack_bytes = (size_t)1 << size_class;
	uint32_t count = slab_count(w, stack_bytes, size_class);
	struct tu_slab *slab = tu_alloc_zero(sizeof(*slab) + count * sizeof(slab->cold[0]));
	int rc;

	if (!slab)
		return NULL;
	slab->base = tu_os_stacks_map(stack_bytes, count);
	if (!slab->base) {
		tu_free(slab);
		return NULL;
	}
	tu_overflow_watch();
	rc = tu_os_stacks_guard(slab->base, stack_bytes, count);
	if (rc < 0)
		say_unguarded(rc);
	slab->stack_bytes = stack_bytes;
	slab->size_class = size_class;
	slab->count = count;
	slab->next = w->slabs;
	w->slabs = slab;
	make_available(w, slab);
	return slab;
}

/*
 * Where a stack's context lies. Neighbours are shifted against each other by some cache lines, or
 * the hot words of all stacks would compete for the same few sets of the cache.
 */
static struct tu_context *context_at(struct tu_slab *slab, uint32_t i)
{
	size_t room = tu_align_up(sizeof(struct tu_context), 64) + (i & 7) * 128;

	return (struct tu_context *)(slab->base + (i + 1) * slab->stack_bytes - room);
}

static uint32_t index_in(const struct tu_slab *slab, const struct tu_context *c)
{
	return (uint32_t)((size_t)((const char *)c - slab->base) / slab->stack_bytes);
}

/* Make the context of a fresh or cold stack. Touches one page. */
static struct tu_context *context_make(struct tu_worker *w, struct tu_slab *slab, uint32_t i)
{
	struct tu_context *c = context_at(slab, i);

	memset(c, 0, sizeof(*c));
	c->worker = w;
	c->slab = slab;
	c->size_class = (uint8_t)slab->size_class;
	c->low = slab->base + i * slab->stack_bytes + tu_os_page_bytes();
	c->bytes = (size_t)((char *)c - c->low);
	tu_arch_prepare(&c->regs, c, tu_scheduler, c);
	tu_sanitize_new(c);
	tu_trace(TU_TRACE_STACK_ALLOC, 0, (uintptr_t)c->low, c->bytes);
	return c;
}

static struct tu_context *from_slab(struct tu_worker *w, unsigned size_class)
{
	struct tu_slab **first = &w->available[index_of(size_class)];
	struct tu_slab *slab = *first ? *first : slab_create(w, size_class);
	uint32_t i;

	if (!slab)
		return NULL;
	i = slab->cold_count > 0 ? slab->cold[--slab->cold_count] : slab->fresh++;
	if (slab->cold_count == 0 && slab->fresh == slab->count) {
		slab->available = false;
		*first = slab->next_available;
	}
	return context_make(w, slab, i);
}

/* -- taking and putting ----------------------------------------------------------------------- */

/*
 * Of many spares the next one is no longer in the cache, but will be wanted soon: its context, and
 * the frames of a job that waits.
 */
static void fetch(const struct tu_context *c)
{
	const char *at = (const char *)c;

	for (int line = -FETCH_LINES; line < 2; line++)
		__builtin_prefetch(at + line * 64, 1);
}

struct tu_context *tu_context_take(struct tu_worker *w, unsigned size_class)
{
	unsigned i = index_of(size_class);
	struct tu_context *c = w->spares[i];

	if (tu_unlikely(!c))
		return from_slab(w, size_class);
	w->spares[i] = c->spare_next;
	if (--w->spare_count[i] < w->spare_least[i])
		w->spare_least[i] = w->spare_count[i];
	if (w->spare_count[i] > FETCH_FROM)
		fetch(c->spare_next);
	return c;
}

void tu_context_put(struct tu_context *c)
{
	struct tu_worker *w = c->worker;
	unsigned i = index_of(c->size_class);

	c->spare_next = w->spares[i];
	w->spares[i] = c;
	w->spare_count[i]++;
}

void tu_context_each(struct tu_worker *w, void (*fn)(struct tu_context *c, void *arg), void *arg)
{
	for (struct tu_slab *slab = w->slabs; slab; slab = slab->next)
		for (uint32_t i = 0; i < slab->fresh; i++) {
			struct tu_context *c = context_at(slab, i);

			if (c->self) /* a cold one reads as zero */
				fn(c, arg);
		}
}

static void forget(struct tu_context *c)
{
	if (c->self)
		c->self = NULL;
	if (tu_load_rlx(&c->park) == TU_PARK_PARKED)                /* of one thread to itself */
		tu_store_rlx(&c->park, (uint32_t)TU_PARK_NOTIFIED); /* called already: not again */
}

void tu_contexts_forget(struct tu_worker *w, struct tu_context *keep)
{
	for (struct tu_slab *slab = w->slabs; slab; slab = slab->next)
		for (uint32_t i = 0; i < slab->fresh; i++)
			if (context_at(slab, i) != keep)
				forget(context_at(slab, i));
}

/* -- giving back ------------------------------------------------------------------------------ */

static void drop(struct tu_worker *w, struct tu_context *c)
{
	struct tu_slab *slab = c->slab;
	uint32_t i = index_in(slab, c);
	char *low = c->low;
	char *end = slab->base + (i + 1) * slab->stack_bytes;

	tu_trace(TU_TRACE_STACK_FREE, 0, (uintptr_t)low, c->bytes);
	tu_sanitize_drop(c);
	tu_os_pages_drop(low, (size_t)(end - low));
	slab->cold[slab->cold_count++] = (uint16_t)i;
	make_available(w, slab);
}

static void trim_class(struct tu_worker *w, unsigned i, uint32_t n)
{
	while (n-- > 0) {
		struct tu_context *c = w->spares[i];

		w->spares[i] = c->spare_next;
		w->spare_count[i]--;
		drop(w, c);
	}
}

void tu_stacks_trim(struct tu_worker *w)
{
	for (unsigned i = 0; i < TU_STACK_CLASSES; i++) {
		uint32_t n = w->spare_least[i];

		n = n > SPARES_KEPT ? n - SPARES_KEPT : 0;
		trim_class(w, i, n > TRIM_MOST ? TRIM_MOST : n);
		w->spare_least[i] = w->spare_count[i];
	}
}

void tu_stacks_trim_all(struct tu_worker *w)
{
	if (!w->slabs)
		return;
	for (unsigned i = 0; i < TU_STACK_CLASSES; i++) {
		trim_class(w, i, w->spare_count[i]);
		w->spare_least[i] = 0;
	}
}

bool tu_stacks_plenty(const struct tu_worker *w)
{
	for (unsigned i = 0; i < TU_STACK_CLASSES; i++)
		if (w->spare_count[i] > SPARES_KEPT)
			return true;
	return false;
}

/* clang-format off */
TU_FACTS(stack,
	TU_FACT_AT("slab.next", struct tu_slab, next),
	TU_FACT_AT("slab.base", struct tu_slab, base),
	TU_FACT_AT("slab.stack_bytes", struct tu_slab, stack_bytes),
	TU_FACT_AT("slab.fresh", struct tu_slab, fresh),
	TU_FACT_SIZE("slab.size", struct tu_slab),
	TU_FACT_ADDRESS("slab.room", (sizeof(struct tu_context) + 63) / 64 * 64),
	TU_FACT_ADDRESS("slab.shift", 128),
	TU_FACT_ADDRESS("slab.shifts", 8));
/* clang-format on */
