/* SPDX-License-Identifier: MIT */
/*
 * family.c - the table of who lives.
 *
 * A slot's owner is the process that has it, and id what that is called while it lives:
 *
 *     owner  id
 *     0      0     free
 *     pid    0     claimed, by compare-and-swap: not in the family yet, or not any more
 *     pid    id    lives, as far as anybody knows
 *
 * Each step is one store, and from each of these states who comes next goes on: a process that is
 * killed at any point leaves a slot that its parent, or whoever looks, gives back. The rest of a
 * slot is written between the claim and the id, which publishes it.
 *
 * Slots are taken in turn from a window that grows only when it is full, so that few pages are in
 * use, and an id comes again only after eight million processes at the least.
 */
#include "core/family_inside.h"

#include "core/crash_point.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/word.h"
#include "core/worker.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>

enum {
	SLOT_BITS = 14,
	GENERATIONS = (1 << (TU_FAMILY_ID_BITS - SLOT_BITS)) - 1,
	WINDOW_LEAST = 256,
	PATIENCE_NS = 100000000,
	LOOK_NS = 50000000, /* between two looks, whoever looks */
};
_Static_assert(TU_FAMILY_MOST == 1 << SLOT_BITS, "an id has the slot's number in its low bits");

/* Everything is atomic. */
struct slot {
	_Alignas(64) uint32_t owner;
	uint32_t id;
	uint32_t generation; /* part of the last id; the owner writes, as all below */
	uint32_t pid;        /* of the last id */
	uint32_t parent;     /* id of who notices its end; 0: nobody */
	uint32_t raw;        /* waiters look whether it lives; also set when its parent has ended */
	uint64_t birth;      /* see tu_os_process_birth; 0: not known yet */
};

struct table {
	uint64_t magic;
	uint32_t cursor; /* where the next one looks for a slot */
	uint32_t window; /* slots in use, and some; a power of two */
	uint32_t raw;    /* how many have come of whom nobody notices the end */
	uint32_t quiet;  /* how many had when none of them was left */
	int64_t looked;  /* when somebody looked who of them lives */
	_Alignas(64) uint32_t deaths;
	_Alignas(64) struct slot slots[TU_FAMILY_MOST];
	struct tu_presence presence[TU_FAMILY_MOST]; /* of who has the slot */
};

static const uint64_t magic = 0x1a616d6967757474; /* changes with the layout */

uint32_t tu_family_id;
static struct table *table; /* with tu_family_id; stays as it is */
static int table_fd = -1;
static uint32_t lock;          /* a tu_mutex, of those below and of becoming a member */
static int refusal;            /* why there was no table when one was wanted last */
static bool led;               /* the process was told to join: somebody notices its end */
static uint32_t has_relatives; /* atomic: it was not first, or has handed the family on */

static struct slot *slot_of(uint32_t id)
{
	return &table->slots[id % TU_FAMILY_MOST];
}

/* -- giving slots back ------------------------------------------------------------------------- */

/* Relaxed, all of them: the ids, which are acquired first, have the order, or it is a guess. */
static bool is_alive(struct slot *s, uint32_t pid)
{
	uint64_t birth = tu_load_rlx(&s->birth), now = tu_os_process_birth((int)pid);

	if (birth == 0 || birth == TU_OS_BORN_SOMETIME || now == TU_OS_BORN_SOMETIME)
		return now != 0;
	return now == birth;
}

/* Waiters have to look by themselves from now on. */
static void announce_raw(void)
{
	tu_crash_point();
	/* [family-2] release: the slots say who; acquired in tu_family_look */
	tu_add_acqrel(&table->raw, 1u);
}

/* Nobody will notice the end of those whom id has started. */
static void orphan_children(uint32_t id)
{
	uint32_t window = tu_load_rlx(&table->window); /* it only grows, and no child is above it */
	bool any = false;

	for (uint32_t i = 0; i < window; i++) {
		struct slot *s = &table->slots[i];

		/* Relaxed: a child is there since before its parent's end was noticed. */
		if (tu_load_rlx(&s->parent) != id || tu_load_rlx(&s->owner) == 0)
			continue;
		tu_crash_point();
		tu_store_rlx(&s->raw, 1); /* announce_raw publishes it */
		any = true;
	}
	if (any)
		announce_raw();
}

