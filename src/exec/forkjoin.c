/* SPDX-License-Identifier: MIT */
/* forkjoin.c - divide and conquer: push one half, do the other, pop. See deque.h. */
#include "core/alloc.h"
#include "exec/crew.h"

#include <string.h>
#include <tutti/cpu.h>
#include <tutti/forkjoin.h>

/* Looks at a part that was stolen before its owner sleeps: some tens of microseconds. */
enum { LOOKS = 40 };

/* -- joining what was shared ------------------------------------------------------------------ */

/* Ask to be woken when it is done. false: there is no need to wait. */
static bool watch(struct tu_part *part, uintptr_t taken)
{
	/* Acquire-release: against the thief's swap, one of us sees the other. */
	return tu_cas_acqrel(&part->taken, &taken, taken | TU_PART_WATCHED);
}

/*
 * Wait for a stolen part. Meanwhile take from its thief what that has forked: it is a piece of the
 * same part, so that the stack does not grow beyond what it would have come to here.
 */
static void wait_for(struct tu_deque *d, struct tu_part *part)
{
	uintptr_t taken;
	int looks = 0;

	/* [deque-3] acquire: all that it did; [deque-2] acquire: the thief's deque */
	while ((taken = tu_load_acq(&part->taken)) != TU_PART_DONE) {
		uintptr_t thief = taken & ~(uintptr_t)TU_PART_WATCHED;

		if (thief && tu_crew_help(d, (struct tu_deque *)thief))
			looks = 0;
		else if (!thief || looks++ < LOOKS)
			tu_pause_briefly();
		else if (taken & TU_PART_WATCHED || watch(part, taken))
			tu_awaits(d->owner, TU_OP_FORK_JOIN), tu_park(d->owner);
	}
}

static __attribute__((noinline)) void join_shared(struct tu_deque *d, struct tu_part *part)
{
	if (tu_deque_reclaim(d, part)) {
		part->fn(part->arg);
		return;
	}
	d->head = part + 1; /* what is stolen back is pushed above it */
	wait_for(d, part);
	d->head = part;
	tu_deque_settle(d, part);
}

/* -- two -------------------------------------------------------------------------------------- */

/* The outermost call of a context. */
static __attribute__((noinline)) void invoke_first(
	void (*f)(void *), void *a, void (*g)(void *), void *b)
{
	struct tu_context *self = tu_self();

	if (tu_single_cpu() || !tu_crew_join(self)) {
		f(a);
		g(b);
		return;
	}
	tutti_parallel_invoke(f, a, g, b);
	tu_crew_leave(self);
}

void tutti_parallel_invoke(void (*f)(void *arg), void *a, void (*g)(void *arg), void *b)
{
	struct tu_context *self = tu_current;
	struct tu_deque *d = tu_likely(self != NULL) ? self->deque : NULL;
	struct tu_part *part;

	if (tu_unlikely(!d)) {
		invoke_first(f, a, g, b);
		return;
	}
	part = tu_deque_push(d, g, b);
	if (tu_unlikely(!part)) {
		f(a);
		g(b);
		return;
	}
	if (tu_unlikely(tu_deque_wants(d, part)))
		tu_crew_share(d);
	f(a);
	if (tu_likely(tu_deque_pop(d, part)))
		g(b);
	else
		join_shared(d, part);
}

/* -- ranges ----------------------------------------------------------------------------------- */

/* So many pieces for each CPU if the caller does not say: they need not be equally dear. */
enum { PIECES = 64 };

struct range {
	size_t begin, end;
};

static size_t usual_grain(size_t n)
{
	size_t grain = n / ((size_t)tutti_cpu_count() * PIECES);

	return grain > 0 ? grain : 1;
}

/* Would it be of use to fork now? A context that has no deque yet has not been asked. */
static bool somebody_hungry(void)
{
	struct tu_deque *d = tu_self()->deque;

	return d ? tu_deque_is_hungry(d) : !tu_single_cpu();
}

/* The next grain of r, cut off; all of r if that is all. */
static struct range cut(struct range *r, size_t grain)
{
	struct range piece = *r;

