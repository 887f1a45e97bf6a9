/* SPDX-License-Identifier: MIT */
/*
 * park.c - waiting, waking, and who runs next. Everything that waits in this library waits here.
 *
 * Contexts of one worker hand the thread to each other directly: who parks takes the next entry of
 * the ready queue and switches to it. A job that has not begun needs a stack with nothing on it;
 * such a stack sits in its scheduler (tu_scheduler below), which calls the job and, when that has
 * ended without the stack ever being left, simply calls the next.
 *
 * With nothing ready the worker's thread sleeps on whatever stack it happens to be.
 */
#include "core/batch.h"
#include "core/embed.h"
#include "core/poller.h"
#include "core/report.h"
#include "core/switch.h"
#include "core/tape.h"
#include "core/watch.h"
#include "core/worker.h"

#include <errno.h>
#include <tutti/error.h>

__thread struct tu_context *tu_current;

enum {
	TURNS = 61, /* between two looks at timers and inbox: prime, so that no pattern locks in */
	POLLS = 8,  /* one of so many such looks is at descriptors too, */
	POLL_NS = 20000,  /* or any, after so long: then it is cheap beside the turns */
	LONG_NS = 200000, /* turns that take longer than this together are fewer the next time */
	SPIN_NS = 2000,
	TRIM_NS = 100000000,
	SORT_NS = 1000000, /* between two steps of giving back blocks, each of which is as short */
};

/* The program is ending; daemons no longer run. Set once, by tu_workers_end. */
static uint32_t ending;

static inline struct tu_context *context_of(struct tu_runnable *r)
{
	return (struct tu_context *)r; /* its first member */
}
_Static_assert(offsetof(struct tu_context, node) == 0, "context_of relies on it");

/* -- the ready queue -------------------------------------------------------------------------- */

/* What other threads sent, oldest first: the inbox itself has the newest on top. */
static void take_inbox(struct tu_worker *w)
{
	struct tu_runnable *newest, *first = NULL;

	if (!tu_load_rlx(&w->inbox)) /* only to save the exchange; a sleeper looks again with seq */
		return;
	/* [inbox-1] acquire: the entries and all their senders did; from post */
	newest = tu_swap_acq(&w->inbox, (struct tu_runnable *)NULL);
	while (newest) {
		struct tu_runnable *older = newest->next;

		newest->next = first;
		first = newest;
		newest = older;
	}
	while (first) {
		struct tu_runnable *next = first->next;

		tu_worker_push(w, first);
		first = next;
	}
}

/*
 * A few at a time: what fires is in the cache when it runs, and a million of them at once do not
 * stand between everybody else and their turn. Returns how many.
 */
static uint32_t fire_timers(struct tu_worker *w, int64_t now)
{
	struct tu_timer *timer;
	uint32_t n = 0;

	if (tu_wheel_count(&w->wheel) == 0)
		return 0;
	while (n < TURNS && (timer = tu_wheel_pop(&w->wheel, now)) != NULL) {
		timer->fire(timer);
		n++;
	}
	return n;
}

/* A look at descriptors is a call into the kernel. With nothing ready it is left to doze. */
static uint32_t look_at_descriptors(struct tu_worker *w, int64_t now)
{
	bool late = w->looked_at != 0 && now - w->polled_at >= POLL_NS;

	if (!w->head || (!late && w->looks % POLLS != 0))
		return 0;
	w->polled_at = now;
	return tu_poller_look(w);
}

/*
 * How many turns until the next look, as long as there is always somebody who wants one. Who waits
 * for the time or a descriptor is not to wait for sixty others who take a millisecond each.
 */
static uint32_t turns_until_next(struct tu_worker *w, int64_t now)
{
	int64_t took = now - w->looked_at, turns = 2 * w->turns;

	if (!w->head || now == 0) {
		w->looked_at = 0;
		return TURNS;
	}
	if (w->looked_at == 0)
		turns = TURNS;
	else if (took > LONG_NS)
		turns = w->turns * LONG_NS / took;
	w->looked_at = now;
	w->turns = turns < 1 ? 1 : turns > TURNS ? TURNS : turns;
	return (uint32_t)w->turns;
}

