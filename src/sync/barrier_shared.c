/* SPDX-License-Identifier: MIT */
/*
 * barrier_shared.c - a barrier for several processes.
 *
 *     priv[0]     parties; fixed by init
 *     priv[1]     arrived in this round, the last one too while it acts
 *     priv[2]     state bits of barrier.c, and SHARED
 *     priv[3]     round; what waiters sleep on: it counts up when they are let go
 *     priv[4]     the lock of it all (shared_lock.h)
 *     priv[5]     deaths in the family when it was last looked who is there
 *     priv[6, 7]  the key under which those in the round are present (core/presence.h)
 *
 * All is under the lock, but that waiters look at the round, and others at how many there are. If
 * one dies under the lock, or fewer are present than arrived, the round is broken. Who comes out of
 * a round learns from its seat whether it was, so it may sleep through later ones.
 *
 * action and arg are used as they are by whoever arrives last, in whichever process.
 */
#include "core/presence.h"
#include "sync/barrier.h"
#include "sync/shared.h"
#include "sync/shared_lock.h"

#include <errno.h>
#include <string.h>

enum { PARTIES, ARRIVED, STATE, ROUND, LOCK, DEATHS, KEY };
enum { BROKEN = TU_BARRIER_BROKEN, ACTING = TU_BARRIER_ACTING, SHARED = TU_BARRIER_SHARED };

/* Is the wait over, or is the caller to look again? */
enum { AGAIN = 1 };

static uint64_t key_of(const tutti_barrier *b)
{
	uint64_t key;

	memcpy(&key, &b->priv[KEY], sizeof(key)); /* fixed */
	return key;
}

static uint32_t get(const tutti_barrier *b, int which)
{
	return tu_load_rlx(&b->priv[which]); /* under the lock, or a guess of who has it not */
}

static void set(tutti_barrier *b, int which, uint32_t value)
{
	tu_crash_point();
	tu_store_rlx(&b->priv[which], value); /* relaxed: as above */ /* under the lock */
}

void tu_barrier_shared_init(tutti_barrier *b)
{
	uint64_t key = tu_presence_key();

	b->priv[STATE] = SHARED;
	/* [family-4] acquire: as everywhere. Nobody else has the barrier yet. */
	b->priv[DEATHS] = tu_load_acq(tu_family_deaths());
	memcpy(&b->priv[KEY], &key, sizeof(key));
}

/* Under the lock: those in the round go, and the next begins in this state. */
static void end_round(tutti_barrier *b, uint32_t state)
{
	set(b, ARRIVED, 0);
	set(b, STATE, SHARED | state);
	tu_crash_point();
	/* [barrier-1] release: all arrivals, the action, and who was struck */
	tu_add_acqrel(&b->priv[ROUND], 1u);
}

static void break_round(tutti_barrier *b, uint32_t state)
{
	tu_presence_strike(key_of(b), get(b, ROUND));
	end_round(b, state);
}

static void look_who_is_there(tutti_barrier *b)
{
	/* [family-4] acquire: before it is asked who lives */
	uint32_t deaths = tu_load_acq(tu_family_deaths());

	if (deaths == get(b, DEATHS))
		return;
	if (tu_presence_count(key_of(b), get(b, ROUND)) < get(b, ARRIVED))
		break_round(b, BROKEN);
	set(b, DEATHS, deaths);
}

static int lock(tutti_barrier *b)
{
	int rc = tu_shared_lock_acquire(&b->priv[LOCK]);

	if (rc == TUTTI_EBROKEN) {
		break_round(b, BROKEN);
		rc = 0;
	}
	if (rc == 0)
		look_who_is_there(b);
	return rc;
}

/* round: what it was when the caller locked, or before. */
static void unlock(tutti_barrier *b, uint32_t round)
{
	bool over = get(b, ROUND) != round;

	tu_shared_lock_release(&b->priv[LOCK]);
	if (over)
		tu_word_wake(&b->priv[ROUND], UINT32_MAX);
}

static bool is_over(const tutti_barrier *b, uint32_t round)
{
	return tu_load_acq(&b->priv[ROUND]) != round; /* [barrier-1] acquire */
}

/* Somebody will not come in time. A round that is full already does not mind, but the next does. */
static void give_up(tutti_barrier *b)
{
	if (get(b, STATE) & ACTING)
		set(b, STATE, get(b, STATE) | BROKEN);
	else
		break_round(b, BROKEN);
}

