/* SPDX-License-Identifier: MIT */
/* machine.c - see machine.h. Everything here runs on one OS thread: nothing is atomic. */
#include "sim/machine.h"

#include "base/bits.h"
#include "core/alloc.h"
#include "core/caught.h"
#include "core/lot.h"
#include "core/probe.h"
#include "core/sanitize.h"
#include "core/worker.h"
#include "exec/thread.h"
#include "os/port.h"
#include "sim/choices.h"
#include "sim/circle.h"
#include "sim/holders.h"

#include <errno.h>
#include <string.h>

enum { STACK_BYTES = 8 << 20, BUCKETS = 64 };

struct tu_machine tu_machine;

static struct tu_list sleepers[BUCKETS]; /* by the word they sleep on; in the order of going */

static bool due_before(const struct tu_heap_node *a, const struct tu_heap_node *b)
{
	const struct tu_actor *x = tu_container_of(a, struct tu_actor, due);
	const struct tu_actor *y = tu_container_of(b, struct tu_actor, due);

	return x->deadline != y->deadline ? x->deadline < y->deadline : x->went < y->went;
}

static struct tu_actor *actor_of(const struct tu_link *link)
{
	return tu_container_of(link, struct tu_actor, link);
}

/* Does it take part, or has it only begun the run? */
static bool is_ours(const struct tu_actor *a)
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

static void make_ready(struct tu_actor *a)
{
	a->state = TU_ACTOR_READY;
	tu_list_add_tail(&tu_machine.ready, &a->link);
	tu_machine.ready_count++;
}

static void unready(struct tu_actor *a)
{
	tu_list_remove(&a->link);
	tu_machine.ready_count--;
}

static _Noreturn void over(enum tu_trouble trouble)
{
	tu_machine.options.over(trouble);
	tu_panic("a run that was over went on");
}

/* -- time -------------------------------------------------------------------------------------- */

static void awake(struct tu_actor *a, bool timed_out)
{
	if (a->word)
		tu_list_remove(&a->link);
	if (tu_heap_has(&a->due))
		tu_heap_remove(&tu_machine.due, &a->due, due_before);
	a->timed_out = timed_out;
	make_ready(a);
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

	return c ? tu_wheel_next(&c->worker->wheel) : INT64_MAX;
}

int64_t tu_machine_next_deadline(void)
{
	struct tu_actor *first = first_due();
	int64_t next = first ? first->deadline : INT64_MAX;

	tu_list_each(link, &tu_machine.ready) {
		int64_t its = deadline_of_ready(actor_of(link));

		next = its < next ? its : next;
	}
	return next;
}

/* The clock shows next, and who is due is ready. */
static void move_clock(int64_t next)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *a;

	if (next - TU_MACHINE_EPOCH >= m->options.horizon) {
		m->now = TU_MACHINE_EPOCH + m->options.horizon;
		over(TU_TROUBLE_NONE);
	}
	if (next > m->now)
		m->now = next;
	m->changes++;
	tu_list_each(link, &m->ready) {
		struct tu_context *c = actor_of(link)->current;

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
	return link == &tu_machine.ready.head ? NULL : actor_of(link);
}

/*
 * One of the ready, in their order; first_goes_on: the first of them is running and might go on.
 * NULL: it was chosen that time passes first.
 */
static struct tu_actor *choose(bool first_goes_on)
{
	struct tu_machine *m = &tu_machine;
	struct tu_question q = { TU_CHOICE_ACTOR, m->ready_count, first_goes_on, false };

	if (m->options.early_time && tu_choices_preempts() &&
		tu_machine_next_deadline() != INT64_MAX) {
		q.time = true;
		q.n++;
	}
	return q.n == 1 ? tu_machine_option(0) : tu_machine_option(tu_choices_make(&q));
}

/* Somebody who can run; the clock moves if nobody can. */
static struct tu_actor *next_actor(void)
{
	struct tu_actor *a;