/* The clock, which costs as much as some turns: 0 if nobody here needs it. */
static int64_t look_at_clock(const struct tu_worker *w)
{
	return tu_wheel_count(&w->wheel) > 0 || (w->polled && w->head) ? tu_os_now() : 0;
}

/* What has fired gets turns beyond the others': or with every look the queue would be longer. */
static __attribute__((noinline)) void look_around(struct tu_worker *w)
{
	uint32_t fired;
	int64_t now;

	w->looking = true;
	take_inbox(w);
	tu_show(&w->looks, w->looks + 1);
	if (tu_unlikely(w->aside))
		tu_batch_go(w);
	now = look_at_clock(w);
	tu_worker_tick(w, now);
	fired = fire_timers(w, now);
	if (tu_unlikely(w->polled))
		fired += look_at_descriptors(w, now);
	if (tu_unlikely(w->words))
		fired += tu_words_look(w, !w->head);
	tu_show(&w->budget, turns_until_next(w, now) + fired);
	tu_watch_notice(w);
	w->looking = false;
}

static inline struct tu_runnable *next_ready(struct tu_worker *w)
{
	uint32_t budget = w->budget - 1;

	tu_show(&w->budget, budget);
	if (tu_unlikely(budget == 0) || tu_unlikely(!w->head))
		look_around(w);
	return tu_likely(w->head != NULL) ? tu_worker_shift(w) : NULL;
}

/* -- sleeping --------------------------------------------------------------------------------- */

/*
 * A wake-up through the kernel costs tens of microseconds where CPUs are virtual: wait a little.
 * Not if somebody has done so already: the other process may wait for this very CPU.
 */
static bool spin(struct tu_worker *w)
{
	int64_t end;

	if (tu_single_cpu() || (w->words && w->waits_for_words.looked))
		return false;
	end = tu_os_now() + SPIN_NS;
	do {
		for (int i = 0; i < 8; i++) {
			if (tu_load_rlx(&w->inbox)) /* take_inbox acquires it */
				return true;
			if (tu_unlikely(w->words) && tu_words_changed(w))
				return true;
			tu_os_pause();
		}
	} while (tu_os_now() < end);
	return false;
}

static bool plenty(const struct tu_worker *w)
{
	return tu_stacks_plenty(w) || tu_pool_plenty();
}

/*
 * Spare stacks and blocks that nobody needs for a while are given back. Of blocks a million may
 * have come back at once: one step follows the other for as long as nothing else is to be done.
 */
static void trim(struct tu_worker *w, int64_t now)
{
	bool due = now - w->trimmed >= TRIM_NS;

	if (due) {
		tu_stacks_trim(w);
		w->trimmed = now;
	}
	if (due || w->sorting)
		tu_pool_trim();
	w->sorting = (due || w->sorting) && tu_pool_plenty();
}

/* Until when to sleep. */
static int64_t sleep_limit(struct tu_worker *w)
{
	int64_t limit = tu_wheel_next(&w->wheel), now, look;

	if (tu_simulated() || !plenty(w)) /* there time is not spent on what nobody sees */
		return limit;
	now = tu_os_now();
	trim(w, now);
	if (!plenty(w))
		return limit;
	look = tu_os_now() + (w->sorting ? SORT_NS : TRIM_NS);
	return limit < look ? limit : look;
}

static void stop_if_ending(struct tu_worker *w)
{
	/* Relaxed: whoever sees it a wait later stops a wait later; nothing is read after it. */
	if (tu_likely(!tu_load_rlx(&ending)) || !w->daemon)
		return;
	tu_show(&w->idle, true);
	tu_os_thread_stop(); /* in the middle of whatever it was: its memory stays */
}

