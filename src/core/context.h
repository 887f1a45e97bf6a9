/* SPDX-License-Identifier: MIT */
/*
 * context.h - what can wait: an OS thread, or a stack with a task on it.
 *
 * A context *is* a stack. The thread's own one lies in its worker; all others lie at the top of
 * the stack they describe, in the page that its frames use anyway. A job begins as a plain call
 * from the scheduler's frame at the bottom of some stack (see worker.c). If it never waits, that is
 * all. If it waits, its stack waits with it and the worker goes on on another: nothing is moved or
 * copied, and the scheduler's frame beneath it keeps nothing but the worker's address.
 *
 * So what runs on a context changes from job to job; id and self tell which one it is now. A
 * context belongs to one worker for ever. Its memory is never unmapped: a wake-up that comes too
 * late finds a context, if another one, and every wait looks again whether it is over.
 */
#ifndef TU_CORE_CONTEXT_H
#define TU_CORE_CONTEXT_H

#include "base/atomic.h"
#include "base/check.h"
#include "core/probe.h"
#include "os/arch/switch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tu_worker;
struct tu_scope;
struct tu_slots;
struct tu_timer;
struct tu_waiter;
struct tu_deque;
struct tu_slab;

struct tu_runnable;

/*
 * What beginning a job means. rc < 0 asks start to give it up with that error instead: no stack is
 * to be had, or it was cancelled, or the loop ends.
 */
struct tu_start {
	void (*start)(struct tu_runnable *job, int rc);
	uint32_t size_class; /* of the stack it wants */
	uint32_t within;     /* where in its future's block the job lies; 0: it has no future */
};

/* What waits in a worker's queue for its turn: a job to begin, or a context to resume. */
struct tu_runnable {
	union {
		struct tu_runnable *next;
		struct tu_context *on; /* a job that has begun, if it says so: where it runs */
	};
	const struct tu_start *job; /* NULL: a context, or a job that has begun */
};

/*
 * The park word. Only the context itself goes from EMPTY to PARKED and from NOTIFIED to EMPTY; any
 * thread sets NOTIFIED. Notifications merge: a wait that is resumed must look what happened.
 *
 *     EMPTY     nobody has called; the next park will wait
 *     PARKED    waiting, in no ready queue
 *     NOTIFIED  called: the next park returns at once, or it is in a ready queue already
 */
enum { TU_PARK_EMPTY, TU_PARK_PARKED, TU_PARK_NOTIFIED };

/* The attention word: anything that makes the fast paths look twice. 0 nearly always. */
enum {
	TU_ATTENTION_CANCEL = 1, /* the future of what runs here was cancelled */
};

struct tu_context {
	struct tu_runnable node;  /* owner's queue or inbox; job stays NULL */
	struct tu_registers regs; /* while it is not running */
	struct tu_worker *worker; /* fixed */
	uint32_t park;            /* atomic, see above */
	uint32_t attention;       /* atomic; set by anyone, cleared by the owner between jobs */
	uint64_t id;              /* of what runs here, unique in the process; owner writes */
	void *self;               /* the future of what runs here; NULL: nothing. Owner writes */
	void *job;                /* the job that self runs just now; NULL: none. Owner writes */
	struct tu_scope *scopes;  /* innermost first; owner */
	struct tu_slots *slots;   /* tutti_local values; owner */
	struct tu_waiter *waits;  /* what it is in, while it waits; NULL: nothing. Owner */
	struct tu_timer *alarm;   /* of that wait; NULL: none. Owner */
	int fail_code;            /* of tutti_fail, until the job ends; owner */
	bool cancel_told;         /* a cancellation point has said so to the job; owner */
	uint8_t size_class;       /* fixed */
	uint16_t awaits;          /* enum tu_op: of a wait that has no waiter. Owner; shown */
	int64_t since;            /* it parked last; another at each time. Owner; shown */
	char *fail_text;          /* as fail_code */
	struct tu_slab *slab;     /* NULL: a thread's own stack */
	struct tu_context *spare_next;
	struct tu_context *aside; /* the side stack it stands on (side.h); NULL: its own. Owner */
	char *low;                /* the stack: lowest usable byte and size from there to the top */
	size_t bytes;
	struct tu_deque *deque; /* of fork-join, while it is in one; NULL: none. Owner */
	struct tu_doing doing;  /* kept while somebody is told, see probe.h. Owner */
	void *fake_stack;       /* ASan's */
	void *fiber;            /* TSan's */
};

/* The running context; NULL on a thread that has not called tutti yet. Use tu_self. */
extern __thread struct tu_context *tu_current;