	for (;;) {
		struct tu_link *patient;
		int64_t next;

		if (tu_machine.ready_count > 0 && (a = choose(false)) != NULL)
			return a;
		if (tu_machine.ready_count == 0 && (patient = tu_list_take(&tu_machine.patient)))
			make_ready(actor_of(patient));
		if (tu_machine.ready_count > 0)
			continue;
		next = tu_machine_next_deadline();
		if (next == INT64_MAX)
			over(TU_TROUBLE_DEADLOCK);
		move_clock(next);
	}
}

/* The running one has left the ready: somebody else goes on, until it is ready again and chosen. */
static void give_way(void)
{
	struct tu_actor *next = next_actor();

	unready(next);
	change(next);
}

static void step(void)
{
	struct tu_machine *m = &tu_machine;

	m->steps++;
	if (tu_unlikely(m->steps == m->options.steps_most))
		over(TU_TROUBLE_LIVELOCK);
}

/* -- at the places of core/probe.h ------------------------------------------------------------- */

/* The running one could go on; others may come first. */
static void preempt(void)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running, *next;

	tu_list_add_head(&m->ready, &self->link);
	m->ready_count++;
	while (!(next = choose(true)))
		move_clock(tu_machine_next_deadline());
	unready(next);
	change(next);
}

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

	(void)self;
	if (!is_ours(m->running))
		return;
	step();
	tu_choices_step(m->running->number, doing->op, m->now);
	if (changes_something(doing->op))
		m->changes++;
	if (doing->op == TU_OP_ACCESS && is_switch(++m->accesses) && m->ready_count > 0) {
		make_ready(m->running);
		give_way();
	} else if (tu_choices_preempts() && (m->ready_count > 0 || m->options.early_time)) {
		preempt();
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
		if (!polled_round(actor_of(link)))
			return false;
	return true;
}

static void polled(struct tu_context *context)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running;

	(void)context;
	if (!is_ours(self))
		return;
	if (self->polled_at != m->changes)
		self->polls = 0;
	self->polled_at = m->changes;
	self->polls++;
	tu_choices_polled(self);
	make_ready(self);
	if (polled_round(self) && all_only_poll()) {
		int64_t next = tu_machine_next_deadline();

		if (next == INT64_MAX)
			over(TU_TROUBLE_LIVELOCK);
		if (next > m->now)
			move_clock(next);
	}
	give_way();
}

/* -- the port ---------------------------------------------------------------------------------- */

static int64_t now(void)
{
	return tu_machine.now;
}

static struct tu_list *bucket_of(const uint32_t *word)
{
	return &sleepers[tu_hash_pointer(word) % BUCKETS];
}

/* true: its deadline has come. */
static bool fall_asleep(uint32_t *word, int64_t deadline)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running;

	self->state = TU_ACTOR_ASLEEP;
	self->word = word;
	self->deadline = deadline;
	self->went = ++m->changes;
	self->timed_out = false;
	if (word)
		tu_list_add_tail(bucket_of(word), &self->link);
	if (deadline != INT64_MAX)
		tu_heap_add(&m->due, &self->due, due_before);
	else if (m->ready_count > 0 && tu_circle_of(tu_current))
		over(TU_TROUBLE_CIRCLE);
	give_way();
	return self->timed_out;
}

static void sleep_until(int64_t deadline)
{
	if (deadline > tu_machine.now)
		fall_asleep(NULL, deadline);
}

static int futex_wait(uint32_t *word, uint32_t expected, int64_t deadline)
{
	if (tu_load_rlx(word) != expected) /* of one OS thread to itself */
		return 0;
	if (deadline <= tu_machine.now)
		return -ETIMEDOUT;
	if (tu_machine.options.spurious && tu_choose(TU_CHOICE_SPURIOUS, 2) != 0)
		return 0;
	return fall_asleep(word, deadline) ? -ETIMEDOUT : 0;
}

static void futex_wake(uint32_t *word, uint32_t n)
{
	tu_list_each_safe(link, bucket_of(word)) {
		struct tu_actor *a = actor_of(link);

		if (n == 0)
			return;
		if (a->word != word)
			continue;
		awake(a, false);
		n--;
	}
}

static int thread_id(void)
{
	enum { FIRST = 1 << 30 };

	return tu_machine.running == &tu_machine.outside ? tu_real_thread_id()
							 : FIRST + (int)tu_machine.running->number;
}