/* w->sleep says how, and nothing was posted before it did. by_words: see tu_words_hand_over. */
static void sleep_as(struct tu_worker *w, uint32_t how, int64_t by_words)
{
	int64_t limit = sleep_limit(w);

	if (tu_unlikely(w->words)) {
		if (how == TU_WORKER_ASLEEP) {
			tu_words_sleep(w, limit);
			return;
		}
		if (tu_words_changed(w))
			return;
		limit = limit < by_words ? limit : by_words;
	}
	if (how == TU_WORKER_POLLING)
		w->by_fd = tu_poller_sleep(w, limit) > 0;
	else
		tu_os_futex_wait(&w->sleep, TU_WORKER_ASLEEP, limit);
}

/*
 * Sleep until something is in the inbox, a timer is due or a descriptor ready. Against post, this
 * way round:
 *
 *     here                            post
 *     sleep = how        (seq)        inbox = entry      (seq)
 *     look at inbox      (seq)        look at sleep      (seq)
 *
 * At least one of the two looks sees the other's store, so either we do not sleep or we are woken:
 * ASLEEP by the futex, which compares once more; POLLING by the poller, which keeps a wake that
 * comes before we wait there. Words of other processes are looked at after sleep is set, too.
 */
static __attribute__((noinline)) void doze(struct tu_worker *w)
{
	uint32_t how = w->polled ? TU_WORKER_POLLING : TU_WORKER_ASLEEP;
	int64_t by_words = INT64_MAX;

	stop_if_ending(w);
	if (tu_wheel_next(&w->wheel) <= 0 || (!w->by_fd && spin(w)))
		return;
	w->by_fd = false;
	w->looking = true;
	tu_show(&w->idle, true);
	if (tu_unlikely(w->words) && how == TU_WORKER_POLLING)
		by_words = tu_words_hand_over(w);
	/* seq, both: as shown above */
	tu_store_seq(&w->sleep, how);
	if (!tu_load_seq(&w->inbox))
		sleep_as(w, how, by_words);
	if (tu_load_rlx(&w->inbox)) /* a guess: there is something to be done */
		w->sorting = false;
	tu_store_rlx(&w->sleep, TU_WORKER_AWAKE); /* who still sees us asleep wakes nobody */
	tu_show(&w->idle, false);
	w->looking = false;
	stop_if_ending(w);
}

void tu_worker_wake(struct tu_worker *w)
{
	uint32_t was;

	/* See doze. Only one of many wakers makes the call into the kernel. */
	if (tu_load_seq(&w->sleep) == TU_WORKER_AWAKE)
		return;
	/* Acquire-release: of all who change it, in one order, one finds what it was. */
	was = tu_swap_acqrel(&w->sleep, TU_WORKER_AWAKE);
	if (was == TU_WORKER_ASLEEP)
		tu_os_futex_wake(&w->sleep, 1);
	else if (was == TU_WORKER_LENT)
		tu_worker_ring(w);
	else if (was == TU_WORKER_POLLING)
		tu_poller_wake(w);
}

static void post(struct tu_worker *w, struct tu_runnable *r)
{
	struct tu_runnable *top = tu_load_rlx(&w->inbox); /* a guess: the exchange knows */

	/* [inbox-1] release: the entry and all before it; acquired in take_inbox. seq: see doze */
	do {
		r->next = top;
	} while (!tu_cas_weak_seq(&w->inbox, &top, r));
}

void tu_worker_post(struct tu_worker *w, struct tu_runnable *r)
{
	post(w, r);
	tu_worker_wake(w);
}

bool tu_worker_post_to(struct tu_worker *w, uint32_t number, struct tu_runnable *r)
{
	/* Between this look and the post the thread may end: its worker's next one runs r then. */
	if (tu_load_rlx(&w->number) != number)
		return false;
	tu_worker_post(w, r);
	return true;
}

void tu_worker_drain(struct tu_worker *w)
{
	struct tu_runnable *r;
	struct tu_timer *timer;

	do {
		take_inbox(w);
		/* Timers that are not due come out into the queue and end like the rest. */
		while (tu_wheel_count(&w->wheel) > 0 &&
			(timer = tu_wheel_pop(&w->wheel, INT64_MAX)) != NULL)
			timer->fire(timer);
		r = w->head ? tu_worker_shift(w) : NULL;
		if (r && r->job)
			r->job->start(r, TUTTI_ECANCELED);
	} while (r);
}

/* -- parking ---------------------------------------------------------------------------------- */

