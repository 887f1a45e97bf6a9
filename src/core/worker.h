/* SPDX-License-Identifier: MIT */
/*
 * worker.h - one OS thread's ready queue, timers and sleep. The public name of it is tutti_loop.
 *
 * A worker is given to a thread at its first tutti call and taken back when the thread ends; its
 * memory is used again and never freed, so that whoever wakes it a moment too late touches a
 * worker all the same.
 */
#ifndef TU_CORE_WORKER_H
#define TU_CORE_WORKER_H

#include "base/wheel.h"
#include "core/context.h"
#include "core/pool.h"
#include "core/words.h"
#include "os/about.h"
#include "os/os.h"

struct tu_batch;
struct tu_source_state;
struct tu_slab;

/*
 * LENT: its thread is in a loop that is not ours, and the bell is to be rung; see embed.h.
 * POLLING: it sleeps in its poller, which is to be woken; see poller.h.
 */
enum { TU_WORKER_AWAKE, TU_WORKER_ASLEEP, TU_WORKER_LENT, TU_WORKER_POLLING };

struct tu_worker {
	/* Owner only. Ready jobs and contexts, first in first out; head and its like are shown. */
	struct tu_runnable *head;
	struct tu_runnable **tail;
	struct tu_runnable *starting; /* a job handed to the stack that is being switched to */
	uint32_t budget;              /* turns until timers and inbox are looked at again; shown */
	uint32_t looks;             /* how often they were, so that no turn is as another; shown */
	struct tu_context *current; /* what has the thread; shown */
	int64_t stamp;              /* about now; another for each who parks, see tu_worker_stamp */
	int *errno_at;              /* the thread's errno: found once: a call is dear in a yield */
	struct tu_caught *caught;   /* likewise, see caught.h */
	uint32_t task_number;       /* of the last task begun here that has no name of its own */
	uint32_t drawn;             /* how many pseudo-random numbers, see exec/select.c */
	bool closed;                /* by hand: takes no more tasks. Atomic: others look */
	bool telling;               /* it is being closed by hand: what is given up is named */
	uint32_t polled;            /* waits for descriptors begun here and not ended; shown */
	uint32_t at_pipes;          /* of them, those at pipes of ours: for simulations */
	uint32_t aside;             /* writes that are put aside, see batch.h */
	uint32_t words;             /* shared ones that are waited for here; shown. See words.h */
	uint64_t next_id, ids_end;  /* what is left of the ids it has drawn, see tu_worker_new_id */
	size_t begun, ended; /* tasks; two counts, as one would have each task wait for the last */
	struct tu_pool pools[TU_POOL_SIZES];
	struct tu_context *spares[TU_STACK_CLASSES];
	struct tu_context native; /* the thread's own stack */

	/* Shared: written by other threads. A line of its own. */
	_Alignas(64) struct tu_runnable *inbox; /* atomic stack, last in first */
	uint32_t sleep;                         /* futex: TU_WORKER_AWAKE or one of the others */
	uint32_t stop;       /* tutti_loop_stop was called; any thread sets, the owner clears */
	uint32_t woken;      /* tutti_loop_wake was called; likewise */
	uint32_t has_bell;   /* the owner sets and clears; who rings looks */
	uint32_t ringing;    /* so many are ringing it, or waking the poller, just now */
	uint32_t has_poller; /* as has_bell */

	/* Owner only, seldom. */
	_Alignas(64) struct tu_slab *slabs;
	struct tu_slab *available[TU_STACK_CLASSES]; /* slabs with stacks that nobody has */
	uint32_t spare_count[TU_STACK_CLASSES], spare_least[TU_STACK_CLASSES];
	int64_t trimmed;              /* when spares were last looked through */
	int64_t looked_at, polled_at; /* since it last slept: timers, descriptors; 0: not yet */
	int64_t turns;                /* how many there were to be from looked_at on */
	bool sorting;                 /* it goes on giving back blocks, step by step */
	uint32_t number; /* of its thread, not used twice for long; 0: none. Atomic: compared */
	uint32_t index;  /* of the worker: fixed */
	int native_id;   /* its thread's number in the kernel; shown */
	bool idle;       /* it has nothing to run, and sleeps; shown */
	bool by_fd;      /* a descriptor ended its last sleep: nobody spins for the next. Owner */
	bool closing;    /* the thread ends: jobs are given up */
	bool abandoned;  /* its thread was a simulated one, which will never go on */
	void *thread;    /* what exec knows of the thread; NULL: nobody has asked. Owner */
	bool helper;     /* tutti's own: not one of the program's threads */
	bool daemon;     /* at the program's end it stops at its next wait */
	bool looks_on;   /* tutti's own, and waits for nobody of the program. Atomic: others look */

	struct tu_os_bell bell;     /* if has_bell; the owner opens and closes it */
	struct tu_os_poller poller; /* if has_poller; likewise */
	uint32_t kept_room;
	struct tu_batch *batch;       /* NULL: none yet. Owner */
	struct tu_source_state *kept; /* by number of descriptor, see poller.h. Owner */