static bool is_main_thread(void)
{
	return tu_machine.running == &tu_machine.outside && tu_real_is_main_thread();
}

static void thread_yield(void)
{
	/* Whoever asks for it by tutti_yield has polled, which is that. */
}

static void thread_stack(void **low, size_t *bytes)
{
	const struct tu_actor *a = tu_machine.running;

	if (a == &tu_machine.outside) {
		tu_real_thread_stack(low, bytes);
		return;
	}
	*low = a->birth.low;
	*bytes = a->birth.bytes;
}

static int at_thread_end(void (*fn)(void *arg), void *arg)
{
	struct tu_actor *a = tu_machine.running;

	if (a == &tu_machine.outside)
		return tu_real_at_thread_end(fn, arg);
	if (a->n_endings == TU_ACTOR_ENDINGS)
		return -ENOMEM;
	a->endings[a->n_endings++] = (struct tu_ending){ fn, arg };
	return 0;
}

static void thread_stop(void)
{
	tu_machine.running->state = TU_ACTOR_STOPPED;
	for (;;)
		give_way();
}

void *tu_machine_alloc(size_t bytes)
{
	void *p;

	tu_machine.own = true;
	p = tu_alloc_zero(bytes);
	tu_machine.own = false;
	tu_check(p != NULL, "no memory for the simulation itself");
	return p;
}

/* -- actors ------------------------------------------------------------------------------------ */

/* Does the program's end wait for nobody? */
static bool all_are_daemons(void)
{
	for (struct tu_actor *a = tu_machine.all; a; a = a->next) {
		struct tu_context *c = tu_actor_context(a);

		if (a->state != TU_ACTOR_ENDED && !(c && (c->worker->daemon || c->worker->helper)))
			return false;
	}
	return true;
}

static _Noreturn void end_actor(struct tu_actor *a)
{
	while (a->n_endings > 0) {
		struct tu_ending e = a->endings[--a->n_endings];

		e.fn(e.arg);
	}
	a->state = TU_ACTOR_ENDED;
	tu_machine.changes++;
	if (a == tu_machine.root)
		tu_machine.root = NULL;
	a->link.next = (struct tu_link *)tu_machine.spare; /* its stack may be used from here on: */
	tu_machine.spare = a;                              /* by who is started after the change */
	if (!tu_machine.root && all_are_daemons())
		over(TU_TROUBLE_NONE);
	give_way();
	tu_panic("a simulated thread that had ended went on");
}

/* At the bottom of each stack. */
static void live(void *actor)
{
	struct tu_actor *a = actor;

	tu_sanitize_enter(&a->birth);
	a->start.entry(a->start.arg);
	end_actor(a);
}

static struct tu_actor *make_actor(void)
{
	struct tu_actor *a = tu_alloc_zero(sizeof(*a));
	size_t page = tu_os_page_bytes();

	if (!a)
		return NULL;
	a->birth.low = tu_os_stacks_map(STACK_BYTES, 1);
	if (!a->birth.low) {
		tu_free(a);
		return NULL;
	}
	tu_os_stacks_guard(a->birth.low, STACK_BYTES, 1);
	a->birth.low += page;
	a->birth.bytes = STACK_BYTES - page;
	tu_sanitize_new(&a->birth);
	a->next = tu_machine.all;
	tu_machine.all = a;
	return a;
}

static struct tu_actor *take_actor(void)
{
	struct tu_actor *a = tu_machine.spare;

	if (!a)
		return make_actor();
	tu_machine.spare = (struct tu_actor *)a->link.next;
	a->link = (struct tu_link){ 0 };
	a->current = NULL;
	a->lent = NULL;
	a->birth.fake_stack = NULL;
	return a;
}

static int thread_start(const struct tu_os_thread_start *start)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *a = take_actor();

	if (!a)
		return -EAGAIN;
	tu_arch_prepare(&a->regs, a->birth.low + a->birth.bytes, live, a);
	a->start = *start;
	a->number = m->started++;
	a->polled_at = UINT64_MAX;
	tu_choices_born(a);
	if (!m->root && a->number == 0)
		m->root = a;
	make_ready(a);
	if (m->options.eager && is_ours(m->running)) {
		tu_list_add_tail(&m->patient, &m->running->link);
		give_way();
	}
	return 0;
}

