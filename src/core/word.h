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

#include "core/context.h"

/*
 * Wait while *word is value: until it is another and somebody wakes, or for no reason at all: the
 * caller looks again. flags as for tu_wait. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED; -ENOMEM.
 */
int tu_word_wait(
	struct tu_context *self, uint32_t *word, uint32_t value, int64_t deadline, unsigned flags);

/*
 * Wake up to n threads, of any process, that have contexts waiting for it, by order of their
 * coming; all contexts there that wait for it look again. After the change of the word, which
 * must be atomic. The word itself is not touched.
 */
void tu_word_wake(uint32_t *word, uint32_t n);

#endif
