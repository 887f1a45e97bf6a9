/* SPDX-License-Identifier: MIT */
/*
 * semaphore_shared.c - permits for several processes.
 *
 *     priv[0]   WAITERS alone, to a private one's fast path: there is never a permit
 *     priv[1]   as of a private one
 *     priv[2]   TUTTI_SHARED
 *     priv[3]   the permits, and WAITERS: somebody may sleep on it
 *
 * Whoever is about to sleep sets WAITERS, while there is no permit, and sleeps while the word is
 * just that. A release takes the flag away and wakes as many as it has permits for. Who has slept
 * cannot know who else does: when it gets a permit it sets the flag again, and if more are left it
 * wakes the next, as releases that came meanwhile found no flag.
 */
#include "core/crash_point.h"
#include "core/word.h"
#include "sync/shared.h"

#include <errno.h>

#define WAITERS (UINT32_C(1) << 31)

void tu_semaphore_shared_init(tutti_semaphore *s, uint32_t value)
{
	s->priv[0] = WAITERS;
	s->priv[2] = TUTTI_SHARED;
	s->priv[3] = value;
}

/* *v receives the word if there was none. slept: see the top. */
static bool take(tutti_semaphore *s, bool slept, uint32_t *v)
{
	uint32_t next;

	*v = tu_load_rlx(&s->priv[3]); /* a guess; the exchange below tells */
	while (*v & ~WAITERS) {
		next = (*v - 1) | (slept ? WAITERS : 0);
		tu_crash_point();
		/* [semaphore-2] acquire: what came before the release of this permit */
		if (!tu_cas_weak_acq(&s->priv[3], v, next))
			continue;
		if (slept && (next & ~WAITERS))
			tu_word_wake(&s->priv[3], 1);
		return true;
	}
	return false;
}

/* Say that somebody waits. false: the word has changed. */
static bool announce(tutti_semaphore *s, uint32_t v)
{
	if (v & WAITERS)
		return true;
	tu_crash_point();
	/* Relaxed: it asks for a wake, and the kernel compares. */
	return tu_cas_rlx(&s->priv[3], &v, WAITERS);
}

int tu_semaphore_shared_acquire(tutti_semaphore *s, struct tu_context *self, tutti_time deadline)
{
	bool slept = false;
	uint32_t v;
	int rc;

	for (;;) {
		if (take(s, slept, &v))
			return 0;
		if (!slept && tu_past(deadline)) {
			tu_polled();
			return TUTTI_ETIMEDOUT;
		}
		if (!announce(s, v))
			continue;
		rc = tu_word_wait(self, &s->priv[3], WAITERS, deadline, TU_WAIT_CANCELABLE);
		if (rc < 0)
			return rc;
		slept = true;
	}
}

bool tu_semaphore_shared_try(tutti_semaphore *s)
{
	uint32_t v;

	return take(s, false, &v);
}

bool tu_semaphore_shared_announce(tutti_semaphore *s, uint32_t **word, uint32_t *value)
{
	uint32_t v = tu_load_rlx(&s->priv[3]); /* a guess; the exchange tells */

	if ((v & ~WAITERS) || !announce(s, v))
		return false;
	*word = &s->priv[3];
	*value = WAITERS;
	return true;
}

/* As who has slept and then takes a permit, but for the permit: see the top. */
void tu_semaphore_shared_pass_on(tutti_semaphore *s)
{
	tu_crash_point();
	/* Acquire and release: for nothing, it asks for a wake. */
	if (tu_or_acqrel(&s->priv[3], WAITERS) & ~WAITERS)
		tu_word_wake(&s->priv[3], 1);
}

int tu_semaphore_shared_release(tutti_semaphore *s, uint32_t n)
{
	uint32_t most = s->priv[1] ? s->priv[1] - 1 : INT32_MAX;
	uint32_t v = tu_load_rlx(&s->priv[3]), permits; /* a guess; the exchange below tells */

	do {
		permits = v & ~WAITERS;
		if (n > most || permits > most - n)
			return -EOVERFLOW;
		tu_crash_point();
		/* [semaphore-2] release: all before, for who takes one of them */
	} while (!tu_cas_weak_rel(&s->priv[3], &v, permits + n));
	if (v & WAITERS)
		tu_word_wake(&s->priv[3], n);
	return 0;
}

uint32_t tu_semaphore_shared_value(const tutti_semaphore *s)
{
	return tu_load_rlx(&s->priv[3]) & ~WAITERS; /* old news in any order */
}
