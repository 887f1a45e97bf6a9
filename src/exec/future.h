/* SPDX-License-Identifier: MIT */
/*
 * future.h - what every future begins with, whatever it is of.
 *
 * The word holds references and state together, so that ending a job is one atomic operation: it
 * says DONE and drops the job's own reference at once.
 *
 *     bits 0..7    flags, below
 *     bits 8..31   age: in how many forks deep it was made
 *     bits 32..    references
 *
 *     (new) --begin--> RUNNING --complete--> DONE [FAILED|CANCELED]
 *     (new) --cancel, set_result, set_error--> DONE ...
 *
 * What only its own worker's thread can begin (a task, a loop's timer) does without RUNNING: it has
 * begun when it says so itself, see tu_future_begin_here. That saves its beginning the one atomic
 * operation that it had, and makes cancelling from another thread dearer.
 *
 * WATCHED and HELD send begin and complete to the slow path, which takes the lock of the future's
 * bucket in the parking lot. Whoever cancels sets HELD under that lock and clears it before it lets
 * go: meanwhile the future neither begins nor ends, and what it runs on stays what it is.
 *
 * Once DONE, nothing but OBSERVED and the references changes.
 *
 * One that is older than the process, which was forked, and not done is lost: who was to end it is
 * not there. It fails when somebody looks at it. Those that go on in the child (tu_future_survive)
 * are given the child's age.
 */
#ifndef TU_EXEC_FUTURE_H
#define TU_EXEC_FUTURE_H

#include "base/list.h"
#include "core/fence.h"
#include "core/lot.h"
#include "core/worker.h"

#include <tutti/error.h>
#include <tutti/future.h>

enum {
	TU_FUTURE_DONE = 1,
	TU_FUTURE_RUNNING = 2,
	TU_FUTURE_WATCHED = 4, /* somebody waits in the lot, or there are callbacks */
	TU_FUTURE_HELD = 8,    /* somebody is cancelling it */
	TU_FUTURE_ASKED = 16,  /* was cancelled while running */
	TU_FUTURE_FAILED = 32,
	TU_FUTURE_CANCELED = 64,
	TU_FUTURE_OBSERVED = 128, /* somebody has seen that it failed */
};
#define TU_FUTURE_REF ((uint64_t)1 << 32)
#define TU_FUTURE_AGE ((uint64_t)0xffffff00)
#define TU_FUTURE_AGE_ONE ((uint64_t)1 << 8)

struct tu_news;

enum tu_future_kind {
	TU_FUTURE_PROMISE,
	TU_FUTURE_JOB,
	TU_FUTURE_TASK,
	TU_FUTURE_THREAD,
	TU_FUTURE_TIMER,
	TU_FUTURE_CALL,  /* internal: a callback of the loop, a blocking call */
	TU_FUTURE_NEVER, /* could not be begun, whatever it was to be */
	TU_FUTURE_GATHER,
	TU_FUTURE_SHIELD,
	TU_FUTURE_PROGRAM, /* another program; ends by itself, with a result of its own */
};

struct tu_job_wait;

struct tu_future_ops {
	enum tu_future_kind kind;
	const char *noun; /* for reports: "task" */
	/* Of what only its worker's thread begins: has it? NULL: RUNNING says so. */
	bool (*begun)(const tutti_future *f);
	/* Ask what runs to stop. Under the bucket's lock, RUNNING and HELD; must not wait. */
	void (*interrupt)(tutti_future *f);
	/* It was asked to stop: ask others too. May be NULL. As withdraw. */
	void (*pass_on)(tutti_future *f);
	/* It was cancelled before it began: forget it where it stands, or leave it to begin to see.
	   May be NULL. No lock is held; the caller has a reference. */
	void (*withdraw)(tutti_future *f);
	/*
	 * The job that the caller is in is about to wait for f: 0, or -EDEADLK. *wait, all zero
	 * before, is set if wait_over is to be called after the wait. f may be done now. NULL:
	 * nothing to be done.
	 */
	int (*wait_begins)(tutti_future *f, int64_t deadline, struct tu_job_wait *wait);
	/* Made before a fork: may somebody still end it in the child? NULL: no. */
	bool (*outlives_fork)(const tutti_future *f);
	void (*free)(tutti_future *f); /* the last reference is gone */
	/* A name in buf, which has n bytes, or one that lives as long as f. */
	const char *(*name)(const tutti_future *f, char *buf, size_t n);
	/* More for a report, "; its input was ...": into buf, which has n bytes. May be NULL. */
	void (*describe)(const tutti_future *f, char *buf, size_t n);
};

