/* SPDX-License-Identifier: MIT */
/*
 * serve.c - from the word to the server on all cores. Processes have a file of their own to look
 * after them (proc/serving.c); threads and tasks, which end when their function does, are here.
 */
#include "base/atomic.h"
#include "core/alloc.h"
#include "front/word.h"
#include "proc/serving.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/serve.h>
#include <tutti/signals.h>
#include <tutti/task.h>
#include <tutti/thread.h>

static const tutti_time usual_grace = TUTTI_SECONDS(10);
enum { WORKERS_MOST = 4096 };

/* -- threads and tasks ------------------------------------------------------------------------- */

struct crew;

struct hand {
	struct crew *crew;
	struct tu_part part;
	tutti_future *runs;
	int rc;
};

struct crew {
	tutti_event over;  /* one has ended, perhaps unasked */
	tutti_event quiet; /* nobody accepts any more */
	uint32_t accept;   /* atomic: hands that do */
	unsigned n;
	struct hand *hands;
};

static void accepts_no_more(void *arg)
{
	struct crew *crew = arg;

	/* Acquire and release: the last one has seen all of them through. */
	if (tu_sub_acqrel(&crew->accept, 1u) == 1)
		tutti_event_set(&crew->quiet);
}

static void *run_hand(void *arg)
{
	struct hand *h = arg;

	h->rc = tu_part_run(&h->part);
	tutti_event_set(&h->crew->over);
	return NULL;
}

static tutti_future *start_hand(struct hand *h, bool thread, unsigned number)
{
	char name[32];

	snprintf(name, sizeof(name), "Server-%u", number);
	if (thread)
		return tutti_thread_start(
			run_hand, h, &(tutti_thread_options){ .name = name, .daemon = -1 });
	return tutti_task_start(run_hand, h, &(tutti_task_options){ .name = name });
}

static int make_hand(struct crew *crew, struct hand *h, const struct tu_serving *what)
{
	h->crew = crew;
	h->part = (struct tu_part){ .fn = what->fn,
		.arg = (void *)(uintptr_t)what->arg,
		.grace = what->grace,
		.hurry = what->hurry,
		.quiet = accepts_no_more,
		.news = crew };
	if (what->arg_size > 0) {
		h->part.arg = tu_alloc(what->arg_size);
		if (!h->part.arg)
			return -ENOMEM;
		memcpy(h->part.arg, what->arg, what->arg_size);
	}
	return tu_listener_copy(&h->part.listener, what->listener);
}

static int start_all(struct crew *crew, const struct tu_serving *what, bool threads)
{
	int rc = 0;

	for (; crew->n < what->count && rc == 0; crew->n++) {
		struct hand *h = &crew->hands[crew->n];

		rc = make_hand(crew, h, what);
		if (rc < 0)
			continue;
		tu_add_acqrel(&crew->accept, 1u); /* before it can be subtracted */
		h->runs = start_hand(h, threads, crew->n + 1);
		if (tutti_future_done(h->runs) && tutti_future_error(h->runs) < 0) {
			rc = tutti_future_error(h->runs);
			accepts_no_more(crew);
		}
	}
	return rc;
}

/* Those whose connections do not end see to that themselves. */
static int end_all(struct crew *crew, const struct tu_serving *what)
{
	tutti_case either[] = { tutti_case_event(&crew->quiet), tutti_case_event(what->hurry) };
	int rc = 0;

	for (unsigned i = 0; i < crew->n; i++)
		tutti_event_set(&crew->hands[i].part.stop);
	if (crew->n > 0 && crew->hands[0].runs)
		tutti_select(either, 2, tutti_after(what->grace));
	tutti_listener_close(what->listener);
	for (unsigned i = 0; i < crew->n; i++) {
		struct hand *h = &crew->hands[i];

		if (h->runs)
			tutti_future_result(h->runs, NULL, 0);
		tutti_future_unref(h->runs);
		tutti_listener_free(h->part.listener);
		if (what->arg_size > 0)
			tu_free(h->part.arg);
		if (rc == 0)
			rc = h->rc;
	}
	return rc;
}

