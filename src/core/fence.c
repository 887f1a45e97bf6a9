/* SPDX-License-Identifier: MIT */
/* fence.c - see fence.h. */
#include "core/fence.h"

#include "os/os.h"

uint32_t tu_fence_split;

void tu_fence_heavy(void)
{
	/* Relaxed: set before there was a second thread; 0: both sides have a full fence. */
	if (tu_load_rlx(&tu_fence_split))
		tu_os_barrier();
	else
		tu_fence_seq();
}

/* Before main, while there is one thread: then it costs the kernel nothing. */
__attribute__((constructor(101))) static void prepare(void)
{
	tu_store_rlx(&tu_fence_split, tu_os_barrier_prepare());
}
