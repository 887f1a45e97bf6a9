/* SPDX-License-Identifier: MIT */
/* baton.c - see baton.h: who is next, and how the baton goes there and comes back. */
#include "sim/baton.h"

#include "base/atomic.h"
#include "core/family.h"
#include "core/fork.h"
#include "core/probe.h"
#include "os/os.h"
#include "os/port.h"
#include "sim/choices.h"
#include "sim/page.h"
#include "sim/troupe_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LOOK_NS = 5000000, /* real time: how soon the death of a child with the baton is missed */
	LONG_NS = 500000000,
	WORLD_NS = 2000000
};

/* -- what the others see ----------------------------------------------------------------------- */

/* Are there processes that share words with us and are not simulated? */
static bool words_are_open(void)
{
	return !tu_list_empty(&tu_machine.on_words) && tu_family_has_raw();
}

/* Helpers wait for processes that are here; and at a pipe of ours, who else would write? */
static bool waits_for_us(const struct tu_worker *w)
{
	/* Relaxed: of this one thread. */
	return w->helper || (tu_shown(&w->polled) == w->at_pipes && tu_load_rlx(&tu_forks) == 0);
}

static bool world_may_wake(void)
{
	if (!tu_list_empty(&tu_machine.programs) || words_are_open())
		return true;
	tu_list_each(link, &tu_machine.polling) {
		const struct tu_actor *a = tu_container_of(link, struct tu_actor, polling);
		struct tu_context *c = tu_actor_context(a);

		if (!c || !waits_for_us(c->worker))
			return true;
	}
	return false;
}

static void show(void)
{
	struct tu_machine *m = &tu_machine;
	struct tu_player *p = tu_troupe_self();
	const struct tu_actor *due = tu_machine_first_due();

	p->ticket = m->ready_count > 0 ? tu_machine_option(0)->ticket : 0;
	p->due = due ? due->deadline : INT64_MAX;
	p->went = due ? due->went : 0;
	p->next = tu_machine_own_deadline();
	p->patient = tu_list_empty(&m->patient) ? 0 : tu_actor_of(m->patient.head.next)->ticket;
	p->sleeps_in_pollers = !tu_list_empty(&m->polling);
	p->waits_for_world = world_may_wake();
	p->held = tu_machine_held_here(&p->past);
	p->only_polled = m->ready_count > 0 && tu_machine_all_only_poll() ? m->changes : UINT64_MAX;
}

static void write_common(void)
{
	const struct tu_machine *m = &tu_machine;

	tu_troupe->common = (struct tu_common){ .now = m->now,
		.order = m->order,
		.changes = m->changes,
		.acts = m->acts,
		.steps = m->steps,
		.hash = tu_choices_made()->hash };
}

static void read_common(void)
{
	struct tu_machine *m = &tu_machine;
	const struct tu_common *c = &tu_troupe->common;

	m->order = c->order;
	m->changes = c->changes;
	m->acts = c->acts;
	m->steps = c->steps;
	tu_choices_go_on(c->hash, c->steps);
	tu_machine_follow_clock(c->now);
	tu_troupe_take_woken();
}

/* -- giving and getting ------------------------------------------------------------------------ */

static uint32_t index_of(uint32_t baton)
{
	return baton >> 8;
}

void tu_baton_begin(void)
{
	tu_store_rlx(&tu_troupe->baton, tu_troupe_me << 8); /* nobody else has the page yet */
}

void tu_baton_give(uint32_t i, enum tu_turn turn)
{
	struct tu_player *p = &tu_troupe->player[i];

	/* [baton-1] release: the page, and all that was done; acquired in turn_of */
	tu_store_rel(&tu_troupe->baton, i << 8 | turn);
	tu_add_acqrel(&p->bell, 1u); /* who goes to sleep just now looks again */
	tu_real_word_wake(&p->bell, 1);
}

