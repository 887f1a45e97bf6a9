/* SPDX-License-Identifier: MIT */
/*
 * crash_point.h - die before the k-th store to memory that processes share: for tests of what a
 * killed process leaves behind. There for debug builds; nothing in others.
 *
 *     tu_crash_point();
 *     tu_store_rel(&shared->word, 1);
 *
 * A test's victim calls tu_crash_at(k) and then what is to be tested; it is killed, as if from
 * outside, just before the k-th such store from then on. Of calls to the kernel that wake somebody
 * it is as of stores. tu_crash_left tells whether there were as many.
 *
 * Of processes that others start, far from any test, one is chosen by a plan, in memory that a
 * test's program shares with all it starts, and that they follow from before main on. Each says
 * what it is when it begins to be that; the first one that is what the plan says is the victim.
 */
#ifndef TU_CORE_CRASH_POINT_H
#define TU_CORE_CRASH_POINT_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

enum tu_crash_role {
	TU_CRASH_NOBODY,
	TU_CRASH_SERVER,
	TU_CRASH_SPARE,
	TU_CRASH_CHILD,
	TU_CRASH_WORKER
};

struct tu_crash_plan {
	uint32_t role; /* atomic: of who is to be the victim; none once there is one */
	uint32_t died; /* atomic: it came as far as that */
	uint64_t k;    /* see tu_crash_at */
};

#if defined(TU_DEBUG) && !defined(TU_MODEL)
extern uint64_t tu_crash_points; /* until then; 0: nobody is to die */

void tu_crash_step(void);

static inline void tu_crash_point(void)
{
	if (tu_unlikely(tu_load_rlx(&tu_crash_points)) /* the victim's own */)
		tu_crash_step();
}
#else
static inline void tu_crash_point(void)
{
}
#endif

/* k from 1; 0: not at all. Does nothing without TU_DEBUG. */
void tu_crash_at(uint64_t k);

/* Follow it from here on; and so do copies of this process. */
void tu_crash_follow(struct tu_crash_plan *plan);

/* From here on the process is one of these: it may be the victim. */
void tu_crash_be(enum tu_crash_role role);

/* The same, but the victim is stopped there, as by SIGSTOP, and may go on. */
void tu_crash_stop_at(uint64_t k);

/* How many are left until then; 0 if nobody is to die. */
uint64_t tu_crash_left(void);

/* Is there such a thing in this build? */
bool tu_crash_can(void);

#endif