	if (r->end - r->begin > grain)
		piece.end = r->begin + grain;
	r->begin = piece.end;
	return piece;
}

static struct range cut_half(struct range *r)
{
	struct range upper = { r->begin + (r->end - r->begin) / 2, r->end };

	r->end = upper.begin;
	return upper;
}

/* -- for -------------------------------------------------------------------------------------- */

struct loop {
	void (*range)(size_t begin, size_t end, void *arg);
	void *arg;
	size_t grain;
};

struct piece {
	const struct loop *loop;
	struct range left;
};

/* Work through a range by the grain, and fork half of what is left whenever somebody wants it. */
static void run_piece(void *arg)
{
	struct piece *p = arg;
	const struct loop *loop = p->loop;

	while (p->left.begin < p->left.end) {
		struct range now;

		if (p->left.end - p->left.begin > loop->grain && somebody_hungry()) {
			struct piece upper = { loop, cut_half(&p->left) };

			tutti_parallel_invoke(run_piece, p, run_piece, &upper);
			return;
		}
		now = cut(&p->left, loop->grain);
		loop->range(now.begin, now.end, loop->arg);
	}
}

void tutti_parallel_for(size_t begin, size_t end, size_t grain,
	void (*range)(size_t begin, size_t end, void *arg), void *arg)
{
	struct loop loop = { range, arg, grain };
	struct piece all = { &loop, { begin, end } };

	if (begin >= end)
		return;
	if (grain == 0)
		loop.grain = usual_grain(end - begin);
	run_piece(&all);
}

/* -- reduce ----------------------------------------------------------------------------------- */

enum { SUM_BYTES = 256 }; /* a larger one has a block of its own */

struct totals {
	void (*range)(size_t begin, size_t end, void *sum, void *arg);
	void (*add)(void *sum, const void *more);
	void *arg;
	size_t grain, sum_size;
	const void *zero; /* NULL: no memory for one, and nothing can be forked */
};

struct total {
	const struct totals *totals;
	struct range left;
	void *sum;
};

struct sum {
	_Alignas(max_align_t) char room[SUM_BYTES];
	void *at;
};

/* A total of its own with the given contents. NULL: no memory. */
static void *sum_make(struct sum *s, const void *contents, size_t size)
{
	s->at = size <= SUM_BYTES ? s->room : tu_alloc(size);
	return s->at ? memcpy(s->at, contents, size) : NULL;
}

static void sum_end(struct sum *s)
{
	if (s->at != s->room)
		tu_free(s->at);
}

static void run_total(void *arg);

/* Fork the upper half, with a total of its own. false: no memory for it. */
static bool fork_total(struct total *t)
{
	const struct totals *all = t->totals;
	struct total upper = { .totals = all };
	struct sum sum;

	upper.sum = all->zero ? sum_make(&sum, all->zero, all->sum_size) : NULL;
	if (!upper.sum)
		return false;
	upper.left = cut_half(&t->left);
	tutti_parallel_invoke(run_total, t, run_total, &upper);
	all->add(t->sum, upper.sum);
	sum_end(&sum);
	return true;
}

static void run_total(void *arg)
{
	struct total *t = arg;
	const struct totals *all = t->totals;

	while (t->left.begin < t->left.end) {
		struct range now;

		if (t->left.end - t->left.begin > all->grain && somebody_hungry() && fork_total(t))
			return;
		now = cut(&t->left, all->grain);
		all->range(now.begin, now.end, t->sum, all->arg);
	}
}

void tutti_parallel_reduce(size_t begin, size_t end, size_t grain, size_t sum_size, void *sum,
	void (*range)(size_t begin, size_t end, void *sum, void *arg),
	void (*add)(void *sum, const void *more), void *arg)
{
	struct totals all = { range, add, arg, grain, sum_size, NULL };
	struct total whole = { &all, { begin, end }, sum };
	struct sum zero;

	if (begin >= end)
		return;
	if (grain == 0)
		all.grain = usual_grain(end - begin);
	all.zero = sum_make(&zero, sum, sum_size);
	run_total(&whole);
	if (all.zero)
		sum_end(&zero);
}
