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
 * A process that was forked by hand has nobody who notices; while such a one is in the family
 * waiters look again by themselves every now and then, and ask the system who lives.
 */
#ifndef TU_CORE_FAMILY_H
#define TU_CORE_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	TU_FAMILY_ID_BITS = 29, /* so that three are left for flags beside it in a word */
	TU_FAMILY_MOST = 16384, /* processes that live at the same time */
};

/*
 * The caller's process' id, never 0; it joins the family, and begins one, if it has not yet. After
 * a fork the child has another. 0: no memory or no descriptor for the table, or it is full.
 */
uint32_t tu_family_self(void);

/* Is it alive and in the family? One that ended is not, however it ended. */
bool tu_family_lives(uint32_t id);

/* What is known of it, also for a while after its end: its number in the system, 0: nothing. */
int tu_family_pid(uint32_t id);

/*
 * Hand the family on: the descriptor of the table, this process' to keep, or a negative errno value.
 * A process that was started with it, and has not used it yet, joins instead of beginning one. 0, or a
 * negative errno value; fd is the family's afterwards.
 */
int tu_family_fd(void);
int tu_family_join(int fd);

/* A process that the caller has started and reaped, or killed and reaped, is no more. */
void tu_family_died(int pid);

/* This one ends, in order: what it still holds is free to be taken. At exit, once, last of all. */
void tu_family_leave(void);

/* Another after each death. In the table; shared. NULL before the process is in a family. */
uint32_t *tu_family_deaths(void);

#endif
