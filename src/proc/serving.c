/* SPDX-License-Identifier: MIT */
/*
 * serving.c - who looks after processes that serve; see serving.h.
 *
 * Each worker has a keeper, a task that starts it, waits for its end and starts the next. All
 * keepers are tasks of the caller's loop, so nothing here has a lock.
 *
 * A worker tells its news through a channel: a byte when it accepts, the end when it accepts no
 * more, of itself or because it has died. Once all have said so the listener is closed: what has
 * connected before was taken by one of them, who comes after is refused.
 */
#include "proc/serving.h"

#include "core/alloc.h"
#include "core/report.h"
#include "core/worker.h"
#include "os/os.h"
#include "proc/process.h"
#include "proc/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/fd.h>
#include <tutti/group.h>
#include <tutti/scope.h>
#include <tutti/select.h>

enum { STARTS_MOST = 6 }; /* that came to nothing, one after the other, while nobody serves */
static const tutti_time back_off = TUTTI_MILLISECONDS(50), back_off_most = TUTTI_SECONDS(5);
static const tutti_time leave_grace = TUTTI_SECONDS(1); /* for what was cancelled, to end */
static const tutti_time look_again = TUTTI_MILLISECONDS(1);

struct keeper {
	struct serving *s;
	unsigned number;        /* from 1 */
	tutti_process *process; /* NULL: none just now */
	unsigned failures;      /* that lived shortly, one after the other */
	bool accepts;           /* its process has said so */
	bool may_accept;        /* it has not said that it does no more */
	bool has_accepted;
};

struct serving {
	const struct tu_serving *what;
	tutti_bytes request; /* of each worker */
	int sockets[TU_PLACES], socket_count;
	tutti_group group;
	unsigned alive;        /* keepers */
	unsigned may_accept;   /* workers */
	unsigned accept;       /* workers that do, as they have said */
	unsigned vain;         /* starts in a row that came to nothing */
	int rc;                /* why it is over, if that was not wanted */
	tutti_event over;      /* no worker is started any more */
	tutti_event quiet;     /* nobody accepts any more */
	tutti_event all_ended; /* the keepers */
};

/* -- one worker -------------------------------------------------------------------------------- */

static void says_it_accepts(struct keeper *k)
{
	if (k->accepts)
		return;
	k->accepts = k->has_accepted = true;
	k->s->accept++;
	k->s->vain = 0;
}

static void accepts_no_more(struct keeper *k)
{
	struct serving *s = k->s;

	if (k->accepts)
		s->accept--;
	k->accepts = false;
	if (!k->may_accept)
		return;
	k->may_accept = false;
	if (--s->may_accept == 0 && tutti_event_is_set(&s->over))
		tutti_event_set(&s->quiet);
}

/* What there is to be heard; false: there will be no more. */
static bool hear(struct keeper *k, int news)
{
	char byte;
	int n = tu_os_channel_look(news, &byte, 1);

	if (n > 0)
		says_it_accepts(k);
	return n > 0 || n == -EAGAIN;
}

/* Until its process has ended. */
static void follow(struct keeper *k, int news)
{
	for (;;) {
		tutti_case either[] = { tutti_case_future(k->process),
			tutti_case_fd(k->may_accept ? news : -1, TUTTI_READABLE) };
		int which = tutti_select(either, 2, TUTTI_FOREVER);

		if (which == 0)
			return;
		if (which < 0)
			tutti_sleep(look_again); /* no memory to wait */
		else if (!hear(k, news))
			accepts_no_more(k);
	}
}

static tutti_process *start_process(struct keeper *k, int news)
{
	struct serving *s = k->s;
	struct tu_luggage luggage = { .errors = -1, .carried.n = s->socket_count + 1 };
	char name[32];

	snprintf(name, sizeof(name), "Server-%u", k->number);
	memcpy(luggage.carried.fds, s->sockets, sizeof(s->sockets));
	luggage.carried.fds[s->socket_count] = news;
	return tu_process_start_elsewhere(&tu_serving_job, &s->request,
		&(tutti_process_options){ .name = name, .daemon = 1 }, &luggage);
}

static void look_after(struct keeper *k, tutti_process *process, int news)
{
	k->process = process;
	k->may_accept = true;
	k->s->may_accept++;
	if (tutti_event_is_set(&k->s->over)) /* while it was being started */
		tutti_process_terminate(process);
	follow(k, news);
	hear(k, news); /* that it had come so far, if we were late */
	accepts_no_more(k);
	k->process = NULL;
}

/* 0, or why it did not begin; why receives how it ended. */
static int have_one(struct keeper *k, char *why, size_t n)
{
	int news[2], rc = tu_os_channel_open(news);
	tutti_process *process;

	k->has_accepted = false;
	if (rc < 0) {
		snprintf(why, n, "%s", tutti_strerror(rc));
		return rc;
	}
	process = start_process(k, news[1]);
	tu_os_close(news[1]);
	if (tu_future_never_began(process))
		rc = tutti_future_error(process);
	else
		look_after(k, process, news[0]);
	tutti_future_error(process); /* it has been seen how it ended */
	snprintf(why, n, "%s", tutti_future_text(process));
	tutti_future_unref(process);
	tutti_fd_closing(news[0]);
	tu_os_close(news[0]);
	return rc;
}