static int run_crew(const struct tu_serving *what, bool threads)
{
	struct crew crew = { .hands = tu_alloc_zero(what->count * sizeof(struct hand)) };
	tutti_case either[] = { tutti_case_event(what->stop), tutti_case_event(&crew.over) };
	tutti_scope quiet;
	int rc, ended;

	if (!crew.hands)
		return -ENOMEM;
	rc = start_all(&crew, what, threads);
	if (rc == 0)
		rc = tutti_select(either, 2, TUTTI_FOREVER);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	ended = end_all(&crew, what);
	tutti_shield_end(&quiet, 0);
	tu_free(crew.hands);
	if (rc == 1) /* none ends well unasked, unless others have closed the listener */
		rc = ended < 0 ? ended : -EBADF;
	return rc;
}

/* -- how it ends ------------------------------------------------------------------------------- */

struct ending {
	tutti_event stop, hurry;
	tutti_signals *signals;
};

/* The first signal asks, the second insists. */
static void *listen_for_signals(void *arg)
{
	struct ending *e = arg;

	if (tutti_signals_wait(e->signals) < 0)
		return NULL;
	tutti_event_set(&e->stop);
	if (tutti_signals_wait(e->signals) > 0)
		tutti_event_set(&e->hurry);
	return NULL;
}

static int listen_begin(struct ending *e, tutti_future **listening)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	int rc = tutti_signals_open(&e->signals, numbers, 2);

	if (rc == 0)
		*listening = tutti_task_start(listen_for_signals, e, NULL);
	return rc;
}

static void listen_end(struct ending *e, tutti_future *listening)
{
	tutti_scope quiet;

	if (!listening)
		return;
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_future_cancel(listening);
	tutti_future_result(listening, NULL, 0);
	tutti_shield_end(&quiet, 0);
	tutti_future_unref(listening);
	tutti_signals_free(e->signals);
}

/* -- the word ---------------------------------------------------------------------------------- */

static bool is_word(const char *where, const char *word)
{
	size_t n = strlen(word);

	return strncmp(where, word, n) == 0 && (where[n] == ':' || where[n] == '\0');
}

static int read_word(const char *where, struct tu_serving *what)
{
	const char *colon = where ? strchr(where, ':') : NULL;
	int n = where && is_word(where, "tasks") ? 1 : tutti_cpu_count(), rc = 0;

	if (!where || !(is_word(where, "processes") || is_word(where, "threads") ||
			      is_word(where, "tasks")))
		return TUTTI_ENOENGINE;
	if (colon)
		rc = tu_word_number(colon + 1, &n);
	if (n > WORKERS_MOST)
		return -EINVAL;
	what->count = (unsigned)n;
	return rc;
}

static int check(const struct tu_serving *what, const char *where)
{
	if (!what->listener || !what->fn || what->grace < 0 || (what->arg_size > 0 && !what->arg))
		return -EINVAL;
	if (is_word(where, "processes") && what->arg && what->arg_size == 0)
		return -EINVAL;
	return 0;
}

int tutti_serve(tutti_listener *l, const char *where, int (*fn)(tutti_stream *s, void *arg),
	void *arg, const tutti_serve_options *options)
{
	static const tutti_serve_options usual;
	const tutti_serve_options *o = options ? options : &usual;
	struct ending ending = { .signals = NULL };
	struct tu_serving what = { .listener = l,
		.fn = fn,
		.arg = arg,
		.arg_size = o->arg_size,
		.grace = o->grace != 0 ? o->grace : usual_grace,
		.stop = &ending.stop,
		.hurry = &ending.hurry };
	tutti_future *listening = NULL;
	int rc = read_word(where, &what);

	if (rc == 0)
		rc = check(&what, where);
	if (rc == 0 && !o->no_signals)
		rc = listen_begin(&ending, &listening);
	if (rc < 0)
		return rc;
	rc = is_word(where, "processes") ? tu_serving_run(&what)
					 : run_crew(&what, is_word(where, "threads"));
	listen_end(&ending, listening);
	return rc;
}
