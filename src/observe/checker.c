/* SPDX-License-Identifier: MIT */
/*
 * checker.c - the ledger of a running program: told by the probe, asked when somebody waits.
 *
 * Whoever does something is told to the ledger on its own thread, under one lock. What is found is
 * put into words under that lock, as who is spoken of may be gone after it, and told without it.
 * The lock is a tu_mutex; memory may be the program's own, which may come back to us: such calls
 * are passed over. A ledger that the environment has begun takes malloc's: the program may yet
 * choose, and what it counts in its allocator is its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tutti/debug.h>
#include <tutti/error.h>

#include "base/facts.h"
#include "core/alloc.h"
#include "core/environment.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/report.h"
#include "core/startup.h"
#include "core/watch.h"
#include "exec/alive.h"
#include "exec/ending.h"
#include "observe/looker.h"
#include "observe/news.h"
#include "observe/serial.h"
#include "observe/words.h"

enum { LINES_MOST = 200 };
static const tutti_time still_usual = TUTTI_SECONDS(1);
static const tutti_time exit_usual = TUTTI_SECONDS(1);
static const tutti_time exit_unasked = TUTTI_SECONDS(10);

static uint32_t lock;            /* a tu_mutex, of the next */
static struct tu_ledger *ledger; /* NULL: none is kept */
static struct tu_orders *orders;
static struct tu_news news;
static struct tu_serial serial;
static struct tu_looker *looking; /* NULL: nobody */
static bool aside;                /* its memory is malloc's */

/* The thread has the lock: what it is told now comes from the program's allocator. */
static __thread bool inside;

static bool enter(void)
{
	if (inside)
		return false;
	tu_mutex_lock(&lock);
	if (!ledger) {
		tu_mutex_unlock(&lock);
		return false;
	}
	inside = true;
	tu_alloc_aside(aside);
	return true;
}

static void leave(void)
{
	tu_alloc_aside(false);
	inside = false;
	tu_mutex_unlock(&lock);
}

/* true: something was told, by calling back. */
static bool tell(int code, struct tu_text *text)
{
	bool any = text->used > 0;

	if (any)
		tu_report_text(code, text->bytes);
	tu_text_free(text);
	return any;
}

/* -- what is told ------------------------------------------------------------------------------ */

static bool asks_for_a_lock(uint32_t op)
{
	return op == TU_OP_LOCK_ACQUIRE || op == TU_OP_READ_ACQUIRE || op == TU_OP_WRITE_ACQUIRE;
}

static void on_point(struct tu_context *self, const struct tu_doing *doing)
{
	struct tu_inversion inversion;
	struct tu_text text = { 0 };
	const struct tu_account *a;

	if (tu_serial_asks(doing->op) && enter()) {
		tu_serial_point(&serial, self->id, doing, tu_alive_count(), tutti_now());
		leave();
		return;
	}
	if (!asks_for_a_lock(doing->op) || !enter())
		return;
	a = tu_ledger_account(ledger, self);
	if (a && a->holds && tu_orders_ask(orders, a, doing, &inversion) &&
		tu_news_inversion(&news, doing, &inversion))
		tu_words_inversion(&text, a, doing, &inversion);
	leave();
	tell(0, &text);
}

static void on_polled(struct tu_context *self)
{
	(void)self;
}

static void on_took(struct tu_context *self, const struct tu_doing *doing)
{
	if (!enter())
		return;
	tu_ledger_took(ledger, self, doing);
	leave();
}

static void on_gave(struct tu_context *self, const void *object)
{
	const struct tu_crowded *crowded;
	const struct tu_hold *hold;
	struct tu_text text = { 0 };
	int64_t now;

	if (!enter())
		return;
	now = tutti_now();
	hold = tu_ledger_holder(ledger, object);
	crowded = hold ? tu_serial_gives(&serial, hold, now) : NULL;
	if (crowded)
		tu_words_crowded(&text, crowded, hold, now);
	tu_ledger_gave(ledger, self, object);
	leave();
	tell(0, &text);
}

static void on_made(const void *object)
{
	if (!enter())
		return;
	tu_ledger_forget(ledger, object);
	tu_orders_forget(orders, object);
	tu_serial_forget(&serial, object);
	leave();
}

