/* SPDX-License-Identifier: MIT */
/*
 * ledger.c - see ledger.h.
 *
 * Three tables lead to what is known: from the number of a context to its actor, from an object to
 * the latest of its holds, from a future to who waits and would end it. Actors and holds that are
 * not in use are kept for the next.
 */
#include "observe/ledger.h"

#include "core/alloc.h"
#include "observe/table.h"

struct tu_ledger {
	struct tu_table actors, holds, runners;
	struct tu_list present, spare_actors;
	struct tu_hold *spare_holds; /* by earlier */
	uint32_t searches;
};

struct tu_ledger *tu_ledger_create(void)
{
	struct tu_ledger *l = tu_alloc_zero(sizeof(*l));

	if (!l)
		return NULL;
	tu_list_init(&l->present);
	tu_list_init(&l->spare_actors);
	return l;
}

/* -- actors and holds, and where they are found ------------------------------------------------ */

static struct tu_actor *actor_of(const struct tu_ledger *l, const struct tu_context *c)
{
	return tu_table_find(&l->actors, c->id);
}

static void keep_actor(struct tu_ledger *l, struct tu_actor *a)
{
	tu_free(a->name);
	tu_list_add_head(&l->spare_actors, &a->link);
}

/* Kept here, as only the context's own thread may look there. */
static void look_who(struct tu_actor *a)
{
	a->runs[0] = a->context->self;
	a->runs[1] = a->context->job != a->runs[0] ? a->context->job : NULL;
}

static struct tu_actor *come(struct tu_ledger *l, struct tu_context *c)
{
	struct tu_actor *a = actor_of(l, c);
	struct tu_link *link;

	if (a)
		return a;
	link = tu_list_take(&l->spare_actors);
	a = link ? tu_container_of(link, struct tu_actor, link) : tu_alloc(sizeof(*a));
	if (!a)
		return NULL;
	*a = (struct tu_actor){ .id = c->id, .context = c };
	look_who(a);
	if (!tu_table_put(&l->actors, a->id, a)) {
		keep_actor(l, a);
		return NULL;
	}
	tu_list_add_tail(&l->present, &a->link);
	return a;
}

static void go_if_idle(struct tu_ledger *l, struct tu_actor *a)
{
	if (a->holds || a->until)
		return;
	tu_list_remove(&a->link);
	if (a->context)
		tu_table_remove(&l->actors, a->id);
	keep_actor(l, a);
}

static struct tu_hold *spare_hold(struct tu_ledger *l)
{
	struct tu_hold *h = l->spare_holds;

	if (!h)
		return tu_alloc(sizeof(*h));
	l->spare_holds = h->earlier;
	return h;
}

static void keep_hold(struct tu_ledger *l, struct tu_hold *h)
{
	h->earlier = l->spare_holds;
	l->spare_holds = h;
}

static bool hold_found_at(struct tu_ledger *l, struct tu_hold *h)
{
	void **at = tu_table_at(&l->holds, tu_table_key(h->object));

	h->others = at ? *at : NULL;
	if (!at)
		return tu_table_put(&l->holds, tu_table_key(h->object), h);
	*at = h;
	return true;
}

/* h is no more: it is in two chains. */
static void drop_hold(struct tu_ledger *l, struct tu_hold *h)
{
	void **at = tu_table_at(&l->holds, tu_table_key(h->object));
	struct tu_hold *first = *at, **link = &h->actor->holds;
	struct tu_actor *a = h->actor;

	while (*link && *link != h)
		link = &(*link)->earlier;
	tu_check(*link == h, "a hold that its holder does not know");
	*link = h->earlier;
	if (first == h && !h->others) {
		tu_table_remove(&l->holds, tu_table_key(h->object));
	} else if (first == h) {
		*at = h->others;
	} else {
		while (first->others != h)
			first = first->others;
		first->others = h->others;
	}
	keep_hold(l, h);
	go_if_idle(l, a);
}

/* -- what happens ------------------------------------------------------------------------------ */

