/* SPDX-License-Identifier: MIT */
/* poller.c - see poller.h. */
#include "core/poller.h"

#include "core/alloc.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <tutti/fd.h>

enum { BATCH = 64 };

_Static_assert((int)TUTTI_READABLE == (int)TU_OS_READABLE, "events go through as they are");
_Static_assert((int)TUTTI_WRITABLE == (int)TU_OS_WRITABLE, "events go through as they are");

int tu_fd_ready(int fd, unsigned events)
{
	return tu_os_fd_look(fd, events);
}

int tu_poller_begin(struct tu_worker *w)
{
	int rc;

	if (tu_load_rlx(&w->has_poller)) /* the owner's own word */
		return 0;
	rc = tu_os_poller_open(&w->poller);
	if (rc == 0 && tu_load_rlx(&w->has_bell)) { /* likewise */
		rc = tu_os_bell_add(&w->bell, w->poller.fd);
		if (rc < 0)
			tu_os_poller_close(&w->poller);
	}
	if (rc < 0)
		return rc;
	tu_store_seq(&w->has_poller, 1);
	return 0;
}

/* What w's contexts ask of fd. Under the lock. */
static unsigned asked(struct tu_bucket *b, int fd, const struct tu_worker *w)
{
	struct tu_waiter *first = tu_lot_first(b, tu_fd_key(fd));
	unsigned events = 0;

	for (struct tu_waiter *i = first; i; i = tu_lot_after(first, i))
		if (i->context->worker == w)
			events |= i->ask;
	return events;
}

static struct tu_source_state *state_of(const struct tu_worker *w, int fd)
{
	return (uint32_t)fd < w->kept_room && w->kept[fd].asked ? &w->kept[fd] : NULL;
}

/*
 * Of a number that is kept somebody asks who may know nothing of that. Does the poller still have
 * it? If it was closed and is another file now, it is not kept any more. Otherwise it is looked at
 * anew, so that what is there already is reported, once more perhaps.
 */
static bool keeps_on(struct tu_worker *w, int fd, unsigned events)
{
	struct tu_source_state *state = state_of(w, fd);

	if (!state)
		return false;
	if (tu_os_poller_keep_on(&w->poller, fd, state->asked | events) == 0) {
		state->asked |= (uint8_t)events;
		return true;
	}
	*state = (struct tu_source_state){ 0 };
	return false;
}

static bool make_room(struct tu_worker *w, int fd)
{
	uint32_t room = w->kept_room ? w->kept_room : 64;
	struct tu_source_state *kept;

	while (room <= (uint32_t)fd)
		room *= 2;
	if (room == w->kept_room)
		return true;
	kept = tu_resize(w->kept, room * sizeof(*kept));
	if (!kept)
		return false;
	memset(kept + w->kept_room, 0, (room - w->kept_room) * sizeof(*kept));
	w->kept = kept;
	w->kept_room = room;
	return true;
}

int tu_poller_keep(struct tu_worker *w, const struct tu_source *k, unsigned events)
{
	struct tu_source_state *state = tu_source_at(k, w);
	int rc;

	if (state && (state->asked & events) == events)
		return 0;
	rc = tu_poller_begin(w);
	if (rc == 0 && !make_room(w, k->fd))
		rc = -ENOMEM;
	if (rc == 0)
		rc = tu_os_poller_keep(&w->poller, k->fd, events | (state ? state->asked : 0));
	if (rc < 0)
		return rc;
	if (!state) {
		state = &w->kept[k->fd];
		/* Relaxed: a number, fixed by now. */
		*state = (struct tu_source_state){ .id = tu_load_rlx(&k->id) };
	}
	state->asked |= (uint8_t)events;
	return 0;
}

/* fd, which w keeps, is watched only as far as somebody here waits for it. */
static void let_go(struct tu_worker *w, int fd)
{
	struct tu_bucket *b = tu_lot_lock(tu_fd_key(fd));
	unsigned events = asked(b, fd, w);

	tu_lot_unlock(b);
	w->kept[fd] = (struct tu_source_state){ 0 };
	if (events)
		tu_os_poller_watch(&w->poller, fd, events); /* fails if it was closed */
	else
		tu_os_poller_unwatch(&w->poller, fd);
}

void tu_poller_let_go(struct tu_worker *w, const struct tu_source *k)
{
	if (tu_source_at(k, w))
		let_go(w, k->fd);
}

/* It is watched before it waits: only this thread looks at the poller, so nothing is missed. */
int tu_poller_enter(struct tu_worker *w, int fd, struct tu_waiter *me)
{
	int rc = tu_poller_begin(w);
	struct tu_bucket *b;
	unsigned events;

	if (rc < 0)
		return rc;
	b = tu_lot_lock(tu_fd_key(fd));
	events = me->ask | asked(b, fd, w);
	tu_lot_unlock(b);
	rc = keeps_on(w, fd, events) ? 0 : tu_os_poller_watch(&w->poller, fd, events);
	if (rc < 0)
		return rc;
	tu_poller_queue(w, fd, me);
	return 0;
}

