/* SPDX-License-Identifier: MIT */
/*
 * lock_shared.c - a lock for several processes.
 *
 *     priv[0]   the word of shared_lock.h, with TU_SHARED_KEPT, which is LOCKED to a private one's
 *               fast path: so it never gets anything there
 *     priv[1]   flags, and of a recursive one the levels, as of a private one
 *     holder    id of the context that has it, of the process that the word names
 *
 * A recursive lock is the caller's own if both names are, and the word is not SETTLING: then it was
 * taken from the dead just now, and holder is still the dead one's, which may be anybody's number
 * here. Who releases it clears holder before; so it is 0 or his own while he has the lock.
 */
#include "core/report.h"
#include "core/worker.h"
#include "sync/lock.h"
#include "sync/look.h"
#include "sync/shared.h"
#include "sync/shared_lock.h"

#include <errno.h>

_Static_assert((int)TU_SHARED_KEPT == (int)TU_LOCK_LOCKED, "see the top");

static uint32_t word_of(const tutti_lock *l)
{
	return tu_load_rlx(&l->priv[0]); /* a guess, or the caller's own */
}

static void set_holder(tutti_lock *l, uint64_t id)
{
	tu_crash_point();
	tu_store_rlx(&l->holder, id); /* compared only with the reader's own id */
}

static uint32_t levels(const tutti_lock *l)
{
	return tu_load_rlx(&l->priv[1]); /* the holder writes; the flags in it are fixed */
}

static void set_levels(tutti_lock *l, uint32_t to)
{
	tu_crash_point();
	tu_store_rlx(&l->priv[1], to); /* under the lock itself */
}

static bool is_recursive(const tutti_lock *l)
{
	return levels(l) & TUTTI_RECURSIVE;
}

/* If it is, nobody else changes that, unless we were dead. */
static bool mine(const tutti_lock *l, const struct tu_context *self)
{
	uint32_t w = word_of(l);

	return tu_shared_lock_holder(w) == tu_family_self() && !(w & TU_SHARED_SETTLING) &&
	       tu_load_rlx(&l->holder) == self->id; /* relaxed: see set_holder */
}

/* Is the holder a context of our own thread? A guess. */
static bool needs_our_thread(const tutti_lock *l, const struct tu_context *self)
{
	return tu_shared_lock_holder(word_of(l)) == tu_family_self() &&
	       tu_ids_of_one_thread(tu_load_rlx(&l->holder), self->id);
}

/* It was taken from one who is dead, and what he left of the lock is put right. */
static void settle(tutti_lock *l, struct tu_context *self)
{
	set_levels(l, levels(l) & (TUTTI_RECURSIVE | TUTTI_SHARED));
	set_holder(l, self->id);
	tu_crash_point();
	tu_and_rel(&l->priv[0], ~TU_SHARED_SETTLING); /* for ourselves; waiters sleep on */
}

static int take(tutti_lock *l, struct tu_context *self, tutti_time deadline)
{
	struct tu_shared_how how = { .settling = TU_SHARED_SETTLING };
	int rc;

	how.patient = needs_our_thread(l, self);
	rc = tu_shared_lock_wait(&l->priv[0], deadline, &how);
	if (rc == 0)
		set_holder(l, self->id);
	if (rc != TUTTI_EBROKEN)
		return rc;
	settle(l, self);
	return (int)how.dead;
}

int tu_lock_shared_acquire(tutti_lock *l, struct tu_context *self, tutti_time deadline)
{
	int rc;

	if (is_recursive(l) && mine(l, self)) {
		set_levels(l, levels(l) + TU_LOCK_DEPTH);
		return 0;
	}
	if (tu_shared_lock_grab(&l->priv[0], tu_family_self())) {
		set_holder(l, self->id);
		return 0;
	}
	rc = take(l, self, deadline);
	if (rc == TUTTI_ETIMEDOUT && deadline <= 0)
		tu_polled();
	return rc;
}

int tu_lock_shared_result(int rc)
{
	return rc > 0 ? TUTTI_EBROKEN : rc;
}

void tu_lock_shared_tell(const tutti_lock *l, int rc)
{
	tu_check(rc != -ENOMEM, "a process can be in no family, and waits for a shared lock");
	tu_report(TUTTI_EBROKEN,
		"process %d died holding the shared lock at %p: whoever acquired it now goes on "
		"with what it left",
		tu_family_pid((uint32_t)rc), (const void *)l);
}

int tu_lock_shared_release(tutti_lock *l, bool tell)
{
	if (tu_shared_lock_holder(word_of(l)) == 0)
		return TUTTI_EUNLOCKED;
	if (is_recursive(l)) {
		if (!mine(l, tu_self()))
			return -EPERM;
		if (levels(l) >= TU_LOCK_DEPTH) {
			set_levels(l, levels(l) - TU_LOCK_DEPTH);
			return 0;
		}
	}
	if (tell)
		tu_gave_slowly(l);
	set_holder(l, 0);
	tu_shared_lock_release(&l->priv[0]);
	return 0;
}

bool tu_lock_shared_locked(const tutti_lock *l)
{
	return tu_family_self() != 0 && tu_family_lives(tu_shared_lock_holder(word_of(l)));
}

/* -- for conditions ---------------------------------------------------------------------------- */

int tu_lock_shared_check(const tutti_lock *l, const struct tu_context *self)
{
	if (tu_shared_lock_holder(word_of(l)) == 0)
		return TUTTI_EUNLOCKED;
	return is_recursive(l) && !mine(l, self) ? -EPERM : 0;
}

uint32_t tu_lock_shared_give_all(tutti_lock *l)
{
	uint32_t depth = levels(l);

	set_levels(l, depth & (TUTTI_RECURSIVE | TUTTI_SHARED));
	tu_lock_shared_release(l, tu_probed());
	return depth;
}

int tu_lock_shared_take_back(tutti_lock *l, struct tu_context *self, uint32_t depth)
{
	int rc = tu_lock_shared_acquire(l, self, TUTTI_FOREVER);

	set_levels(l, depth);
	tu_took_again(self, TU_OP_LOCK_ACQUIRE, l);
	return rc;
}

uint32_t tu_lock_shared_owner(const tutti_lock *l)
{
	return tu_lock_is_shared(l) ? tu_shared_lock_holder(word_of(l)) : 0;
}
