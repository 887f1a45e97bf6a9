/* SPDX-License-Identifier: MIT */
/* machine.c - see machine.h: who runs, who sleeps, what time it is. */
#include "sim/machine_inside.h"

#include "base/bits.h"
#include "core/alloc.h"
#include "core/caught.h"
#include "core/sanitize.h"
#include "core/worker.h"
#include "sim/choices.h"
#include "sim/facts.h"

#include <errno.h>

enum { BUCKETS = 64 };

struct tu_machine tu_machine = {
	.ready = { { &tu_machine.ready.head, &tu_machine.ready.head } },
	.polling = { { &tu_machine.polling.head, &tu_machine.polling.head } },
	.patient = { { &tu_machine.patient.head, &tu_machine.patient.head } },
};

static struct tu_list sleepers[BUCKETS]; /* by the word they sleep on; in the order of going */

static bool due_before(const struct tu_heap_node *a, const struct tu_heap_node *b)
{
	const struct tu_actor *x = tu_container_of(a, struct tu_actor, due);
	const struct tu_actor *y = tu_container_of(b, struct tu_actor, due);

	return x->deadline != y->deadline ? x->deadline < y->deadline : x->went < y->went;
}

bool tu_machine_runs(const struct tu_actor *a)
{
	return a != &tu_machine.outside || tu_machine.whole;
}

/* -- from one to the next ---------------------------------------------------------------------- */

/* Where an actor stands: on a context of its worker, or before it has one. */
static struct tu_context *place_of(struct tu_actor *a)
{
	return a->current ? a->current : &a->birth;
}