/* Is it the caller's to see that i lives? Of who is dead, its parent's parent's. */
static bool is_mine(uint32_t i)
{
	while (i != 0) {
		i = tu_troupe->player[i].parent;
		if (i == tu_troupe_me)
			return true;
		if (i >= TU_TROUPE_MOST || !tu_troupe_is_dead(i))
			return false;
	}
	return false;
}

static bool has_children(void)
{
	for (uint32_t i = 1; i < tu_troupe->players; i++)
		if (tu_troupe_is_there(i) && tu_troupe->player[i].parent == tu_troupe_me)
			return true;
	return false;
}

/* Nobody else takes it from one who is dead, and that one gives it to nobody any more. */
static void look_for_death(void)
{
	uint32_t baton = tu_load_acq(&tu_troupe->baton); /* [baton-1] acquire: whose it is */
	uint32_t i = index_of(baton);

	if (i == tu_troupe_me || !is_mine(i) || !tu_troupe_is_dead(i))
		return;
	/* Acquire-release: what it did before it died. */
	if (!tu_cas_acqrel(&tu_troupe->baton, &baton, tu_troupe_me << 8 | TU_TURN_BURY))
		return;
	tu_troupe->ending = i;
}

/* -1: it is not the caller's. */
static int turn_of(void)
{
	uint32_t baton = tu_load_acq(&tu_troupe->baton); /* [baton-1] acquire: all others did */

	return index_of(baton) == tu_troupe_me ? (int)(baton & 255) : -1;
}

/* In real time. */
static enum tu_turn wait_for_turn(void)
{
	struct tu_player *self = tu_troupe_self();
	int turn;

	for (;;) {
		uint32_t bell = tu_load_acq(&self->bell); /* before the look at the baton */
		struct tu_os_word word;
		int64_t patience;

		if ((turn = turn_of()) >= 0)
			return (enum tu_turn)turn;
		/* A guess while another writes there: it is only how long to sleep. */
		patience = has_children() ? LOOK_NS : LONG_NS;
		tu_os_word_set(&word, &self->bell, bell, true);
		tu_real_words_wait(&word, 1, tu_real_now() + patience);
		if (turn_of() < 0 && patience == LOOK_NS)
			look_for_death();
	}
}

static void tell(void)
{
	struct tu_page text = { 0 }, json = { 0 };
	struct tu_troupe *t = tu_troupe;

	tu_troupe_hooks->tell(&text, &json);
	t->text_used += (size_t)snprintf(t->text + t->text_used, TU_TROUPE_TEXT - t->text_used,
		"%s", text.text ? text.text : "");
	t->json_used += (size_t)snprintf(t->json + t->json_used, TU_TROUPE_TEXT - t->json_used,
		"%s%s", t->json_used ? "," : "", json.text ? json.text : "");
	if (t->text_used >= TU_TROUPE_TEXT)
		t->text_used = TU_TROUPE_TEXT - 1;
	if (t->json_used >= TU_TROUPE_TEXT)
		t->json_used = TU_TROUPE_TEXT - 1;
}

/* Until it is to go on. */
static enum tu_turn await(void)
{
	enum tu_turn turn;

	tu_machine.world = true; /* it is no call from outside that holds everybody up */
	for (;;) {
		turn = wait_for_turn();
		read_common();
		if (turn == TU_TURN_BURY) {
			tu_troupe_bury(tu_troupe->ending);
			turn = TU_TURN_LOOK;
		}
		if (turn == TU_TURN_TELL)
			tell();
		if (turn == TU_TURN_CONCLUDE)
			tu_troupe_hooks->conclude();
		if (tu_troupe->teller == TU_TROUPE_NOBODY || tu_troupe->teller == tu_troupe_me)
			break;
		tu_baton_hand_over(tu_troupe->teller, TU_TURN_LOOK);
	}
	tu_troupe_self()->state = TU_PLAYER_PLAYS;
	tu_machine.world = false;
	return turn;
}

void tu_baton_await(void)
{
	await();
}

