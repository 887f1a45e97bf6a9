/* SPDX-License-Identifier: MIT */
/*
 * worker.c - workers come and go with threads: the registry.
 *
 * Every worker ever made is on one list and is never freed; those without a thread are on a second.
 */
#include "core/worker.h"
#include "core/batch.h"
#include "core/caught.h"

#include "base/facts.h"
#include "core/embed.h"
#include "core/fork.h"
#include "core/lot.h"
#include "core/mutex.h"
#include "core/poller.h"
#include "core/pool.h"
#include "core/sanitize.h"
#include "core/startup.h"
#include "core/watch.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>

void (*tu_at_detach)(struct tu_context *self);

static uint32_t registry_lock;
static struct tu_worker *all, *free_ones; /* under registry_lock */
static uint32_t numbers;    /* under registry_lock: gives each thread's worker its own */
static uint32_t made;       /* under registry_lock: workers */
static uint64_t blocks = 1; /* atomic: of ids, the next to be drawn */

enum { ID_BLOCK = 1024 };

void tu_workers_lock(void)
{
	tu_mutex_lock(&registry_lock);
}

void tu_workers_unlock(void)
{
	tu_mutex_unlock(&registry_lock);
}

/* Zeroed memory of which only touched pages exist: the wheel is large. */
static struct tu_worker *worker_make(void)
{
	size_t page = tu_os_page_bytes();
	struct tu_worker *w = tu_os_stacks_map((sizeof(*w) + page - 1) / page * page, 1);

	if (!w)
		return NULL;
	tu_sanitize_root(w, sizeof(*w));
	w->tail = &w->head;
	w->index = made++;
	w->next = all;
	all = w;
	return w;
}

/* Positive as an int, so that no error is taken for one: see has_begun in exec/future.c. */
static uint32_t new_number(void)
{
	numbers = numbers < INT32_MAX ? numbers + 1 : 1;
	return numbers;
}

static struct tu_worker *worker_take(void)
{
	struct tu_worker *w;

	tu_workers_lock();
	w = free_ones;
	if (w)
		free_ones = w->next_free;
	else
		w = worker_make();
	if (w) {
		w->in_use = true;
		tu_store_rlx(&w->number, new_number()); /* compared, nothing hangs on it */
	}
	tu_workers_unlock();
	return w;
}

void tu_worker_draw_ids(struct tu_worker *w)
{
	uint64_t block = tu_add_rlx(&blocks, (uint64_t)1); /* a number by itself */

	w->next_id = block * ID_BLOCK * TU_ID_WORKERS + w->index % TU_ID_WORKERS;
	w->ids_end = w->next_id + ID_BLOCK * TU_ID_WORKERS;
}

static void worker_begin(struct tu_worker *w)
{
	struct tu_context *native = &w->native;
	void *low;

	memset(native, 0, sizeof(*native));
	native->worker = w;
	tu_show(&w->current, native);
	tu_os_thread_stack(&low, &native->bytes);
	native->low = low;
	tu_sanitize_native(native);
	native->id = tu_worker_new_id(w);
	w->errno_at = &errno;
	w->caught = tu_caught_here();
	tu_show(&w->native_id, tu_os_thread_id());
	tu_show(&w->budget, 1u);
	w->daemon = w->helper = false;
	w->task_number = 0;
	tu_show(&w->looks_on, false);
	w->closed = false;
	w->stop = w->woken = 0;
	w->thread = NULL;
	tu_pool_begin(w->pools);
	tu_wheel_init(&w->wheel, tu_os_now());
	tu_watch_notice(w);
}

static void worker_give(struct tu_worker *w)
{
	tu_stacks_trim_all(w);
	tu_pool_end(w->pools);
	tu_workers_lock();
	w->in_use = false;
	w->next_free = free_ones;
	free_ones = w;
	tu_workers_unlock();
}

static void thread_ends(void *worker)
{
	struct tu_worker *w = worker;

	if (tu_lent == w)
		tu_worker_come_back(w, true);
	if (tu_current != &w->native)
		return; /* a forked child's leftover */
	if (tu_at_detach)
		tu_at_detach(&w->native);
	tu_store_rlx(&w->number, 0);
	tu_worker_drain(w);
	tu_worker_bell_close(w);
	tu_poller_close(w);
	tu_batch_close(w);
	tu_current = NULL;
	worker_give(w);
}

/* Nobody reads it; see startup.h. */
static const char *const startup __attribute__((used)) = &tu_startup_is_linked;

struct tu_context *tu_attach(void)
{
	struct tu_worker *w = tu_lent;

	if (w) {
		tu_worker_come_back(w, false);
		return &w->native;
	}
	tu_fork_watch();
	w = worker_take();
	tu_check(w != NULL, "no memory for a thread's first call");
	worker_begin(w);
	tu_current = &w->native;
	tu_check(tu_os_at_thread_end(thread_ends, w) == 0, "no memory for a thread's first call");
	tu_os_fault_stack(); /* without it an overflow is still a fault, only a silent one */
	return &w->native;
}

bool tu_worker_is_here(const struct tu_worker *w)
{
	return w->native_id == tu_os_thread_id();
}

void tu_worker_each(void (*fn)(struct tu_worker *w, void *arg), void *arg)
{
	tu_workers_lock();
	for (struct tu_worker *w = all; w; w = w->next)
		if (w->in_use)
			fn(w, arg);
	tu_workers_unlock();
}

