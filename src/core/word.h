/* SPDX-License-Identifier: MIT */
/*
 * word.h - waiting for a word in memory that processes share.
 *
 * Such a word is changed by its users as they like, and whoever changes it so that others may go on
 * wakes them. The kernel knows who waits: nothing is left in the object, so nothing is left behind
 * by one who dies there. A context that waits parks as for anything else: its worker's thread goes
 * on with others, and when there are none sleeps on all of those words and its own at once. While
 * it is busy it looks at them now and then, so a waiter may hear of a change without a wake.
 *
 * A wait also ends, for nothing, whenever a process of the family has died (family.h).
 */
#ifndef TU_CORE_WORD_H
#define TU_CORE_WORD_H

#include "base/list.h"
#include "core/context.h"

/*
 * Wait while *word is value: until it is another and somebody wakes, or for no reason at all: the
 * caller looks again. flags as for tu_wait. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED; -ENOMEM: the
 * process cannot join a family.
 *
 * Who was woken gets 0, also past its deadline and cancelled, if the word has changed: it was
 * perhaps the only one whom that wake reached, and so has to look. Who then waits again says first
 * in the word that somebody does, if there is a place for that in it.
 */
int tu_word_wait(
	struct tu_context *self, uint32_t *word, uint32_t value, int64_t deadline, unsigned flags);

/*
 * The same for who has looked whether somebody lives: deaths is what *tu_family_deaths() was before
 * that look. If somebody has died since, it does not wait.
 */
int tu_word_wait_since(struct tu_context *self, uint32_t *word, uint32_t value, uint32_t deaths,
	int64_t deadline, unsigned flags);

/*
 * One wait for a word, which may be one of several waits of its context (sync/choice.h): on its
 * stack, from enter to leave. It tells by *over, for which the context waits by tu_wait_for.
 */
struct tu_word_place {
	struct tu_link link;               /* of one of the ring: among the worker's */
	struct tu_word_place *next, *prev; /* the ring; NULL: it was told */
	struct tu_context *context;
	uint32_t *word;
	uint32_t *over; /* atomic: 0, or who was the first to tell */
	uint64_t age;   /* tu_fork_ids.below as it entered: after a fork it is forgotten */
	uint32_t value;
	uint32_t number; /* what it tells, unless something was told before */
};

enum { TU_WORD_NEWS = UINT32_MAX - 1 }; /* is told for no reason: look again */

/*
 * With context, over and number filled in, stand for the word as long as it is value. 1; 0: it is
 * another already; -ENOMEM: the process cannot join a family. Only after 1 it must leave.
 */
int tu_word_enter(struct tu_word_place *me, uint32_t *word, uint32_t value);

/* However the wait has ended: has the word changed? */
bool tu_word_leave(struct tu_word_place *me);

/*
 * Wake up to n threads, of any process, that have contexts waiting for it, by order of their
 * coming; all contexts there that wait for it look again. After the change of the word, which
 * must be atomic. The word itself is not touched. How many threads slept there and were woken:
 * if fewer than n, none is left that has not seen the change or is about to.
 */
uint32_t tu_word_wake(uint32_t *word, uint32_t n);

#endif
