/* SPDX-License-Identifier: MIT */
/*
 * condition_shared.c - a condition for several processes, under a lock that they share.
 *
 *     priv[0]   not 0, so that a private one's notify looks further
 *     priv[1]   how often it was notified, times two; and WAITERS: somebody may sleep on it
 *     priv[3]   TUTTI_SHARED
 *
 * All is written with the user's lock held, by which no wait begins while a notify is at work.
 * Whoever waits does so while the word is as it was when the lock was let go. A notify changes it,
 * and wakes as many threads as were asked for of those that sleep; those that do not just then go
 * on as well, as they find the change. So one is notified too many now and then, but never too few:
 * the kernel does not count the dead.
 */
#include "core/crash_point.h"
#include "core/word.h"
#include "sync/shared.h"

#include <errno.h>

enum { WAITERS = 1, NOTIFY = 2 };

void tu_condition_shared_init(tutti_condition *c)
{
	*c = (tutti_condition){ { 1, 0, 0, TUTTI_SHARED } };
}

static void set(tutti_condition *c, uint32_t value)
{
	tu_crash_point();
	tu_store_rlx(&c->priv[1], value); /* the user's lock has the order; the kernel compares */
}

/* The lock is held again on each return, also if it had to be taken from one who died with it. */
int tu_condition_shared_wait(
	tutti_condition *c, tutti_lock *l, struct tu_context *self, tutti_time deadline)
{
	uint32_t value = tu_load_rlx(&c->priv[1]) | WAITERS, depth; /* relaxed: as in set */
	int rc, taken;

	set(c, value);
	depth = tu_lock_shared_give_all(l);
	rc = tu_word_wait(self, &c->priv[1], value, deadline, TU_WAIT_CANCELABLE);
	taken = tu_lock_shared_take_back(l, self, depth);
	tu_check(taken >= 0, "a process has lost its family while it waited");
	return taken > 0 ? TUTTI_EBROKEN : rc;
}

void tu_condition_shared_notify(tutti_condition *c, size_t n)
{
	uint32_t value = tu_load_rlx(&c->priv[1]); /* as in set */
	uint32_t most = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;

	if (n == 0 || !(value & WAITERS))
		return;
	value += NOTIFY;
	set(c, value);
	/* Fewer than asked for: nobody sleeps any more, and who did not has seen the change. */
	if (tu_word_wake(&c->priv[1], most) < most)
		set(c, value & ~(uint32_t)WAITERS);
}
