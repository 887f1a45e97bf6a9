/* SPDX-License-Identifier: MIT */
/* troupe.c - see troupe.h: the page, and who comes and goes. */
#include "sim/baton.h"

#include "base/atomic.h"
#include "core/family.h"
#include "core/fork.h"
#include "os/os.h"
#include "os/port.h"
#include "sim/troupe_inside.h"

#include <errno.h>
#include <stdio.h>

static const uint64_t magic = 0x1a65707565727474; /* changes with the layout */

struct tu_troupe *tu_troupe;
uint32_t tu_troupe_me;
const struct tu_troupe_hooks *tu_troupe_hooks;
static int page_fd = -1;
static uint32_t expected = TU_TROUPE_NOBODY; /* who is being started just now */
static uint32_t fork_lock;                   /* of nothing: a guard wants one */

/* -- the page ---------------------------------------------------------------------------------- */

/*
 * A copy that was expected has its place. Another is in no line: it goes on by itself, on a clock
 * of its own.
 */
static void be_copy(struct tu_fork_guard *g)
{
	(void)g;
	if (!tu_troupe)
		return;
	if (expected != TU_TROUPE_NOBODY) {
		tu_troupe_me = expected;
		return;
	}
	tu_os_memory_unmap(tu_troupe, sizeof(*tu_troupe));
	tu_os_memory_close(page_fd);
	tu_troupe = NULL;
	page_fd = -1;
}

static void guard_forks(void)
{
	static struct tu_fork_guard guard = { .lock = &fork_lock, .in_child = be_copy };

	tu_fork_guard_add(&guard);
}

static void be_first(void)
{
	struct tu_troupe *t = tu_troupe;

	t->magic = magic;
	t->players = 1;
	t->ending = t->teller = TU_TROUPE_NOBODY;
	snprintf(t->settings, sizeof(t->settings), "%s", tu_troupe_hooks->settings());
	t->player[0] = (struct tu_player){ .state = TU_PLAYER_PLAYS,
		.pid = tu_os_process_id(),
		.held = -1,
		.due = INT64_MAX,
		.next = INT64_MAX,
		.name = "MainProcess" };
	tu_troupe_me = 0;
	tu_baton_begin();
	tu_list_each(link, &tu_machine.on_words)
		tu_troupe_sleeps(tu_container_of(link, struct tu_actor, on_words));
}

static int begin(void)
{
	int fd = tu_os_memory_make("tutti-clock", sizeof(struct tu_troupe));

	if (fd < 0)
		return fd;
	tu_troupe = tu_os_memory_map(fd, sizeof(*tu_troupe));
	if (!tu_troupe) {
		tu_os_memory_close(fd);
		return -ENOMEM;
	}
	page_fd = fd;
	guard_forks();
	be_first();
	return 0;
}

/* -- those who come ---------------------------------------------------------------------------- */

/* NOBODY: there are too many. */
static uint32_t free_place(void)
{
	for (uint32_t i = 1; i < TU_TROUPE_MOST; i++)
		if (!tu_troupe_is_there(i))
			return i;
	return TU_TROUPE_NOBODY;
}

int tu_troupe_expect(const char *name, int *fd)
{
	struct tu_player *p;
	uint32_t place;
	int rc = 0;

	if (!tu_machine.whole)
		return TU_OS_NO_PLACE;
	if (!tu_troupe_hooks->is_shared())
		return -ENOTSUP;
	if (!tu_troupe)
		rc = begin();
	if (rc < 0)
		return rc;
	place = free_place();
	if (place == TU_TROUPE_NOBODY)
		return -EAGAIN;
	if (place >= tu_troupe->players)
		tu_troupe->players = place + 1;
	p = &tu_troupe->player[place];
	*p = (struct tu_player){ .state = TU_PLAYER_EXPECTED,
		.bell = tu_load_rlx(&p->bell), /* nobody rings there now */
		.parent = tu_troupe_me,
		.number = ++tu_troupe->born,
		.ticket = ++tu_machine.order,
		.held = -1,
		.due = INT64_MAX,
		.next = INT64_MAX };
	snprintf(p->name, sizeof(p->name), "%s", name);
	*fd = page_fd;
	expected = place;
	tu_machine.world = true; /* how the child comes up is no call from outside */
	return (int)place;
}

void tu_troupe_begun(int place, int pid)
{
	struct tu_player *p = &tu_troupe->player[place];

	tu_machine.world = false;
	expected = TU_TROUPE_NOBODY;
	p->pid = pid;
	if (pid < 0)
		p->state = TU_PLAYER_NONE;
	else
		tu_machine_be_patient();
}

void tu_troupe_copied(void)
{
	if (expected == TU_TROUPE_NOBODY)
		return;
	expected = TU_TROUPE_NOBODY;
	tu_machine_be_copy();
	tu_troupe_hooks->be_copy();
	tu_baton_await();
}

/* -- a child ----------------------------------------------------------------------------------- */

