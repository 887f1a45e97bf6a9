/* SPDX-License-Identifier: MIT */
/*
 * clock.c - what time it is for the machine, and when it moves on.
 *
 * A deadline is an actor's, asleep until then, or a timer's in the wheel of an actor's worker.
 */
#include "sim/machine_inside.h"

#include "sim/baton.h"
#include "sim/facts.h"
#include "sim/troupe.h"

struct tu_actor *tu_machine_first_due(void)
{
	struct tu_heap_node *least = tu_machine.due.root;

	return least ? tu_container_of(least, struct tu_actor, due) : NULL;
}

/* Of one that is ready its worker's timers count too: it does not sleep, and so has not said. */
static int64_t deadline_of_ready(struct tu_actor *a)
{
	struct tu_context *c = a == tu_machine.running ? tu_current : a->current;

	return c && tu_wheel_count(&c->worker->wheel) > 0 ? tu_wheel_next(&c->worker->wheel)
							  : INT64_MAX;
}

int64_t tu_machine_own_deadline(void)
{
	struct tu_actor *first = tu_machine_first_due();
	int64_t next = first ? first->deadline : INT64_MAX;
	struct tu_link *link = tu_machine.ready.head.next;

	for (unsigned n = tu_machine.ready_count; n > 0 && link; n--, link = link->next) {
		int64_t its = deadline_of_ready(tu_actor_of(link));

		next = its < next ? its : next;
	}
	return next;
}

int64_t tu_machine_next_deadline(void)
{
	int64_t own = tu_machine_own_deadline();

	return tu_troupe ? tu_baton_next_deadline(own) : own;
}

void tu_machine_follow_clock(int64_t now)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *a;

	if (now > m->now)
		m->now = now;
	tu_list_each(link, &m->ready) {
		struct tu_context *c = tu_actor_of(link)->current;

		if (c) /* it looks at its timers in its next turn */
			tu_show(&c->worker->budget, 1u);
	}
	while ((a = tu_machine_first_due()) != NULL && a->deadline <= m->now) {
		tu_machine_awake(a, true);
		a->ticket = a->went; /* it is ready since it was registered, as it were */
	}
}

void tu_machine_move_clock(int64_t next)
{
	struct tu_machine *m = &tu_machine;

	if (next - TU_MACHINE_EPOCH >= m->options.horizon) {
		m->now = TU_MACHINE_EPOCH + m->options.horizon;
		tu_machine_over(tu_facts_circle_stands() ? TU_TROUBLE_CIRCLE : TU_TROUBLE_NONE);
	}
	tu_machine_change();
	tu_machine_follow_clock(next);
}

/* Most programs have no timer most of the time, and this is asked at every place. */
static bool is_anything_due(void)
{
	return tu_machine.due.root || tu_machine.timed > 0 || tu_machine_has_timers(tu_current);
}

/* What is due already is not reached by moving the clock, but by letting its owner run. */
bool tu_machine_time_could_pass(void)
{
	int64_t next, oldest = tu_machine.now;

	if (!is_anything_due() || (next = tu_machine_next_deadline()) == INT64_MAX)
		return false;
	tu_list_each(link, &tu_machine.ready) {
		int64_t since = tu_actor_of(link)->ready_since;

		oldest = since < oldest ? since : oldest;
	}
	return next > tu_machine.now && next - oldest <= tu_machine.options.stall;
}