static void on_parks(struct tu_context *self, const void *key, int64_t until)
{
	const struct tu_account *a;
	struct tu_circle circle;
	struct tu_text text = { 0 };

	if (tu_shown(&self->worker->looks_on))
		return;
	if (!enter())
		return;
	a = tu_ledger_parks(ledger, self, key, until);
	if (a)
		tu_serial_waits(&serial, &a->waits, tutti_now());
	if (tu_ledger_deadlock(ledger, a, &circle) && tu_ledger_is_new(ledger, self) &&
		tu_news_circle(&news, &circle))
		tu_words_circle(&text, &circle);
	leave();
	/* The reporter may have waited, and so have been given what was meant for this wait. */
	if (tell(-EDEADLK, &text))
		tu_unpark(self);
}

static void on_goes_on(struct tu_context *self)
{
	const struct tu_account *a;
	struct tu_text text = { 0 };
	size_t alive;

	if (!enter())
		return;
	a = tu_ledger_account(ledger, self);
	alive = tu_serial_awaits(&serial, self->id) ? tu_alive_count() : 0;
	if (a && a->until && tu_serial_goes_on(&serial, self->id, &a->waits, alive, tutti_now()))
		tu_words_turns(&text, &serial.turns);
	tu_ledger_goes_on(ledger, self);
	leave();
	tell(0, &text);
}

static void on_ended(struct tu_context *self)
{
	struct tu_text text = { 0 };
	const struct tu_account *a;
	char name[128];

	if (!enter())
		return;
	a = tu_ledger_account(ledger, self);
	if (a && a->holds) {
		tu_words_name(a, name, sizeof(name));
		a = tu_ledger_ended(ledger, self, name);
		if (tu_news_left(&news, a->holds)) {
			tu_text_add(&text, "lock held: %s has ended and holds ", name);
			tu_words_holds(&text, a);
		}
	} else {
		tu_ledger_ended(ledger, self, NULL);
	}
	leave();
	tell(0, &text);
}

static const struct tu_probe probe = {
	.point = on_point,
	.polled = on_polled,
	.took = on_took,
	.gave = on_gave,
	.parks = on_parks,
	.goes_on = on_goes_on,
	.ended = on_ended,
	.made = on_made,
};

/* -- who waits for whom ------------------------------------------------------------------------ */

/* A line for each, most at most. How many; 0: no ledger is kept; -ENOMEM. */
static int put_into_words(struct tu_text *text, int most)
{
	int n;

	tu_self();
	if (!enter())
		return 0;
	n = tu_words_all(text, ledger, tutti_now(), most);
	leave();
	return text->failed ? -ENOMEM : n;
}

static void tell_lines(struct tu_text *text, tutti_reporter fn, void *arg)
{
	char *line, *rest = text->failed ? NULL : text->bytes;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (fn)
			fn(0, line, arg);
		else
			tu_report_text(0, line);
	tu_text_free(text);
}

int tutti_debug_dump(tutti_reporter fn, void *arg)
{
	struct tu_text text = { 0 };
	int n = put_into_words(&text, INT32_MAX);

	tell_lines(&text, fn, arg);
	return n;
}

static void tell_what_exit_waits_for(void)
{
	struct tu_text text = { 0 };

	put_into_words(&text, LINES_MOST);
	tell_lines(&text, NULL, NULL);
}

/* -- start and stop ---------------------------------------------------------------------------- */

/* Under the lock, which is let go: nothing is kept any more. */
static void forget_all(void)
{
	struct tu_ledger *l = ledger;
	struct tu_orders *o = orders;
	struct tu_news n = news;
	bool was = tu_alloc_aside(aside);

	ledger = NULL;
	orders = NULL;
	memset(&news, 0, sizeof(news));
	memset(&serial, 0, sizeof(serial));
	looking = NULL;
	tu_mutex_unlock(&lock);
	tu_ledger_free(l);
	tu_orders_free(o);
	tu_news_free(&n);
	tu_alloc_aside(was);
}

static void stop_listening(void)
{
	tu_probe_set(TU_PROBE_CHECKER, NULL);
	tu_watch_timers(TU_WATCHING_STILLNESS, false);
	tu_ending_be_patient(exit_unasked);
	tu_ending_told = NULL;
}