enum tu_turn tu_baton_hand(uint32_t i, enum tu_turn turn)
{
	fflush(stdout);
	fflush(stderr);
	show();
	write_common();
	tu_baton_give(i, turn);
	return await();
}

void tu_baton_hand_over(uint32_t i, enum tu_turn turn)
{
	write_common();
	tu_baton_give(i, turn);
}

void tu_troupe_gather(enum tu_trouble trouble, const char *words)
{
	struct tu_troupe *t = tu_troupe;

	t->verdict.trouble = trouble;
	snprintf(t->verdict.name, sizeof(t->verdict.name), "%s", tu_troupe_self()->name);
	snprintf(t->verdict.words, sizeof(t->verdict.words), "%s", words ? words : "");
	t->teller = tu_troupe_me;
	for (uint32_t i = 0; i < t->players && trouble != TU_TROUBLE_NONE; i++)
		if (i == tu_troupe_me)
			tell();
		else if (t->player[i].state == TU_PLAYER_PLAYS && !tu_troupe_is_dead(i))
			tu_baton_hand(i, TU_TURN_TELL);
}

_Noreturn void tu_troupe_conclude(void)
{
	tu_baton_hand_over(0, TU_TURN_CONCLUDE);
	for (;;) /* it ends this one too */
		tu_real_sleep_until(tu_real_now() + LONG_NS);
}

/* -- who is next ------------------------------------------------------------------------------- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* 0: it has nothing to do. */
static uint64_t ticket_of(uint32_t i)
{
	const struct tu_player *p = &tu_troupe->player[i];
	uint64_t ticket = sooner(p->ticket, p->woken);

	ticket = sooner(ticket, p->asked);
	return p->due <= tu_machine.now ? sooner(ticket, p->went) : ticket;
}

static int by_ticket(const void *a, const void *b)
{
	uint64_t x = ticket_of(*(const uint32_t *)a), y = ticket_of(*(const uint32_t *)b);

	return x < y ? -1 : x > y;
}

/* Those who have something to do, first in first out: how many. */
static uint32_t candidates(uint32_t *can)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < tu_troupe->players; i++)
		if (tu_troupe_is_there(i) && ticket_of(i) != 0)
			can[n++] = i;
	if (n > 1)
		qsort(can, n, sizeof(*can), by_ticket);
	return n;
}

/* Somebody who has not looked at its pollers since anybody has run; NOBODY: all have. */
static uint32_t who_has_to_look(void)
{
	for (uint32_t i = 0; i < tu_troupe->players; i++) {
		const struct tu_player *p = &tu_troupe->player[i];

		if (tu_troupe_is_there(i) && i != tu_troupe_me && p->sleeps_in_pollers &&
			p->looked_acts != tu_machine.acts)
			return i;
	}
	return TU_TROUPE_NOBODY;
}

static uint32_t first_patient(void)
{
	uint32_t first = TU_TROUPE_NOBODY;

	for (uint32_t i = 0; i < tu_troupe->players; i++) {
		const struct tu_player *p = &tu_troupe->player[i];

		if (tu_troupe_is_there(i) && p->patient != 0 &&
			(first == TU_TROUPE_NOBODY ||
				p->patient < tu_troupe->player[first].patient))
			first = i;
	}
	return first;
}

static void look_here(void)
{
	struct tu_player *self = tu_troupe_self();

	tu_machine_look_at_pollers();
	if (words_are_open()) /* a change there need not come with a wake for us */
		tu_machine_look_at_words();
	self->looked_acts = tu_machine.acts;
	self->looked_changes = tu_machine.changes;
	self->asked = 0;
	show();
}

static bool end_patience(void)
{
	struct tu_link *patient = tu_list_take(&tu_machine.patient);

	if (patient)
		tu_machine_ready(tu_actor_of(patient));
	return patient != NULL;
}

