/* SPDX-License-Identifier: MIT */
/*
 * watchdog.c - the watchdog's thread: from start to stop, or to a fork, or to the program's end.
 *
 * The thread is one of ours: not on the list of threads, a daemon, deaf to signals. What there is
 * of it is in one record, which the thread and each stop hold; running is its place.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tutti/error.h>
#include <tutti/event.h>
#include <tutti/scope.h>
#include <tutti/watchdog.h>

#include "core/alloc.h"
#include "core/environment.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/overflow.h"
#include "core/report.h"
#include "core/startup.h"
#include "core/thread.h"
#include "core/watch.h"
#include "exec/ending.h"
#include "exec/thread.h"
#include "observe/stalls.h"

static const tutti_time stall_usual = TUTTI_MILLISECONDS(100);
static const tutti_time stall_least = TUTTI_MILLISECONDS(1);
static const tutti_time period_most = TUTTI_MILLISECONDS(250);

struct watchdog {
	struct tu_stalls *stalls;   /* the thread's */
	tutti_time period;          /* fixed */
	struct tu_context *context; /* the thread's; under lock */
	tutti_event stop, ended;
	unsigned refs;         /* under lock */
	bool aside;            /* where its memory is from, see core/alloc.h */
	bool forked;           /* this is a child of the process that it was for */
	struct watchdog *next; /* of those left behind */
};

static uint32_t lock;            /* a tu_mutex, of the next */
static struct watchdog *running; /* NULL: there is none */
static struct watchdog *left;    /* a forked child's: of threads that it does not have */

static void destroy(struct watchdog *w)
{
	tu_stalls_free(w->stalls);
	tu_free_to(w->aside, w);
}

static void drop(struct watchdog *w)
{
	bool last;

	tu_mutex_lock(&lock);
	last = --w->refs == 0;
	tu_mutex_unlock(&lock);
	if (last)
		destroy(w);
}

/* -- the thread ------------------------------------------------------------------------------- */

static void watch(struct watchdog *w)
{
	bool stopped = false;
	tutti_time next;

	while (!w->forked && !stopped) {
		next = tutti_after(w->period);
		stopped = tutti_event_wait_until(&w->stop, next) == 0;
		tu_stalls_look(w->stalls, stopped ? 0 : tutti_now() - next);
	}
}

static void leave(struct watchdog *w)
{
	tu_mutex_lock(&lock);
	if (running == w) {
		tu_watch_end();
		running = NULL;
	}
	tu_mutex_unlock(&lock);
	tutti_event_set(&w->ended);
	drop(w);
}

static void watchdog_main(void *arg)
{
	struct tu_context *self = tu_self();
	struct watchdog *w = arg;

	self->worker->daemon = self->worker->helper = true;
	tu_show(&self->worker->looks_on, true);
	tu_thread_show_name("tutti-watchdog");
	tu_mutex_lock(&lock);
	w->context = self;
	tu_mutex_unlock(&lock);
	watch(w);
	leave(w);
}

/* -- names ------------------------------------------------------------------------------------ */

/* In a signal handler, on the thread of c. */
static void name_it(const struct tu_context *c, struct tu_answer *answer)
{
	const struct tu_thread *t = c->worker->thread;
	const char *thread = "";

	if (t)
		thread = t->name;
	else if (tu_thread_is_main())
		thread = "MainThread";
	snprintf(answer->thread, sizeof(answer->thread), "%s", thread);
	if (c->self)
		tu_context_name(c, answer->what, sizeof(answer->what));
	else if (*thread)
		snprintf(answer->what, sizeof(answer->what), "thread '%s'", thread);
}

/* -- start ------------------------------------------------------------------------------------ */

static struct watchdog *make(const tutti_watchdog_options *o)
{
	struct watchdog *w = tu_alloc_zero(sizeof(*w));

	if (!w)
		return NULL;
	w->refs = 1;
	w->aside = tu_alloc_is_aside();
	w->period = o->stall / 4 < period_most ? o->stall / 4 : period_most;
	w->stalls = tu_stalls_create(o);
	if (w->stalls)
		return w;
	tu_free(w);
	return NULL;
}

/* There is one at a time, and none in a child. */
static void in_child(struct tu_fork_guard *g)
{
	(void)g;
	if (!running)
		return;
	running->forked = true;           /* the caller may be its thread, in fn */
	tutti_event_set(&running->ended); /* who forks may do so while its thread stops it */
	running->next = left;
	left = running;
	running = NULL;
	tu_watch_after_fork();
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = in_child };

static int claim(struct watchdog *w, int signal)
{
	int rc;

	tu_mutex_lock(&lock);
	rc = running ? -EALREADY : tu_watch_begin(signal, name_it);
	if (rc == 0)
		running = w;
	tu_mutex_unlock(&lock);
	return rc;
}

static int start(const tutti_watchdog_options *o)
{
	struct watchdog *w = make(o);
	int rc;

	if (!w)
		return -ENOMEM;
	tu_watch_prepare();
	rc = claim(w, o->signal);
	if (rc == 0) {
		rc = tu_thread_spawn(watchdog_main, w, 0);
		if (rc == 0)
			return 0;
		leave(w);
		return rc;
	}
	destroy(w);
	return rc;
}

int tutti_watchdog_start(const tutti_watchdog_options *options)
{
	tutti_watchdog_options o = { 0 };
	int rc;

	if (options)
		o = *options;
	if (o.stall == 0)
		o.stall = stall_usual;
	if (o.stall < stall_least)
		return -EINVAL;
	tu_self();
	tu_fork_guard_once(&guard);
	rc = tu_ending_begin(true);
	return rc < 0 ? rc : start(&o);
}

/* -- stop ------------------------------------------------------------------------------------- */

int tutti_watchdog_stop(void)
{
	struct tu_context *self = tu_self();
	tutti_scope quiet;
	struct watchdog *w;
	bool own;

	tu_mutex_lock(&lock);
	w = running;
	own = w && w->context == self;
	if (w && !own)
		w->refs++;
	tu_mutex_unlock(&lock);
	if (!w || own)
		return own ? -EDEADLK : 0;
	tutti_event_set(&w->stop);
	if (tu_ending_begin(true) == 0) { /* else it stands still already, and for ever */
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		tutti_event_wait(&w->ended);
		tutti_shield_end(&quiet, 0);
	}
	drop(w);
	return 0;
}

/* -- the environment -------------------------------------------------------------------------- */

/* "100ms", "0.5s", "on". 0: it is none of them. */
static tutti_time limit_of(const char *text)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	char *end;
	double value = strtod(text, &end);

	if (strcmp(text, "on") == 0)
		return stall_usual;
	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(end, units[i].name) == 0 && value > 0 && value * units[i].ns < 1e18)
			return (tutti_time)(value * units[i].ns);
	return 0;
}

void tu_startup_watchdog(void)
{
	const char *text = tu_environment("TUTTI_WATCHDOG");
	tutti_watchdog_options o = { 0 };
	int rc;

	if (!text || !*text || strcmp(text, "off") == 0)
		return;
	if (tu_simulated()) /* there nobody stalls: time stands still while somebody runs */
		return;
	o.stall = limit_of(text);
	tu_alloc_aside(true); /* the program may yet choose its allocator */
	rc = o.stall ? tutti_watchdog_start(&o) : -EINVAL;
	tu_alloc_aside(false);
	if (rc == -EINVAL)
		tu_report(rc, "TUTTI_WATCHDOG='%s' is no time of 1ms or more; it is ignored", text);
	else if (rc < 0)
		tu_report(rc, "TUTTI_WATCHDOG='%s': %s", text, tutti_strerror(rc));
}