/* There is one at a time, and none in a child. */
static void in_child(struct tu_fork_guard *g)
{
	(void)g;
	inside = false;
	tu_alloc_aside(false);
	if (!ledger)
		return;
	stop_listening();
	if (looking)
		tu_looker_after_fork(looking);
	tu_mutex_lock(&lock);
	forget_all();
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = in_child };

static void tell_that_nothing_moves(int64_t limit)
{
	struct tu_text text = { 0 };

	put_into_words(&text, LINES_MOST); /* before anybody hears, who may let some go */
	tu_report(0, "nothing moves: for %.3f s all that tutti knows has waited",
		(double)limit / 1e9);
	tell_lines(&text, NULL, NULL);
}

/* 0: all there is, is there; else it is as before. Takes k over, which may be NULL. */
static int begin(struct tu_looker *k)
{
	struct tu_ledger *l = tu_ledger_create();
	struct tu_orders *o = tu_orders_create(tu_words_name);
	int rc = l && o ? 0 : -ENOMEM;

	tu_mutex_lock(&lock);
	if (rc == 0 && ledger)
		rc = -EALREADY;
	if (rc == 0) {
		ledger = l;
		orders = o;
		looking = k;
		aside = tu_alloc_is_aside();
		if (k)
			tu_watch_timers(TU_WATCHING_STILLNESS, true);
	}
	tu_mutex_unlock(&lock);
	if (rc == 0)
		return 0;
	tu_ledger_free(l);
	tu_orders_free(o);
	tu_looker_free(k);
	return rc;
}

/* Unless somebody has stopped it meanwhile. */
static void listen(int64_t patience)
{
	tu_mutex_lock(&lock);
	if (ledger) {
		tu_ending_be_patient(patience);
		tu_ending_told = tell_what_exit_waits_for;
		tu_probe_set(TU_PROBE_CHECKER, &probe);
	}
	tu_mutex_unlock(&lock);
}

/* Under the lock, which is let go. */
static void end(void)
{
	struct tu_looker *k = looking;

	stop_listening();
	forget_all();
	if (k)
		tu_looker_stop(k);
}

static int start(const tutti_debug_options *o)
{
	struct tu_looker *k = NULL;
	int rc;

	if (o->still > 0 && !(k = tu_looker_create(o->still, tell_that_nothing_moves)))
		return -ENOMEM;
	rc = begin(k);
	if (rc < 0)
		return rc;
	if (k)
		rc = tu_looker_start(k);
	if (rc == 0) {
		listen(o->exit);
		return 0;
	}
	tu_mutex_lock(&lock);
	if (looking == k)
		end();
	else
		tu_mutex_unlock(&lock);
	return rc;
}

int tutti_debug_start(const tutti_debug_options *options)
{
	tutti_debug_options o = { 0 };
	int rc;

	if (options)
		o = *options;
	if (o.still == 0)
		o.still = still_usual;
	if (o.exit == 0)
		o.exit = exit_usual;
	if (o.exit < 0)
		return -EINVAL;
	tu_self();
	tu_fork_guard_once(&guard);
	rc = tu_ending_begin(true);
	return rc < 0 ? rc : start(&o);
}

int tutti_debug_stop(void)
{
	bool here;

	tu_self();
	tu_mutex_lock(&lock);
	here = looking && tu_looker_is_here(looking);
	if (ledger && !here) {
		end();
		return 0;
	}
	tu_mutex_unlock(&lock);
	return here ? -EDEADLK : 0;
}

/* -- the environment --------------------------------------------------------------------------- */

void tu_startup_checker(void)
{
	const char *text = tu_environment("TUTTI_DEBUG");
	int rc;

	if (!text || !*text || strcmp(text, "0") == 0 || strcmp(text, "off") == 0)
		return;
	if (tu_simulated()) /* a simulation looks for the same, and has no time to be watched */
		return;
	tu_alloc_aside(true);
	rc = strcmp(text, "1") == 0 || strcmp(text, "on") == 0 ? tutti_debug_start(NULL) : -EINVAL;
	tu_alloc_aside(false);
	if (rc == -EINVAL)
		tu_report(rc, "TUTTI_DEBUG='%s' is neither 1 nor 0; it is ignored", text);
	else if (rc < 0)
		tu_report(rc, "TUTTI_DEBUG=%s: %s", text, tutti_strerror(rc));
}

TU_FACTS(checker, TU_FACT_ADDRESS("ledger", &ledger));