int tu_troupe_join(int fd, int place)
{
	struct tu_troupe *t;

	if (tu_os_memory_bytes(fd) != (int64_t)sizeof(*t))
		return -EINVAL;
	t = tu_os_memory_map(fd, sizeof(*t));
	if (!t)
		return -ENOMEM;
	if (t->magic != magic) {
		tu_os_memory_unmap(t, sizeof(*t));
		return -EINVAL;
	}
	tu_troupe = t;
	page_fd = fd;
	tu_troupe_me = (uint32_t)place;
	guard_forks();
	return 0;
}

const char *tu_troupe_settings(void)
{
	return tu_troupe->settings;
}

unsigned tu_troupe_number(void)
{
	return tu_troupe_self()->number;
}

void tu_troupe_enter(void)
{
	tu_baton_await();
}

bool tu_troupe_is_first(void)
{
	return !tu_troupe || tu_troupe_me == 0;
}

const char *tu_troupe_name(void)
{
	return tu_troupe_self()->name;
}

/* -- those who go ------------------------------------------------------------------------------ */

bool tu_troupe_is_dead(uint32_t i)
{
	int pid = tu_troupe->player[i].pid;

	return pid > 0 && tu_os_process_birth(pid) == 0;
}

/* The system ends them when it hears of their parent's end, which may be a moment later. */
static void end_children_of(uint32_t parent)
{
	for (uint32_t i = 1; i < tu_troupe->players; i++) {
		struct tu_player *p = &tu_troupe->player[i];

		if (!tu_troupe_is_there(i) || p->parent != parent)
			continue;
		if (p->pid > 0)
			tu_real_process_signal(p->pid, 9);
		tu_troupe_bury(i);
	}
}

void tu_troupe_bury(uint32_t i)
{
	struct tu_player *p = &tu_troupe->player[i];

	tu_machine.world = true;
	if (p->pid > 0)
		tu_os_process_await_end(p->pid);
	tu_machine.world = false;
	p->state = TU_PLAYER_NONE;
	tu_troupe->ending = TU_TROUPE_NOBODY;
	tu_troupe_forget_sleepers(i);
	end_children_of(i);
	tu_machine.acts++;
	tu_machine_change();
	if (tu_family_deaths())
		tu_troupe_wake_on(tu_family_deaths(), UINT32_MAX);
}

bool tu_troupe_find_dead(void)
{
	bool any = false;

	for (uint32_t i = 0; i < tu_troupe->players; i++)
		if (i != tu_troupe_me && tu_troupe_is_there(i) && tu_troupe_is_dead(i)) {
			tu_troupe_bury(i);
			any = true;
		}
	return any;
}

static uint32_t place_of(int pid)
{
	for (uint32_t i = 0; tu_troupe && i < tu_troupe->players; i++)
		if (tu_troupe_is_there(i) && tu_troupe->player[i].pid == pid)
			return i;
	return TU_TROUPE_NOBODY;
}

const char *tu_troupe_name_of(int pid)
{
	uint32_t place = place_of(pid);

	return place == TU_TROUPE_NOBODY ? NULL : tu_troupe->player[place].name;
}

unsigned tu_troupe_object(unsigned kind, const void *object)
{
	uint64_t key = tu_os_memory_key(object);
	unsigned number = 1;

	for (size_t i = 0; key != 0 && i < TU_TROUPE_OBJECTS; i++) {
		struct tu_shared_object *o = &tu_troupe->object[i];

		if (o->key == 0)
			*o = (struct tu_shared_object){ key, kind, number };
		if (o->key == key && o->kind == kind)
			return o->number;
		number += o->kind == kind;
	}
	return 0;
}

/* The caller's own end is its parent's to see. */
int tu_troupe_signal(int pid, int number)
{
	uint32_t place = place_of(pid);
	bool ends = place != TU_TROUPE_NOBODY && place != tu_troupe_me &&
		    tu_os_signal_ends(pid, number);
	int rc = tu_real_process_signal(pid, number);

	if (rc == 0 && ends)
		tu_troupe_bury(place);
	return rc;
}

void tu_troupe_leave(void)
{
	uint32_t parent = tu_troupe_self()->parent;

	tu_troupe->ending = tu_troupe_me;
	tu_baton_hand_over(parent, TU_TURN_BURY);
}

void tu_troupe_end_others(void)
{
	struct tu_os_end end;

	for (uint32_t i = 1; tu_troupe && i < tu_troupe->players; i++) {
		int pid = tu_troupe->player[i].pid;

		if (!tu_troupe_is_there(i) || pid <= 0)
			continue;
		tu_real_process_signal(pid, 9);
		tu_os_process_await_end(pid);
		tu_os_child_reap(pid, &end);
	}
}

enum tu_trouble tu_troupe_end(void)
{
	return tu_troupe->verdict.trouble;
}

const struct tu_troupe_verdict *tu_troupe_verdict(void)
{
	struct tu_troupe *t = tu_troupe;

	if (!t || t->verdict.trouble == TU_TROUBLE_NONE)
		return NULL;
	t->verdict.text = t->text;
	t->verdict.json = t->json;
	return &t->verdict;
}
