/* SPDX-License-Identifier: MIT */
/* crash_point.c - see crash_point.h. */
#include "core/crash_point.h"

#include "os/os.h"

#ifdef TU_DEBUG
uint64_t tu_crash_points;
static struct tu_crash_plan *followed;
static bool only_stops; /* the victim's own, while it counts */

void tu_crash_step(void)
{
	/* Relaxed: a number by itself. */
	if (tu_add_rlx(&tu_crash_points, UINT64_MAX) != 1)
		return;
	if (followed)
		tu_store_rel(&followed->died, 1u); /* who looks waits for its end anyway */
	if (!only_stops)
		tu_os_kill_self();
	tu_os_stop_self();
}

static void count(uint64_t k, bool stops)
{
	only_stops = stops;
	tu_store_rlx(&tu_crash_points, k); /* as above */
}

void tu_crash_at(uint64_t k)
{
	count(k, false);
}

void tu_crash_stop_at(uint64_t k)
{
	count(k, true);
}

void tu_crash_follow(struct tu_crash_plan *plan)
{
	followed = plan;
}

void tu_crash_be(enum tu_crash_role role)
{
	uint32_t wanted = role;

	/* Acquire-release: k was written before; and there is one victim. */
	if (followed && tu_cas_acqrel(&followed->role, &wanted, TU_CRASH_NOBODY))
		tu_crash_at(followed->k);
}

uint64_t tu_crash_left(void)
{
	return tu_load_rlx(&tu_crash_points); /* as above */
}

bool tu_crash_can(void)
{
	return true;
}
#else
void tu_crash_at(uint64_t k)
{
	(void)k;
}

void tu_crash_follow(struct tu_crash_plan *plan)
{
	(void)plan;
}

void tu_crash_be(enum tu_crash_role role)
{
	(void)role;
}

void tu_crash_stop_at(uint64_t k)
{
	(void)k;
}

uint64_t tu_crash_left(void)
{
	return 0;
}

bool tu_crash_can(void)
{
	return false;
}
#endif