/* -- and the next ------------------------------------------------------------------------------ */

static void give_up(struct serving *s, int code)
{
	s->rc = code;
	tutti_event_set(&s->over);
}

static tutti_time pause_after(unsigned failures)
{
	if (failures < 2)
		return 0;
	return failures < 9 ? back_off << (failures - 2) : back_off_most;
}

/* One has ended that was not to: is there to be another, and when? */
static void settle(struct keeper *k, int rc, const char *why, tutti_time begun)
{
	struct serving *s = k->s;
	tutti_time pause;

	if (tutti_listener_port(s->what->listener) == -EBADF) {
		give_up(s, -EBADF);
		return;
	}
	k->failures++;
	if (k->has_accepted && tutti_now() - begun >= back_off_most)
		k->failures = 1;
	if (!k->has_accepted && ++s->vain >= STARTS_MOST && s->accept == 0) {
		tu_report(TUTTI_ECRASHED, "the server's processes end before they accept: %s", why);
		give_up(s, rc < 0 ? rc : TUTTI_ECRASHED);
		return;
	}
	pause = pause_after(k->failures);
	tu_report(rc < 0 ? rc : TUTTI_ECRASHED, "worker %u of the server is replaced%s: %s",
		k->number, pause > 0 ? " after a pause" : "", *why ? why : "it has ended");
	tutti_event_wait_until(&s->over, tutti_after(pause));
}

static void *keep(void *arg)
{
	struct keeper *k = arg;
	struct serving *s = k->s;

	while (!tutti_event_is_set(&s->over)) {
		tutti_time begun = tutti_now();
		char why[300] = "";
		int rc = have_one(k, why, sizeof(why));

		if (!tutti_event_is_set(&s->over))
			settle(k, rc, why, begun);
	}
	if (--s->alive == 0)
		tutti_event_set(&s->all_ended);
	return NULL;
}

/* -- all of them ------------------------------------------------------------------------------- */

static void each_process(struct keeper *keepers, unsigned n, int (*tell)(tutti_process *p))
{
	for (unsigned i = 0; i < n; i++)
		if (keepers[i].process)
			tell(keepers[i].process);
}

static void wait_for(tutti_event *e, tutti_event *hurry, tutti_time deadline)
{
	tutti_case either[] = { tutti_case_event(e), tutti_case_event(hurry) };

	tutti_select(either, 2, deadline);
}

/* Under a shield. */
static void stop(struct serving *s, struct keeper *keepers)
{
	const struct tu_serving *what = s->what;
	tutti_time deadline = tutti_after(what->grace);

	tutti_event_set(&s->over);
	if (s->may_accept == 0)
		tutti_event_set(&s->quiet);
	each_process(keepers, what->count, tutti_process_terminate);
	wait_for(&s->quiet, what->hurry, deadline);
	tutti_listener_close(what->listener);
	/* They end the rest themselves when their grace is over. */
	wait_for(&s->all_ended, what->hurry, deadline + leave_grace);
	if (!tutti_event_is_set(&s->all_ended)) {
		tu_report(TUTTI_ETIMEDOUT,
			"processes of the server have not ended in time and are killed");
		each_process(keepers, what->count, tutti_process_kill);
	}
	tutti_group_join(&s->group);
}

static int run(struct serving *s, struct keeper *keepers)
{
	tutti_case either[] = { tutti_case_event(s->what->stop), tutti_case_event(&s->over) };
	tutti_scope quiet;
	int rc = 0, which;

	for (unsigned i = 0; i < s->what->count && rc == 0; i++) {
		keepers[i].s = s;
		keepers[i].number = i + 1;
		rc = tutti_group_start(&s->group, keep, &keepers[i]);
		s->alive += rc == 0;
	}
	if (rc < 0 && s->alive == 0)
		return rc;
	which = rc < 0 ? rc : tutti_select(either, 2, TUTTI_FOREVER);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	stop(s, keepers);
	tutti_shield_end(&quiet, 0);
	return which < 0 ? which : which == 0 ? 0 : s->rc;
}

static int make_request(struct serving *s)
{
	const struct tu_serving *what = s->what;
	size_t n = sizeof(struct tu_serving_worker) + what->arg_size;
	struct tu_serving_worker *w = tu_alloc_zero(n);
	const char *file, *base = tu_os_module_of((const void *)what->fn, &file);

	if (!w)
		return -ENOMEM;
	w->fn = (uint64_t)((const char *)(const void *)what->fn - base);
	w->grace = what->grace;
	w->arg_size = what->arg_size;
	snprintf(w->module, sizeof(w->module), "%s", file);
	if (what->arg_size > 0)
		memcpy(w + 1, what->arg, what->arg_size);
	s->request = tutti_bytes_of(w, n);
	return 0;
}

int tu_serving_run(const struct tu_serving *what)
{
	struct keeper *keepers = tu_alloc_zero(what->count * sizeof(*keepers));
	struct serving s = { .what = what };
	int rc = keepers ? make_request(&s) : -ENOMEM;

	if (rc == 0)
		rc = s.socket_count = tu_listener_sockets(what->listener, s.sockets);
	if (rc >= 0)
		rc = run(&s, keepers);
	tutti_listener_close(what->listener);
	tu_free((void *)(uintptr_t)s.request.data);
	tu_free(keepers);
	return rc;
}