	struct tu_worker *next; /* all workers ever, or the free ones; under the registry's lock */
	struct tu_worker *next_free;
	bool in_use; /* under the registry's lock */

	struct tu_wheel wheel; /* large; only the pages in use are touched */
	struct tu_words waits_for_words;
};

static inline struct tu_worker *tu_worker_self(void)
{
	return tu_self()->worker;
}

/*
 * Ids are drawn by the thousand from one counter for all, and their low bits say which worker drew
 * them: the same for tasks of one thread, and seldom for those of two.
 */
enum { TU_ID_WORKERS = 256 };

void tu_worker_draw_ids(struct tu_worker *w);

/* An id for what begins on w: never 0 and never used twice in the process. Owner. */
static inline uint64_t tu_worker_new_id(struct tu_worker *w)
{
	uint64_t id;

	if (tu_unlikely(w->next_id == w->ids_end))
		tu_worker_draw_ids(w);
	id = w->next_id;
	w->next_id += TU_ID_WORKERS;
	return id;
}

/* false: certainly not. */
static inline bool tu_ids_of_one_thread(uint64_t a, uint64_t b)
{
	return a % TU_ID_WORKERS == b % TU_ID_WORKERS;
}

/* Does the kernel say so too, which knows nothing of our thread-local variables? For checks. */
bool tu_worker_is_here(const struct tu_worker *w);

/* Is there a task that has begun and not ended? */
static inline bool tu_worker_has_tasks(const struct tu_worker *w)
{
	return w->begun != w->ended;
}

/* Does it take no more? For what is started by the program; what it needs to end still runs. */
static inline bool tu_worker_is_closed(const struct tu_worker *w)
{
	return tu_unlikely(tu_load_rlx(&w->closed)); /* who looks a moment too early has come in */
}

/* Which turn it is: who has got the thread. Owner; from outside, a guess. */
static inline uint64_t tu_worker_which_turn(const struct tu_worker *w)
{
	uint64_t looks = tu_shown(&w->looks);

	return looks << 32 | tu_shown(&w->budget);
}

/*
 * When self began to wait, for who looks from outside: the clock is read at each look around, not
 * for each who parks. No two waits on a thread have the same, so that one that has it still has not
 * ended meanwhile. Owner.
 */
static inline void tu_worker_stamp(struct tu_worker *w, struct tu_context *self)
{
	self->since = ++w->stamp;
}

/* now: 0: not known. */
static inline void tu_worker_tick(struct tu_worker *w, int64_t now)
{
	if (now == 0)
		now = tu_os_now_about();
	if (now > w->stamp)
		w->stamp = now;
}

/* Take the first off the queue, which is not empty. Owner only. */
static inline struct tu_runnable *tu_worker_shift(struct tu_worker *w)
{
	struct tu_runnable *r = w->head, *next = r->next;

	tu_show(&w->head, next);
	if (!next)
		w->tail = &w->head;
	return r;
}

/* Put a job or context at the end of the queue. Owner only. */
static inline void tu_worker_push(struct tu_worker *w, struct tu_runnable *r)
{
	r->next = NULL;
	tu_show(w->tail, r); /* this may be head */
	w->tail = &r->next;
}

/* Let all that is ready now run once; how many that was. On the thread's own context. */
int tu_worker_turn(struct tu_worker *w);

/* The same from any thread; wakes the worker. */
void tu_worker_post(struct tu_worker *w, struct tu_runnable *r);

/* Let timer fire on w, whose thread the caller is on. */
static inline void tu_worker_timer(struct tu_worker *w, struct tu_timer *timer)
{
	tu_wheel_add(&w->wheel, timer);
}

/* The same if w still belongs to the thread that had number; false: that has ended. */
bool tu_worker_post_to(struct tu_worker *w, uint32_t number, struct tu_runnable *r);

/* Its thread will never go on: not one of the workers any more, and not to be used again. */
void tu_worker_abandon(struct tu_worker *w);

/* Give up timers and what others have sent: the thread is at its end, nobody will run them. */
void tu_worker_drain(struct tu_worker *w);

/* Call fn for each worker that belongs to a thread now, under the registry's lock. */
void tu_worker_each(void (*fn)(struct tu_worker *w, void *arg), void *arg);

/*
 * The calling thread ends: jobs that have not begun are given up with TUTTI_ECANCELED, those that
 * have are cancelled and run until they have ended. On the thread's own context.
 */
void tu_worker_close(struct tu_worker *w);

/*
 * Called when a thread that tutti did not start ends, on its own context, before its worker is
 * taken away; set by exec.
 */
extern void (*tu_at_detach)(struct tu_context *self);

/* The program ends: daemons stop at their next wait, for ever, or where they would write. */
void tu_workers_end(void);

/* The forked child has one thread, the caller; forget the others. */
void tu_workers_after_fork(void);
void tu_workers_lock(void);
void tu_workers_unlock(void);

#endif