/* The slot's owner, pid, is gone. Others may find that at the same time. */
static void give_back(struct slot *s, uint32_t pid)
{
	uint32_t id = tu_load_acq(&s->id); /* [family-3] acquire: of whom the rest is; from enter */

	if (id)
		orphan_children(id);
	tu_crash_point();
	/* [family-4] acquire-release: who finds it gone finds its children without a parent */
	if (id)
		tu_cas_acqrel(&s->id, &id, 0);
	tu_crash_point();
	/* Acquire-release: the next owner comes after this one's end. */
	tu_cas_acqrel(&s->owner, &pid, 0);
}

static void tell_all(void)
{
	tu_crash_point();
	/* [family-4] release: who is gone; acquired by whoever looks at it, in word.c */
	tu_add_acqrel(&table->deaths, 1u);
	tu_word_wake(&table->deaths, UINT32_MAX);
}

/*
 * Does its parent say when it ends? Of who began the family nobody does, but only those care whom
 * nobody ends with it, and they are raw. Relaxed: who comes now is announced later, see enter.
 */
static bool is_noticed(struct slot *s)
{
	return tu_load_rlx(&s->id) != 0 && tu_load_rlx(&s->parent) != 0 && !tu_load_rlx(&s->raw);
}

/* Give back the slots of the dead: of pid if that is not 0, of all, or those not noticed. */
static void bury(uint32_t pid, bool unnoticed_only)
{
	uint32_t window =
		tu_load_rlx(&table->window); /* it only grows; who joins now is not dead */
	bool any = false;

	for (uint32_t i = 0; i < window; i++) {
		struct slot *s = &table->slots[i];
		uint32_t owner = tu_load_acq(&s->owner); /* [family-3] acquire: as in give_back */

		if (owner == 0 || (pid != 0 && owner != pid))
			continue;
		if (unnoticed_only && is_noticed(s))
			continue;
		if (is_alive(s, owner))
			continue;
		give_back(s, owner);
		any = true;
	}
	if (any)
		tell_all();
}

void tu_family_died(int pid)
{
	if (tu_family_self() != 0)
		bury((uint32_t)pid, false);
}

/* -- becoming a member ------------------------------------------------------------------------- */

static struct slot *claim_in(uint32_t window, uint32_t pid)
{
	for (uint32_t i = 0; i < window; i++) {
		uint32_t at = tu_add_rlx(&table->cursor, 1u) % window, free = 0; /* a hint */
		struct slot *s = &table->slots[at];

		if (tu_load_rlx(&s->owner) != 0) /* the exchange knows */
			continue;
		tu_crash_point();
		/* Acquire: all that was done to it is over. */
		if (tu_cas_acqrel(&s->owner, &free, pid))
			return s;
	}
	return NULL;
}

/* NULL: there are too many of us. */
static struct slot *claim(uint32_t pid)
{
	uint32_t window = tu_load_rlx(&table->window); /* as in bury */
	struct slot *s;

	while (!(s = claim_in(window, pid)) && window < TU_FAMILY_MOST) {
		tu_crash_point();
		/* Relaxed: zeroes come into use; if another was quicker it is the same. */
		tu_cas_rlx(&table->window, &window, window * 2);
		window = tu_load_rlx(&table->window);
	}
	if (s)
		return s;
	bury(0, false);
	return claim_in(window, pid);
}

static uint32_t id_of_parent(void)
{
	uint32_t window = tu_load_rlx(&table->window); /* as in bury */
	uint32_t parent = (uint32_t)tu_os_process_parent();

	for (uint32_t i = 0; i < window; i++)
		if (tu_load_rlx(&table->slots[i].owner) == parent) /* it is older than we are */
			return tu_load_rlx(&table->slots[i].id);
	return 0;
}

