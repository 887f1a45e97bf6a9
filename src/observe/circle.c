/* SPDX-License-Identifier: MIT */
/* circle.c - whether those of a ledger wait for each other: a walk from one, back to it or not. */
#include "observe/ledger_inside.h"

static bool waits_for_ever(const struct tu_account *a)
{
	return a->until == INT64_MAX;
}

/* One step on: to whom the last waits for, by that hold of theirs or, if NULL, their end. */
static bool step(struct tu_ledger *l, struct tu_circle *circle, struct tu_account *to,
	const struct tu_hold *hold);

/* From the last of the circle on: can the way be closed? */
static bool close_circle(struct tu_ledger *l, struct tu_circle *circle)
{
	const struct tu_account *a = circle->part[circle->n - 1].account;
	enum tu_op_object kind = tu_op_object(a->waits.op);

	if (kind == TU_OBJECT_FUTURE)
		return step(
			l, circle, (struct tu_account *)tu_ledger_runner(l, a->waits.object), NULL);
	if (kind != TU_OBJECT_LOCK && kind != TU_OBJECT_RWLOCK)
		return false;
	for (const struct tu_hold *h = tu_ledger_holder(l, a->waits.object); h; h = h->others)
		if (step(l, circle, h->account, h))
			return true;
	return false;
}

static bool step(struct tu_ledger *l, struct tu_circle *circle, struct tu_account *to,
	const struct tu_hold *hold)
{
	circle->part[circle->n - 1].hold = hold;
	if (to == circle->part[0].account)
		return true;
	if (!to || !waits_for_ever(to) || to->seen == l->searches || circle->n == TU_CIRCLE_MOST)
		return false;
	to->seen = l->searches; /* by whatever way it was reached: it leads nowhere twice */
	circle->part[circle->n++].account = to;
	if (close_circle(l, circle))
		return true;
	circle->n--;
	return false;
}

bool tu_ledger_deadlock(
	struct tu_ledger *l, const struct tu_account *self, struct tu_circle *circle)
{
	if (!self || !waits_for_ever(self))
		return false;
	l->searches++;
	circle->n = 1;
	circle->part[0].account = self;
	return close_circle(l, circle);
}
