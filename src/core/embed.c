/* SPDX-License-Identifier: MIT */
/* embed.c - lending a worker's thread, and the bell that calls it back. */
#include "core/embed.h"

#include "core/batch.h"
#include "os/os.h"

__thread struct tu_worker *tu_lent;

int tu_worker_bell(struct tu_worker *w)
{
	int rc;

	if (tu_load_rlx(&w->has_bell)) /* the owner's own word */
		return w->bell.fd;
	rc = tu_os_bell_open(&w->bell);
	if (rc < 0)
		return rc;
	if (tu_load_rlx(&w->has_poller)) /* likewise */
		rc = tu_os_bell_add(&w->bell, w->poller.fd);
	if (rc < 0) {
		tu_os_bell_close(&w->bell);
		return rc;
	}
	tu_store_seq(&w->has_bell, 1);
	tu_worker_ring(w); /* not lent yet: see embed.h */
	return w->bell.fd;
}

/*
 * Against closing, as its descriptors may be somebody else's a moment later:
 *
 *     ring                       close
 *     ringing++        (seq)     has_bell = 0     (seq)
 *     look at has_bell (seq)     look at ringing  (seq)
 *
 * Either the ringer finds no bell, or the closer finds the ringer and waits for it.
 */
void tu_worker_ring(struct tu_worker *w)
{
	tu_add_seq(&w->ringing, 1u);
	if (tu_load_seq(&w->has_bell))
		tu_os_bell_ring(&w->bell);
	/* [bell-1] release: done with the descriptor; acquired in close */
	tu_sub_rel(&w->ringing, 1u);
}

void tu_worker_bell_close(struct tu_worker *w)
{
	if (!tu_load_rlx(&w->has_bell)) /* the owner's own word */
		return;
	tu_store_seq(&w->has_bell, 0);
	while (tu_load_seq(&w->ringing)) /* [bell-1] acquire, and as shown above */
		tu_os_thread_yield();
	tu_os_bell_close(&w->bell);
}

void tu_worker_bell_forget(struct tu_worker *w)
{
	w->ringing = 0; /* of threads that are not here */
	if (w->has_bell)
		tu_os_bell_close(&w->bell);
	w->has_bell = 0;
}

static void ask(struct tu_worker *w)
{
	/* Of all who change it, in one order, the one that found it lent rings. */
	if (tu_swap_acqrel(&w->sleep, TU_WORKER_AWAKE) == TU_WORKER_LENT)
		tu_worker_ring(w);
}

void tu_worker_lend(struct tu_worker *w)
{
	int64_t due = tu_wheel_next(&w->wheel), look = INT64_MAX;

	if (w->aside)
		tu_batch_go(w); /* what goes on by that is ready, see below */
	if (w->words)
		look = tu_words_hand_over(w);
	tu_os_bell_set(&w->bell, due < look ? due : look);
	tu_lent = w;
	tu_current = NULL;
	/* As doze in park.c: either we see what is posted, or its sender sees that we are lent. */
	tu_store_seq(&w->sleep, TU_WORKER_LENT);
	if (w->head || tu_load_seq(&w->inbox) || tu_load_seq(&w->woken) ||
		(w->words && tu_words_changed(w)))
		ask(w);
}

void tu_worker_come_back(struct tu_worker *w, bool quietly)
{
	tu_lent = NULL;
	tu_current = &w->native;
	if (quietly) /* as in ask; who has found it lent before us rings for nothing */
		tu_swap_acqrel(&w->sleep, TU_WORKER_AWAKE);
	else
		ask(w);
}
