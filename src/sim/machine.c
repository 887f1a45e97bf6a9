/* SPDX-License-Identifier: MIT */
/* machine.c - see machine.h: who runs, and who is next. Also: sleep.c, world.c, clock.c. */
#include "sim/machine_inside.h"

#include "core/alloc.h"
#include "core/caught.h"
#include "core/sanitize.h"
#include "core/worker.h"
#include "sim/choices.h"
#include "sim/facts.h"

#include <errno.h>

struct tu_machine tu_machine = {
	.ready = { { &tu_machine.ready.head, &tu_machine.ready.head } },
	.polling = { { &tu_machine.polling.head, &tu_machine.polling.head } },
	.on_words = { { &tu_machine.on_words.head, &tu_machine.on_words.head } },
	.patient = { { &tu_machine.patient.head, &tu_machine.patient.head } },
	.programs = { { &tu_machine.programs.head, &tu_machine.programs.head } },
};

/* -- from one to the next ---------------------------------------------------------------------- */

/* Where an actor stands: on a context of its worker, or before it has one. */
static struct tu_context *place_of(struct tu_actor *a)
{
	return a->current ? a->current : &a->birth;
}

static void change(struct tu_actor *to)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *from = m->running;
	struct tu_context *place;

	if (to == from)
		return;
	from->current = tu_current;
	from->lent = tu_lent;
	from->error = *m->errno_at;
	from->timed = tu_machine_has_timers(tu_current);
	m->timed += from->timed;
	m->timed -= to->timed;
	place = place_of(from);
	m->running = to;
	tu_current = to->current;
	tu_lent = to->lent;
	tu_sanitize_leave(place, place_of(to));
	tu_change_stack(m->caught, &from->regs, &to->regs);
	tu_sanitize_enter(place);
	*m->errno_at = from->error;
}

void tu_machine_ready(struct tu_actor *a)
{
	a->state = TU_ACTOR_READY;
	a->ready_since = tu_machine.now;
	tu_list_add_tail(&tu_machine.ready, &a->link);
	tu_machine.ready_count++;
}

static void unready(struct tu_actor *a)
{
	tu_list_remove(&a->link);
	tu_machine.ready_count--;
}

_Noreturn void tu_machine_over(enum tu_trouble trouble)
{
	tu_machine.options.over(trouble);
	tu_panic("a run that was over went on");
}

void tu_machine_suspect(void)
{
	if (tu_facts_circle_stands())
		tu_machine_over(TU_TROUBLE_CIRCLE);
}

/* -- who is next ------------------------------------------------------------------------------- */

struct tu_actor *tu_machine_option(unsigned i)
{
	struct tu_link *link = tu_machine.ready.head.next;

	while (i-- > 0)
		link = link->next;
	return link == &tu_machine.ready.head ? NULL : tu_actor_of(link);
}

/*
 * One of the ready, in their order; first_goes_on: the first of them is running and might go on.
 * NULL: it was chosen that time passes first.
 */
static struct tu_actor *choose(bool first_goes_on)
{
	struct tu_machine *m = &tu_machine;
	struct tu_question q = { .kind = TU_CHOICE_ACTOR,
		.goes_on = first_goes_on,
		.n = m->ready_count,
		.time = m->options.early_time && tu_machine_time_could_pass() };

	q.n += q.time;
	return q.n == 1 ? tu_machine_option(0) : tu_machine_option(tu_choices_make(&q));
}

/* Somebody who can run; the clock moves if nobody can. */
static struct tu_actor *next_actor(void)
{
	struct tu_actor *a;

	for (;;) {
		struct tu_link *patient;
		int64_t next, held;

		tu_machine_look_at_pollers();
		tu_machine_look_at_words();
		if (tu_machine.ready_count == 0 && (patient = tu_list_take(&tu_machine.patient)))
			tu_machine_ready(tu_actor_of(patient));
		if (tu_machine.ready_count > 0 && (a = choose(false)) != NULL)
			return a;
		next = tu_machine_next_deadline();
		held = tu_machine_is_clock_held(next);
		if (next != INT64_MAX && held < 0)
			tu_machine_move_clock(next);
		else if (tu_machine_is_world_waited_for())
			tu_machine_wait_for_world(held < 0 ? INT64_MAX : held);
		else
			tu_machine_over(TU_TROUBLE_DEADLOCK);
	}
}

void tu_machine_give_way(void)
{
	struct tu_actor *next = next_actor();

	unready(next);
	change(next);
}

void tu_machine_preempt(void)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running, *next;

	self->ready_since = m->now;
	tu_list_add_head(&m->ready, &self->link);
	m->ready_count++;
	while (!(next = choose(true)))
		tu_machine_move_clock(tu_machine_next_deadline());
	unready(next);
	change(next);
}

/* -- memory ------------------------------------------------------------------------------------ */

void *tu_machine_alloc(size_t bytes)
{
	void *p;

	tu_machine.own = true;
	p = tu_alloc_zero(bytes);
	tu_machine.own = false;
	tu_check(p != NULL, "no memory for the simulation itself");
	return p;
}

/* -- runs -------------------------------------------------------------------------------------- */

static void reset(const struct tu_machine_options *options)
{
	struct tu_machine *m = &tu_machine;

	m->options = *options;
	m->now = TU_MACHINE_EPOCH;
	m->steps = m->changes = m->sleeps = m->accesses = 0;
	m->started = 0;
	m->root = NULL;
	m->ready_count = m->timed = 0;
	m->due.root = NULL;
	tu_list_init(&m->ready);
	tu_list_init(&m->patient);
	tu_list_init(&m->polling);
	tu_list_init(&m->on_words);
	tu_list_init(&m->programs);
	m->caught = tu_caught_here();
	m->errno_at = &errno;
	m->used = true;
	tu_facts_begin();
}

void tu_machine_begin(const struct tu_machine_options *options)
{
	if (!tu_machine.used)
		tu_machine_forget_sleepers();
	reset(options);
	tu_machine.running = &tu_machine.outside;
}

void tu_machine_run(void)
{
	struct tu_machine *m = &tu_machine;

	if (m->ready_count > 0)
		tu_machine_give_way();
}

_Noreturn void tu_machine_leave(void)
{
	change(&tu_machine.outside);
	tu_panic("a run that was left went on");
}

void tu_machine_become(const struct tu_machine_options *options)
{
	tu_machine_forget_sleepers();
	reset(options);
	tu_machine.whole = true;
	tu_machine.running = &tu_machine.outside;
	tu_machine.started = 1;
	tu_machine.root = &tu_machine.outside;
	tu_machine.outside.polled_at = tu_machine.outside.unsure = UINT64_MAX;
	tu_choices_born(&tu_machine.outside);
}