/* Under the lock, with a table. 0: it is full. */
static uint32_t enter(bool founder)
{
	uint32_t pid = (uint32_t)tu_os_process_id(), parent = led ? id_of_parent() : 0;
	uint32_t raw = parent == 0 && !founder, generation, id;
	struct slot *s = claim(pid);

	if (!s)
		return 0;
	memset(&table->presence[s - table->slots], 0, sizeof(struct tu_presence));
	/* Relaxed, here and below: the slot is ours, and the id publishes it. */
	generation = tu_load_rlx(&s->generation) % GENERATIONS + 1;
	id = generation << SLOT_BITS | (uint32_t)(s - table->slots);
	tu_crash_point();
	tu_store_rlx(&s->birth, tu_os_process_birth((int)pid));
	tu_crash_point();
	tu_store_rlx(&s->generation, generation);
	tu_crash_point();
	tu_store_rel(&s->pid, pid); /* [family-5] release: the id before that was another's */
	tu_crash_point();
	tu_store_rlx(&s->parent, parent);
	tu_crash_point();
	tu_store_rlx(&s->raw, raw);
	tu_crash_point();
	tu_store_rel(&s->id, id); /* [family-3] release: all of the above */
	/* After that, so that a look which finds nobody raw has looked at this one too. Whoever
	   dies in between has held nothing yet. */
	if (raw)
		announce_raw();
	return id;
}

static void forget_parent(struct tu_fork_guard *g)
{
	(void)g;
	tu_family_id = 0; /* the parent's; alone here */
	led = false;
	tu_store_rlx(&has_relatives, table ? 1u : 0u); /* alone here */
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = forget_parent };

/* Under the lock. 0, or why there is none. */
static int begin(void)
{
	struct table *t;
	int fd = tu_os_memory_make("tutti-family", sizeof(struct table));

	if (fd < 0)
		return fd;
	t = tu_os_memory_map(fd, sizeof(*t));
	if (!t) {
		tu_os_memory_close(fd);
		return -ENOMEM;
	}
	t->magic = magic; /* nobody else has it yet */
	t->window = WINDOW_LEAST;
	table = t;
	table_fd = fd;
	return 0;
}

uint32_t tu_family_enter(void)
{
	bool founder;
	uint32_t id;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	founder = !table;
	id = tu_load_rlx(&tu_family_id); /* under the lock */
	if (id == 0 && founder)
		refusal = begin();
	if (id == 0 && table)
		id = enter(founder);
	/* [family-1] release: the table, and the slot there; acquired in tu_family_self */
	tu_store_rel(&tu_family_id, id);
	tu_mutex_unlock(&lock);
	return id;
}

static int why_none(void)
{
	int rc;

	tu_mutex_lock(&lock);
	rc = refusal < 0 ? refusal : -ENOMEM; /* there is one, but no place in it */
	tu_mutex_unlock(&lock);
	return rc;
}

/* The program may have closed it, as those do that become daemons. */
int tu_family_fd(void)
{
	bool any;
	int rc;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	any = table != NULL;
	tu_store_rlx(&has_relatives, 1u); /* it stays so */
	tu_mutex_unlock(&lock);
	if (!any && tu_family_self() == 0) /* a forked child is not in it yet, but has the table */
		return why_none();
	tu_mutex_lock(&lock);
	rc = tu_os_memory_bytes(table_fd) == (int64_t)sizeof(struct table) ? table_fd : -EBADF;
	tu_mutex_unlock(&lock);
	return rc;
}

/* Under the lock. */
static int take_table(int fd)
{
	struct table *t;

	if (table) /* of before a fork */
		return tu_os_memory_same(table_fd, fd) ? 0 : -EBUSY;
	if (tu_os_memory_bytes(fd) != (int64_t)sizeof(*t))
		return -EINVAL;
	t = tu_os_memory_map(fd, sizeof(*t));
	if (!t)
		return -ENOMEM;
	if (t->magic != magic) {
		tu_os_memory_unmap(t, sizeof(*t));
		return -EINVAL;
	}
	table = t;
	table_fd = fd;
	return 0;
}

int tu_family_bring(int fd)
{
	int rc;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	rc = take_table(fd);
	tu_mutex_unlock(&lock);
	return rc;
}

