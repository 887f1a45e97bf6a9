/* SPDX-License-Identifier: MIT */
/*
 * dns_serve.c - the thread of a resolver. Each search is a task of it, a bounded number at a time,
 * as each has a socket. The thread goes when it has had nothing to do for a while, so that a
 * program that is done with names has the threads it started; the next search starts another.
 */
#include "net/dns.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/task.h>
#include <tutti/thread.h>

enum { RUNNING_MAX = 128 };

static const tutti_time idle = TUTTI_SECONDS(2);

static struct tu_dns_search *fresh_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_dns_search, next);
}

/* s has its result: nobody joins it any more, and who waits goes on. The mutex is not held. */
static void end(struct tu_dns_search *s)
{
	struct tu_dns_entry *e = tu_dns_entry_make(s);

	tu_dns_hold();
	s->over = true;
	tu_dns_cache_put(s->dns, e);
	tu_dns_let_go();
	tutti_event_set(&s->done);
	tu_dns_search_leave(s);
}

/* The same for one that counts as running. Whoever calls keeps d: its thread, or a user of d. */
static void finish(struct tu_dns_search *s, int rc)
{
	tutti_dns *d = s->dns;

	s->rc = rc;
	end(s);
	tu_dns_hold();
	d->running--;
	tu_dns_let_go();
	tutti_event_set(&d->wake); /* there is room for another */
}

static void *run(void *arg)
{
	struct tu_dns_search *s = arg;

	finish(s, tu_dns_search(s));
	return NULL;
}

void tu_dns_cancel(struct tu_dns_search *s, tutti_future *task)
{
	if (tutti_future_cancel(task) == 0) /* it had not begun, and never will */
		finish(s, TUTTI_ECANCELED);
}

/* The next search, which counts as running from now on; NULL: none, or too many run. */
static struct tu_dns_search *take(tutti_dns *d)
{
	struct tu_link *link = NULL;

	tu_dns_hold();
	if (d->running < RUNNING_MAX)
		link = tu_list_take(&d->fresh);
	if (link)
		d->running++;
	tu_dns_let_go();
	return link ? fresh_of(link) : NULL;
}

static void begin(struct tu_dns_search *s)
{
	tutti_future *task = tutti_task_start(run, s, NULL);
	int rc = tutti_future_error(task);
	bool left;

	tu_dns_hold();
	s->task = task;
	left = s->left;
	tu_dns_let_go();
	if (rc < 0 && rc != TUTTI_EPENDING)
		finish(s, rc);
	else if (left)
		tu_dns_cancel(s, task);
}

/* May the thread go? Then it has said so, and whoever comes starts another. */
static bool is_over(tutti_dns *d, bool was_idle)
{
	bool over;

	tu_dns_hold();
	over = (was_idle || d->ending) && d->running == 0 && tu_list_empty(&d->fresh);
	if (over)
		d->serving = false;
	tu_dns_let_go();
	return over;
}

static void *serve(void *arg)
{
	struct tu_dns_search *s;
	tutti_dns *d = arg;
	tutti_scope shield;
	int rc = 0;

	tutti_shield_begin(&shield, TUTTI_FOREVER); /* whoever finds the thread in a list */
	do {
		if (rc == 0)
			tutti_event_clear(&d->wake);
		while ((s = take(d)))
			begin(s);
		if (is_over(d, rc == TUTTI_ETIMEDOUT))
			break;
		rc = tutti_event_wait_until(&d->wake, tutti_after(idle));
	} while (true);
	tutti_shield_end(&shield, 0);
	tu_dns_leave(d);
	return NULL;
}

/* No thread could be started: what waits for one hears so. */
static void fail_all(tutti_dns *d, int rc)
{
	struct tu_link *link;

	do {
		tu_dns_hold();
		d->serving = false;
		link = tu_list_take(&d->fresh);
		tu_dns_let_go();
		if (link) {
			fresh_of(link)->rc = rc;
			end(fresh_of(link));
		}
	} while (link);
	tu_dns_leave(d);
}

/* A daemon: the program's end does not wait for answers. */
void tu_dns_serve(tutti_dns *d)
{
	const tutti_thread_options options = { .name = "tutti-dns", .daemon = 1 };
	tutti_future *thread;
	bool start;
	int rc;

	tu_dns_hold();
	start = !d->serving;
	d->serving = true;
	d->users += start;
	tu_dns_let_go();
	if (!start) {
		tutti_event_set(&d->wake);
		return;
	}
	thread = tutti_thread_start(serve, d, &options);
	rc = tutti_future_error(thread);
	tutti_future_unref(thread);
	if (rc < 0 && rc != TUTTI_EPENDING)
		fail_all(d, rc);
}