void tu_poller_queue(struct tu_worker *w, int fd, struct tu_waiter *me)
{
	struct tu_bucket *b;

	me->since = (int64_t)tu_fork_ids.below;
	tu_show(&w->polled, w->polled + 1);
	b = tu_lot_lock(tu_fd_key(fd));
	tu_lot_enqueue(b, me, tu_fd_key(fd));
	tu_lot_unlock(b);
}

/*
 * What was not reported is watched still, in vain if nobody else here waits for it. It is taken out
 * now, since once it is closed it cannot be.
 */
void tu_poller_leave(struct tu_worker *w, int fd, struct tu_waiter *me)
{
	struct tu_bucket *b = tu_lot_lock(tu_fd_key(fd));
	bool wanted;

	if (me->next)
		tu_lot_remove(b, me);
	wanted = me->answer > 0 || asked(b, fd, w);
	tu_lot_unlock(b);
	if (me->since != (int64_t)tu_fork_ids.below) /* it was forgotten */
		return;
	tu_show(&w->polled, w->polled - 1);
	if (!wanted && !state_of(w, fd) && tu_load_rlx(&w->has_poller)) /* the owner's own word */
		tu_os_poller_unwatch(&w->poller, fd);
}

/* Grant those of w who ask for any of events, or of all workers if it is NULL. What is left? */
static unsigned grant(const struct tu_worker *w, int fd, unsigned events, int answer)
{
	struct tu_bucket *b = tu_lot_lock(tu_fd_key(fd));
	struct tu_waiter *i = tu_lot_first(b, tu_fd_key(fd)), *next;
	struct tu_wakes wakes = { 0 };
	unsigned left = 0;

	for (; i; i = next) {
		next = tu_lot_after(tu_lot_first(b, tu_fd_key(fd)), i);
		if (w && i->context->worker != w)
			continue;
		if (!(i->ask & events))
			left |= i->ask;
		else if (tu_lot_claim(b, i))
			tu_lot_grant(b, i, answer < 0 ? answer : (int)(i->ask & events), &wakes);
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
	return left;
}

void tu_poller_end_waits(int fd, int answer)
{
	grant(NULL, fd, ~0u, answer);
}

/*
 * A number that w keeps is reported. If that says again and again what was known, and nobody waits
 * or has looked since, it is waited for somewhere else by now.
 */
static void note(struct tu_worker *w, int fd, unsigned events, bool somebody_waits)
{
	enum { MOST = 16 };
	struct tu_source_state *state = &w->kept[fd];
	bool news = somebody_waits || (events & ~(unsigned)state->ready);

	state->ready |= (uint8_t)events;
	state->unheard = news ? 0 : (uint8_t)(state->unheard + 1);
	if (state->unheard == MOST)
		let_go(w, fd);
}

static uint32_t wait_and_grant(struct tu_worker *w, int64_t deadline)
{
	struct tu_os_ready ready[BATCH];
	int n = tu_os_poller_wait(&w->poller, ready, BATCH, deadline);

	for (int i = 0; i < n; i++) {
		unsigned left = grant(w, ready[i].fd, ready[i].events, 0);

		if (state_of(w, ready[i].fd))
			note(w, ready[i].fd, ready[i].events, left);
		/* Fails if it was closed: then nobody hears any more of it, as of all such. */
		else if (left)
			tu_os_poller_watch(&w->poller, ready[i].fd, left);
	}
	return (uint32_t)n;
}

uint32_t tu_poller_look(struct tu_worker *w)
{
	return wait_and_grant(w, 0);
}

uint32_t tu_poller_sleep(struct tu_worker *w, int64_t deadline)
{
	return wait_and_grant(w, deadline);
}

/* Against closing as in embed.c, on the same word. */
void tu_poller_wake(struct tu_worker *w)
{
	tu_add_seq(&w->ringing, 1u);
	if (tu_load_seq(&w->has_poller))
		tu_os_poller_wake(&w->poller);
	/* [bell-1] release: done with the descriptor; acquired in close */
	tu_sub_rel(&w->ringing, 1u);
}

void tu_poller_close(struct tu_worker *w)
{
	if (!tu_load_rlx(&w->has_poller)) /* the owner's own word */
		return;
	tu_store_seq(&w->has_poller, 0);
	while (tu_load_seq(&w->ringing)) /* [bell-1] acquire, and as shown in embed.c */
		tu_os_thread_yield();
	tu_os_poller_close(&w->poller);
	tu_free(w->kept); /* what this poller kept the next one does not */
	w->kept = NULL;
	w->kept_room = 0;
}

void tu_poller_forget(struct tu_worker *w)
{
	w->ringing = 0; /* of threads that are not here */
	tu_show(&w->polled, 0);
	w->at_pipes = 0;
	if (w->kept)
		memset(w->kept, 0, w->kept_room * sizeof(*w->kept));
	if (w->has_poller)
		tu_os_poller_close(&w->poller);
	w->has_poller = 0;
}