/* A job's place in its executor, lent by tu_executor_lend; all zero: nothing is. */
struct tu_lent {
	struct tu_lease *lease;
	struct tutti_executor *turn;
};

/* What a job does for as long as it waits for another; see job_wait.c. */
struct tu_job_wait {
	tutti_future *job; /* that waits; NULL: nothing to be undone */
	struct tu_lent lent;
	unsigned depth; /* of gathers within gathers, while it is looked into them */
};

void tu_job_wait_over(struct tu_job_wait *wait);

/*
 * wait_begins for many at once: one job of the caller's pool among them is reason enough to lend
 * its seat. None is run here, and no circle is looked for, as another may end the wait.
 */
void tu_job_wait_many_begins(tutti_future *const *futures, size_t n, struct tu_job_wait *wait);

/* Can it do anything for a future of f's kind? */
bool tu_job_wait_may_lend(const tutti_future *f);

/* Is f a job of the caller's pool? */
bool tu_job_wait_is_own(const tutti_future *f);

/* What few futures have. Made and changed under the lock of the future's bucket. */
struct tu_future_extra {
	char *text; /* of the failure */
	char *name;
	struct tu_list callbacks; /* to be called once it is done, in order; see callback.c */
	struct tu_list sent;      /* on their way to the loops that added them */
};

/* Call those that are there, or send them off. f is done, the caller has a reference. */
void tu_callbacks_call(tutti_future *f, struct tu_future_extra *extra);
void tu_callbacks_drop(struct tu_future_extra *extra); /* nobody else is there */

struct tutti_future {
	const struct tu_future_ops *ops; /* fixed */
	uint64_t word;                   /* atomic */
	union {
		struct { /* before it begins: a bare function */
			tutti_fn fn;
			void *arg;
		} start;
		struct { /* before it begins: a loop's timer */
			void (*fn)(void *arg);
			void *arg;
		} call;
		tutti_future *inner;     /* of a shield: whose result it has; a reference */
		void *pointer;           /* the result of a bare function */
		unsigned char bytes[16]; /* a small result */
		void *heap;              /* a larger one; freed with the future */
	} value;                         /* the job writes, readers after DONE */
	struct tu_future_extra *extra;   /* NULL: none. Atomic pointer, set once */
	union {
		int32_t error;  /* as value, if FAILED */
		uint32_t owner; /* before: the worker's number, if only its thread can begin it */
	};
	uint32_t size; /* of the result; of a task its number instead */
};

/* What complete is to say of one that has ended with code. */
static inline uint32_t tu_future_flags_for(int code)
{
	return code == 0 ? 0 : code == TUTTI_ECANCELED ? TU_FUTURE_CANCELED : TU_FUTURE_FAILED;
}

/* Relaxed: DONE publishes it. A cancel may look at owner, in the same place, until then. */
static inline void tu_future_set_error(tutti_future *f, int code)
{
	tu_store_rlx(&f->error, code);
}

/* The age of what is made now. Written in a forked child while it has one thread. */
extern uint64_t tu_future_age;

uint64_t tu_future_word_of_old(tutti_future *f);

static inline uint64_t tu_future_word(const tutti_future *f)
{
	/* [future-1] acquire: result and error, if it says DONE; from complete */
	uint64_t word = tu_load_acq(&f->word);

	if (tu_likely(word & TU_FUTURE_DONE) ||
		tu_likely(((word ^ tu_future_age) & TU_FUTURE_AGE) == 0))
		return word;
	return tu_future_word_of_old((tutti_future *)f);
}

/* Was it made since the last fork, or does it go on since then? */
static inline bool tu_future_is_of_now(const tutti_future *f)
{
	/* Relaxed: the age changes while there is one thread. */
	return ((tu_load_rlx(&f->word) ^ tu_future_age) & TU_FUTURE_AGE) == 0;
}

/* tutti_future_result_until without telling anybody (core/probe.h). */
int tu_future_result(tutti_future *f, void *out, size_t size, int64_t deadline);

/* In a forked child: what runs on c goes on there; and so does f. */
void tu_future_survive(struct tu_context *c);
void tu_future_survive_one(tutti_future *f);

void tu_future_after_fork(void);

