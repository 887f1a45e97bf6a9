/* SPDX-License-Identifier: MIT */
/*
 * fork.c - what is left of us in a forked child.
 *
 * Locked around the fork are the list of workers, the depot of the pools, whatever has a guard, and
 * the bucket of the one wait that survives it: these must be whole. All other locks of ours guard
 * what belongs to threads that the child does not have: there they are simply free again.
 */
#include "core/fork.h"

#include "base/atomic.h"
#include "base/facts.h"
#include "core/lot.h"
#include "core/mutex.h"
#include "core/pool.h"
#include "core/worker.h"
#include "os/os.h"

void (*tu_after_fork)(void);
uint32_t tu_forks;

static uint32_t guards_lock;        /* a tu_mutex, and the outermost of all: the next */
static struct tu_bucket *waited_in; /* NULL: none is locked */
static struct tu_list guards = { { &guards.head, &guards.head } };

static struct tu_fork_guard *guard_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_fork_guard, link);
}

void tu_fork_guard_add(struct tu_fork_guard *g)
{
	tu_mutex_lock(&guards_lock);
	tu_list_add_tail(&guards, &g->link);
	tu_mutex_unlock(&guards_lock);
}

void tu_fork_guard_once(struct tu_fork_guard *g)
{
	/* [fork-1] acquire: it is on the list */
	if (tu_likely(tu_load_acq(&g->there)))
		return;
	tu_fork_watch();
	tu_mutex_lock(&guards_lock);
	if (!tu_link_used(&g->link))
		tu_list_add_tail(&guards, &g->link);
	tu_store_rel(&g->there, 1u); /* [fork-1] release: it is on the list */
	tu_mutex_unlock(&guards_lock);
}

void tu_fork_guard_remove(struct tu_fork_guard *g)
{
	tu_mutex_lock(&guards_lock);
	tu_list_remove(&g->link);
	tu_mutex_unlock(&guards_lock);
}

static void guards_unlock(void)
{
	tu_list_each(link, &guards)
		tu_mutex_unlock(guard_of(link)->lock);
	tu_mutex_unlock(&guards_lock);
}

/*
 * A task forks, and what its thread's own stack waits for goes on in the child. Who lets it go just
 * now has done so wholly, or has not begun.
 */
static struct tu_bucket *lock_wait(void)
{
	struct tu_waiter *waits = tu_current ? tu_current->worker->native.waits : NULL;

	return waits ? tu_lot_lock_waiter(waits) : NULL;
}

static void before(void)
{
	tu_mutex_lock(&guards_lock);
	tu_list_each(link, &guards)
		tu_mutex_lock(guard_of(link)->lock);
	tu_list_each(link, &guards)
		if (guard_of(link)->before)
			guard_of(link)->before(guard_of(link));
	waited_in = lock_wait();
	tu_workers_lock();
	tu_pool_lock();
}

static void parent(void)
{
	tu_add_rlx(&tu_forks, 1u); /* a number by itself */
	tu_pool_unlock();
	tu_workers_unlock();
	if (waited_in)
		tu_lot_unlock(waited_in);
	guards_unlock();
}

static void child(void)
{
	tu_pool_unlock();
	guards_unlock();
	tu_lot_after_fork();
	tu_workers_after_fork();
	if (tu_after_fork)
		tu_after_fork();
	tu_list_each_safe(link, &guards)
		if (guard_of(link)->in_child)
			guard_of(link)->in_child(guard_of(link));
}

void tu_fork_watch(void)
{
	static uint32_t watching;

	/* Only that it happens once counts: nothing is published. */
	if (!tu_load_rlx(&watching) && tu_swap_acqrel(&watching, 1) == 0)
		tu_os_at_fork(before, parent, child);
}

/* clang-format off */
TU_FACTS(fork,
	TU_FACT_ADDRESS("guards", &guards),
	TU_FACT_AT("guard.link", struct tu_fork_guard, link),
	TU_FACT_AT("guard.in_child", struct tu_fork_guard, in_child));
/* clang-format on */
