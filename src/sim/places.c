/* SPDX-License-Identifier: MIT */
/* places.c - what the machine does where a call of ours tells what it is about to do. */
#include "sim/machine_inside.h"

#include "core/probe.h"
#include "core/worker.h"
#include "sim/around.h"
#include "sim/baton.h"
#include "sim/choices.h"
#include "sim/facts.h"
#include "sim/hints.h"
#include "sim/troupe.h"

enum {
	POLLS_MOST = 10000, /* of one, in vain, with nobody there who could change anything */
	LOADS_MOST = 10000, /* in a row, before they are taken for a loop that waits */
	/* Beside what may be work on plain variables: polls until time passes, and in all. */
	UNSURE_POLLS = 1000,
	UNSURE_POLLS_MOST = 1000000
};

static void step(void)
{
	struct tu_machine *m = &tu_machine;

	m->steps++;
	if (tu_unlikely(m->steps == m->options.steps_most))
		tu_machine_over(TU_TROUBLE_LIVELOCK);
}

/* -- at the places of core/probe.h ------------------------------------------------------------- */

/* Is it a change that somebody may have been waiting for? */
enum change { NO_CHANGE, HARDLY_A_CHANGE, CHANGE };

static enum change change_by(enum tu_op op)
{
	switch (op) {
	case TU_OP_LOCK_LOOK:
	case TU_OP_EVENT_LOOK:
	case TU_OP_SEMAPHORE_LOOK:
	case TU_OP_BARRIER_LOOK:
	case TU_OP_QUEUE_LOOK:
	case TU_OP_FUTURE_LOOK:
	case TU_OP_THREADS_LOOK:
	case TU_OP_CANCEL_LOOK:
	case TU_OP_LOAD:
		return NO_CHANGE;
	case TU_OP_LOCK_ACQUIRE: /* to look at what it protects, or to change it; whom a release */
	case TU_OP_LOCK_RELEASE: /* wakes up has a change of its own */
	case TU_OP_READ_ACQUIRE:
	case TU_OP_WRITE_ACQUIRE:
	case TU_OP_RWLOCK_RELEASE:
	case TU_OP_EVENT_WAIT: /* without having waited */
	case TU_OP_FUTURE_WAIT:
	case TU_OP_FUTURE_WAIT_MANY:
	case TU_OP_LOOP_RUN:
	case TU_OP_YIELD: /* what is not ours has perhaps changed */
	case TU_OP_SLEEP: /* of no time */
		return HARDLY_A_CHANGE;
	default:
		return CHANGE;
	}
}

static bool is_switch(uint64_t access)
{
	for (size_t i = 0; i < tu_machine.options.n_switches; i++)
		if (tu_machine.options.switches[i] == access)
			return true;
	return false;
}

/* It did what it was about to do when it was here last, or else it has polled since. */
static void has_done(struct tu_actor *a, enum tu_op next)
{
	enum change change = change_by(next);

	if (a->doing)
		tu_machine_change();
	a->doing = change == CHANGE;
	if (change == HARDLY_A_CHANGE)
		a->unsure = tu_machine.changes;
}

static bool is_access(enum tu_op op)
{
	return op == TU_OP_ACCESS || op == TU_OP_LOAD;
}

static void polled(struct tu_context *context);

static void point(struct tu_context *self, const struct tu_doing *doing)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *a = m->running;

	if (!tu_machine_runs(a))
		return;
	step();
	tu_choices_step(a->number, doing->op, m->now);
	has_done(a, doing->op);
	a->calls++;
	if (doing->op == TU_OP_CONDITION_NOTIFY)
		tu_hints_notify(self, doing);
	a->loads = doing->op == TU_OP_LOAD ? a->loads + 1 : 0;
	if (is_access(doing->op) && is_switch(++m->accesses) && m->ready_count > 0) {
		tu_machine_ready(a);
		tu_machine_give_way();
	} else if (tu_unlikely(a->loads == LOADS_MOST)) {
		a->loads = 0;
		a->unsure = UINT64_MAX;
		polled(self);
	} else if (tu_choices_preempts() && (m->ready_count > 0 || m->options.early_time)) {
		tu_machine_preempt();
	}
}

static bool is_unsure(const struct tu_actor *a)
{
	return a->unsure == tu_machine.changes;
}

bool tu_machine_all_only_poll(void)
{
	tu_list_each(link, &tu_machine.ready) {
		const struct tu_actor *a = tu_actor_of(link);

		if (a->polled_at != tu_machine.changes || !a->round)
			return false;
		if (is_unsure(a) && a->polls < UNSURE_POLLS)
			return false;
	}
	return true;
}

static void time_passes_for_polls(const struct tu_actor *self)
{
	int64_t next;

	if (tu_troupe && !tu_baton_all_only_poll())
		return;
	next = tu_machine_next_deadline();
	if (next == INT64_MAX && self->polls > (is_unsure(self) ? UNSURE_POLLS_MOST : POLLS_MOST))
		tu_machine_over(TU_TROUBLE_LIVELOCK);
	if (next > tu_machine.now && next != INT64_MAX)
		tu_machine_move_clock(next);
}

/*
 * Has it been here since anything changed? Each look is compared with one before, which is replaced
 * after 1, 2, 4, ... looks: so it is found in the round, however long that is, and wherever it
 * begins (Brent). One that looks once at each of many is not waiting.
 */
static void look(struct tu_actor *a, const struct tu_context *c)
{
	struct tu_look now = { c, c->doing.object, c->doing.where };

	if (a->polled_at != tu_machine.changes) {
		a->polled_at = tu_machine.changes;
		a->polls = 0;
		a->round = false;
	}
	if (a->polls++ > 0 && now.context == a->look.context && now.object == a->look.object &&
		now.where == a->look.where)
		a->round = true;
	else if ((a->polls & (a->polls - 1)) == 0)
		a->look = now;
}

static void polled(struct tu_context *context)
{
	struct tu_actor *self = tu_machine.running;

	if (!tu_machine_runs(self))
		return;
	self->doing = false;
	look(self, context);
	tu_choices_polled(self);
	tu_machine_ready(self);
	if (self->round && tu_machine_all_only_poll())
		time_passes_for_polls(self);
	tu_machine_give_way();
}

/* Its lock will never be let go, unless somebody else does so for it. */
static void ended(struct tu_context *self)
{
	char buf[80];

	if (tu_ledger_has_none(tu_facts(), self)) {
		tu_facts_ended(self, NULL);
		return;
	}
	if (tu_machine_runs(tu_machine.running))
		tu_machine.options.held(self);
	tu_facts_ended(self, tu_around_name(self, buf, sizeof(buf)));
}

/* What the library has to say is a finding here. */
static bool reported(int code, const char *text)
{
	if (!tu_machine_runs(tu_machine.running))
		return false;
	return tu_machine.options.reported(code, text);
}

static unsigned choose_number(enum tu_choice_kind kind, unsigned n)
{
	struct tu_question q = { .kind = kind, .n = n };

	if (kind == TU_CHOICE_ALLOCATION && (!tu_machine.options.allocations || tu_machine.own))
		return 0;
	if (!tu_machine_runs(tu_machine.running))
		return 0;
	return n < 2 ? 0 : tu_choices_make(&q);
}

const struct tu_probe tu_machine_probe = { .point = point,
	.polled = polled,
	.took = tu_facts_took,
	.gave = tu_facts_gave,
	.parks = tu_facts_parks,
	.goes_on = tu_facts_goes_on,
	.made = tu_facts_made,
	.ended = ended,
	.reported = reported,
	.choose = choose_number };