/* Who is next; NOBODY: nobody is. *turn: what to do there. */
static uint32_t choose(enum tu_turn *turn)
{
	static uint32_t can[TU_TROUPE_MOST];
	uint32_t n = candidates(can), i;

	*turn = TU_TURN_RUN;
	if (n > 0)
		return n == 1 ? can[0]
			      : can[tu_choices_make(
					&(struct tu_question){ .kind = TU_CHOICE_ACTOR, .n = n })];
	*turn = TU_TURN_LOOK;
	if ((i = who_has_to_look()) != TU_TROUPE_NOBODY)
		return i;
	*turn = TU_TURN_RUN;
	return first_patient();
}

bool tu_baton_settle(void)
{
	enum tu_turn turn = TU_TURN_LOOK;
	uint32_t next;

	for (;;) {
		look_here();
		if (turn == TU_TURN_RUN && (tu_machine.ready_count > 0 || end_patience()))
			return true;
		next = choose(&turn);
		if (next == TU_TROUPE_NOBODY && tu_troupe_find_dead())
			continue;
		if (next == TU_TROUPE_NOBODY)
			return false;
		if (next != tu_troupe_me)
			turn = tu_baton_hand(next, turn);
	}
}

void tu_baton_preempt(void)
{
	static uint32_t can[TU_TROUPE_MOST];
	uint32_t n, others = 0, i;

	show();
	n = candidates(can);
	for (i = 0; i < n; i++)
		if (can[i] != tu_troupe_me)
			can[others++] = can[i];
	if (others == 0)
		return;
	i = tu_choices_make(
		&(struct tu_question){ .kind = TU_CHOICE_ACTOR, .goes_on = true, .n = others + 1 });
	if (i > 0 && tu_baton_hand(can[i - 1], TU_TURN_RUN) != TU_TURN_RUN)
		tu_baton_settle();
}

int64_t tu_baton_next_deadline(int64_t own)
{
	for (uint32_t i = 0; i < tu_troupe->players; i++)
		if (tu_troupe_is_there(i) && i != tu_troupe_me && tu_troupe->player[i].next < own)
			own = tu_troupe->player[i].next;
	return own;
}

/* -- while some only poll ---------------------------------------------------------------------- */

bool tu_baton_all_only_poll(void)
{
	uint64_t changes = tu_machine.changes;
	bool all = true;

	for (uint32_t i = 0; i < tu_troupe->players; i++) {
		struct tu_player *p = &tu_troupe->player[i];

		if (i == tu_troupe_me || !tu_troupe_is_there(i))
			continue;
		if (ticket_of(i) != 0 && p->only_polled != changes)
			all = false;
		if (p->sleeps_in_pollers && p->looked_changes != changes) {
			if (p->asked == 0)
				p->asked = ++tu_machine.order;
			all = false;
		}
	}
	return all;
}

/* -- the world outside of all ------------------------------------------------------------------ */

static bool any_waits_for_world(void)
{
	for (uint32_t i = 0; i < tu_troupe->players; i++)
		if (tu_troupe_is_there(i) && tu_troupe->player[i].waits_for_world)
			return true;
	return false;
}

int64_t tu_baton_held(int64_t *past)
{
	int64_t until = -1;

	*past = 0;
	for (uint32_t i = 0; i < tu_troupe->players; i++) {
		const struct tu_player *p = &tu_troupe->player[i];

		if (!tu_troupe_is_there(i))
			continue;
		*past = p->past > *past ? p->past : *past;
		if (p->held >= 0 && (until < 0 || p->held < until))
			until = p->held;
	}
	return until;
}

bool tu_baton_is_world_waited_for(void)
{
	return any_waits_for_world();
}

/* A little; then all look again. */
void tu_baton_wait_for_world(void)
{
	tu_machine.world = true;
	tu_real_sleep_until(tu_real_now() + WORLD_NS);
	tu_machine.world = false;
	if (words_are_open())
		tu_family_look(tu_real_now());
	tu_machine.acts++;
}
