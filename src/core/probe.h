/* SPDX-License-Identifier: MIT */
/*
 * probe.h - the places where a call of ours tells what it is about to do, to who wants to know.
 *
 * A simulation switches there; a checker looks who holds what; some of it goes on the tape
 * (tape.h). Without these a place costs one look at a word that nobody writes.
 *
 *     tu_point    at the beginning of each public call that another thread may notice or could
 *                 spoil, before it has done anything
 *     tu_polled   after it has looked in vain, and returns without having waited
 *     tu_took     the caller holds the lock now
 *     tu_gave     it is about to let go
 *     tu_made     a lock begins its life, at an address that may have been another's
 *
 * All of them in the public function itself: where it was called from is part of what is told. And
 * at the few places through which all of them go:
 *
 *     tu_parks    the caller is about to wait, in the lot's queue of key if that is not NULL, and
 *                 not past until; tu_goes_on: it no longer does. It may be for nothing
 *     tu_ended    what ran on the caller's context, a thread, a task or a job, ends; nobody who
 *                 waits for it knows yet
 */
#ifndef TU_CORE_PROBE_H
#define TU_CORE_PROBE_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

struct tu_context;

enum tu_op {
#define TU_OP(name, words, object) TU_OP_##name,
#include "core/operations.h"
#undef TU_OP
	TU_OPS
};

enum tu_op_object {
	TU_OBJECT_NOTHING,
	TU_OBJECT_LOCK,
	TU_OBJECT_RWLOCK,
	TU_OBJECT_CONDITION,
	TU_OBJECT_EVENT,
	TU_OBJECT_SEMAPHORE,
	TU_OBJECT_BARRIER,
	TU_OBJECT_ONCE,
	TU_OBJECT_QUEUE,
	TU_OBJECT_FUTURE,
	TU_OBJECT_EXECUTOR,
	TU_OBJECT_VARIABLE,
};

/* What a context did last, or is doing: of one that waits, what it waits for. Owner only. */
struct tu_doing {
	const void *object, *where; /* where: the instruction after the call */
	int64_t since;
	uint32_t op; /* enum tu_op */
};

/* "acquire", "lock" */
const char *tu_op_words(enum tu_op op);
enum tu_op_object tu_op_object(enum tu_op op);
/* Is it one that waits? Others were done before a wait of which nothing was told. */
bool tu_op_waits(enum tu_op op);
const char *tu_object_noun(enum tu_op_object object);

/* Is anybody told? Nothing hangs on when that is seen. */
extern uint32_t tu_probing;

/* Where several things would be right, a simulation chooses which. */
enum tu_choice_kind {
	TU_CHOICE_ACTOR,      /* who runs on */
	TU_CHOICE_BARGE,      /* a lock that is let go: 0: to who waits, 1: to whoever takes it */
	TU_CHOICE_RANDOM,     /* a number that the program draws */
	TU_CHOICE_ALLOCATION, /* 0: memory is to be had, 1: not */
	TU_CHOICE_SPURIOUS,   /* 0: sleep, 1: wake up for no reason */
	TU_CHOICE_WAITER,     /* which of several goes first, where no order is promised */
	TU_CHOICE_KINDS
};

/* Who is told. Each on the thread that does it. */
struct tu_probe {
	void (*point)(struct tu_context *self, const struct tu_doing *doing);
	void (*polled)(struct tu_context *self);
	void (*took)(struct tu_context *self, const struct tu_doing *doing);
	void (*gave)(struct tu_context *self, const void *object);
	/* Those below may be NULL. */
	void (*parks)(struct tu_context *self, const void *key, int64_t until); /* see tu_parks */
	void (*goes_on)(struct tu_context *self);
	void (*ended)(struct tu_context *self);
	void (*made)(const void *object);
	/* These two of a simulator only. reported: false: it is to be written as usual. */
	bool (*reported)(int code, const char *text);
	unsigned (*choose)(enum tu_choice_kind kind, unsigned n);
};
enum { TU_PROBE_SIMULATOR = 1, TU_PROBE_CHECKER = 2, TU_PROBE_TAPE = 4 };