/* Begin with refs references; the rest is the caller's. */
static inline void tu_future_init(tutti_future *f, const struct tu_future_ops *ops, unsigned refs)
{
	f->ops = ops;
	f->word = refs * TU_FUTURE_REF | tu_future_age;
	f->extra = NULL;
	f->error = 0;
	f->size = 0;
}

/*
 * Of what could not be begun: a future that has failed with code already; never NULL. Whoever asks
 * for the result of what it was to be gets the code, so its type is not looked at.
 */
tutti_future *tu_future_failed(int code);

static inline bool tu_future_never_began(const tutti_future *f)
{
	return f->ops->kind == TU_FUTURE_NEVER;
}

uint64_t tu_future_await_holder(tutti_future *f);
void tu_future_complete_slowly(tutti_future *f, uint32_t flags);
void tu_future_destroy_odd(tutti_future *f);
void tu_context_clean_slowly(struct tu_context *self);
void tu_future_complete_from_odd(tutti_future *f, struct tu_context *self, void *result);

static inline void tu_future_destroy(tutti_future *f)
{
	/* Relaxed: the last reference is gone, nobody else is there. */
	if (tu_unlikely(f->extra || tu_load_rlx(&f->word) & TU_FUTURE_FAILED))
		tu_future_destroy_odd(f);
	else
		f->ops->free(f);
}

static inline void tu_future_drop(tutti_future *f)
{
	/* [future-2] acquire: what other holders did with f before they let go. With one reference,
	   ours, nobody can take another, and no exchange is needed. */
	if (tu_load_acq(&f->word) >> 32 == 1 ||
		/* [future-2] release: what we did with f, for whoever destroys it */
		tu_sub_acqrel(&f->word, TU_FUTURE_REF) >> 32 == 1)
		tu_future_destroy(f);
}

/* true: it is RUNNING now and may run; false: it was cancelled before. */
static inline bool tu_future_begin(tutti_future *f)
{
	uint64_t word = tu_load_rlx(&f->word);

	do {
		while (tu_unlikely(word & TU_FUTURE_HELD))
			word = tu_future_await_holder(f);
		if (tu_unlikely(word & TU_FUTURE_DONE))
			return false;
		/* Relaxed is enough for a claim; acquire-release keeps what cancel did in order. */
	} while (!tu_cas_weak_acqrel(&f->word, &word, word | TU_FUTURE_RUNNING));
	return true;
}

/*
 * The same for what only this worker's thread can begin; node is what ops->begun looks at. Against
 * a cancel from another thread:
 *
 *     here                            cancel
 *     node.job = NULL                 word = HELD
 *     light fence                     heavy fence
 *     look at word                    look at node.job
 *
 * Either the cancel finds it begun and has it interrupted, or we find it held or cancelled.
 */
static inline bool tu_future_begin_here(
	tutti_future *f, struct tu_runnable *node, struct tu_context *self)
{
	uint64_t word;

	node->on = self;
	/* [future-6] release: on; acquired in tu_runnable_begun */
	tu_store_rel(&node->job, (const struct tu_start *)NULL);
	tu_fence_light();
	/* Acquire: what whoever cancelled it did before. */
	word = tu_load_acq(&f->word);
	while (tu_unlikely(word & TU_FUTURE_HELD))
		word = tu_future_await_holder(f);
	return tu_likely(!(word & TU_FUTURE_DONE));
}

static inline bool tu_runnable_begun(const struct tu_runnable *node)
{
	/* [future-6] acquire: on; from tu_future_begin_here */
	return !tu_load_acq(&node->job);
}

/*
 * The job has ended: flags say how (FAILED, CANCELED or 0), value and error are written. Wakes and
 * calls back whoever waits and drops one reference, the job's.
 */
static inline void tu_future_complete(tutti_future *f, uint32_t flags)
{
	/* [future-2] acquire: what other holders did, if there are none left */
	uint64_t word = tu_load_acq(&f->word), done;

	if (word == TU_FUTURE_REF) {
		/* Ours is the only reference and nobody watches: nobody can come any more. */
		if (tu_unlikely(flags))
			tu_store_rlx(&f->word, word | TU_FUTURE_DONE | flags);
		tu_future_destroy(f);
		return;
	}
	do {
		if (tu_unlikely(word & (TU_FUTURE_WATCHED | TU_FUTURE_HELD))) {
			tu_future_complete_slowly(f, flags);
			return;
		}
		done = (word & ~(uint64_t)TU_FUTURE_RUNNING) | TU_FUTURE_DONE | flags;
		/* [future-1] release: result and error, for tu_future_word; [future-2] as unref */
	} while (!tu_cas_weak_acqrel(&f->word, &word, done - TU_FUTURE_REF));
	if (word >> 32 == 1)
		tu_future_destroy(f);
}

