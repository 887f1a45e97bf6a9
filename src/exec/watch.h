/* SPDX-License-Identifier: MIT */
/*
 * watch.h - many futures watched at once, by somebody who is not woken for each of them.
 *
 * A watcher stands in the parking lot's queue of its future, among the contexts that wait there,
 * and has no context of its own. What it is part of is a watch. Completing a future goes like this,
 * all but the last under the lock of the future's bucket:
 *
 *     draw    the watchers that ask for the order are pushed on their watch's stack
 *     DONE    is said
 *     told    each watcher leaves the queue and its watch is told: it counts, wakes somebody, ...
 *     act     without the lock: what a watch that was told still has to do
 *
 * The draw comes first, so that whoever has seen one future done, and then completes another, has
 * that one drawn behind it: the stack is in the true order, across threads too.
 */
#ifndef TU_EXEC_WATCH_H
#define TU_EXEC_WATCH_H

#include "core/lot.h"

#include <tutti/future.h>

struct tu_watch;

struct tu_watcher {
	struct tu_waiter waiter; /* key: the future; granted: told; answer, ask: the watch's */
	struct tu_watch *watch;
	struct tu_watcher *before; /* drawn before it; fixed until the watch takes it off */
	size_t index;              /* the watch's */
	uint64_t age;              /* the process's, when it was added */
};

/* What completing a future has brought about, to be done once its lock is released. */
struct tu_news {
	struct tu_wakes wakes;
	struct tu_watch *acting; /* one after the other: never on two lists at once */
	bool wakes_wait;         /* for the caller's flush, or until the program is called back */
};

struct tu_watch {
	/* Under the lock of the future's bucket, once it is DONE; flags say how it ended. Ends
	   with tu_watcher_let_go, unless nobody ends w, and does not touch w after that. */
	void (*told)(struct tu_watcher *w, uint32_t flags, struct tu_news *news);
	/* NULL: nothing to act upon. No lock is held. */
	void (*act)(struct tu_watch *watch, struct tu_news *news);
	struct tu_watch *acting_next;
	struct tu_watcher *drawn; /* atomic stack */
	bool ordered;             /* to be drawn at all; fixed */
};

/* Queue w, in which watch is set, for f. false: f is done, nobody will be told. */
bool tu_watcher_add(struct tu_watcher *w, tutti_future *f);

/*
 * No more news of w. Afterwards it was either told, and all that follows from it has been done but
 * the act, or never will be. Not under any bucket's lock.
 */
void tu_watcher_end(struct tu_watcher *w);

/* Say that w was told, as the last that is done to it. */
static inline void tu_watcher_let_go(struct tu_watcher *w)
{
	/* [watch-1] release: all that was done to w and its watch, for tu_watcher_end */
	tu_store_rel(&w->waiter.granted, 1);
}

/* Push w on its watch's stack; take the whole stack, the latest first. */
void tu_watcher_draw(struct tu_watcher *w);
struct tu_watcher *tu_watch_take(struct tu_watch *watch);

/* Does watch have a watcher of f that was not told yet? */
bool tu_watch_has(struct tu_watch *watch, const tutti_future *f);

/* The same for whom the caller is, see tu_future_is_caller: the watch waits for who asks. */
bool tu_watch_has_caller(struct tu_watch *watch, const struct tu_context *self);

/* For who completes f. Under the lock of its bucket: before DONE; and after it, one by one. */
void tu_watchers_draw(struct tu_bucket *b, const tutti_future *f);
void tu_watcher_tell(
	struct tu_bucket *b, struct tu_waiter *w, uint32_t flags, struct tu_news *news);

/* Have watch act later; then let all act, which may bring more. No lock is held by then. */
void tu_news_add(struct tu_news *news, struct tu_watch *watch);
void tu_news_act(struct tu_news *news);

#endif
