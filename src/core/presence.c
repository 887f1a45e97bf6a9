/* SPDX-License-Identifier: MIT */
/*
 * presence.c - see presence.h.
 *
 * A seat's count is how many contexts of the process are in that round, and STRUCK; 0 but for that:
 * the seat is free. It is for another round, and says so, before it is more again; and a seat of a
 * round that has not ended stays as it is, but for count.
 */
#include "core/presence.h"

#include "core/crash_point.h"
#include "core/family_inside.h"
#include "core/fork.h"
#include "core/mutex.h"

#include <errno.h>

#define STRUCK (UINT32_C(1) << 31)

static uint32_t lock; /* a tu_mutex: of taking seats, and of leaving them */

static struct tu_presence *mine(void)
{
	return tu_family_presence(tu_family_self() % TU_FAMILY_MOST);
}

uint64_t tu_presence_key(void)
{
	static uint32_t keys;

	return (uint64_t)tu_family_self() << 32 | tu_add_rlx(&keys, 1u); /* a number by itself */
}

static bool is_for(const struct tu_seat *seat, uint64_t key, uint32_t round)
{
	/* [presence-1] acquire: what the seat is for; from take_seat */
	return (tu_load_acq(&seat->count) & ~STRUCK) != 0 && tu_load_rlx(&seat->key) == key &&
	       tu_load_rlx(&seat->round) == round;
}

static bool is_free(const struct tu_seat *seat)
{
	return (tu_load_rlx(&seat->count) & ~STRUCK) == 0; /* under the lock, but for STRUCK */
}

/* Under the lock. */
static int take_seat(uint64_t key, uint32_t round)
{
	struct tu_presence *p = mine();
	uint32_t used = tu_load_rlx(&p->used); /* our own */
	int found = -1;

	for (int i = 0; i < (int)used; i++) {
		if (is_for(&p->seats[i], key, round)) {
			tu_crash_point();
			tu_add_rlx(&p->seats[i].count, 1u); /* the thing's lock has the order */
			return i;
		}
		if (found < 0 && is_free(&p->seats[i]))
			found = i;
	}
	if (found < 0) {
		if (used == TU_SEATS)
			return -ENOMEM;
		found = (int)used;
		tu_crash_point();
		tu_store_rlx(&p->used, used + 1); /* the thing's lock has the order */
	}
	tu_crash_point();
	tu_store_rlx(&p->seats[found].key, key); /* published by count, as round is */
	tu_crash_point();
	tu_store_rlx(&p->seats[found].round, round);
	tu_crash_point();
	tu_store_rel(&p->seats[found].count, 1); /* [presence-1] release: what it is for */
	return found;
}

static struct tu_fork_guard guard = { .lock = &lock };

int tu_presence_enter(uint64_t key, uint32_t round)
{
	int seat;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	seat = take_seat(key, round);
	tu_mutex_unlock(&lock);
	return seat;
}

bool tu_presence_leave(int seat)
{
	uint32_t was;

	tu_mutex_lock(&lock);
	tu_crash_point();
	/* Acquire-release: struck or not was said before the round ended, which we have seen. */
	was = tu_sub_acqrel(&mine()->seats[seat].count, 1u);
	tu_mutex_unlock(&lock);
	return was & STRUCK;
}

/* Call fn for each seat that one who lives has in that round. */
static void each(
	uint64_t key, uint32_t round, void (*fn)(struct tu_seat *seat, uint32_t *n), uint32_t *n)
{
	uint32_t window = tu_family_window();

	for (uint32_t slot = 0; slot < window; slot++) {
		struct tu_presence *p;
		uint32_t used;

		if (!tu_family_is_taken(slot))
			continue;
		p = tu_family_presence(slot);
		used = tu_load_rlx(&p->used); /* the thing's lock has the order */
		for (uint32_t i = 0; i < used; i++)
			if (is_for(&p->seats[i], key, round))
				fn(&p->seats[i], n);
	}
}

static void count(struct tu_seat *seat, uint32_t *n)
{
	*n += tu_load_rlx(&seat->count) & ~STRUCK; /* the thing's lock has the order */
}

static void strike(struct tu_seat *seat, uint32_t *n)
{
	(void)n;
	tu_crash_point();
	tu_or_acqrel(&seat->count, STRUCK); /* for who sees the round's end, which comes after */
}

uint32_t tu_presence_count(uint64_t key, uint32_t round)
{
	uint32_t n = 0;

	each(key, round, count, &n);
	return n;
}

void tu_presence_strike(uint64_t key, uint32_t round)
{
	each(key, round, strike, NULL);
}