/*
 * The thread's worker while the thread is in a loop that is not ours (embed.h); else NULL. Then
 * tu_current is NULL, so that its next call of ours comes to tu_attach and is noticed.
 */
extern __thread struct tu_worker *tu_lent;

/* Make the calling thread known: its worker and context. No memory stops the program. */
struct tu_context *tu_attach(void);

static inline struct tu_context *tu_self(void)
{
	struct tu_context *self = tu_current;

	return tu_likely(self != NULL) ? self : tu_attach();
}

/* What self is about to wait for without a waiter. Owner. */
static inline void tu_awaits(struct tu_context *self, enum tu_op op)
{
	self->awaits = (uint16_t)op;
}

/*
 * Wait until notified; consumes the notification. May also return for a notification that was
 * meant for an earlier wait: callers look again. Meanwhile the worker runs what else is ready.
 */
void tu_park(struct tu_context *self);

/*
 * Notify c. Any thread. After the first half c may run, end, and be something else; it is not
 * touched again. The second half wakes its worker's thread if that sleeps: call it without locks.
 * NULL if there is nothing to wake.
 */
struct tu_worker *tu_unpark_begin(struct tu_context *c);
void tu_worker_wake(struct tu_worker *w);

static inline void tu_unpark(struct tu_context *c)
{
	struct tu_worker *w = tu_unpark_begin(c);

	if (w)
		tu_worker_wake(w);
}

/* The same, whole, from a signal handler: it may have interrupted the worker's own thread. */
void tu_unpark_from_signal(struct tu_context *c);

/* Go to the end of the worker's queue. Returns 0, so that callers can end with it. */
int tu_yield(struct tu_context *self);

/* Has the process one CPU only, so that spinning for another thread is vain? */
bool tu_single_cpu(void);

/*
 * One turn of a spin loop, half a microsecond or so. Looking more often costs more than it gives:
 * each look takes the cache line away from those who are working with it.
 */
void tu_pause_briefly(void);

/*
 * Stacks. take gives a context of the class (at least that large) whose next switch enters the
 * scheduler; NULL without memory. put returns it; the caller may still be standing on it.
 */
struct tu_context *tu_context_take(struct tu_worker *w, unsigned size_class);
void tu_context_put(struct tu_context *c);

/* What stands at the bottom of each of our stacks; never returns. */
void tu_scheduler(void *context);

/* The class for a stack of at least bytes; 0: the usual. Returns 0 if nothing is that large. */
unsigned tu_size_class(size_t bytes);

/* Call fn for each context of w that has a job on it (the thread's own one not). Owner. */
void tu_context_each(struct tu_worker *w, void (*fn)(struct tu_context *c, void *arg), void *arg);

/* In a forked child: nothing but keep goes on of what waits on w's stacks, whoever calls it. */
void tu_contexts_forget(struct tu_worker *w, struct tu_context *keep);

/* Give back the memory of stacks that were not needed since the last call. Owner, when idle. */
void tu_stacks_trim(struct tu_worker *w);
void tu_stacks_trim_all(struct tu_worker *w);

/* Are there more spares than are kept at any rate? */
bool tu_stacks_plenty(const struct tu_worker *w);

enum {
	TU_STACK_CLASS_LEAST = 14, /* 16 KiB */
	TU_STACK_CLASS_USUAL = 18, /* 256 KiB */
	TU_STACK_CLASS_JOB = 23,   /* 8 MiB: what a thread gets */
	TU_STACK_CLASS_MOST = 36,
	TU_STACK_CLASSES = TU_STACK_CLASS_MOST + 1 - TU_STACK_CLASS_LEAST,
};

/* The same start for every class of stack, as an array; tu_start_for finds the one of a class. */
/* clang-format off */
#define TU_STARTS(fn, in) { \
	TU_STARTS_4_(fn, 14, in), TU_STARTS_4_(fn, 18, in), TU_STARTS_4_(fn, 22, in), \
	TU_STARTS_4_(fn, 26, in), TU_STARTS_4_(fn, 30, in), { fn, 34, in }, { fn, 35, in }, \
	{ fn, 36, in } }
#define TU_STARTS_4_(fn, c, in) \
	{ fn, c, in }, { fn, c + 1, in }, { fn, c + 2, in }, { fn, c + 3, in }
/* clang-format on */

static inline const struct tu_start *tu_start_for(
	const struct tu_start starts[TU_STACK_CLASSES], unsigned size_class)
{
	return &starts[size_class - TU_STACK_CLASS_LEAST];
}

#endif
