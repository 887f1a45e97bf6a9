/* SPDX-License-Identifier: MIT */
/*
 * event.c - a flag and those who wait for it.
 *
 * priv[0] is one of
 *
 *     CLEAR     nobody waits; set and wait may change it with a compare-and-swap
 *     SET       nobody waits
 *     WAITERS   clear, and somebody may be in the lot: changes only under the bucket's lock
 *     SHARED    see event_shared.c; never changes
 *
 *     CLEAR -> SET, SET -> SET      set
 *     SET -> CLEAR                  clear
 *     CLEAR -> WAITERS              wait, under the lock
 *     WAITERS -> SET                set, under the lock
 *     WAITERS -> CLEAR              the last waiter gave up, under the lock
 *
 * A set touches the event for the last time when it changes the word, so a waiter may end the
 * event's life as soon as it is let go. set and clear are lock-free while nobody waits.
 *
 * After a fork the child may find WAITERS with nobody in the lot: a set finds nobody to wake.
 */
#include "core/wait.h"
#include "sync/choice.h"
#include "sync/flags.h"
#include "sync/shared.h"

#include <tutti/event.h>

enum { CLEAR, SET, WAITERS, SHARED };

int tutti_event_init(tutti_event *e, unsigned flags)
{
	int rc = tu_flags_check(flags, TUTTI_SHARED);

	if (rc < 0)
		return rc;
	*e = (tutti_event){ { CLEAR, 0 } };
	if (flags & TUTTI_SHARED)
		tu_event_shared_init(e);
	return 0;
}

static void set_with_waiters(tutti_event *e)
{
	struct tu_bucket *b = tu_lot_lock(e);
	struct tu_wakes wakes = { 0 };
	struct tu_waiter *w;

	/* [event-1] release as in tutti_event_set. An exchange, because the waiters may have given
	   up before we had the lock, and then others change the word without it. */
	tu_swap_acqrel(&e->priv[0], SET);
	while ((w = tu_lot_first(b, e)) != NULL)
		if (tu_lot_claim(b, w))
			tu_lot_grant(b, w, 0, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

static void set_slowly(tutti_event *e, uint32_t v)
{
	if (v == SHARED)
		tu_event_shared_set(e);
	else
		set_with_waiters(e);
}

void tutti_event_set(tutti_event *e)
{
	uint32_t v;

	tu_point(TU_OP_EVENT_SET, e);
	v = tu_load_rlx(&e->priv[0]); /* a guess; the exchange below tells */
	/*
	 * [event-1] release: all before the set, for who sees it in is_set, wait or clear.
	 *
	 * Also SET is exchanged for SET. Were it only read, this could go wrong, data being 0 at
	 * first:
	 *
	 *     data = 1               clear
	 *     set: SET already       data is 0: wait
	 *
	 * With an exchange on both sides one comes after the other: either the clear sees the set
	 * and with it data, or the flag is set when the wait looks.
	 */
	do {
		if (v >= WAITERS) {
			set_slowly(e, v);
			return;
		}
	} while (!tu_cas_weak_rel(&e->priv[0], &v, SET));
}

void tutti_event_clear(tutti_event *e)
{
	uint32_t set = SET;

	tu_point(TU_OP_EVENT_CLEAR, e);
	/* [event-1] acquire: what came before the set that is undone here; see tutti_event_set. If
	   it is clear already it stays so. */
	if (!tu_cas_acq(&e->priv[0], &set, CLEAR) && set == SHARED)
		tu_event_shared_clear(e);
}

static bool is_set(const tutti_event *e)
{
	/* [event-1] acquire: all before the set; from tutti_event_set */
	uint32_t v = tu_load_acq(&e->priv[0]);

	return v == SET || (v == SHARED && tu_event_shared_is_set(e));
}

bool tutti_event_is_set(const tutti_event *e)
{
	tu_point(TU_OP_EVENT_LOOK, e);
	return tu_polled_unless(is_set(e));
}

/* Say that somebody waits; under the lock. False: it is set. */
static bool announce(tutti_event *e)
{
	uint32_t v = CLEAR;

	/* [event-1] acquire for the case that it is set: as in is_set. To announce oneself needs no
	   order, the lock has it. */
	while (!tu_cas_acqrel(&e->priv[0], &v, WAITERS)) {
		if (v != CLEAR)
			return v == WAITERS;
	}
	return true;
}

/* Queue me; false: it is set. */
static bool enqueue(tutti_event *e, struct tu_waiter *me)
{
	struct tu_bucket *b = tu_lot_lock(e);
	bool waits = announce(e);

	if (waits)
		tu_lot_enqueue(b, me, e);
	tu_lot_unlock(b);
	return waits;
}

/* Under the lock: somebody has given up and left the queue. */
static void left(void *event, struct tu_bucket *b)
{
	tutti_event *e = event;

	/* Relaxed: nobody changes WAITERS without the lock, and clear publishes nothing. */
	if (!tu_lot_first(b, e))
		tu_store_rlx(&e->priv[0], CLEAR);
}

static int wait_slowly(struct tu_context *self, tutti_event *e, tutti_time deadline)
{
	struct tu_waiter me = { .context = self, .op = TU_OP_EVENT_WAIT };
	struct tu_bucket *b;
	int rc;

	if (!enqueue(e, &me))
		return 0;
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0) {
		left(e, b);
		tu_lot_unlock(b);
	}
	return rc;
}

static int wait(tutti_event *e, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	if (is_set(e))
		return 0;
	if (tu_load_rlx(&e->priv[0]) == SHARED) /* that is fixed */
		return tu_event_shared_wait(e, self, deadline);
	if (tu_past(deadline)) {
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	return wait_slowly(self, e, deadline);
}

int tutti_event_wait(tutti_event *e)
{
	tu_point(TU_OP_EVENT_WAIT, e);
	return wait(e, TUTTI_FOREVER);
}

int tutti_event_wait_until(tutti_event *e, tutti_time deadline)
{
	tu_point(TU_OP_EVENT_WAIT, e);
	return wait(e, deadline);
}

/* -- as a case -------------------------------------------------------------------------------- */

static int case_look(const tutti_case *c)
{
	return is_set(c->priv.object) ? 0 : TU_CASE_WAITS;
}

static int case_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	return enqueue(c->priv.object, me);
}

static bool case_is_shared(const void *object)
{
	const tutti_event *e = object;

	return tu_load_rlx(&e->priv[0]) == SHARED; /* that is fixed */
}

static bool case_announce(const tutti_case *c, uint32_t **word, uint32_t *value)
{
	return tu_event_shared_announce(c->priv.object, word, value);
}

static bool case_happened(const tutti_case *c, uint32_t value)
{
	return tu_event_shared_was_set(c->priv.object, value);
}

/* A set wakes all, so there is nothing to pass on. */
static const struct tu_case_words case_words = { case_is_shared, case_announce, NULL,
	case_happened };

const struct tu_case_kind tu_case_event = { case_look, case_enqueue, left, .given = true,
	.words = &case_words };
