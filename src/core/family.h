/* SPDX-License-Identifier: MIT */
/*
 * family.h - the processes that share objects: who of them lives.
 *
 * A family is a process and those that it has started, and they in turn. All of them map one table,
 * made by the first that needs it and handed on as a descriptor. Each has a slot there. What is
 * held in shared memory is held by an id: the slot's number and how often it was given away, so
 * that the id of one who is gone is nobody else's.
 *
 * That one has died is noticed by whoever started it, who says so here: the slot is given back and
 * `deaths` changes, which everybody who waits for a word that is shared looks at as well (word.h).
 * So whatever wake-up the dead one still owed to anybody, and whatever it held, each waiter looks
 * again, and nobody else need undo anything: a change of a shared object is made by one store, or
 * by nobody.
 *
 * Of some there is nobody who notices: those that were forked by hand, and those whose parent has
 * ended. While such a one is in the family, waiters look again by themselves ten times a second,
 * and ask the system who lives.
 */
#ifndef TU_CORE_FAMILY_H
#define TU_CORE_FAMILY_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	TU_FAMILY_ID_BITS = 29, /* so that three are left for flags beside it in a word */
	TU_FAMILY_MOST = 16384, /* processes that live at the same time */
};

extern uint32_t tu_family_id; /* the process' own, 0: not known yet; family.c's */

uint32_t tu_family_enter(void);

/*
 * The caller's process' id, never 0 once it is one; it joins the family, and begins one, if it has
 * not yet. After a fork the child has another. 0: no memory or no descriptor for the table, or it
 * is full.
 */
static inline uint32_t tu_family_self(void)
{
	/* [family-1] acquire: the table, and the slot there; from tu_family_enter */
	uint32_t id = tu_load_acq(&tu_family_id);

	return tu_likely(id != 0) ? id : tu_family_enter();
}

/* Is it alive and in the family? One that ended is not, however it ended. The caller is in it. */
bool tu_family_lives(uint32_t id);

/* What is known of it, also for a while after its end: its number in the system, 0: nothing. */
int tu_family_pid(uint32_t id);

/*
 * Hand the family on: the descriptor of the table, this process' to keep and not inherited by exec,
 * or a negative errno value. A process that was started with it, or with a copy, and has not used
 * the family yet, joins instead of beginning one; whoever reaps it says tu_family_died. 0, or a
 * negative errno value: -EINVAL: no such table, -EBUSY: it is in another family, -ENOMEM. fd is the
 * family's afterwards if it was not before. A process that was forked by us and goes on without
 * exec joins too, with tu_family_fd(), or nobody would know who notices its end. bring: only have
 * the table, so that those whom this process forks join it with -1.
 *
 * The parent of who joins should be in the family itself: if it ends first, nobody notices.
 */
int tu_family_fd(void);
int tu_family_join(int fd);
int tu_family_bring(int fd);

/* The caller has noticed that this process has ended, or will never run again: it is no more. */
void tu_family_died(int pid);

/*
 * This one ends, in order: what it still holds is free to be taken. At exit, by itself. With other
 * threads about, which may be at work with what is shared, only its real end counts; simulated ones
 * do not go on.
 */
void tu_family_leave(void);

/*
 * Another after each death. In the table; shared. NULL before the process is in a family. What is
 * read there first, and given to tu_word_wait_since, makes sure that no death is missed.
 */
uint32_t *tu_family_deaths(void);

/* For word.c: how long a waiter may sleep without a look, ns; and that look. */
int64_t tu_family_patience(void);
void tu_family_look(int64_t now);

/* For a simulation, which waits in real time for what is not simulated. */
bool tu_family_has_raw(void);

/* Has there been no other process that could share anything? */
bool tu_family_alone(void);

#endif
