/* SPDX-License-Identifier: MIT */
/* completion_fork.c - what is left of a completion in a forked child. See completion_inside.h. */
#include "exec/completion_inside.h"

#include "exec/future.h"

/* Who drew these may not have come to say so. */
static void let_go_of_old(struct tu_watcher *drawn)
{
	for (struct tu_watcher *w = drawn; w; w = w->before)
		if (w->age != tu_future_age)
			tu_watcher_let_go(w);
}

/* Those that nobody will tell, in a list. Under the lock. */
static struct tu_watcher *take_lost(tutti_completion *c)
{
	struct tu_watcher *lost = NULL;

	if (c->age == tu_future_age)
		return NULL;
	tu_store_rlx(&c->age, tu_future_age); /* under the lock but for renew's guess */
	tu_store_rlx(&c->acting, 0u);         /* whoever was to act is not here */
	let_go_of_old(c->ready);
	let_go_of_old(tu_load_acq(&c->watch.drawn)); /* [watch-2] acquire: from tu_watcher_draw */
	for (struct tu_completion_block *b = c->blocks; b; b = b->next) {
		for (size_t i = 0; i < b->n; i++) {
			struct tu_watcher *w = &b->watchers[i];

			if (!w->watch || w->waiter.ask == TU_COMPLETION_TAKEN ||
				w->age == tu_future_age ||
				tu_load_acq(&w->waiter.granted)) /* [watch-1] */
				continue;
			w->before = lost;
			lost = w;
		}
	}
	return lost;
}

static void watch_again(tutti_completion *c, struct tu_watcher *w)
{
	struct tu_watcher *before;

	for (; w; w = before) {
		before = w->before;
		w->waiter.next = NULL;
		tu_completion_watch(c, w, (tutti_future *)w->waiter.key);
	}
}

/* A fork has emptied the lot: those of before are watched anew, and the lost ones are done. */
void tu_completion_renew(tutti_completion *c)
{
	struct tu_watcher *lost;
	struct tu_bucket *b;

	if (tu_load_rlx(&c->age) == tu_future_age) /* a guess that is wrong only after a fork */
		return;
	b = tu_lot_lock(c);
	lost = take_lost(c);
	tu_lot_unlock(b);
	watch_again(c, lost);
}
