/* SPDX-License-Identifier: MIT */
/* actors.c - simulated threads: their stacks, their beginning and their end. */
#include "sim/machine_inside.h"

#include "base/bits.h"
#include "core/alloc.h"
#include "core/lot.h"
#include "core/poller.h"
#include "core/sanitize.h"
#include "core/worker.h"
#include "exec/thread.h"
#include "sim/choices.h"

#include <errno.h>

enum { STACK_BYTES = 8 << 20 }; /* at least: as a thread has that asks for nothing */

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
	tu_machine_change();
	if (a == tu_machine.root)
		tu_machine.root = NULL;
	a->link.next = (struct tu_link *)tu_machine.spare; /* its stack may be used from here on: */
	tu_machine.spare = a;                              /* by who is started after the change */
	if (!tu_machine.root && all_are_daemons())
		tu_machine_over(TU_TROUBLE_NONE);
	tu_machine_give_way();
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

static struct tu_actor *make_actor(size_t room)
{
	struct tu_actor *a = tu_alloc_zero(sizeof(*a));
	/* As on a task's stack, where a context lies on top: see tu_sanitize_new. */
	size_t page = tu_os_page_bytes(), top = tu_align_up(sizeof(a->birth), 64);
	size_t bytes = tu_align_up(room + page + top, page);

	if (!a)
		return NULL;
	if (bytes < STACK_BYTES)
		bytes = STACK_BYTES;
	a->birth.low = tu_os_stacks_map(bytes, 1);
	if (!a->birth.low) {
		tu_free(a);
		return NULL;
	}
	tu_os_stacks_guard(a->birth.low, bytes, 1);
	a->birth.low += page;
	a->birth.bytes = bytes - page - top;
	tu_sanitize_new(&a->birth);
	a->next = tu_machine.all;
	tu_machine.all = a;
	return a;
}

static struct tu_actor *next_spare(const struct tu_actor *a)
{
	return (struct tu_actor *)a->link.next;
}

/* One whose stack has room for so much; NULL: there is none. */
static struct tu_actor *take_spare(size_t room)
{
	struct tu_actor *a = tu_machine.spare, *before = NULL;

	for (; a && a->birth.bytes < room; a = next_spare(a))
		before = a;
	if (before && a)
		before->link.next = a->link.next;
	else if (a)
		tu_machine.spare = next_spare(a);
	return a;
}

static struct tu_actor *take_actor(size_t room)
{
	struct tu_actor *a = take_spare(room);

	if (!a)
		return make_actor(room);
	a->link = (struct tu_link){ 0 };
	a->current = NULL;
	a->lent = NULL;
	a->doing = a->timed = false;
	a->birth.fake_stack = NULL;
	return a;
}

int tu_actor_start(const struct tu_os_thread_start *start)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *a = take_actor(start->stack_bytes);

	if (!a)
		return -EAGAIN;
	tu_arch_prepare(&a->regs, a->birth.low + a->birth.bytes, live, a);
	a->start = *start;
	a->number = m->started++;
	a->polled_at = a->unsure = UINT64_MAX;
	tu_choices_born(a);
	if (!m->root && a->number == 0)
		m->root = a;
	tu_machine_ready(a);
	if (m->options.eager && tu_machine_runs(m->running)) {
		tu_list_add_tail(&m->patient, &m->running->link);
		tu_machine_give_way();
	}
	return 0;
}

/* -- those that are alive ---------------------------------------------------------------------- */

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

	if (!c)
		return;
	tu_poller_forget(c->worker);
	tu_thread_abandon(c->worker);
}

static bool is_abandoned(const struct tu_context *c)
{
	return c->worker->abandoned;
}

/* Their stacks and workers stay as they are: something may point there. Their pollers do not. */
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
	tu_machine_forget_sleepers();
	tu_lot_forget(is_abandoned);
}