/* Take r off the queue again; false: it is not there. Long queues take long. */
static bool unqueue(struct tu_worker *w, struct tu_runnable *r)
{
	struct tu_runnable **link = &w->head;

	while (*link && *link != r)
		link = &(*link)->next;
	if (!*link)
		return false;
	tu_show(link, r->next); /* it may be head */
	if (!*link)
		w->tail = link;
	return true;
}

/*
 * r cannot be begun, and is told so on self's stack, which waits. That may call the program back,
 * and it may wait there in turn: so self is made to run first, as if somebody had called it.
 * Returns true if so: its wait is over, for nothing perhaps; it looks again. false: its entry is
 * on the way to the queue, and r waits behind it.
 */
static __attribute__((noinline)) bool call_off(
	struct tu_context *self, struct tu_runnable *r, int rc)
{
	struct tu_worker *w = self->worker;
	uint32_t parked = TU_PARK_PARKED;

	/* [park-1] acquire, if it fails: all that the notifier did; as in tu_park */
	if (!tu_cas_acqrel(&self->park, &parked, (uint32_t)TU_PARK_EMPTY)) {
		take_inbox(w);
		if (!unqueue(w, &self->node)) {
			tu_worker_push(w, r);
			tu_os_pause(); /* the notifier is between the park word and the inbox */
			return false;
		}
	}
	r->job->start(r, rc);
	return true;
}

/*
 * Give the thread to r, an entry of the queue that is not self. Returns true when somebody has
 * switched back, which nobody does but for self's own entry in the queue, or when self goes on
 * because r could not be begun; false if it cannot yet.
 */
static inline __attribute__((always_inline)) bool give_way(
	struct tu_context *self, struct tu_runnable *r)
{
	struct tu_worker *w = self->worker;
	struct tu_context *to;

	if (tu_likely(!r->job)) {
		tu_switch(self, context_of(r));
		return true;
	}
	to = w->closing ? NULL : tu_context_take(w, r->job->size_class);
	if (!to)
		return call_off(self, r, w->closing ? TUTTI_ECANCELED : -ENOMEM);
	w->starting = r;
	tu_switch(self, to);
	return true;
}

static void leave(struct tu_context *self)
{
	struct tu_worker *w = self->worker;

	for (;;) {
		struct tu_runnable *r = next_ready(w);

		self->since = w->stamp; /* it may just have looked at the clock */
		if (!r)
			doze(w);
		else if (r == &self->node || give_way(self, r))
			return;
	}
}

void tu_park(struct tu_context *self)
{
	uint32_t empty = TU_PARK_EMPTY;
	int saved = *self->worker->errno_at;
	bool taped = tu_taping();
	int64_t since = taped ? tu_tape_time() : 0; /* before others can call it */

	/* [park-1] release: what we wait in is set up before a waker finds us PARKED */
	tu_parks(self);
	tu_worker_stamp(self->worker, self);
	if (tu_cas_acqrel(&self->park, &empty, TU_PARK_PARKED)) {
		if (tu_unlikely(taped))
			tu_tape_waits(self, since);
		leave(self);
		if (tu_unlikely(taped))
			tu_tape_note(self, TU_TAPE_GOES, 0, NULL);
	}
	tu_goes_on(self);
	/* [park-1] acquire: all that the notifier did; from tu_unpark_begin. An exchange, so that
	   of two notifiers the later one is seen as well. */
	tu_swap_acqrel(&self->park, TU_PARK_EMPTY);
	*self->worker->errno_at = saved;
}

struct tu_worker *tu_unpark_begin(struct tu_context *c)
{
	struct tu_worker *w = c->worker;

	/* [park-1] release: all before it, for tu_park; acquire: c is really waiting if PARKED */
	if (tu_swap_acqrel(&c->park, TU_PARK_NOTIFIED) != TU_PARK_PARKED)
		return NULL;
	if (TU_PROBED_)
		tu_tape_wakes(c);
	if (tu_current && tu_current->worker == w) {
		tu_worker_push(w, &c->node);
		return NULL;
	}
	post(w, &c->node);
	return w;
}