/* Values of tutti_local and what tutti_fail said are gone, self is as new. */
static inline void tu_context_clean(struct tu_context *self)
{
	self->scopes = NULL;
	self->self = NULL;
	/* Relaxed: whoever cancels holds the future, which has ended; see finish_locked. */
	if (tu_unlikely(self->slots || self->fail_code || self->cancel_told ||
			tu_load_rlx(&self->attention)))
		tu_context_clean_slowly(self);
}

/*
 * The same for one that ran a bare function on self: takes what tutti_fail said and whether a
 * cancel was told, and leaves self clean for the next job.
 */
static inline void tu_future_complete_from(tutti_future *f, struct tu_context *self, void *result)
{
	if (tu_unlikely(self->slots || self->fail_code || self->cancel_told)) {
		tu_future_complete_from_odd(f, self, result);
		return;
	}
	tu_ended(self);
	f->value.pointer = result;
	self->self = NULL; /* f may be gone before it is asked for, by a signal: see core/watch.h */
	tu_future_complete(f, 0);
	/* Only now: until it is DONE a cancel may still be delivered here. */
	tu_context_clean(self);
}

/* The same for one that nobody else knows yet, or that RUNNING keeps from being withdrawn. */
void tu_future_complete_error(tutti_future *f, int code);

/*
 * Its turn came and it cannot begin: it ends with code, unless it was cancelled meanwhile. It never
 * counts as begun: it has no context to cancel, only one that looks after it in passing.
 */
void tu_future_give_up(tutti_future *f, int code);

/* Complete a new one from outside, keeping the references. TUTTI_EDONE. text may be NULL. */
int tu_future_settle(
	tutti_future *f, uint32_t flags, int code, const char *text, const void *result);

/* How it ended; text and result may be NULL. */
struct tu_outcome {
	uint32_t flags; /* as of tu_future_complete */
	int code;
	const char *text;
	const void *result;
};

/* The same, leaving to the caller what others have to do then, see watch.h. */
int tu_future_settle_with(tutti_future *f, const struct tu_outcome *how, struct tu_news *news);

/* And of one that is RUNNING, which nobody but the caller may end. */
void tu_future_settle_own(tutti_future *f, const struct tu_outcome *how, struct tu_news *news);

/* Cancel it if it has not begun: 0; TUTTI_EPENDING if it runs, TUTTI_EDONE. */
int tu_future_withdraw(tutti_future *f);

/* Wait; flags as tu_wait. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED. */
int tu_future_wait(tutti_future *f, int64_t deadline, unsigned flags);

/* Queue me for f, which is of now; false: it is done. */
bool tu_future_enqueue(tutti_future *f, struct tu_waiter *me);

/* Have fn called once f is done, on w; NULL: wherever that is. 0 or -ENOMEM. */
int tu_future_call_back(
	tutti_future *f, struct tu_worker *w, void (*fn)(tutti_future *f, void *arg), void *arg);

/* Wait until it is done or something else wants the caller's attention. */
void tu_future_nap(tutti_future *f);

/* How it ended: in its own code, or as tutti_future_result says it. Marks it as seen. */
int tu_future_code(tutti_future *f);
int tu_future_outcome(tutti_future *f);

/* The words it failed with, NULL: none of its own. It is done. */
const char *tu_future_words(const tutti_future *f);

/* Would waiting for f be waiting for what waits? A job is its caller, as those that it runs on. */
bool tu_future_is_caller(const struct tu_context *self, const tutti_future *f);

/* Whose result f has: f, or what it shields. */
static inline const tutti_future *tu_future_inner(const tutti_future *f)
{
	return f->ops->kind == TU_FUTURE_SHIELD ? f->value.inner : f;
}

/* Its name for good: what ops->name says, kept with f. "" without memory. */
const char *tu_future_name(tutti_future *f);

/* The extra, made if need be; NULL: no memory. Any thread. */
struct tu_future_extra *tu_future_extra_of(tutti_future *f);

#endif
