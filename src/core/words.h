/* SPDX-License-Identifier: MIT */
/*
 * words.h - a worker's part in word.h: its contexts' words, and sleeping on them.
 *
 * A thread that has nothing to run sleeps on the words itself. One that must sleep in its poller,
 * or is lent to another loop, cannot: there a helper does, one thread of ours for the process,
 * which comes when needed and goes when not. Words beyond what a thread can sleep on are looked at
 * every 2 ms, and so are all where the kernel knows no such sleep.
 */
#ifndef TU_CORE_WORDS_H
#define TU_CORE_WORDS_H

#include "base/list.h"
#include "os/os.h"

struct tu_worker;

enum { TU_WORDS_LOOK_NS = 2000000 };

/* In the worker. Owner only, but for what is said to be under the helper's lock. */
struct tu_words {
	struct tu_list waits;  /* one of each word and value; the others are in a ring with it */
	uint32_t deaths;       /* of the family, when they were last looked at */
	bool looked;           /* who came last has looked for a while: the thread sleeps at once */
	uint32_t version;      /* another with each change of waits */
	struct tu_link link;   /* under the lock: among those for whom the helper looks */
	uint32_t handed;       /* atomic: it does. Set under the lock */
	uint32_t handed_count; /* under the lock: in handed_over; all of version handed_version */
	uint32_t handed_version;
	bool all_handed; /* there was room for all */
	/* These two are large, and touched only when used. */
	struct tu_os_word handed_over[TU_OS_WORDS_MOST]; /* under the lock */
	struct tu_os_word slept_on[TU_OS_WORDS_MOST];
};

/* Let those go on whose word has changed; how many. all: look at each word, else at some. */
uint32_t tu_words_look(struct tu_worker *w, bool all);

/* Has one of the words changed? */
bool tu_words_changed(const struct tu_worker *w);

/* Sleep on w->sleep while it is ASLEEP, and on all words, at most until limit. */
void tu_words_sleep(struct tu_worker *w, int64_t limit);

/*
 * From here on the thread cannot sleep on them: w is woken when one changes, as if something were
 * posted. Before w->sleep says how, and tu_words_changed is asked after it. Returns until when it
 * may sleep at most.
 */
int64_t tu_words_hand_over(struct tu_worker *w);

/* A forked child's only worker: nobody waits any more. */
void tu_words_forget(struct tu_worker *w);

/* For word.c, by word_helper.c: the words are not to be touched any more. */
void tu_words_take_back(struct tu_worker *w);

/* Add w's words to an array that has n; how many there are then, at most TU_OS_WORDS_MOST. */
size_t tu_words_put(const struct tu_worker *w, struct tu_os_word *words, size_t n);

#endif