void tu_unpark_from_signal(struct tu_context *c)
{
	/* [park-1] release, as in tu_unpark_begin. The inbox is atomic, the queue is not. */
	if (tu_swap_acqrel(&c->park, TU_PARK_NOTIFIED) == TU_PARK_PARKED)
		tu_worker_post(c->worker, &c->node);
}

int tu_yield(struct tu_context *self)
{
	struct tu_worker *w = self->worker;
	int saved = *w->errno_at;
	struct tu_runnable *r;

	tu_worker_push(w, &self->node);
	r = next_ready(w);
	if (tu_unlikely(r == &self->node) && self == &w->native)
		tu_os_thread_yield(); /* nobody else here: the turn goes to other threads */
	if (tu_taping() && r != &self->node)
		tu_tape_note(self, TU_TAPE_YIELDS, 0, NULL);
	while (r != &self->node && !give_way(self, r))
		r = next_ready(w);
	if (tu_taping())
		tu_tape_note(self, TU_TAPE_GOES, 0, NULL);
	*w->errno_at = saved;
	return 0;
}

int tu_worker_turn(struct tu_worker *w)
{
	int n = 0;

	if (tu_load_rlx(&w->has_poller)) /* the owner's own word */
		tu_poller_look(w);
	look_around(w);
	for (struct tu_runnable *r = w->head; r; r = r->next)
		n++;
	if (n > 0)
		tu_yield(&w->native);
	return n;
}

/* -- the scheduler at the bottom of each stack ------------------------------------------------ */

/* Run one entry. self is this stack's context; nothing runs on it. */
static void schedule(struct tu_context *self)
{
	struct tu_worker *w = self->worker;
	struct tu_runnable *r = w->starting;
	struct tu_context *to;

	w->starting = NULL;
	if (!r && !(r = next_ready(w))) {
		doze(w);
		return;
	}
	if (r->job && (r->job->size_class == self->size_class || w->closing)) {
		r->job->start(r, w->closing ? TUTTI_ECANCELED : 0);
		return;
	}
	to = r->job ? tu_context_take(w, r->job->size_class) : context_of(r);
	if (!to) {
		r->job->start(r, -ENOMEM);
		return;
	}
	if (r->job)
		w->starting = r;
	tu_context_put(self); /* from now on it may be taken, but only on this thread */
	tu_switch(self, to);
}

void tu_scheduler(void *arg)
{
	struct tu_context *self = arg;

	tu_sanitize_enter(self);
	for (;;)
		schedule(self);
}

/* -- ends ------------------------------------------------------------------------------------- */

static void cancel_one(struct tu_context *c, void *arg)
{
	(void)arg;
	tu_or_acqrel(&c->attention, TU_ATTENTION_CANCEL);
	tu_unpark(c);
}

/* Nobody waits any more: what is still set begins jobs, and these are given up as they come. */
static void fire_all(struct tu_worker *w)
{
	struct tu_timer *timer;

	while ((timer = tu_wheel_pop(&w->wheel, INT64_MAX)) != NULL)
		timer->fire(timer);
	tu_wheel_init(&w->wheel, tu_os_now()); /* it has gone to the end of time */
}

void tu_worker_close(struct tu_worker *w)
{
	struct tu_context *self = tu_self();

	if (!w->slabs && !w->head && tu_wheel_count(&w->wheel) == 0)
		return; /* as a rule: a thread that never had a task */
	w->closing = true;
	tu_context_each(w, cancel_one, NULL);
	while (tu_worker_has_tasks(w) || w->head || tu_wheel_count(&w->wheel) > 0) {
		if (!tu_worker_has_tasks(w) && !w->head)
			fire_all(w);
		tu_worker_push(w, &self->node);
		leave(self);
		if (w->aside && !w->head)
			tu_batch_go(w); /* the last words of who was cancelled */
		if (tu_worker_has_tasks(w) && !w->head)
			doze(w);
	}
	w->closing = false;
}

void tu_workers_end(void)
{
	tu_store_rlx(&ending, 1); /* see stop_if_ending */
	tu_os_hold_output();
}