/*
 * Jobs of the forking thread's loop other than the one that called fork do not go on: they would
 * run twice. Their stacks stay as they are, unused.
 */
static void forget_jobs(struct tu_worker *w)
{
	tu_show(&w->head, (struct tu_runnable *)NULL);
	w->tail = &w->head;
	w->starting = NULL;
	w->inbox = NULL;
	w->sleep = TU_WORKER_AWAKE;
	w->begun = w->ended = 0;
	tu_show(&w->budget, 1u);
	tu_wheel_init(&w->wheel, tu_os_now());
	tu_contexts_forget(w, tu_current);
}

/* A task has forked. In the end it returns to the thread's own stack: what waits there goes on. */
static void keep_native(struct tu_worker *w)
{
	struct tu_waiter *waits = w->native.waits;

	w->begun = 1;
	if (w->native.alarm) /* it is set anew */
		memset(&w->native.alarm->node, 0, sizeof(w->native.alarm->node));
	if (waits)
		tu_lot_keep(waits);
	/* It looks again what it waits for. Relaxed: of one thread to itself. */
	tu_store_rlx(&w->native.park, (uint32_t)TU_PARK_NOTIFIED);
	tu_worker_push(w, &w->native.node);
}

void tu_worker_abandon(struct tu_worker *w)
{
	tu_workers_lock();
	tu_store_rlx(&w->number, 0); /* compared, nothing hangs on it */
	w->in_use = false;
	w->abandoned = true;
	tu_workers_unlock();
}

/* Of a thread that the child does not have: nothing can be sent there. */
static void abandon(struct tu_worker *w)
{
	tu_store_rlx(&w->number, 0); /* alone here */
	w->in_use = false;
}

void tu_workers_after_fork(void)
{
	struct tu_worker *mine;

	registry_lock = 0;
	if (tu_lent)
		tu_worker_come_back(tu_lent, true);
	mine = tu_current ? tu_current->worker : NULL;
	for (struct tu_worker *w = all; w; w = w->next) {
		tu_worker_bell_forget(w);
		tu_poller_forget(w);
		tu_batch_forget(w);
		tu_words_forget(w);
		w->next_id = w->ids_end; /* new ids are above all others */
		if (w != mine)
			abandon(w);
	}
	/* Another in each child: a wait notices by it that it has come through a fork. */
	tu_fork_ids.below = (tu_add_rlx(&blocks, (uint64_t)1) + 1) * ID_BLOCK * TU_ID_WORKERS;
	tu_fork_ids.caller = tu_fork_ids.native = 0;
	if (!mine)
		return;
	/* These keep theirs: they still hold what they held. */
	tu_fork_ids.caller = tu_current->id;
	tu_fork_ids.native = mine->native.id;
	tu_show(&mine->native_id, tu_os_thread_id());
	forget_jobs(mine);
	if (tu_current != &mine->native)
		keep_native(mine);
}

/* clang-format off */
TU_FACTS(worker,
	TU_FACT_ADDRESS("workers", &all),
	TU_FACT_AT("worker.next", struct tu_worker, next),
	TU_FACT_AT("worker.in_use", struct tu_worker, in_use),
	TU_FACT_AT("worker.native_id", struct tu_worker, native_id),
	TU_FACT_AT("worker.native", struct tu_worker, native),
	TU_FACT_AT("worker.slabs", struct tu_worker, slabs),
	TU_FACT_AT("worker.current", struct tu_worker, current),
	TU_FACT_AT("worker.budget", struct tu_worker, budget),
	TU_FACT_AT("worker.looks", struct tu_worker, looks),
	TU_FACT_AT("worker.head", struct tu_worker, head),
	TU_FACT_AT("worker.inbox", struct tu_worker, inbox),
	TU_FACT_AT("worker.idle", struct tu_worker, idle),
	TU_FACT_AT("worker.thread", struct tu_worker, thread),
	TU_FACT_AT("worker.helper", struct tu_worker, helper),
	TU_FACT_AT("worker.begun", struct tu_worker, begun),
	TU_FACT_AT("worker.ended", struct tu_worker, ended),
	TU_FACT_AT("worker.wheel", struct tu_worker, wheel),
	TU_FACT_AT("context.park", struct tu_context, park),
	TU_FACT_AT("context.id", struct tu_context, id),
	TU_FACT_AT("context.self", struct tu_context, self),
	TU_FACT_AT("context.job", struct tu_context, job),
	TU_FACT_AT("context.waits", struct tu_context, waits),
	TU_FACT_AT("context.alarm", struct tu_context, alarm),
	TU_FACT_AT("context.awaits", struct tu_context, awaits),
	TU_FACT_AT("context.since", struct tu_context, since),
	TU_FACT_AT("context.low", struct tu_context, low),
	TU_FACT_AT("context.bytes", struct tu_context, bytes),
	TU_FACT_AT("context.sp", struct tu_context, regs.sp),
	TU_FACT_AT("context.pc", struct tu_context, regs.pc),
	TU_FACT_AT("context.fp", struct tu_context, regs.fp),
	TU_FACT_SIZE("context.size", struct tu_context),
	TU_FACT_AT("runnable.next", struct tu_runnable, next),
	TU_FACT_AT("runnable.job", struct tu_runnable, job),
	TU_FACT_AT("start.within", struct tu_start, within),
	TU_FACT_AT("timer.deadline", struct tu_timer, deadline),
	TU_FACT_AT("timer.where", struct tu_timer, node.where),
	TU_FACT_SIZE("timer.size", struct tu_timer));
/* clang-format on */