/* One sleep until the round is over. *canceled: why it gave up; its wait is for the others now. */
static int sleep_in_round(tutti_barrier *b, struct tu_context *self, uint32_t round, bool arrived,
	tutti_time deadline)
{
	uint64_t age = tu_fork_ids.below;
	bool full = arrived && (get(b, STATE) & ACTING) != 0;
	uint32_t seen = get(b, DEATHS);
	int rc, locked;

	/* With what was looked at under the lock: if somebody has died since, there is no sleep. */
	rc = tu_word_wait_since(self, &b->priv[ROUND], round, seen, full ? TUTTI_FOREVER : deadline,
		full ? 0 : TU_WAIT_CANCELABLE);
	if (age != tu_fork_ids.below)
		return TUTTI_EBROKEN; /* a forked child: it was the parent that arrived */
	if (is_over(b, round))
		return 0;
	locked = lock(b);
	if (locked < 0)
		return locked;
	if (rc < 0 && get(b, ROUND) == round) {
		full = arrived && (get(b, STATE) & ACTING) != 0;
		if (!full)
			give_up(b);
		else
			rc = 0;
	}
	unlock(b, round);
	return rc < 0 ? rc : AGAIN;
}

/* The caller is in the round. Its place, or how that ended. */
static int wait_in_round(tutti_barrier *b, struct tu_context *self, uint32_t round, int seat,
	uint32_t place, tutti_time deadline)
{
	int rc;

	do {
		rc = sleep_in_round(b, self, round, true, deadline);
	} while (rc == AGAIN && !is_over(b, round));
	if (rc == TUTTI_EBROKEN) /* in a forked child the seat is the parent's */
		return rc;
	if (tu_presence_leave(seat) && rc >= 0)
		rc = TUTTI_EBROKEN;
	return rc < 0 ? rc : (int)place;
}

/* The last has arrived, under the lock: act, and let the round go. */
static int complete(tutti_barrier *b, uint32_t round, int seat, uint32_t place)
{
	int rc;

	if (b->action) {
		set(b, STATE, get(b, STATE) | ACTING);
		unlock(b, round);
		b->action(b->arg);
		rc = lock(b);
		if (rc < 0)
			return rc;
	}
	if (get(b, ROUND) == round)
		end_round(b, get(b, STATE) & BROKEN);
	unlock(b, round);
	return tu_presence_leave(seat) ? TUTTI_EBROKEN : (int)place;
}

/* Under the lock, which is let go. */
static int enter(tutti_barrier *b, struct tu_context *self, tutti_time deadline)
{
	uint32_t round = get(b, ROUND), place = get(b, ARRIVED);
	int seat = tu_presence_enter(key_of(b), round);

	if (seat < 0) {
		unlock(b, round);
		return seat;
	}
	set(b, ARRIVED, place + 1);
	if (place + 1 == get(b, PARTIES))
		return complete(b, round, seat, place);
	unlock(b, round);
	return wait_in_round(b, self, round, seat, place, deadline);
}

int tu_barrier_shared_wait(tutti_barrier *b, struct tu_context *self, tutti_time deadline)
{
	int canceled = tu_cancel_pending(self), rc;

	for (;;) {
		uint32_t round = tu_load_rlx(&b->priv[ROUND]); /* for unlock, if lock breaks it */

		rc = lock(b);
		if (rc < 0)
			return rc;
		if (canceled < 0)
			give_up(b);
		if (canceled < 0 || (get(b, STATE) & BROKEN)) {
			unlock(b, round);
			return canceled < 0 ? canceled : TUTTI_EBROKEN;
		}
		if (!(get(b, STATE) & ACTING))
			return enter(b, self, deadline);
		round = get(b, ROUND);
		unlock(b, round);
		rc = sleep_in_round(b, self, round, false, deadline);
		if (rc < 0)
			return rc;
	}
}

int tu_barrier_shared_empty(tutti_barrier *b, bool broken)
{
	uint32_t round = tu_load_rlx(&b->priv[ROUND]); /* as above */
	int rc = lock(b);

	if (rc < 0)
		return rc;
	break_round(b, broken ? BROKEN : 0);
	unlock(b, round);
	return 0;
}

uint32_t tu_barrier_shared_waiting(const tutti_barrier *b)
{
	uint32_t n = get(b, ARRIVED);

	return n == get(b, PARTIES) ? n - 1 : n; /* the last one does not wait */
}
