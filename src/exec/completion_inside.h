/* SPDX-License-Identifier: MIT */
/*
 * completion_inside.h - futures in the order in which they complete: what its files share.
 *
 * Each has a watcher. Those that have completed are drawn on the watch's stack, from there they
 * come, turned round, into ready. Whoever asks takes from ready, or waits in the parking lot for
 * the completion's address and is handed a watcher. A future's completer may not take that lock as
 * well, so it acts later; one such act at a time is enough for all that were drawn before it.
 *
 * A watcher is used again once next has given its number, so memory is that of the most at a time.
 *
 *     completion.c        made, added to, told, freed
 *     completion_next.c   who takes, waits, and lends a seat meanwhile
 *     completion_fork.c   what a forked child makes of it
 */
#ifndef TU_EXEC_COMPLETION_INSIDE_H
#define TU_EXEC_COMPLETION_INSIDE_H

#include "exec/completion.h"
#include "exec/watch.h"

enum {
	TU_COMPLETION_AGAIN = 1, /* a taker's answer: nothing in hand, but there is news */
	TU_COMPLETION_TAKEN = 1, /* a watcher's ask: it is in a hand, and counted no more */
};

struct tu_completion_block {
	struct tu_completion_block *next;
	size_t n;
	struct tu_watcher watchers[];
};

struct tutti_completion {
	struct tu_watch watch;
	uint32_t acting; /* atomic: an act is to come, which has a reference */
	uint32_t refs;   /* atomic */
	/* Under the lock of the completion's bucket: */
	struct tu_watcher *ready;           /* completed, in order; linked through before */
	struct tu_watcher *spare;           /* the same; of nothing: their watch is NULL */
	struct tu_completion_block *blocks; /* the latest first */
	size_t room;                        /* watchers in all of them */
	size_t lenders; /* ever added for which a job may have to lend its seat */
	struct tu_completion_block *looked_in; /* see look_at_next; NULL: nowhere yet */
	size_t looked_at;
	size_t added; /* by the public add: the next one's number */
	size_t left;  /* added and not given to anyone */
	uint64_t age; /* the process's, see tu_completion_renew */
};

/* Who waits for the next one. On its stack. */
struct tu_taker {
	struct tu_waiter waiter; /* answer: 0, TUTTI_EDONE or AGAIN */
	struct tu_watcher *got;
	bool would_lend; /* it is in a job, and has found nothing to lend its seat for */
};

/* Watch f with w, which was reserved for it; if it is done it is drawn at once. */
void tu_completion_watch(tutti_completion *c, struct tu_watcher *w, tutti_future *f);

/* The next that has completed, or NULL. Under the lock. */
struct tu_watcher *tu_completion_take(tutti_completion *c);

/* Give those that wait what there is; if nothing will come any more, say that. Under the lock. */
void tu_completion_hand_out(tutti_completion *c, struct tu_bucket *b, struct tu_wakes *wakes);

/* Have c right if this is a child of the process that last used it. */
void tu_completion_renew(tutti_completion *c);

#endif