static void stop_waiting(struct tu_ledger *l, struct tu_actor *a)
{
	a->until = 0;
	for (int i = 0; i < 2; i++)
		if (a->runs[i] && tu_ledger_runner(l, a->runs[i]) == a)
			tu_table_remove(&l->runners, tu_table_key(a->runs[i]));
}

static struct tu_hold *hold_of(const struct tu_hold *h, const struct tu_actor *a)
{
	while (h && h->actor != a)
		h = h->others;
	return (struct tu_hold *)h;
}

/* Who takes it can have it: what is still said of others is no longer so. */
static void drop_untold(struct tu_ledger *l, const struct tu_doing *doing)
{
	struct tu_hold *h = (struct tu_hold *)tu_ledger_holder(l, doing->object);

	while (h && (doing->op != TU_OP_READ_ACQUIRE || h->op != TU_OP_READ_ACQUIRE)) {
		drop_hold(l, h);
		h = (struct tu_hold *)tu_ledger_holder(l, doing->object);
	}
}

static bool note_hold(struct tu_ledger *l, struct tu_actor *a, const struct tu_doing *doing)
{
	struct tu_hold *h = spare_hold(l);

	if (!h)
		return false;
	*h = (struct tu_hold){ .object = doing->object,
		.actor = a,
		.earlier = a->holds,
		.where = doing->where,
		.since = doing->since,
		.op = doing->op };
	if (!hold_found_at(l, h)) {
		keep_hold(l, h);
		return false;
	}
	a->holds = h;
	return true;
}

void tu_ledger_took(struct tu_ledger *l, struct tu_context *self, const struct tu_doing *doing)
{
	struct tu_actor *a = actor_of(l, self);

	if (a && a->until)
		stop_waiting(l, a);
	/* A recursive lock, once more: it is given but once. */
	if (a && tu_op_object(doing->op) == TU_OBJECT_LOCK &&
		hold_of(tu_ledger_holder(l, doing->object), a))
		return;
	if (tu_ledger_holder(l, doing->object))
		drop_untold(l, doing);
	a = come(l, self);
	if (a && !note_hold(l, a, doing))
		go_if_idle(l, a);
}

void tu_ledger_gave(struct tu_ledger *l, struct tu_context *self, const void *object)
{
	struct tu_hold *latest = (struct tu_hold *)tu_ledger_holder(l, object), *own;

	if (!latest)
		return;
	own = hold_of(latest, actor_of(l, self));
	drop_hold(l, own ? own : latest);
}

void tu_ledger_waits(
	struct tu_ledger *l, struct tu_context *self, const struct tu_doing *what, int64_t until)
{
	struct tu_actor *a = come(l, self);

	if (!a)
		return;
	if (a->until)
		stop_waiting(l, a);
	a->waits = *what;
	a->until = until;
	look_who(a);
	for (int i = 0; i < 2; i++)
		if (a->runs[i] && !tu_table_at(&l->runners, tu_table_key(a->runs[i])))
			tu_table_put(&l->runners, tu_table_key(a->runs[i]), a);
}

void tu_ledger_goes_on(struct tu_ledger *l, struct tu_context *self)
{
	struct tu_actor *a = actor_of(l, self);

	if (!a || !a->until)
		return;
	stop_waiting(l, a);
	go_if_idle(l, a);
}

bool tu_ledger_has_none(const struct tu_ledger *l, const struct tu_context *self)
{
	const struct tu_actor *a = actor_of(l, self);

	return !a || !a->holds;
}

const struct tu_actor *tu_ledger_ended(
	struct tu_ledger *l, struct tu_context *self, const char *name)
{
	struct tu_actor *a = actor_of(l, self);

	if (!a)
		return NULL;
	if (a->until)
		stop_waiting(l, a);
	if (!a->holds) {
		go_if_idle(l, a);
		return NULL;
	}
	tu_table_remove(&l->actors, a->id); /* a pool's thread goes on to its next job */
	a->context = NULL;
	a->name = tu_copy_text(name);
	return a;
}