int tu_family_join(int fd)
{
	bool was;
	int rc;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	was = tu_family_id != 0;
	tu_store_rlx(&has_relatives, 1u); /* it stays so */
	rc = fd < 0 && table ? 0 : take_table(fd);
	if (rc == 0 && !was)
		led = true;
	tu_mutex_unlock(&lock);
	if (rc < 0)
		return rc;
	return tu_family_self() != 0 ? 0 : -ENOMEM;
}

/* -- its end ----------------------------------------------------------------------------------- */

static void count_other(struct tu_worker *w, void *others)
{
	if (!tu_current || w != tu_current->worker)
		++*(unsigned *)others;
}

void tu_family_leave(void)
{
	uint32_t id = tu_load_rlx(&tu_family_id); /* the process ends */
	unsigned others = 0;
	struct slot *s;

	if (id == 0)
		return;
	s = slot_of(id);
	tu_worker_each(count_other, &others);
	if (others > 0 && !tu_simulated()) { /* whose threads are one */
		/* Relaxed: announce_raw publishes it. */
		if (!tu_load_rlx(&s->raw)) {
			tu_store_rlx(&s->raw, 1);
			announce_raw();
		}
		return;
	}
	led = false;
	tu_store_rlx(&tu_family_id, 0); /* who comes after all joins once more */
	give_back(s, (uint32_t)tu_os_process_id());
	tell_all();
}

/* After all that the program does at its exit, or nearly. */
__attribute__((destructor)) static void leave_at_exit(void)
{
	tu_family_leave();
}

/* -- looking ----------------------------------------------------------------------------------- */

bool tu_family_lives(uint32_t id)
{
	/* [family-4] acquire: who finds it gone finds all it did, as far as it came */
	return id != 0 && tu_load_acq(&slot_of(id)->id) == id;
}

int tu_family_pid(uint32_t id)
{
	struct slot *s = slot_of(id);
	uint32_t pid;

	pid = tu_load_acq(&s->pid); /* [family-5] acquire: if it is another's, so is the id */
	return id >> SLOT_BITS == tu_load_rlx(&s->generation) ? (int)pid : 0;
}

uint32_t *tu_family_deaths(void)
{
	return tu_load_acq(&tu_family_id) ? &table->deaths : NULL; /* [family-1] acquire */
}

uint32_t tu_family_window(void)
{
	return tu_load_rlx(&table->window); /* as in bury */
}

struct tu_presence *tu_family_presence(uint32_t slot)
{
	return &table->presence[slot];
}

bool tu_family_is_taken(uint32_t slot)
{
	/* [family-3] acquire: what is there is of who has it */
	return tu_load_acq(&table->slots[slot].id) != 0;
}

bool tu_family_has_raw(void)
{
	/* Relaxed: who has not heard of one yet hears of it at the next look. */
	return tu_load_rlx(&table->raw) != tu_load_rlx(&table->quiet);
}

/* A simulation's time would only run away. */
int64_t tu_family_patience(void)
{
	return tu_family_has_raw() && !tu_simulated() ? PATIENCE_NS : INT64_MAX;
}

/* Is there still somebody of whom nobody notices the end? */
static bool is_any_raw_there(void)
{
	uint32_t window = tu_load_rlx(&table->window); /* as in bury */

	for (uint32_t i = 0; i < window; i++)
		/* Relaxed: [family-2] was acquired. */
		if (tu_load_rlx(&table->slots[i].owner) && tu_load_rlx(&table->slots[i].raw))
			return true;
	return false;
}

void tu_family_look(int64_t now)
{
	int64_t last = tu_load_rlx(&table->looked); /* a guess; the exchange tells */
	uint32_t raw;

	/* In the future: of a process whose clock runs otherwise. */
	if (now >= last && now - last < LOOK_NS)
		return;
	if (!tu_cas_rlx(&table->looked, &last, now)) /* somebody else does; if it dies, the next */
		return;
	raw = tu_load_acq(&table->raw); /* [family-2] acquire: the slots of those who are counted */
	bury(0, true);
	/* Relaxed: if one has come meanwhile, the two differ. */
	if (!is_any_raw_there())
		tu_store_rlx(&table->quiet, raw);
}

bool tu_family_alone(void)
{
	return !tu_load_rlx(&has_relatives) &&
	       tu_load_rlx(&tu_forks) == 0; /* both stay as they are once set */
}
