/* SPDX-License-Identifier: MIT */
/*
 * event_shared.c - an event for several processes.
 *
 *     priv[0]   what no private one has: clear, and asked further
 *     priv[1]   SET, WAITERS (clear, and somebody may sleep on it), and how often it was set, times
 *               four: so a waiter that wakes late sees that there was a set, though it is clear
 *
 * Every change is one exchange.
 */
#include "core/crash_point.h"
#include "core/word.h"
#include "sync/shared.h"

enum { SHARED = 3 }; /* see event.c */
enum { SET = 1, WAITERS = 2, ONCE = 4 };

void tu_event_shared_init(tutti_event *e)
{
	*e = (tutti_event){ { SHARED, 0 } };
}

void tu_event_shared_set(tutti_event *e)
{
	uint32_t v = tu_load_rlx(&e->priv[1]), next; /* a guess; the exchange below tells */

	do {
		next = v & SET ? v : ((v & ~(uint32_t)WAITERS) + ONCE) | SET;
		tu_crash_point();
		/* [event-2] release: all before the set. Also of one that is set: see event.c */
	} while (!tu_cas_weak_rel(&e->priv[1], &v, next));
	if (v & WAITERS)
		tu_word_wake(&e->priv[1], UINT32_MAX);
}

void tu_event_shared_clear(tutti_event *e)
{
	uint32_t v = tu_load_rlx(&e->priv[1]); /* a guess; the exchange below tells */

	while (v & SET) {
		tu_crash_point();
		/* [event-2] acquire: what came before the set that is undone here */
		if (tu_cas_weak_acq(&e->priv[1], &v, v & ~(uint32_t)SET))
			return;
	}
}

bool tu_event_shared_is_set(const tutti_event *e)
{
	return tu_load_acq(&e->priv[1]) & SET; /* [event-2] acquire: all before the set */
}

/* Say that somebody waits; *v receives the word then. false: it is set. */
static bool announce(tutti_event *e, uint32_t *v)
{
	*v = tu_load_acq(&e->priv[1]); /* [event-2] acquire: if it is set */
	while (!(*v & (SET | WAITERS))) {
		tu_crash_point();
		/* [event-2] acquire, if it is set now: as above */
		if (tu_cas_weak_acqrel(&e->priv[1], v, *v | WAITERS)) {
			*v |= WAITERS;
			return true;
		}
	}
	return !(*v & SET);
}

bool tu_event_shared_was_set(const tutti_event *e, uint32_t v)
{
	uint32_t now = tu_load_acq(&e->priv[1]); /* [event-2] acquire: all before that set */

	return (now & SET) || now / ONCE != v / ONCE;
}

int tu_event_shared_wait(tutti_event *e, struct tu_context *self, tutti_time deadline)
{
	uint32_t v;
	int rc;

	if (tu_event_shared_is_set(e))
		return 0;
	if (tu_past(deadline)) {
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	if (!announce(e, &v))
		return 0;
	for (;;) {
		rc = tu_word_wait(self, &e->priv[1], v, deadline, TU_WAIT_CANCELABLE);
		if (rc < 0 || tu_event_shared_was_set(e, v))
			return rc;
	}
}

bool tu_event_shared_announce(tutti_event *e, uint32_t **word, uint32_t *value)
{
	*word = &e->priv[1];
	return announce(e, value);
}
