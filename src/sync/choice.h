/* SPDX-License-Identifier: MIT */
/*
 * choice.h - one wait for several things, of which exactly one is done.
 *
 *     look      each in turn: do the first that can be done at once
 *     enqueue   none can: an option in the queue of each, looking again under its lock
 *     wait      until one of them is claimed by whoever grants it (tu_lot_claim)
 *     leave     the queues of all the others
 *
 * What a claim means depends on the object. An event or a permit was given: that is the one. A
 * queue only says that it is worth looking, and others may be quicker: then all is done again.
 * Whatever else happens, what was claimed is looked at first, as nobody else was woken for it.
 *
 * All queues are left before anything is done: else one's own get might wake one's own put.
 *
 * What processes share has no queues, but words (core/word.h), and nobody claims anything from
 * afar: the waiting thread itself sees that a word has changed, and then claims that one, unless
 * another was claimed before. The wake that came with the change may have been meant for one alone.
 * So in the end, whatever was done, each of those objects is told that we go on (pass_on).
 */
#ifndef TU_SYNC_CHOICE_H
#define TU_SYNC_CHOICE_H

#include "core/lot.h"

#include <limits.h>
#include <tutti/select.h>

enum { TU_CASE_WAITS = INT_MAX }; /* no code */

/* What is different for an object that processes share. */
struct tu_case_words {
	bool (*is_shared)(const void *object);
	/* Say in the object that somebody is about to sleep, on which word and value: false: look
	   again. */
	bool (*announce)(const tutti_case *c, uint32_t **word, uint32_t *value);
	/* Who has perhaps slept there goes on, maybe with something else: others may have missed
	   a wake for that. May be NULL. */
	void (*pass_on)(const tutti_case *c);
	/* Has it become ready since the word was value, even if it is not any more? Then that is
	   all there was to do. NULL: look. */
	bool (*happened)(const tutti_case *c, uint32_t value);
};

/* How a kind of case does each of these. None is called for a case without an object. */
struct tu_case_kind {
	/* Do it. TU_CASE_WAITS: it cannot be done now; else the case's code. Must not wait. */
	int (*look)(const tutti_case *c);
	/* Queue me: 1; 0: look again; or an error, which is the whole call's. */
	int (*enqueue)(const tutti_case *c, struct tu_waiter *me);
	/* Somebody was not granted and has left the queue of key, under the lock of its bucket: put
	   the object right. May be NULL. */
	void (*left)(void *key, struct tu_bucket *b);
	/* Who was queued is off the queue, granted or not. No lock is held. May be NULL. */
	void (*over)(const tutti_case *c, struct tu_waiter *me);
	bool given;  /* who is granted has it; the answer is the case's code */
	bool kernel; /* a look is a call into the kernel: not worth it in a spin */
	const struct tu_case_words *words; /* NULL: it is never shared */
};

extern const struct tu_case_kind tu_case_get, tu_case_put, tu_case_acquire, tu_case_event,
	tu_case_fd;

/* The kind of cases that rooms above make, which say by themselves how it is done. */
static inline tutti_case tu_case_of(const struct tu_case_kind *kind, void *object, void *item)
{
	tutti_case c = tutti_case_make(TUTTI_CASE_OTHER, object, item);

	c.priv.reserved = (uint64_t)(uintptr_t)kind;
	return c;
}

/* For kinds that wait for a descriptor: their enqueue and over. */
int tu_case_fd_enqueue(int fd, unsigned events, struct tu_waiter *me);
void tu_case_fd_over(int fd, struct tu_waiter *me);

struct tu_choice {
	tutti_case *cases;
	size_t n;
	const struct tu_case_kind *const *kinds; /* by the case's kind */
	size_t first;                            /* where to begin to look; changes as it goes on */
	uint32_t taken;                          /* atomic: see tu_option */
};

/* The index of the case that was done, its code set; or -1: none can be done now. */
int tu_choice_look(const struct tu_choice *choice);

/* Wait, after a look in vain. The same index, TUTTI_ETIMEDOUT, TUTTI_ECANCELED or -ENOMEM. */
int tu_choice_wait(struct tu_choice *choice, int64_t deadline);

#endif
