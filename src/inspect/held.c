/* SPDX-License-Identifier: MIT */
/*
 * held.c - what only some processes know: who holds a rwlock, which is in the ledger of those that
 * run with TUTTI_DEBUG=1 (observe/ledger.h); and what those are called that tutti has started.
 */
#include "inspect/inside.h"

#include <string.h>

enum { ACCOUNTS_MOST = 10000, HOLDS_MOST = 100 };

static bool is_rwlock(const struct look *l, const struct place *p)
{
	return p->has_wait && p->op < l->k->ops_count && l->ops && l->ops[p->op].noun &&
	       strcmp(l->ops[p->op].noun, "rwlock") == 0;
}

static bool any_waits(const struct look *l)
{
	for (size_t i = 0; i < l->places_n; i++)
		if (is_rwlock(l, &l->places[i]))
			return true;
	return false;
}

/* One of several who read it may be named: the last that is come to. */
static void note_hold(struct look *l, uint64_t object, uint64_t holder)
{
	for (size_t i = 0; i < l->places_n; i++)
		if (is_rwlock(l, &l->places[i]) && l->places[i].key == object)
			l->places[i].holder = holder;
}

static void read_holds(struct look *l, uint64_t at, uint64_t holder)
{
	char bytes[128];

	for (int n = 0; at && n < HOLDS_MOST; n++) {
		if (!tu_look_read(l, at, bytes, l->k->hold_size))
			return;
		note_hold(l, tu_u64(bytes, l->k->hold_object), holder);
		at = tu_u64(bytes, l->k->hold_earlier);
	}
}

void tu_look_at_ledger(struct look *l)
{
	const struct known *k = l->k;
	uint64_t ledger, list, at, account;
	char bytes[512];

	if (!k->ledger || !k->account_size || !k->hold_size || !any_waits(l) ||
		!tu_look_read(l, k->ledger, &ledger, sizeof(ledger)) || !ledger)
		return;
	list = ledger + k->ledger_present;
	if (!tu_look_read(l, list, &at, sizeof(at)))
		return;
	for (int n = 0; at && at != list && n < ACCOUNTS_MOST; n++) {
		account = at - k->account_link;
		if (!tu_look_read(l, account, bytes, k->account_size))
			return;
		read_holds(l, tu_u64(bytes, k->account_holds), tu_u64(bytes, k->account_id));
		at = tu_u64(bytes, k->account_link);
	}
}

void tu_look_at_name(struct look *l)
{
	char name[TU_SEEN_NAME];
	uint64_t at;

	if (l->k->self_name && tu_look_read(l, l->k->self_name, &at, sizeof(at)) &&
		tu_look_text(l, at, name) && strcmp(name, "MainProcess") != 0)
		l->in->rows[l->process].role = tu_arena_text(&l->in->arena, "%s", name);
}