/* -- runs -------------------------------------------------------------------------------------- */

static void reset(const struct tu_machine_options *options)
{
	struct tu_machine *m = &tu_machine;

	m->options = *options;
	m->now = TU_MACHINE_EPOCH;
	m->steps = m->changes = m->accesses = 0;
	m->started = 0;
	m->root = NULL;
	m->ready_count = 0;
	m->due.root = NULL;
	tu_list_init(&m->ready);
	tu_list_init(&m->patient);
	m->caught = tu_caught_here();
}

static void begin_sleepers(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		tu_list_init(&sleepers[i]);
}

void tu_machine_begin(const struct tu_machine_options *options)
{
	if (!sleepers[0].head.next)
		begin_sleepers();
	reset(options);
	tu_machine.running = &tu_machine.outside;
}

void tu_machine_run(void)
{
	struct tu_machine *m = &tu_machine;

	if (m->ready_count > 0)
		give_way();
}

_Noreturn void tu_machine_leave(void)
{
	change(&tu_machine.outside);
	tu_panic("a run that was left went on");
}

struct tu_context *tu_actor_context(const struct tu_actor *a)
{
	return a == tu_machine.running ? tu_current : a->current;
}

static struct tu_actor *find_alive(unsigned number)
{
	for (struct tu_actor *a = tu_machine.all; a; a = a->next)
		if (a->number == number && a->state != TU_ACTOR_ENDED)
			return a;
	return NULL;
}

void tu_machine_each(void (*fn)(struct tu_actor *a, void *arg), void *arg)
{
	struct tu_actor *a;

	if (tu_machine.whole)
		fn(&tu_machine.outside, arg);
	for (unsigned i = 0; i < tu_machine.started; i++)
		if ((a = find_alive(i)) != NULL)
			fn(a, arg);
}

static void abandon(struct tu_actor *a)
{
	struct tu_context *c = a->current;

	if (c)
		tu_thread_abandon(c->worker);
}

static bool is_abandoned(const struct tu_context *c)
{
	return c->worker->abandoned;
}

/* Their stacks and workers stay as they are: something may point there. */
void tu_machine_abandon(void)
{
	bool any = false;

	for (struct tu_actor **link = &tu_machine.all, *a; (a = *link) != NULL;) {
		if (a->state == TU_ACTOR_ENDED) {
			link = &a->next;
			continue;
		}
		abandon(a);
		*link = a->next;
		any = true;
	}
	if (!any)
		return;
	begin_sleepers();
	tu_lot_forget(is_abandoned);
}

void tu_machine_become(const struct tu_machine_options *options)
{
	begin_sleepers();
	reset(options);
	tu_machine.whole = true;
	tu_machine.running = &tu_machine.outside;
	tu_machine.started = 1;
	tu_machine.root = &tu_machine.outside;
	tu_machine.outside.polled_at = UINT64_MAX;
	tu_choices_born(&tu_machine.outside);
}

/* What the library has to say is a finding here. */
static bool reported(int code, const char *text)
{
	if (!is_ours(tu_machine.running))
		return false;
	return tu_machine.options.reported(code, text);
}

static unsigned choose_number(enum tu_choice_kind kind, unsigned n)
{
	struct tu_question q = { kind, n, false, false };

	if (kind == TU_CHOICE_ALLOCATION && (!tu_machine.options.allocations || tu_machine.own))
		return 0;
	if (!is_ours(tu_machine.running))
		return 0;
	return n < 2 ? 0 : tu_choices_make(&q);
}

const struct tu_probe tu_machine_probe = { .point = point,
	.polled = polled,
	.took = tu_holders_took,
	.gave = tu_holders_gave,
	.reported = reported,
	.choose = choose_number };

const struct tu_os_port tu_machine_port = { now, sleep_until, futex_wait, futex_wake, thread_start,
	thread_id, is_main_thread, thread_yield, thread_stack, at_thread_end, thread_stop };