void tu_ledger_forget(struct tu_ledger *l, const void *object)
{
	struct tu_hold *h;

	while ((h = (struct tu_hold *)tu_ledger_holder(l, object)) != NULL)
		drop_hold(l, h);
}

/* -- questions --------------------------------------------------------------------------------- */

const struct tu_hold *tu_ledger_holder(const struct tu_ledger *l, const void *object)
{
	return tu_table_find(&l->holds, tu_table_key(object));
}

const struct tu_actor *tu_ledger_actor(const struct tu_ledger *l, uint64_t id)
{
	return tu_table_find(&l->actors, id);
}

const struct tu_actor *tu_ledger_runner(const struct tu_ledger *l, const void *f)
{
	return tu_table_find(&l->runners, tu_table_key(f));
}

const struct tu_actor *tu_ledger_next(const struct tu_ledger *l, const struct tu_actor *before)
{
	const struct tu_link *link = before ? before->link.next : l->present.head.next;

	return link == &l->present.head ? NULL : tu_container_of(link, struct tu_actor, link);
}

static bool waits_for_ever(const struct tu_actor *a)
{
	return a->until == INT64_MAX;
}

/* One step on: to whom the last waits for, by that hold of theirs or, if NULL, their end. */
static bool step(struct tu_ledger *l, struct tu_circle *circle, struct tu_actor *to,
	const struct tu_hold *hold);

/* From the last of the circle on: can the way be closed? */
static bool close_circle(struct tu_ledger *l, struct tu_circle *circle)
{
	const struct tu_actor *a = circle->part[circle->n - 1].actor;
	enum tu_op_object kind = tu_op_object(a->waits.op);

	if (kind == TU_OBJECT_FUTURE)
		return step(
			l, circle, (struct tu_actor *)tu_ledger_runner(l, a->waits.object), NULL);
	if (kind != TU_OBJECT_LOCK && kind != TU_OBJECT_RWLOCK)
		return false;
	for (const struct tu_hold *h = tu_ledger_holder(l, a->waits.object); h; h = h->others)
		if (step(l, circle, h->actor, h))
			return true;
	return false;
}

static bool step(struct tu_ledger *l, struct tu_circle *circle, struct tu_actor *to,
	const struct tu_hold *hold)
{
	circle->part[circle->n - 1].hold = hold;
	if (to == circle->part[0].actor)
		return true;
	if (!to || !waits_for_ever(to) || to->seen == l->searches || circle->n == TU_CIRCLE_MOST)
		return false;
	to->seen = l->searches; /* by whatever way it was reached: it leads nowhere twice */
	circle->part[circle->n++].actor = to;
	if (close_circle(l, circle))
		return true;
	circle->n--;
	return false;
}

bool tu_ledger_deadlock(struct tu_ledger *l, uint64_t self, struct tu_circle *circle)
{
	const struct tu_actor *a = tu_ledger_actor(l, self);

	if (!a || !waits_for_ever(a))
		return false;
	l->searches++;
	circle->n = 1;
	circle->part[0].actor = a;
	return close_circle(l, circle);
}

/* -- ends -------------------------------------------------------------------------------------- */

void tu_ledger_reset(struct tu_ledger *l)
{
	struct tu_link *link;

	while ((link = tu_list_first(&l->present)) != NULL) {
		struct tu_actor *a = tu_container_of(link, struct tu_actor, link);

		a->until = INT64_MAX; /* so that it stays until the last of its holds is gone */
		while (a->holds)
			drop_hold(l, a->holds);
		stop_waiting(l, a);
		go_if_idle(l, a);
	}
}

void tu_ledger_free(struct tu_ledger *l)
{
	struct tu_link *link;
	struct tu_hold *h;

	if (!l)
		return;
	tu_ledger_reset(l);
	while ((link = tu_list_take(&l->spare_actors)) != NULL)
		tu_free(tu_container_of(link, struct tu_actor, link));
	while ((h = l->spare_holds) != NULL) {
		l->spare_holds = h->earlier;
		tu_free(h);
	}
	tu_table_free(&l->actors);
	tu_table_free(&l->holds);
	tu_table_free(&l->runners);
	tu_free(l);
}
