/* SPDX-License-Identifier: MIT */
/* places.c - what the machine does where a call of ours tells what it is about to do. */
#include "sim/machine_inside.h"

#include "core/probe.h"
#include "core/worker.h"
#include "sim/choices.h"
#include "sim/hints.h"
#include "sim/holders.h"

enum { POLLS_MOST = 10000 }; /* of one, in vain, with nobody there who could change anything */

static void step(void)
{
	struct tu_machine *m = &tu_machine;

	m->steps++;
	if (tu_unlikely(m->steps == m->options.steps_most))
		tu_machine_over(TU_TROUBLE_LIVELOCK);
}

/* -- at the places of core/probe.h ------------------------------------------------------------- */

static bool changes_something(enum tu_op op)
{
	switch (op) {
	case TU_OP_LOCK_LOOK:
	case TU_OP_EVENT_LOOK:
	case TU_OP_SEMAPHORE_LOOK:
	case TU_OP_BARRIER_LOOK:
	case TU_OP_QUEUE_LOOK:
	case TU_OP_FUTURE_LOOK:
	case TU_OP_YIELD:
		return false;
	default:
		return true;
	}
}

static bool is_switch(uint64_t access)
{
	for (size_t i = 0; i < tu_machine.options.n_switches; i++)
		if (tu_machine.options.switches[i] == access)
			return true;
	return false;
}

static void point(struct tu_context *self, const struct tu_doing *doing)
{
	struct tu_machine *m = &tu_machine;

	if (!tu_machine_runs(m->running))
		return;
	step();
	tu_choices_step(m->running->number, doing->op, m->now);
	if (changes_something(doing->op))
		m->changes++;
	if (doing->op == TU_OP_CONDITION_NOTIFY)
		tu_hints_notify(self, doing);
	if (doing->op == TU_OP_ACCESS && is_switch(++m->accesses) && m->ready_count > 0) {
		tu_machine_ready(m->running);
		tu_machine_give_way();
	} else if (tu_choices_preempts() && (m->ready_count > 0 || m->options.early_time)) {
		tu_machine_preempt();
	}
}

/* So many looks in vain make a round of all that runs on the actor's worker. */
static bool polled_round(const struct tu_actor *a)
{
	const struct tu_context *c = a == tu_machine.running ? tu_current : a->current;
	unsigned n = 1;

	if (a->polled_at != tu_machine.changes)
		return false;
	if (c)
		for (struct tu_runnable *r = c->worker->head; r && n <= a->polls; r = r->next)
			n++;
	return a->polls >= n;
}

static bool all_only_poll(void)
{
	tu_list_each(link, &tu_machine.ready)
		if (!polled_round(tu_actor_of(link)))
			return false;
	return true;
}

static void time_passes_for_polls(const struct tu_actor *self)
{
	int64_t next = tu_machine_next_deadline();

	if (next == INT64_MAX && self->polls > POLLS_MOST)
		tu_machine_over(TU_TROUBLE_LIVELOCK);
	if (next > tu_machine.now && next != INT64_MAX)
		tu_machine_move_clock(next);
}

static void polled(struct tu_context *context)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running;

	(void)context;
	if (!tu_machine_runs(self))
		return;
	if (self->polled_at != m->changes)
		self->polls = 0;
	self->polled_at = m->changes;
	self->polls++;
	tu_choices_polled(self);
	tu_machine_ready(self);
	/* The second time round: a look by the way is no waiting. */
	if (self->polls > 1 && all_only_poll())
		time_passes_for_polls(self);
	tu_machine_give_way();
}

/* Its lock will never be let go, unless somebody else does so for it. */
static void ended(struct tu_context *self)
{
	if (tu_machine_runs(tu_machine.running) && tu_held_by(self, 0))
		tu_machine.options.held(self);
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
	struct tu_question q = { kind, n, false, false };

	if (kind == TU_CHOICE_ALLOCATION && (!tu_machine.options.allocations || tu_machine.own))
		return 0;
	if (!tu_machine_runs(tu_machine.running))
		return 0;
	return n < 2 ? 0 : tu_choices_make(&q);
}

const struct tu_probe tu_machine_probe = { .point = point,
	.polled = polled,
	.took = tu_holders_took,
	.gave = tu_holders_gave,
	.ended = ended,
	.reported = reported,
	.choose = choose_number };
