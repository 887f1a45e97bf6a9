/* SPDX-License-Identifier: MIT */
/*
 * fork.c - a forked child has one thread and gets a fresh runtime for it.
 *
 * Nothing is locked around the fork but the list of workers, which must be whole. All other locks
 * of ours guard what belongs to threads that the child does not have: there they are simply free
 * again. Futures of those threads fail with TUTTI_ECRASHED.
 */
#include "core/lot.h"
#include "core/worker.h"
#include "exec/ending.h"
#include "exec/thread.h"
#include "os/os.h"

static void child(void)
{
	tu_lot_after_fork();
	tu_workers_after_fork();
	tu_threads_after_fork();
	tu_ending_after_fork();
}

__attribute__((constructor)) static void set_hooks(void)
{
	tu_os_at_fork(tu_workers_lock, tu_workers_unlock, child);
}