/* Begin to tell probe, under one of the bits above; NULL: no longer. */
void tu_probe_set(unsigned bit, const struct tu_probe *probe);

void tu_point_slowly(enum tu_op op, const void *object, const void *where);
void tu_polled_slowly(void);
void tu_took_slowly(enum tu_op op, const void *object, const void *where);
void tu_took_again_slowly(struct tu_context *self, enum tu_op op, const void *object);
void tu_gave_slowly(const void *object);
void tu_made_slowly(const void *object);
void tu_parks_slowly(struct tu_context *self);
void tu_goes_on_slowly(struct tu_context *self);
void tu_ended_slowly(struct tu_context *self);
void tu_does_slowly(struct tu_context *self, enum tu_op op);

/* Relaxed: whoever begins to listen misses what was on its way. A model test has its own points. */
#ifdef TU_MODEL
#define TU_PROBED_ false
#else
#define TU_PROBED_ tu_unlikely(tu_load_rlx(&tu_probing))
#endif

static inline __attribute__((always_inline)) void tu_point(
	enum tu_op op, const volatile void *object)
{
	if (TU_PROBED_)
		tu_point_slowly(op, (const void *)object, __builtin_return_address(0));
}

static inline __attribute__((always_inline)) void tu_polled(void)
{
	if (TU_PROBED_)
		tu_polled_slowly();
}

static inline __attribute__((always_inline)) void tu_took(enum tu_op op, const void *object)
{
	if (TU_PROBED_)
		tu_took_slowly(op, object, __builtin_return_address(0));
}

/* Where the caller is within its call: a condition's wait, which has the lock again. */
static inline void tu_took_again(struct tu_context *self, enum tu_op op, const void *object)
{
	if (TU_PROBED_)
		tu_took_again_slowly(self, op, object);
}

static inline __attribute__((always_inline)) void tu_gave(const void *object)
{
	if (TU_PROBED_)
		tu_gave_slowly(object);
}

static inline void tu_made(const void *object)
{
	if (TU_PROBED_)
		tu_made_slowly(object);
}

static inline void tu_parks(struct tu_context *self)
{
	if (TU_PROBED_)
		tu_parks_slowly(self);
}

static inline void tu_goes_on(struct tu_context *self)
{
	if (TU_PROBED_)
		tu_goes_on_slowly(self);
}

static inline void tu_ended(struct tu_context *self)
{
	if (TU_PROBED_)
		tu_ended_slowly(self);
}

/* What the caller is about to wait for in no call of the program's. Nobody is told. */
static inline void tu_does(struct tu_context *self, enum tu_op op)
{
	if (TU_PROBED_)
		tu_does_slowly(self, op);
}

/* Is it worth finding out what there is to be told? */
static inline bool tu_probed(void)
{
	return TU_PROBED_;
}

/* The truth value of what the caller has just looked at: it has polled if that was no. */
static inline __attribute__((always_inline)) bool tu_polled_unless(bool yes)
{
	if (!yes)
		tu_polled();
	return yes;
}

/* -- what is left open ------------------------------------------------------------------------ */

bool tu_reported_slowly(int code, const char *text);

/* Has a simulation taken what the library has to say? */
static inline bool tu_reported(int code, const char *text)
{
	return TU_PROBED_ && tu_reported_slowly(code, text);
}

/* Is the calling thread one of a simulation's? */
bool tu_simulated_slowly(void);
unsigned tu_choose_slowly(enum tu_choice_kind kind, unsigned n);

static inline bool tu_simulated(void)
{
	return TU_PROBED_ && tu_simulated_slowly();
}

/* One of 0 to n-1; 0 without a simulation. */
static inline unsigned tu_choose(enum tu_choice_kind kind, unsigned n)
{
	return TU_PROBED_ ? tu_choose_slowly(kind, n) : 0;
}

#endif
