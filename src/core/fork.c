/* SPDX-License-Identifier: MIT */
/*
 * fork.c - what is left of us in a forked child.
 *
 * Nothing is locked around the fork but the list of workers and the depot of the pools, which must
 * be whole. All other locks of ours guard what belongs to threads that the child does not have:
 * there they are simply free again.
 */
#include "core/fork.h"

#include "base/atomic.h"
#include "core/lot.h"
#include "core/pool.h"
#include "core/worker.h"
#include "os/os.h"

void (*tu_after_fork)(void);

static void before(void)
{
	tu_workers_lock();
	tu_pool_lock();
}

static void parent(void)
{
	tu_pool_unlock();
	tu_workers_unlock();
}

static void child(void)
{
	tu_pool_unlock();
	tu_lot_after_fork();
	tu_workers_after_fork();
	if (tu_after_fork)
		tu_after_fork();
}

void tu_fork_watch(void)
{
	static uint32_t watching;

	/* Only that it happens once counts: nothing is published. */
	if (tu_swap_acqrel(&watching, 1) == 0)
		tu_os_at_fork(before, parent, child);
}
