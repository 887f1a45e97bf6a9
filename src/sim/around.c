/* SPDX-License-Identifier: MIT */
/* around.c - see around.h. */
#include "sim/around.h"

#include "core/family.h"
#include "core/overflow.h"
#include "core/worker.h"
#include "exec/thread.h"
#include "sim/facts.h"
#include "sim/names.h"
#include "sim/troupe.h"
#include "sync/look.h"

#include <stdio.h>

const char *tu_around_name(const struct tu_context *c, char *buf, size_t n)
{
	const struct tu_thread *t = c->worker->thread;

	if (c != &c->worker->native && c->self && tu_context_name)
		return tu_context_name(c, buf, n);
	/* Only the first thread is one without having been started or asked for. */
	snprintf(buf, n, "thread '%s'", t ? t->name : "MainThread");
	return buf;
}

/* Nobody else runs, who might change it meanwhile: relaxed, here and below. */
bool tu_around_waits(const struct tu_context *c)
{
	return tu_load_rlx(&c->park) == TU_PARK_PARKED;
}

/*
 * Does it stand in line at object? Else what it did last may be over, and the object gone: it may
 * be on the way to another wait.
 */
static bool waits_at(const struct tu_context *c, const void *object)
{
	return tu_around_waits(c) && c->waits && tu_load_rlx(&c->waits->key) == object;
}

struct tu_doing tu_around_doing(const struct tu_context *c)
{
	struct tu_doing doing = c->doing;
	const void *key = NULL;

	if (tu_around_waits(c) && c->waits)
		key = tu_load_rlx(&c->waits->key); /* as above */
	if (doing.op == TU_OP_CONDITION_WAIT && key && key != doing.object) {
		doing.op = TU_OP_LOCK_ACQUIRE;
		doing.object = key;
	}
	return doing;
}

bool tu_around_runs(const struct tu_context *c)
{
	return c == tu_current;
}

const char *tu_around_state(const struct tu_actor *a, const struct tu_context *c)
{
	if (tu_around_waits(c))
		return "waits";
	if (tu_around_runs(c))
		return "runs";
	return a->state == TU_ACTOR_STOPPED ? "stopped" : "ready";
}

/* One of ours waits for a child: of the child there is more to say than that. */
static bool minds_a_child(const struct tu_context *c)
{
	return c->worker->helper && tu_around_waits(c) &&
	       (c->doing.op == TU_OP_SELECT || c->doing.op == TU_OP_FD_WAIT);
}

static void tell_task(struct tu_context *c, void *walk)
{
	struct tu_walk *w = walk;

	if (!minds_a_child(c))
		w->tell(w, c);
}

static void tell_actor(struct tu_actor *a, void *walk)
{
	struct tu_walk *w = walk;
	struct tu_context *c = tu_actor_context(a);

	if (!c)
		return;
	w->actor = a;
	if (!c->worker->helper)
		w->tell(w, &c->worker->native);
	tu_context_each(c->worker, tell_task, w);
}

void tu_around_each(struct tu_page *t, void (*tell)(struct tu_walk *w, const struct tu_context *c))
{
	struct tu_walk w = { .t = t, .tell = tell };

	tu_machine_each(tell_actor, &w);
}

static void name_future(const tutti_future *f, char *buf, size_t n)
{
	char name[64];

	snprintf(buf, n, "%s '%s'", f->ops->noun, f->ops->name(f, name, sizeof(name)));
}

const char *tu_around_object(const struct tu_context *c, char *buf, size_t n)
{
	struct tu_doing doing = tu_around_doing(c);

	if (tu_op_object(doing.op) == TU_OBJECT_FUTURE && waits_at(c, doing.object))
		name_future(doing.object, buf, n);
	else
		tu_object_name(doing.op, doing.object, buf, n);
	return buf;
}

uint32_t tu_around_arrived(const struct tu_context *c, uint32_t *parties)
{
	const tutti_barrier *b = c->doing.object;

	if (c->doing.op != TU_OP_BARRIER_WAIT || !waits_at(c, b))
		return 0;
	*parties = tutti_barrier_parties(b);
	return tu_barrier_arrived(b);
}

const struct tu_hold *tu_around_holder(const struct tu_context *c)
{
	return tu_around_waits(c) ? tu_ledger_holder(tu_facts(), tu_around_doing(c).object) : NULL;
}

const char *tu_around_process(const struct tu_context *c, char *buf, size_t n)
{
	struct tu_doing doing = tu_around_doing(c);
	const char *name = NULL;
	uint32_t id = 0;

	if (tu_troupe && tu_around_waits(c) && doing.object &&
		tu_op_object(doing.op) == TU_OBJECT_LOCK)
		id = tu_lock_shared_owner(doing.object);
	if (id != 0 && id != tu_family_self())
		name = tu_troupe_name_of(tu_family_pid(id));
	snprintf(buf, n, name ? "process '%s'" : "%s", name ? name : "");
	return buf;
}

const char *tu_around_holder_name(const struct tu_hold *h, char *buf, size_t n)
{
	const struct tu_account *a = h->account;

	if (a->context)
		return tu_around_name(a->context, buf, n);
	snprintf(buf, n, "%s%s", a->name ? a->name : "one",
		a->name ? ", which has ended," : " that has ended");
	return buf;
}
