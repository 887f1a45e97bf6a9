/* SPDX-License-Identifier: MIT */
/*
 * shared_lock.c - the slow paths of shared_lock.h.
 *
 * Who is about to sleep sets WAITERS while the lock is held, and sleeps only as long as the word is
 * just that. A release clears the flag and wakes one; that one, if it comes too late for the lock,
 * sets the flag again before it sleeps, and so do all who leave without the lock: they have set it
 * before they gave up. One who was woken and then has the lock cannot know whether others sleep, so
 * it takes the lock with the flag on.
 *
 * If the woken one dies, or the holder, or the releaser before its wake: all sleepers look again.
 */
#include "sync/shared_lock.h"

#include "core/wait.h"

#include <errno.h>

enum { SPINS = 10 };

struct attempt {
	uint32_t *word;
	struct tu_shared_how *how;
	uint32_t self;
	uint32_t flags; /* to be set in the word when it is taken */
};

/* 0; TUTTI_EBROKEN; 1: somebody has it, and *value says who. */
static int take(const struct attempt *a, uint32_t *value)
{
	*value = tu_load_rlx(a->word); /* a guess; the exchange below tells */
	for (;;) {
		uint32_t holder = tu_shared_lock_holder(*value), next;
		bool dead = holder != 0 && !tu_family_lives(holder);

		if (holder != 0 && !dead)
			return 1;
		next = (*value & (TU_SHARED_KEPT | TU_SHARED_WAITERS)) | a->flags;
		next |= a->self << TU_SHARED_SHIFT;
		if (dead)
			next |= a->how->settling;
		tu_crash_point();
		/* [shared-1] acquire: all that was done under the lock; from release, or by one who
		   is dead, whose end was acquired before */
		if (!tu_cas_acq(a->word, value, next))
			continue;
		if (dead)
			a->how->dead = holder;
		return dead ? TUTTI_EBROKEN : 0;
	}
}

/* The holder is probably running, on another CPU. */
static int spin(const struct attempt *a, uint32_t *value)
{
	int rc = 1;

	for (int i = 0; i < SPINS && rc > 0 && !a->how->patient && !tu_single_cpu(); i++) {
		tu_pause_briefly();
		rc = take(a, value);
	}
	return rc;
}

/* false: the word is not value any more. */
static bool announce(const struct attempt *a, uint32_t *value)
{
	if (*value & TU_SHARED_WAITERS)
		return true;
	tu_crash_point();
	/* Relaxed: it asks the holder to wake somebody, and the kernel compares. */
	if (!tu_cas_rlx(a->word, value, *value | TU_SHARED_WAITERS))
		return false;
	*value |= TU_SHARED_WAITERS;
	return true;
}

static int compete(struct attempt *a, int64_t deadline)
{
	struct tu_context *self = tu_self();
	uint32_t value, deaths;
	int rc;

	for (;;) {
		/* [family-4] acquire: before it is asked who lives, see tu_word_wait_since */
		deaths = tu_load_acq(tu_family_deaths());
		rc = take(a, &value);
		if (rc > 0)
			rc = spin(a, &value);
		if (rc <= 0)
			return rc;
		if (tu_past(deadline) && !(a->flags & TU_SHARED_WAITERS))
			return TUTTI_ETIMEDOUT; /* it has not slept, so it owes nobody anything */
		if (!announce(a, &value))
			continue;
		rc = tu_word_wait_since(self, a->word, value, deaths, deadline, a->how->flags);
		if (rc < 0)
			return rc;
		a->flags = TU_SHARED_WAITERS;
	}
}

int tu_shared_lock_wait(uint32_t *word, int64_t deadline, struct tu_shared_how *how)
{
	struct tu_shared_how usual = { 0 };
	struct attempt a = { .word = word, .how = how ? how : &usual, .self = tu_family_self() };

	return a.self != 0 ? compete(&a, deadline) : -ENOMEM;
}

void tu_shared_lock_wake(uint32_t *word)
{
	tu_word_wake(word, 1);
}