static void change(struct tu_actor *to)
{
	struct tu_actor *from = tu_machine.running;
	struct tu_context *place;

	if (to == from)
		return;
	from->current = tu_current;
	from->lent = tu_lent;
	from->error = errno;
	place = place_of(from);
	tu_machine.running = to;
	tu_current = to->current;
	tu_lent = to->lent;
	tu_sanitize_leave(place, place_of(to));
	tu_change_stack(tu_machine.caught, &from->regs, &to->regs);
	tu_sanitize_enter(place);
	errno = from->error;
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

void tu_machine_change(void)
{
	if (tu_unlikely(++tu_machine.changes >= tu_machine.suspicious) && tu_facts_circle_stands())
		tu_machine_over(TU_TROUBLE_CIRCLE);
}

/* -- time -------------------------------------------------------------------------------------- */

static void awake(struct tu_actor *a, bool timed_out)
{
	if (a->word)
		tu_list_remove(&a->link);
	if (a->poller)
		tu_list_remove(&a->polling);
	a->poller = NULL;
	if (tu_heap_has(&a->due))
		tu_heap_remove(&tu_machine.due, &a->due, due_before);
	a->timed_out = timed_out;
	if (!timed_out)
		a->unsure = tu_machine.changes;
	tu_machine_ready(a);
}

static struct tu_actor *first_due(void)
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

int64_t tu_machine_next_deadline(void)
{
	struct tu_actor *first = first_due();
	int64_t next = first ? first->deadline : INT64_MAX;
	struct tu_link *link = tu_machine.ready.head.next;

	for (unsigned n = tu_machine.ready_count; n > 0 && link; n--, link = link->next) {
		int64_t its = deadline_of_ready(tu_actor_of(link));

		next = its < next ? its : next;
	}
	return next;
}

void tu_machine_move_clock(int64_t next)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *a;

	if (next - TU_MACHINE_EPOCH >= m->options.horizon) {
		m->now = TU_MACHINE_EPOCH + m->options.horizon;
		tu_machine_over(tu_facts_circle_stands() ? TU_TROUBLE_CIRCLE : TU_TROUBLE_NONE);
	}
	if (next > m->now)
		m->now = next;
	tu_machine_change();
	tu_list_each(link, &m->ready) {
		struct tu_context *c = tu_actor_of(link)->current;

		if (c) /* it looks at its timers in its next turn */
			tu_show(&c->worker->budget, 1u);
	}
	while ((a = first_due()) != NULL && a->deadline <= m->now)
		awake(a, true);
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
 * What is due already is not reached by moving the clock, but by letting its owner run. And no
 * machine is as slow as to hold somebody up for ever.
 */
static bool time_could_pass(void)
{
	int64_t next = tu_machine_next_deadline(), oldest = tu_machine.now;

	if (next == INT64_MAX)
		return false;
	tu_list_each(link, &tu_machine.ready) {
		int64_t since = tu_actor_of(link)->ready_since;

		oldest = since < oldest ? since : oldest;
	}
	return next > tu_machine.now && next - oldest <= tu_machine.options.stall;
}

/*
 * One of the ready, in their order; first_goes_on: the first of them is running and might go on.
 * NULL: it was chosen that time passes first.
 */
static struct tu_actor *choose(bool first_goes_on)
{
	struct tu_machine *m = &tu_machine;
	struct tu_question q = { TU_CHOICE_ACTOR, m->ready_count, first_goes_on, false };

	if (m->options.early_time && time_could_pass()) {
		q.time = true;
		q.n++;
	}
	return q.n == 1 ? tu_machine_option(0) : tu_machine_option(tu_choices_make(&q));
}

static struct tu_actor *polling_of(const struct tu_link *link)
{
	return tu_container_of((struct tu_link *)link, struct tu_actor, polling);
}

static void look_at_pollers(void)
{
	tu_list_each_safe(link, &tu_machine.polling) {
		struct tu_actor *a = polling_of(link);

		if (tu_os_fd_look(a->poller->fd, TU_OS_READABLE) > 0)
			awake(a, false);
	}
}

static void wait_for_world(void)
{
	enum { MOST = 256 };
	const struct tu_os_poller *pollers[MOST];
	size_t n = 0;

	tu_list_each(link, &tu_machine.polling)
		if (n < MOST)
			pollers[n++] = polling_of(link)->poller;
	tu_machine.world = true; /* it is no call from outside that holds everybody up */
	tu_os_pollers_wait(pollers, n);
	tu_machine.world = false;
}

/* Somebody who can run; the clock moves if nobody can. */
static struct tu_actor *next_actor(void)
{
	struct tu_actor *a;

	for (;;) {
		struct tu_link *patient;
		int64_t next;

		look_at_pollers();
		if (tu_machine.ready_count == 0 && (patient = tu_list_take(&tu_machine.patient)))
			tu_machine_ready(tu_actor_of(patient));
		if (tu_machine.ready_count > 0 && (a = choose(false)) != NULL)
			return a;
		next = tu_machine_next_deadline();
		if (next != INT64_MAX)
			tu_machine_move_clock(next);
		else if (!tu_list_empty(&tu_machine.polling))
			wait_for_world();
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

/* -- sleeping ---------------------------------------------------------------------------------- */

static struct tu_list *bucket_of(const uint32_t *word)
{
	return &sleepers[tu_hash_pointer(word) % BUCKETS];
}

bool tu_machine_sleep(uint32_t *word, int64_t deadline)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running;

	self->state = TU_ACTOR_ASLEEP;
	self->word = word;
	self->deadline = deadline;
	self->went = ++m->sleeps;
	if (self->doing)
		tu_machine_change();
	self->doing = false;
	self->timed_out = false;
	if (word)
		tu_list_add_tail(bucket_of(word), &self->link);
	if (deadline != INT64_MAX)
		tu_heap_add(&m->due, &self->due, due_before);
	tu_machine_give_way();
	return self->timed_out;
}

bool tu_machine_sleep_in(const struct tu_os_poller *p, int64_t deadline)
{
	struct tu_actor *self = tu_machine.running;

	self->poller = p;
	tu_list_add_tail(&tu_machine.polling, &self->polling);
	return tu_machine_sleep(NULL, deadline);
}

void tu_machine_wake_in(const struct tu_os_poller *p)
{
	tu_list_each_safe(link, &tu_machine.polling)
		if (polling_of(link)->poller == p)
			awake(polling_of(link), false);
}

unsigned tu_machine_wake(uint32_t *word, unsigned n)
{
	unsigned woken = 0;

	tu_list_each_safe(link, bucket_of(word)) {
		struct tu_actor *a = tu_actor_of(link);

		if (woken == n)
			break;
		if (a->word != word)
			continue;
		awake(a, false);
		woken++;
	}
	return woken;
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
	m->ready_count = 0;
	m->due.root = NULL;
	tu_list_init(&m->ready);
	tu_list_init(&m->patient);
	tu_list_init(&m->polling);
	m->caught = tu_caught_here();
	tu_facts_begin();
}

void tu_machine_forget_sleepers(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		tu_list_init(&sleepers[i]);
}

void tu_machine_begin(const struct tu_machine_options *options)
{
	if (!sleepers[0].head.next)
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
